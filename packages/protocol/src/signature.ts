/**
 * @module The signed content of a message and the `Signature` header. This module handles text only; callers supply the RSA
 * operation.
 *
 * @see docs/merchant-api.md#signature-format
 */

/**
 * The encodings of a signature value: percent-encoded base64, base64, and base64url without padding.
 *
 * @see docs/merchant-api.md#signature-encodings
 */
export const SIGNATURE_ENCODINGS = ['percent', 'base64', 'base64url'] as const
/** The encoding of a signature value. A response uses the encoding of its request. */
export type SignatureEncoding = (typeof SIGNATURE_ENCODINGS)[number]

/** A parsed `Signature` header. */
export type SignatureHeader = {
  /** `undefined` selects the newest key of the client. */
  readonly keyVersion: number | undefined
  /** The value in base64 ([RFC 4648 §4](https://www.rfc-editor.org/rfc/rfc4648.html#section-4)). */
  readonly base64: string
  readonly encoding: SignatureEncoding
}

const RSA_SHA256 = /(?:^|,)\s*algorithm\s*=\s*(?:rsa256|sha256withrsa)\s*(?:,|$)/i
const KEY_VERSION = /(?:^|,)\s*keyversion\b\s*([^,]*)/i
/** Either alphabet of RFC 4648. `\w` instead of character ranges: V8 matches a signature of 344 characters six times as fast. */
const BASE64 = /^[\w+/-]+={0,2}$/

/**
 * The signed content of a request or a response, up to the body. Append the exact bytes of the body, without a line feed.
 *
 * @param path the request target with its query string, without scheme and host
 * @param time the value of `Request-Time` or `response-time` as it is sent
 * @example
 * ```ts
 * import { signedPrefix } from '@assent/protocol'
 *
 * const signedContent = `${signedPrefix('/v1/authorizations/query', 'client-1', '1647833552770')}{}`
 * ```
 */
export function signedPrefix(path: string, clientId: string, time: string): string {
  return `POST ${path}\n${clientId}.${time}.`
}

/** The path that is signed: the request target with its query string, without scheme and host. */
export function pathOfTarget(target: string): string {
  const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(target)
  if (!origin) return target
  const rest = target.slice(origin[0].length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

/**
 * Parses `algorithm=RSA256, keyVersion=1, signature=<value>`. The value is everything after `signature=`.
 *
 * @returns `undefined` when the header is malformed or names another algorithm
 */
export function parseSignatureHeader(header: string): SignatureHeader | undefined {
  const at = header.search(/signature=/i)
  if (at < 0) return undefined
  const fields = header.slice(0, at)
  if (!RSA_SHA256.test(fields)) return undefined
  const version = KEY_VERSION.exec(fields)?.[1]
  if (version !== undefined && !/^=\s*\d{1,9}\s*$/.test(version)) return undefined
  const value = decodeSignature(header.slice(at + 'signature='.length).trim())
  const keyVersion = version === undefined ? undefined : Number(version.slice('='.length))
  return value && { keyVersion, ...value }
}

function decodeSignature(value: string): Pick<SignatureHeader, 'base64' | 'encoding'> | undefined {
  const encoding = encodingOf(value)
  const decoded = encoding === 'percent' ? percentDecode(value) : value
  if (decoded === undefined || !BASE64.test(decoded)) return undefined
  return { base64: decoded.replaceAll('-', '+').replaceAll('_', '/'), encoding }
}

function encodingOf(value: string): SignatureEncoding {
  if (value.includes('%')) return 'percent'
  return /[+/=]/.test(value) ? 'base64' : 'base64url'
}

function percentDecode(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}

/** Formats a `Signature` header with three parts. Clients of the family read the signature as the third part. */
export function formatSignatureHeader(
  keyVersion: number,
  base64: string,
  encoding: SignatureEncoding,
): string {
  return `algorithm=RSA256,keyVersion=${keyVersion},signature=${encodeSignature(base64, encoding)}`
}

function encodeSignature(base64: string, encoding: SignatureEncoding): string {
  if (encoding === 'percent') return encodeURIComponent(base64)
  if (encoding === 'base64') return base64
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
