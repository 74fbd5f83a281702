/**
 * @module RSA keys for tests, generated once per process.
 */
import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from 'node:crypto'
import { generateRsaKeyPair } from '../../src/crypto/keys/key-generation.ts'
import { weaknessOf } from '../../src/engine/key-strength.ts'

export type TestKey = { readonly privateKey: KeyObject; readonly publicKey: string }

function generateKey(): TestKey {
  const { privateKey, publicKey } = generateRsaKeyPair()
  return { privateKey: createPrivateKey(privateKey), publicKey }
}

export const MERCHANT_KEY = generateKey()
/** The previous key of the same merchant. */
export const FORMER_MERCHANT_KEY = generateKey()
export const OTHER_MERCHANT_KEY = generateKey()
export const SUSPENDED_MERCHANT_KEY = generateKey()
export const WALLET_KEY = generateKey()
export const SECOND_WALLET_KEY = generateKey()

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
