/**
 * @module RSA keys for tests, generated once per process.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto'
import { generateRsaKeyPair } from '../../src/crypto/keys/key-generation.ts'

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
