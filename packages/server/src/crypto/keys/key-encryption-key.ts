/**
 * @module The key-encryption key: the one secret that every node needs besides the database. It seals the keys of the platform and the keys
 * of users, and it keys the hashes of client secrets. It comes from the environment, from a file that the environment names, or from the key
 * folder.
 */
import { hkdfSync } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeOnce } from './key-file-folder.ts'
import { KeyFileError, readMountedSecret, readSecretFile } from './key-files.ts'
import { generateSymmetricKey } from './key-generation.ts'

export const KEY_ENCRYPTION_KEY_VARIABLE = 'ASSENT_KEY_ENCRYPTION_KEY'
/** Names a file with the key, such as a secret that an orchestrator mounts. */
export const KEY_ENCRYPTION_KEY_FILE_VARIABLE = 'ASSENT_KEY_ENCRYPTION_KEY_FILE'
const FILE_NAME = 'user-kek-1.key'
const KEY_BYTES = 32

/** Whether the environment has the key or names its file. Then the node needs no key folder. */
export function isInEnvironment(): boolean {
  return KEY_VARIABLES.some((name) => readVariable(name) !== '')
}

const KEY_VARIABLES = [KEY_ENCRYPTION_KEY_VARIABLE, KEY_ENCRYPTION_KEY_FILE_VARIABLE]

function readVariable(name: string): string {
  return process.env[name] ?? ''
}

/** @throws {Error} when it is missing or damaged, or other users can read its file */
export function readKeyEncryptionKey(folder: string): Buffer {
  const given = readVariable(KEY_ENCRYPTION_KEY_VARIABLE)
  if (given === '') return readKeyEncryptionFile(folder)
  if (readVariable(KEY_ENCRYPTION_KEY_FILE_VARIABLE) !== '')
    throw new Error(`Set one of ${KEY_VARIABLES.join(' and ')}, and not both.`)
  const key = decode(given)
  if (key) return key
  throw new Error(
    `${KEY_ENCRYPTION_KEY_VARIABLE} must be ${KEY_BYTES} bytes in base64url, as in ${FILE_NAME}.`,
  )
}

/** Reads the file that the environment names, or that of the folder. @throws {KeyFileError} */
export function readKeyEncryptionFile(folder: string): Buffer {
  const mounted = readVariable(KEY_ENCRYPTION_KEY_FILE_VARIABLE)
  const path = mounted === '' ? join(folder, FILE_NAME) : mounted
  const { text } = mounted === '' ? readSecretFile(path) : readMountedSecret(path)
  if (text.trim() === '')
    throw new KeyFileError(path, 'empty', 'is empty. Restore it from a backup.')
  const key = decode(text)
  if (!key)
    throw new KeyFileError(
      path,
      'damaged',
      'does not contain 32 bytes in base64url. Restore it from a backup; what it encrypted depends on it.',
    )
  return key
}

export function hasKeyEncryptionKey(folder: string): boolean {
  return isInEnvironment() || existsSync(join(folder, FILE_NAME))
}

/** For the first start. */
export function createKeyEncryptionKey(folder: string): void {
  if (hasKeyEncryptionKey(folder)) return
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeOnce(join(folder, FILE_NAME), generateSymmetricKey)
}

/** The keys of the MACs of stored records, by version. The first start creates the key-encryption key. */
export function openRecordKeys(folder: string): ReadonlyMap<number, Buffer> {
  createKeyEncryptionKey(folder)
  const key = hkdfSync('sha256', readKeyEncryptionKey(folder), '', 'assent record-mac', 32)
  return new Map([[1, Buffer.from(key)]])
}

/** Base64 and base64url, with or without padding. */
function decode(text: string): Buffer | undefined {
  const bytes = Buffer.from(text.trim(), 'base64url')
  return bytes.length === KEY_BYTES ? bytes : undefined
}
