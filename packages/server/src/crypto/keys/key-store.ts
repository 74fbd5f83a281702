/**
 * @module The folder with the platform's keys: `master-N.key` (32 bytes, base64url) and `signing-N.pem` (RSA, PKCS #8) and
 * `jose-N.pem` (P-256, PKCS #8) and `user-kek-1.key` (32 bytes, base64url: wraps the keys of users) and `oauth-N.pem` (P-256, Ed25519 or RSA, PKCS #8: signs the tokens of the OAuth face), made on the first start, readable by their owner only.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { VersionedKey } from '../message-signature.ts'
import { createMasterKeys, MASTER_KEY_BYTES, type MasterKeys } from './master-keys.ts'

/** The size that every SDK of the family verifies. A longer key costs several times as much for each reply. */
export const DEFAULT_RSA_BITS = 2048

/** Of a key of the OAuth face: nothing old has to verify it. */
const OAUTH_RSA_BITS = 3072

const JOSE_FILE = /^assertion-(\d+)\.pem$/
const OAUTH_FILE = /^token-(\d+)\.pem$/
const VAULT_FILE = 'user-kek-1.key'
const MASTER_KEY_FILE = /^master-(\d+)\.key$/
const LOOK_EVERY_MILLISECONDS = 2000
/** After this a new key is used for sealing. */
const SETTLED_MILLISECONDS = 60_000

/** What verifies tokens and receipts, by the id that they name; those of earlier keys too. */
export type PublicKeys = ReadonlyMap<string, KeyObject>

export type PlatformKeys = {
  readonly master: MasterKeys
  /** Signs every reply. */
  readonly reply: VersionedKey
  /** Signs JSON Web Tokens, and is known by its id. */
  readonly assertion: {
    readonly id: string
    readonly key: KeyObject
    readonly publicKeys: PublicKeys
  }
  readonly tokens: TokenKeys
  /** Keys the hashes of client secrets: a copy of the configuration cannot be tried against guesses. */
  readonly clientSecrets: Buffer
  /** Wraps the keys of users. It stays: without it receipts do not say who decided. */
  readonly userKeyEncryptionKey: Buffer
}

export const SIGNING_ALGORITHMS = ['ES256', 'EdDSA', 'RS256'] as const
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number]

/** What signs the tokens of the OAuth face. New keys are published before they are used. */
export interface TokenKeys {
  current(): { readonly id: string; readonly key: KeyObject; readonly algorithm: SigningAlgorithm }
  /** Everything that verifies, by its id. */
  published(): ReadonlyMap<
    string,
    { readonly key: KeyObject; readonly algorithm: SigningAlgorithm }
  >
}

/** Reads the folder; on the first start makes it. @throws {Error} when others may read it, or a key is damaged */
export function openKeyStore(folder: string): PlatformKeys {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  makeFirstKeys(folder)
  const master = createMasterKeys(readMasterKeys(folder))
  master.sealWith(settledMaster(folder))
  const jose = latestKey(folder, JOSE_FILE)
  const userKeyEncryptionKey = Buffer.from(
    readFileSync(join(folder, VAULT_FILE), 'utf8').trim(),
    'base64url',
  )
  return {
    tokens: openTokenKeys(folder),
    clientSecrets: Buffer.from(
      hkdfSync('sha256', userKeyEncryptionKey, '', 'assent client-secret', 32),
    ),
    master,
    reply: latestKey(folder, /^reply-(\d+)\.pem$/),
    assertion: {
      id: `assertion-${jose.version}`,
      key: jose.key,
      publicKeys: publicJoseKeys(folder),
    },
    userKeyEncryptionKey,
  }
}

