/**
 * @module Generates keys, as text for key files.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { TokenAlgorithm } from '../../engine/oauth/token-algorithms.ts'

/** Every SDK of the platform family verifies this size. A longer key makes each reply several times as expensive. */
const DEFAULT_RSA_BITS = 2048
/** For RS256 of the OAuth endpoints, where no old SDK has to verify. */
const TOKEN_RSA_BITS = 3072
const SYMMETRIC_KEY_BYTES = 32

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

/** A new private key for JSON Web Tokens, as PKCS #8 in PEM. */
export function generateTokenKey(algorithm: TokenAlgorithm): string {
  const pem = { type: 'pkcs8', format: 'pem' } as const
  switch (algorithm) {
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(pem).toString()
    case 'EdDSA':
      return generateKeyPairSync('ed25519').privateKey.export(pem).toString()
    case 'RS256':
      return generateRsaKeyPair(TOKEN_RSA_BITS).privateKey
  }
}

/** 32 random bytes in base64url, as one line. */
export function generateSymmetricKey(): string {
  return `${randomBytes(SYMMETRIC_KEY_BYTES).toString('base64url')}\n`
}
