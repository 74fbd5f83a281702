/**
 * @module Recovers the signed digest from an RSA signature, for diagnostics. A PKCS #1 v1.5 signature contains the hash of the content,
 * and the public key reveals it.
 * @see [RFC 8017 §9.2](https://www.rfc-editor.org/rfc/rfc8017.html#section-9.2)
 */
import { constants, type KeyObject, publicDecrypt, verify } from 'node:crypto'
import { type RecoveredContent, readDigestInfo } from '@assent/protocol/signature-diagnostics'

/** `none`: another key, another padding, or a damaged signature. */
export function recoverDigest(key: KeyObject, signature: Uint8Array): RecoveredContent {
  try {
    const padding = constants.RSA_PKCS1_PADDING
    return readDigestInfo(publicDecrypt({ key, padding }, signature))
  } catch {
    return { kind: 'none' }
  }
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
