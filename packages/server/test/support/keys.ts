/**
 * @module RSA keys for tests, made once per process.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto'
import { generateRsaKeyPair } from '../../src/crypto/keys/key-generation.ts'

export type TestKey = { readonly privateKey: KeyObject; readonly publicKey: string }

function makeKey(): TestKey {
  const { privateKey, publicKey } = generateRsaKeyPair()
  return { privateKey: createPrivateKey(privateKey), publicKey }
}

export const MERCHANT_KEY = makeKey()
export const OTHER_MERCHANT_KEY = makeKey()
export const WALLET_KEY = makeKey()
