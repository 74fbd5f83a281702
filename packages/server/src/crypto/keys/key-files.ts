/**
 * @module Reads and writes secret files. Only their owner may read them, no file is ever replaced, and none is ever visible in part.
 */
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  constants,
  copyFileSync,
  linkSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'

/** Why a key file is not used. Also a label of the metric `assent_key_file_problems`. */
export type KeyFileReason =
  | 'empty'
  | 'damaged'
  | 'wrong-kind'
  | 'readable-by-others'
  | 'not-a-file'
  | 'unreadable'
  | 'missing'
  | 'conflict'
  | 'sealed-otherwise'

/** A key file that is not used. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError'
  readonly path: string
  readonly reason: KeyFileReason

  /** @param predicate completes the sentence that begins with the path */
  constructor(path: string, reason: KeyFileReason, predicate: string) {
    super(`${path} ${predicate}`)
    this.path = path
    this.reason = reason
  }
}

/** A key file of this size is none. */
const MAX_KEY_FILE_BYTES = 64 * 1024
const GROUP_AND_OTHERS = 0o077
const OTHERS = 0o007

/** Writes a file that only its owner can read, as a whole or not at all. @throws {Error} `EEXIST` when the file exists */
export function writeSecretFile(path: string, content: string): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    writeFileSync(draft, content, { mode: 0o600, flag: 'wx' })
    chmodSync(draft, 0o600)
    publish(draft, path)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** A link fails when the file exists, which a rename does not. Some file systems have no links. */
function publish(draft: string, path: string): void {
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
    copyFileSync(draft, path, constants.COPYFILE_EXCL)
  }
}

type SecretFile = { readonly text: string; readonly mtimeMs: number }

/** @throws {KeyFileError} */
export function readSecretFile(path: string): SecretFile {
  return readProtectedFile(
    path,
    GROUP_AND_OTHERS,
    'can be read by other users. Run chmod 600 on it, and rotate the key if others may have read it.',
  )
}

/** Reads a secret that an orchestrator mounts. Kubernetes gives it to a group, which only the node is in. @throws {KeyFileError} */
export function readMountedSecret(path: string): SecretFile {
  return readProtectedFile(
    path,
    OTHERS,
    'can be read by every user. Mount it with mode 0440 or 0400.',
  )
}

/** @param forbidden the permission bits that a file must not have */
function readProtectedFile(path: string, forbidden: number, problem: string): SecretFile {
  try {
    const stat = statSync(path)
    if (!stat.isFile() || stat.size > MAX_KEY_FILE_BYTES)
      throw new KeyFileError(path, 'not-a-file', 'is not a key file. Remove it.')
    // Windows has no permission bits. There, the access control list of the folder protects the keys.
    if (process.platform !== 'win32' && (stat.mode & forbidden) !== 0)
      throw new KeyFileError(path, 'readable-by-others', problem)
    return { text: readFileSync(path, 'utf8'), mtimeMs: stat.mtimeMs }
  } catch (error) {
    if (error instanceof KeyFileError) throw error
    throw unreadable(path, (error as NodeJS.ErrnoException).code)
  }
}

function unreadable(path: string, code: string | undefined): KeyFileError {
  if (code === 'ENOENT')
    return new KeyFileError(
      path,
      'missing',
      'does not exist. Restore it from a backup, or mount the secret there.',
    )
  if (code === 'ELOOP')
    return new KeyFileError(path, 'not-a-file', 'is a symbolic link to itself. Remove it.')
  return new KeyFileError(
    path,
    'unreadable',
    `cannot be read (${code ?? 'unknown error'}). Check its owner and permissions.`,
  )
}
