/**
 * @module The folder with the platform's keys: `master-N.key` (32 bytes, base64url) and `signing-N.pem` (RSA, PKCS #8) and
 * `jose-N.pem` (P-256, PKCS #8) and `vault-1.key` (32 bytes, base64url: wraps the keys of users), made on the first start, readable by their owner only.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createMasterKeys, MASTER_KEY_BYTES, type MasterKeys } from './master-keys.ts'
import type { VersionedKey } from './message-signature.ts'

/** The size that every SDK of the family verifies. A longer key costs several times as much for each reply. */
export const DEFAULT_RSA_BITS = 2048

const JOSE_FILE = /^jose-(\d+)\.pem$/
const VAULT_FILE = 'vault-1.key'
const MASTER_KEY_FILE = /^master-(\d+)\.key$/
const LOOK_EVERY_MILLISECONDS = 2000
/** After this a new key is used for sealing. */
const SETTLED_MILLISECONDS = 60_000

/** What verifies tokens and receipts, by the id that they name; those of earlier keys too. */
export type PublicKeys = ReadonlyMap<string, KeyObject>

export type PlatformKeys = {
  readonly master: MasterKeys
  /** Signs every reply. */
  readonly signing: VersionedKey
  /** Signs JSON Web Tokens, and is known by its id. */
  readonly jose: { readonly id: string; readonly key: KeyObject; readonly publicKeys: PublicKeys }
  /** Wraps the keys of users. It stays: without it receipts do not say who decided. */
  readonly vault: Buffer
}

/** Reads the folder; on the first start makes it. @throws {Error} when others may read it, or a key is damaged */
export function openKeyFolder(folder: string): PlatformKeys {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  makeFirstKeys(folder)
  const master = createMasterKeys(readMasterKeys(folder))
  master.sealWith(settledVersion(folder))
  const jose = latestKey(folder, JOSE_FILE)
  return {
    master,
    signing: latestKey(folder, /^signing-(\d+)\.pem$/),
    jose: { id: `jose-${jose.version}`, key: jose.key, publicKeys: publicJoseKeys(folder) },
    vault: Buffer.from(readFileSync(join(folder, VAULT_FILE), 'utf8').trim(), 'base64url'),
  }
}

function publicJoseKeys(folder: string): PublicKeys {
  const keys = readVersions(folder, JOSE_FILE, (text) => createPublicKey(text))
  return new Map([...keys].map(([version, key]) => [`jose-${version}`, key]))
}

function latestKey(folder: string, name: RegExp): VersionedKey {
  const keys = readVersions(folder, name, (text) => createPrivateKey(text))
  const version = Math.max(...keys.keys())
  return { version, key: keys.get(version) as KeyObject }
}

/**
 * Looks for new master keys from now on. A node opens what a new key has sealed as soon as it has seen it, and seals with it a
 * minute after it was made: by then every other node has seen it too.
 */
export function followKeyFolder(
  folder: string,
  master: MasterKeys,
  onError: (error: unknown) => void,
): { stop(): void } {
  const timer = setInterval(() => {
    try {
      for (const [version, key] of readMasterKeys(folder)) master.add(version, key)
      master.sealWith(settledVersion(folder))
    } catch (error) {
      onError(error)
    }
  }, LOOK_EVERY_MILLISECONDS)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

/** Makes the next master key. @returns its version */
export function makeNextMasterKey(folder: string): number {
  const version = Math.max(...readMasterKeys(folder).keys()) + 1
  writeMasterKey(folder, version, writeSecretFile)
  return version
}

/** A new RSA key pair in PEM. */
export function generateRsaKeyPair(bits = DEFAULT_RSA_BITS): {
  readonly privateKey: string
  readonly publicKey: string
} {
  return generateKeyPairSync('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
}

/** Writes a file that only its owner can read. Never replaces one. */
export function writeSecretFile(path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o600, flag: 'wx' })
  chmodSync(path, 0o600)
}

function makeFirstKeys(folder: string): void {
  const names = readdirSync(folder)
  if (!names.some((name) => name.startsWith('master-'))) {
    writeMasterKey(folder, 1, writeFirst)
  }
  if (!names.some((name) => name.startsWith('signing-'))) {
    writeFirst(join(folder, 'signing-1.pem'), generateRsaKeyPair().privateKey)
  }
  if (!names.includes(VAULT_FILE)) {
    const key = randomBytes(MASTER_KEY_BYTES).toString('base64url')
    writeFirst(join(folder, VAULT_FILE), `${key}\n`)
  }
  if (!names.some((name) => name.startsWith('jose-'))) {
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    writeFirst(join(folder, 'jose-1.pem'), privateKey)
  }
}

function writeMasterKey(
  folder: string,
  version: number,
  write: (path: string, content: string) => void,
): void {
  const key = randomBytes(MASTER_KEY_BYTES).toString('base64url')
  write(join(folder, `master-${version}.key`), `${key}\n`)
}

function readMasterKeys(folder: string): ReadonlyMap<number, Buffer> {
  return readVersions(folder, MASTER_KEY_FILE, (text) => Buffer.from(text.trim(), 'base64url'))
}

/** The latest version that every node has seen by now; the first, when there is none. */
function settledVersion(folder: string): number {
  const versions = readdirSync(folder)
    .flatMap((file) => MASTER_KEY_FILE.exec(file)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
  const isSettled = (version: number): boolean =>
    Date.now() - statSync(join(folder, `master-${version}.key`)).mtimeMs >= SETTLED_MILLISECONDS
  return versions.findLast(isSettled) ?? (versions[0] as number)
}

/** Of two processes that start at once in the same folder, the first makes the key of both. */
function writeFirst(path: string, content: string): void {
  try {
    writeSecretFile(path, content)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

function readVersions<T>(
  folder: string,
  name: RegExp,
  parse: (text: string) => T,
): ReadonlyMap<number, T> {
  const versions = new Map<number, T>()
  for (const file of readdirSync(folder)) {
    const version = name.exec(file)?.[1]
    if (version === undefined) continue
    const path = join(folder, file)
    // Windows has no such bits; there the folder's own access list decides.
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
      throw new Error(`${path} can be read by others: chmod 600 it`)
    }
    versions.set(Number(version), parse(readFileSync(path, 'utf8')))
  }
  return versions
}
