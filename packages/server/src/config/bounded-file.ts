/**
 * @module Reads a file that the configuration names, of a limited size. Its errors say what is wrong with the file.
 */
import { closeSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs'

/** What an operating system reports, and what to do. */
const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist (no such file)',
  ENOTDIR: 'does not exist, because a part of its path is a file',
  EACCES: 'may not be read by this user: change its permissions',
  EPERM: 'may not be read by this user: change its permissions',
  ELOOP: 'is a symbolic link to itself',
  ENAMETOOLONG: 'has too long a name',
}

/** @throws {Error} whose message is a predicate about the file, which ends with its path */
export function readBoundedFile(path: string, maxBytes: number): Buffer {
  try {
    return readRegularFile(path, maxBytes)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(`${(code && SYSTEM_ERRORS[code]) ?? message}: ${path}`, { cause: error })
  }
}

function readRegularFile(path: string, maxBytes: number): Buffer {
  // A pipe would block when it is opened, so its kind is asked first.
  if (statSync(path).isDirectory()) throw new Error('is a folder: name a file')
  if (!statSync(path).isFile()) throw new Error('is no regular file')
  const descriptor = openSync(path, 'r')
  try {
    const { size } = fstatSync(descriptor)
    if (size === 0) throw new Error('is empty')
    if (size > maxBytes)
      throw new Error(
        `has ${Math.ceil(size / 1024)} KB: it must not exceed ${Math.floor(maxBytes / 1024)} KB`,
      )
    return readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
