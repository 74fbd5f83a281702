/**
 * @module Reads and writes the files of the key folder. Only their owner may read them, and no file is ever replaced.
 */
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** One kind of key, with a file per version: `NAME-VERSION.EXTENSION`. */
export type KeyFileKind = {
  readonly name: 'reply' | 'assertion' | 'token' | 'master' | 'user-kek'
  readonly extension: 'pem' | 'key'
}

/** Every node has read a new key file after this time, so that it can be used. */
const ACTIVATION_DELAY_MS = 60_000

export function keyFileName({ name, extension }: KeyFileKind, version: number): string {
  return `${name}-${version}.${extension}`
}

/** Writes a file that only its owner can read. @throws {Error} when the file exists */
export function writeSecretFile(path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o600, flag: 'wx' })
  chmodSync(path, 0o600)
}

/** Writes version 1 when there is no version yet. Two processes that start at once use the key of the first. */
export function writeFirstVersion(folder: string, kind: KeyFileKind, generate: () => string): void {
  if (versionsIn(folder, kind).length > 0) return
  try {
    writeSecretFile(join(folder, keyFileName(kind, 1)), generate())
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

/** @returns the version that was written */
export function writeNextVersion(folder: string, kind: KeyFileKind, content: string): number {
  const version = Math.max(0, ...versionsIn(folder, kind)) + 1
  writeSecretFile(join(folder, keyFileName(kind, version)), content)
  return version
}

/** All keys of a kind by their versions. @throws {Error} when others can read a file, or it is damaged */
export function readVersions<T>(
  folder: string,
  kind: KeyFileKind,
  parse: (text: string) => T,
): ReadonlyMap<number, T> {
  return new Map(
    versionsIn(folder, kind).map((version) => [
      version,
      parseFile(join(folder, keyFileName(kind, version)), parse),
    ]),
  )
}

/** The message of a cryptographic library would name neither the file nor a remedy. */
function parseFile<T>(path: string, parse: (text: string) => T): T {
  const text = readSecretFile(path)
  try {
    return parse(text)
  } catch {
    throw new Error(
      `${path} does not contain a private key that can be read. Restore it from a backup; what it signed or encrypted depends on it.`,
    )
  }
}

/** The latest version that every node has read by now; when there is none, the first. */
export function activeVersion(
  folder: string,
  kind: KeyFileKind,
  versions: readonly number[] = versionsIn(folder, kind),
): number {
  const isActive = (version: number): boolean => {
    const { mtimeMs } = statSync(join(folder, keyFileName(kind, version)))
    return Date.now() - mtimeMs >= ACTIVATION_DELAY_MS
  }
  return versions.findLast(isActive) ?? (versions[0] as number)
}

/** In ascending order. */
function versionsIn(folder: string, { name, extension }: KeyFileKind): readonly number[] {
  const pattern = new RegExp(`^${name}-(\\d+)\\.${extension}$`)
  return readdirSync(folder)
    .flatMap((file) => pattern.exec(file)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

function readSecretFile(path: string): string {
  // Windows has no permission bits. There, the access control list of the folder protects the keys.
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
    throw new Error(`Other users can read ${path}. Run chmod 600 on it.`)
  return readFileSync(path, 'utf8')
}