/** Looked at anew when it is asked for, at most every two seconds. */
function openTokenKeys(folder: string): TokenKeys {
  let read = readTokenKeys(folder)
  let readAt = Date.now()

  function keys(): ReturnType<typeof readTokenKeys> {
    if (Date.now() - readAt >= LOOK_EVERY_MILLISECONDS) {
      readAt = Date.now()
      read = readTokenKeys(folder)
    }
    return read
  }

  return { current: () => keys().current, published: () => keys().published }
}

function readTokenKeys(folder: string): {
  readonly current: ReturnType<TokenKeys['current']>
  readonly published: ReturnType<TokenKeys['published']>
} {
  const keys = readVersions(folder, OAUTH_FILE, (text) => createPrivateKey(text))
  const version = settledVersion(folder, OAUTH_FILE, (one) => `token-${one}.pem`)
  const key = keys.get(version) as KeyObject
  return {
    current: { id: `token-${version}`, key, algorithm: algorithmOf(key) },
    published: new Map(
      [...keys].map(([one, privateKey]) => [
        `token-${one}`,
        { key: createPublicKey(privateKey), algorithm: algorithmOf(privateKey) },
      ]),
    ),
  }
}

/** @throws {Error} for a key of another kind */
function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): SigningAlgorithm {
  if (asymmetricKeyType === 'ed25519') return 'EdDSA'
  if (asymmetricKeyType === 'rsa') return 'RS256'
  if (asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256'
  throw new Error('a key of the OAuth face is neither P-256, nor Ed25519, nor RSA')
}

/** Makes the next key of the OAuth face. @returns its version */
export function makeNextTokenKey(folder: string, algorithm: SigningAlgorithm): number {
  const known = readVersions(folder, OAUTH_FILE, () => undefined)
  const version = Math.max(0, ...known.keys()) + 1
  writeSecretFile(join(folder, `token-${version}.pem`), generateTokenKey(algorithm))
  return version
}

function generateTokenKey(algorithm: SigningAlgorithm): string {
  const pem = { type: 'pkcs8', format: 'pem' } as const
  switch (algorithm) {
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(pem).toString()
    case 'EdDSA':
      return generateKeyPairSync('ed25519').privateKey.export(pem).toString()
    case 'RS256':
      return generateRsaKeyPair(OAUTH_RSA_BITS).privateKey
  }
}

function publicJoseKeys(folder: string): PublicKeys {
  const keys = readVersions(folder, JOSE_FILE, (text) => createPublicKey(text))
  return new Map([...keys].map(([version, key]) => [`assertion-${version}`, key]))
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
export function watchKeyStore(
  folder: string,
  master: MasterKeys,
  onError: (error: unknown) => void,
): { stop(): void } {
  const timer = setInterval(() => {
    try {
      for (const [version, key] of readMasterKeys(folder)) master.add(version, key)
      master.sealWith(settledMaster(folder))
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
    writeFirst(join(folder, 'reply-1.pem'), generateRsaKeyPair().privateKey)
  }
  if (!names.includes(VAULT_FILE)) {
    const key = randomBytes(MASTER_KEY_BYTES).toString('base64url')
    writeFirst(join(folder, VAULT_FILE), `${key}\n`)
  }
  if (!names.some((name) => name.startsWith('assertion-'))) {
    writeFirst(join(folder, 'assertion-1.pem'), generateTokenKey('ES256'))
  }
  if (!names.some((name) => name.startsWith('oauth-'))) {
    writeFirst(join(folder, 'token-1.pem'), generateTokenKey('ES256'))
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

function settledMaster(folder: string): number {
  return settledVersion(folder, MASTER_KEY_FILE, (version) => `master-${version}.key`)
}

/** The latest version that everybody has seen by now; the first, when there is none. */
function settledVersion(folder: string, name: RegExp, fileOf: (version: number) => string): number {
  const versions = readdirSync(folder)
    .flatMap((file) => name.exec(file)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
  const isSettled = (version: number): boolean =>
    Date.now() - statSync(join(folder, fileOf(version))).mtimeMs >= SETTLED_MILLISECONDS
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
