/**
 * @module RSA keys for tests. It takes a second to find the primes of a few keys, so each key is generated once per test run, by the first
 * process that needs it. No key outlives the run.
 */
import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import { keyFileName, writeOnce } from '../../src/crypto/keys/key-file-folder.ts'
import { generateRsaKeyPair } from '../../src/crypto/keys/key-generation.ts'
import { generateKey } from '../../src/crypto/keys/key-kinds.ts'
import { weaknessOf } from '../../src/engine/key-strength.ts'
import { TOKEN_ALGORITHMS } from '../../src/engine/oauth/token-algorithms.ts'

export type TestKey = { readonly privateKey: KeyObject; readonly publicKey: string }

/** @returns the private key of this name, the same in all processes of the run, as PKCS #8 in PEM */
function pemOf(name: string, generate: () => string): string {
  const path = join(inject('keyFolder'), `${name}.pem`)
  if (!existsSync(path)) writeOnce(path, generate)
  return readFileSync(path, 'utf8')
}

/** The key pair of a party, in PEM. */
export function keyPairOf(party: string): {
  readonly privateKey: string
  readonly publicKey: string
} {
  const privateKey = pemOf(party, () => generateRsaKeyPair().privateKey)
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString()
  return { privateKey, publicKey }
}

function testKeyOf(party: string): TestKey {
  const { privateKey, publicKey } = keyPairOf(party)
  return { privateKey: createPrivateKey(privateKey), publicKey }
}

export const MERCHANT_KEY = testKeyOf('merchant')
/** The previous key of the same merchant. */
export const FORMER_MERCHANT_KEY = testKeyOf('former-merchant')
export const OTHER_MERCHANT_KEY = testKeyOf('other-merchant')
export const SUSPENDED_MERCHANT_KEY = testKeyOf('suspended-merchant')
export const WALLET_KEY = testKeyOf('wallet')
export const SECOND_WALLET_KEY = testKeyOf('second-wallet')

/**
 * Puts the first keys for replies and for tokens into the key folder of a new platform, where it finds them instead of generating them.
 * All platforms of the run have the same RSA keys. Their other keys differ.
 */
export function createPlatformKeys(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeOnce(join(folder, keyFileName('reply', 1)), () => keyPairOf('platform').privateKey)
  for (const [index, algorithm] of TOKEN_ALGORITHMS.entries()) {
    const generate = (): string => generateKey('token', algorithm)
    writeOnce(join(folder, keyFileName('token', index + 1)), () =>
      algorithm === 'RS256' ? pemOf('token', generate) : generate(),
    )
  }
}

/** A key of a party that never signs. Finding the primes of many keys would take minutes. The gate for keys cannot tell such a modulus from a real one. */
export function unusedPublicKey(): string {
  for (;;) {
    const bytes = randomBytes(256)
    bytes[0] = 0xc0
    const n = bytes.toString('base64url')
    if (weaknessOf({ kty: 'RSA', n, e: 'AQAB' }) !== undefined) continue
    const key = createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' })
    return key.export({ type: 'spki', format: 'der' }).toString('base64')
  }
}
