/**
 * @module The keys that sign the tokens of the OAuth endpoints. A new key is published at once and used a minute later, so that every
 * node publishes a key before one of them uses it.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { activeVersion, type KeyFileKind, readVersions, writeNextVersion } from './key-files.ts'
import { generateTokenKey, type SigningAlgorithm } from './key-generation.ts'

export const TOKEN_KEY: KeyFileKind = { name: 'token', extension: 'pem' }
const POLL_INTERVAL_MS = 2000

export interface TokenKeys {
  current(): { readonly id: string; readonly key: KeyObject; readonly algorithm: SigningAlgorithm }
  /** The public keys that verify tokens, by key id. */
  published(): ReadonlyMap<
    string,
    { readonly key: KeyObject; readonly algorithm: SigningAlgorithm }
  >
}

type TokenKeySet = {
  readonly current: ReturnType<TokenKeys['current']>
  readonly published: ReturnType<TokenKeys['published']>
}

/** Reads the key files again when they are needed, at most every two seconds. */
export function openTokenKeys(folder: string): TokenKeys {
  let keys = readTokenKeys(folder)
  let lastReadAt = Date.now()

  function latest(): TokenKeySet {
    if (Date.now() - lastReadAt >= POLL_INTERVAL_MS) {
      lastReadAt = Date.now()
      keys = readTokenKeys(folder)
    }
    return keys
  }

  return { current: () => latest().current, published: () => latest().published }
}

/** Creates the next key. @returns its version */
export function makeNextTokenKey(folder: string, algorithm: SigningAlgorithm): number {
  return writeNextVersion(folder, TOKEN_KEY, generateTokenKey(algorithm))
}

function readTokenKeys(folder: string): TokenKeySet {
  const keys = readVersions(folder, TOKEN_KEY, (text) => createPrivateKey(text))
  const version = activeVersion(folder, TOKEN_KEY)
  const key = keys.get(version) as KeyObject
  return {
    current: { id: keyIdOf(version), key, algorithm: algorithmOf(key) },
    published: new Map(
      [...keys].map(([one, privateKey]) => [
        keyIdOf(one),
        { key: createPublicKey(privateKey), algorithm: algorithmOf(privateKey) },
      ]),
    ),
  }
}

function keyIdOf(version: number): string {
  return `token-${version}`
}

/** @throws {Error} for a key of another type */
function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): SigningAlgorithm {
  if (asymmetricKeyType === 'ed25519') return 'EdDSA'
  if (asymmetricKeyType === 'rsa') return 'RS256'
  if (asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256'
  throw new Error(
    'Every token-N.pem in the keys folder must be a P-256, Ed25519 or RSA key. Replace it with assent keys rotate.',
  )
}
