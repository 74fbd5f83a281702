/**
 * @module Reads the public key that is pasted: PEM, base64 of an X.509 SubjectPublicKeyInfo, or a JWK.
 */
import { fromBase64, toHex } from '@assent/protocol/signature-diagnostics'

type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>

export type PublicKey = {
  readonly modulus: bigint
  readonly exponent: bigint
  /** Of a signature, in bytes. */
  readonly length: number
  /** The same key for RSASSA-PKCS1-v1_5 and for RSASSA-PSS. */
  readonly pkcs1: Key
  readonly pss: Key
}

/** A text that is no public key. The message is for the reader. */
export class KeyTextError extends Error {}

const SHA_256 = { hash: 'SHA-256' }

/** @throws {KeyTextError} */
export async function readPublicKey(text: string): Promise<PublicKey> {
  try {
    const [pkcs1, pss] = await Promise.all([
      importKey(text.trim(), 'RSASSA-PKCS1-v1_5'),
      importKey(text.trim(), 'RSA-PSS'),
    ])
    const { n = '', e = '' } = await crypto.subtle.exportKey('jwk', pkcs1)
    const modulus = fromBase64(n)
    return {
      modulus: toNumber(modulus),
      exponent: toNumber(fromBase64(e)),
      length: modulus.length,
      pkcs1,
      pss,
    }
  } catch (error) {
    if (error instanceof KeyTextError) throw error
    throw new KeyTextError('This is no RSA public key: paste PEM, base64 or a JWK.')
  }
}

function importKey(text: string, name: string): Promise<Key> {
  const algorithm = { name, ...SHA_256 }
  if (text.includes('PRIVATE KEY') || /"d"\s*:/.test(text))
    throw new KeyTextError(
      'This is a private key. It stayed in this page, but remove it, and paste the public key.',
    )
  if (text.includes('BEGIN RSA PUBLIC KEY'))
    throw new KeyTextError(
      'This key is PKCS #1. Convert it: openssl rsa -RSAPublicKey_in -in key.pem -pubout',
    )
  if (text.startsWith('{')) {
    const { kty, n, e } = JSON.parse(text)
    return crypto.subtle.importKey('jwk', { kty, n, e }, algorithm, true, ['verify'])
  }
  const der = fromBase64(text.replace(/-----[^-]+-----/g, '').replaceAll(/\\n/g, ''))
  return crypto.subtle.importKey('spki', der as Uint8Array<ArrayBuffer>, algorithm, true, [
    'verify',
  ])
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes) || '0'}`)
}
