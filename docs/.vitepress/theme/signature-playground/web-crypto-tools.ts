/**
 * @module The cryptographic functions of the diagnosis in a browser. WebCrypto hashes and verifies. What a signature contains is one modular
 * power, which WebCrypto does not offer; the key and the signature are public, so it need not take constant time.
 */
import {
  type DiagnosticTools,
  fromBase64,
  type RecoveredContent,
  readDigestInfo,
  toHex,
} from '@assent/protocol/signature-diagnostics'
import type { PublicKey } from './public-keys.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** At least eight bytes of 0xff (RFC 8017 §9.2). */
const PADDING = /^0001(?:ff){8,}00/
/** As many bytes as the hash has: the usual length, and the only one that is tried. */
const PSS = { name: 'RSA-PSS', saltLength: 32 }

export const WEB_CRYPTO_TOOLS: DiagnosticTools = {
  sha256: async (content) =>
    new Uint8Array(await crypto.subtle.digest('SHA-256', content as Bytes)),
  recover: (key, signature) => recover(key as PublicKey, signature),
  isPss: (key, content, signature) =>
    crypto.subtle.verify(PSS, (key as PublicKey).pss, signature as Bytes, content as Bytes),
  signatureLength: (key) => (key as PublicKey).length,
  pause: () => new Promise((resolve) => setTimeout(resolve)),
}

/** Whether WebCrypto accepts the signature: RSASSA-PKCS1-v1_5 with SHA-256. */
export function isValid(key: PublicKey, content: Uint8Array, base64: string): Promise<boolean> {
  const signature = fromBase64(base64) as Bytes
  return crypto.subtle.verify('RSASSA-PKCS1-v1_5', key.pkcs1, signature, content as Bytes)
}

function recover(
  { modulus, exponent, length }: PublicKey,
  signature: Uint8Array,
): RecoveredContent {
  const value = BigInt(`0x${toHex(signature) || '0'}`)
  if (signature.length !== length || value >= modulus) return { kind: 'none' }
  const hex = power(value, exponent, modulus)
    .toString(16)
    .padStart(2 * length, '0')
  const padding = PADDING.exec(hex)?.[0]
  if (!padding) return { kind: 'none' }
  const content = hex.slice(padding.length).match(/../g) ?? []
  return readDigestInfo(Uint8Array.from(content, (byte) => Number.parseInt(byte, 16)))
}

/** Square and multiply. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base % modulus
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}
