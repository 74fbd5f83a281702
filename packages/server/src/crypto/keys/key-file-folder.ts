/**
 * @module The key folder (docs/operating.md#keys): the key-encryption key, and key files that nodes import into the database. A file is used
 * as a whole or not at all, and its name is `KIND-VERSION.EXTENSION`, for example `reply-2.pem`.
 *
 * A line before the key, which parsers of PEM ignore ([RFC 7468 §2](https://www.rfc-editor.org/rfc/rfc7468.html#section-2)), says from when
 * it is used: `Active-From: 2026-11-29T22:00:00+00:00`.
 */
import type { KeyObject } from 'node:crypto'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseRequestTime } from '@assent/protocol'
import { TOKEN_ALGORITHMS } from '../../engine/oauth/token-algorithms.ts'
import { KeyFileError, readSecretFile, writeSecretFile } from './key-files.ts'
import {
  generateKey,
  KEY_EXTENSIONS,
  KEY_KINDS,
  type KeyKind,
  KeyTextError,
  parseKey,
} from './key-kinds.ts'

export type KeyFile = {
  readonly kind: KeyKind
  readonly version: number
  readonly path: string
  readonly key: KeyObject
  /** Epoch seconds, by the line `Active-From`. */
  readonly activeFrom: number | undefined
  /** Epoch seconds. */
  readonly modifiedAt: number
}

/** Without a kind, it is the folder itself that cannot be read. */
export type KeyFolderProblem = { readonly kind?: KeyKind; readonly error: KeyFileError }

export type KeyFolder = {
  readonly files: readonly KeyFile[]
  /** Files that have the name of a key and cannot be used. */
  readonly problems: readonly KeyFolderProblem[]
}

const FILE_NAME = new RegExp(`^(${KEY_KINDS.join('|')})-([1-9]\\d{0,5})\\.(pem|key)$`)
const ACTIVE_FROM = /^Active-From:[ \t]*(\S+)[ \t]*\r?$/m
const PEM_BLOCK = '-----BEGIN'

/** Reads every key file by itself, so that a damaged one does not hide the others. A folder that does not exist has no files. */
export function readKeyFolder(folder: string): KeyFolder {
  const files: KeyFile[] = []
  const problems: KeyFolderProblem[] = []
  for (const name of listFolder(folder, problems)) {
    const [, kind, version, extension] = FILE_NAME.exec(name) ?? []
    if (kind === undefined || KEY_EXTENSIONS[kind as KeyKind] !== extension) continue
    try {
      files.push(readKeyFile(join(folder, name), kind as KeyKind, Number(version)))
    } catch (error) {
      if (!(error instanceof KeyFileError)) throw error
      problems.push({ kind: kind as KeyKind, error })
    }
  }
  return { files: files.sort((a, b) => a.version - b.version), problems }
}

/** Creates the folder, and the first key of each kind that has no file yet. Two processes that start at once use the same keys. */
export function createFirstKeys(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const names = readdirSync(folder)
  for (const kind of KEY_KINDS)
    if (!names.some((name) => FILE_NAME.exec(name)?.[1] === kind)) createFirstKeysOf(folder, kind)
}

/** Token keys have one key for each algorithm. */
function createFirstKeysOf(folder: string, kind: KeyKind): void {
  const algorithms = kind === 'token' ? TOKEN_ALGORITHMS : TOKEN_ALGORITHMS.slice(0, 1)
  for (const [index, algorithm] of algorithms.entries())
    writeOnce(join(folder, keyFileName(kind, index + 1)), () => generateKey(kind, algorithm))
}

/** Of two processes that start at once, the second one uses the file of the first. */
export function writeOnce(path: string, generate: () => string): void {
  try {
    writeSecretFile(path, generate())
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

export function keyFileName(kind: KeyKind, version: number): string {
  return `${kind}-${version}.${KEY_EXTENSIONS[kind]}`
}

function listFolder(folder: string, problems: KeyFolderProblem[]): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT')
      problems.push({
        error: new KeyFileError(
          folder,
          'unreadable',
          `cannot be read (${code}). Check its owner and permissions.`,
        ),
      })
    return []
  }
}

/** @throws {KeyFileError} */
function readKeyFile(path: string, kind: KeyKind, version: number): KeyFile {
  const { text, mtimeMs } = readSecretFile(path)
  const modifiedAt = Math.floor(mtimeMs / 1000)
  try {
    const key = parseKey(kind, version, text)
    return { kind, version, path, key, activeFrom: activeFromOf(text), modifiedAt }
  } catch (error) {
    if (!(error instanceof KeyTextError)) throw error
    throw new KeyFileError(path, error.reason, error.message)
  }
}

/** @throws {KeyTextError} */
function activeFromOf(text: string): number | undefined {
  const [preamble = ''] = text.split(PEM_BLOCK, 1)
  const time = ACTIVE_FROM.exec(preamble)?.[1]
  if (time === undefined) return undefined
  const seconds = parseRequestTime(time)
  if (seconds !== undefined) return seconds
  throw new KeyTextError(
    'damaged',
    `has a line Active-From that must be a time such as 2026-11-29T22:00:00Z, but is ${time}.`,
  )
}

/** Two files of different nodes with the same name and other keys. The database has one of them. */
export function conflictOf({ path, kind, version }: KeyFile): KeyFileError {
  return new KeyFileError(
    path,
    'conflict',
    `differs from ${kind} key ${version} of the database, which stays in use. Remove the file, or give it a higher version.`,
  )
}
