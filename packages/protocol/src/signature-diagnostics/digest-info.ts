/**
 * @module Reads the digest and its algorithm from the content of a PKCS #1 v1.5 signature.
 * @see [RFC 8017 §9.2](https://www.rfc-editor.org/rfc/rfc8017.html#section-9.2)
 */
import { toHex } from './bytes.ts'
import type { RecoveredContent } from './diagnosis.ts'

/** DER of AlgorithmIdentifier and OCTET STRING, up to the digest (RFC 8017 §9.2, note 1). */
const PREFIXES: Readonly<Record<string, string>> = {
  MD5: '3020300c06082a864886f70d020505000410',
  'SHA-1': '3021300906052b0e03021a05000414',
  'SHA-224': '302d300d06096086480165030402040500041c',
  'SHA-256': '3031300d060960864801650304020105000420',
  'SHA-384': '3041300d060960864801650304020205000430',
  'SHA-512': '3051300d060960864801650304020305000440',
}

/** @param content without the padding */
export function readDigestInfo(content: Uint8Array): RecoveredContent {
  const hex = toHex(content)
  for (const [algorithm, prefix] of Object.entries(PREFIXES))
    if (hex.startsWith(prefix))
      return { kind: 'digest', algorithm, digest: content.subarray(prefix.length / 2) }
  return { kind: 'bare', content }
}
