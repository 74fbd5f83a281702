/**
 * @module Recovers the signed digest from an RSA signature, for diagnostics. A PKCS #1 v1.5 signature contains the hash of the content,
 * and the public key reveals it.
 * @see [RFC 8017 §9.2](https://www.rfc-editor.org/rfc/rfc8017.html#section-9.2)
 */
import { constants, type KeyObject, publicDecrypt, verify } from 'node:crypto'

export type RecoveredDigest =
  /** The digest and the name of its algorithm. */
  | { readonly kind: 'digest'; readonly algorithm: string; readonly digest: Buffer }
  /** PKCS #1 v1.5 padding around content that is not a digest. */
  | { readonly kind: 'bare'; readonly content: Buffer }
  /** Another key, another padding, or a damaged signature. */
  | { readonly kind: 'none' }

/** DER of AlgorithmIdentifier and OCTET STRING, up to the digest (RFC 8017 §9.2, note 1). */
const PREFIXES: Readonly<Record<string, string>> = {
  MD5: '3020300c06082a864886f70d020505000410',
  'SHA-1': '3021300906052b0e03021a05000414',
  'SHA-224': '302d300d06096086480165030402040500041c',
  'SHA-256': '3031300d060960864801650304020105000420',
  'SHA-384': '3041300d060960864801650304020205000430',
  'SHA-512': '3051300d060960864801650304020305000440',
}

export function recoverDigest(key: KeyObject, signature: Uint8Array): RecoveredDigest {
  let content: Buffer
  try {
    content = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature)
  } catch {
    return { kind: 'none' }
  }
  for (const [algorithm, prefix] of Object.entries(PREFIXES)) {
    const der = Buffer.from(prefix, 'hex')
    if (content.subarray(0, der.length).equals(der))
      return { kind: 'digest', algorithm, digest: content.subarray(der.length) }
  }
  return { kind: 'bare', content }
}

/** Whether the signature is RSASSA-PSS over this content. */
export function isPss(key: KeyObject, content: Uint8Array, signature: Uint8Array): boolean {
  const padding = constants.RSA_PKCS1_PSS_PADDING
  try {
    return verify('sha256', content, { key, padding }, signature)
  } catch {
    return false
  }
}

/** The length of the signatures of this key, in bytes. */
export function signatureLength(key: KeyObject): number {
  return Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8)
}
