/**
 * @module What a signature was made over, as far as it says: RSA with PKCS #1 v1.5 (RFC 8017 §9.2) carries the hash of the content, and
 * whoever has the public key can read it.
 */
import { constants, type KeyObject, publicDecrypt, verify } from 'node:crypto'

export type RecoveredDigest =
  /** The hash, and the name of its algorithm. */
  | { readonly kind: 'digest'; readonly algorithm: string; readonly digest: Buffer }
  /** The padding of PKCS #1 v1.5 around something that is no hash. */
  | { readonly kind: 'bare'; readonly content: Buffer }
  /** Nothing: another key, another padding, or damaged on its way. */
  | { readonly kind: 'none' }

/** DER of AlgorithmIdentifier and OCTET STRING up to the hash (RFC 8017 §9.2, note 1). */
const PREFIXES: Readonly<Record<string, string>> = {
  MD5: '3020300c06082a864886f70d020505000410',
  'SHA-1': '3021300906052b0e03021a05000414',
  'SHA-224': '302d300d06096086480165030402040500041c',
  'SHA-256': '3031300d060960864801650304020105000420',
  'SHA-384': '3041300d060960864801650304020205000430',
  'SHA-512': '3051300d060960864801650304020305000440',
}

export function recoverDigest(key: KeyObject, signature: Buffer): RecoveredDigest {
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

/** Whether it is a signature of RSASSA-PSS over this content. */
export function isPss(key: KeyObject, content: Buffer, signature: Buffer): boolean {
  const padding = constants.RSA_PKCS1_PSS_PADDING
  try {
    return verify('sha256', content, { key, padding }, signature)
  } catch {
    return false
  }
}

/** The length of a signature of this key, in bytes. */
export function signatureLength(key: KeyObject): number {
  return Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8)
}
