/**
 * @module The keys that sign the tokens of the OAuth endpoints, at least one for each algorithm. A new key is published at once and used a
 * minute later, so that every node publishes a key before one of them uses it.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { TOKEN_ALGORITHMS, type TokenAlgorithm } from '../../engine/oauth/token-algorithms.ts'
import { activeVersion, type KeyFileKind, readVersions, writeNextVersion } from './key-files.ts'
import { generateTokenKey } from './key-generation.ts'

export const TOKEN_KEY: KeyFileKind = { name: 'token', extension: 'pem' }
const POLL_INTERVAL_MS = 2000

export interface TokenKeys {
  current(algorithm: TokenAlgorithm): { readonly id: string; readonly key: KeyObject }
  /** The public keys that verify tokens, by key id. */
  published(): ReadonlyMap<string, { readonly key: KeyObject; readonly algorithm: TokenAlgorithm }>
}

type TokenKeySet = {
  readonly current: ReadonlyMap<TokenAlgorithm, ReturnType<TokenKeys['current']>>
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

  return {
    current(algorithm) {
      const current = latest().current.get(algorithm)
      if (!current) throw new Error(`The keys folder has no token key for ${algorithm}.`)
      return current
    },
    published: () => latest().published,
  }
}

/** Creates a key for each algorithm that has none, so that everything in the metadata of the server can be used. */
export function createMissingTokenKeys(folder: string): void {
  for (const algorithm of TOKEN_ALGORITHMS) {
    const keys = readVersions(folder, TOKEN_KEY, (text) => createPrivateKey(text))
    if (![...keys.values()].some((key) => algorithmOf(key) === algorithm))
      writeMissingKey(folder, algorithm)
  }
}

/** Of two processes that start at once, the second one uses the key of the first. */
function writeMissingKey(folder: string, algorithm: TokenAlgorithm): void {
  try {
    makeNextTokenKey(folder, algorithm)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

/** Creates the next key. @returns its version */
export function makeNextTokenKey(folder: string, algorithm: TokenAlgorithm): number {
  return writeNextVersion(folder, TOKEN_KEY, generateTokenKey(algorithm))
}

function readTokenKeys(folder: string): TokenKeySet {
  const keys = readVersions(folder, TOKEN_KEY, (text) => createPrivateKey(text))
  const published = new Map(
    [...keys].map(([version, key]) => [
      keyIdOf(version),
      { key: createPublicKey(key), algorithm: algorithmOf(key) },
    ]),
  )
  const current = TOKEN_ALGORITHMS.flatMap((algorithm) => {
    const versions = [...keys.keys()].filter(
      (version) => published.get(keyIdOf(version))?.algorithm === algorithm,
    )
    const version = activeVersion(folder, TOKEN_KEY, versions)
    const key = keys.get(version)
    return key ? [[algorithm, { id: keyIdOf(version), key }] as const] : []
  })
  return { current: new Map(current), published }
}

function keyIdOf(version: number): string {
  return `token-${version}`
}

/** @throws {Error} for a key of another type */
function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): TokenAlgorithm {
  if (asymmetricKeyType === 'ed25519') return 'EdDSA'
  if (asymmetricKeyType === 'rsa') return 'RS256'
  if (asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256'
  throw new Error(
    'Every token-N.pem in the keys folder must be a P-256, Ed25519 or RSA key. Replace it with assent keys rotate.',
  )
}
