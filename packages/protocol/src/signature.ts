/**
 * @module The signature of a message: what is signed, how the header spells it, and in which encodings
 * (contract: openapi §1). Text only: the caller brings RSA.
 */

/** How a signature value is written. A reply uses the encoding of its request. */
export type SignatureEncoding = 'percent' | 'base64' | 'base64url'

export type SignatureHeader = {
  /** `undefined`: the newest key of the client. */
  readonly keyVersion: number | undefined
  /** The value as RFC 4648 §4 base64. */
  readonly base64: string
  readonly encoding: SignatureEncoding
}

const RSA_SHA256 = /(?:^|,)\s*algorithm\s*=\s*(?:rsa256|sha256withrsa)\s*(?:,|$)/i
const KEY_VERSION = /(?:^|,)\s*keyversion\b\s*([^,]*)/i
/** In either alphabet of RFC 4648. `\w` and not its ranges: of a signature's 344 characters, V8 reads that six times as fast. */
const BASE64 = /^[\w+/-]+={0,2}$/

/** What comes before the body in the signed content of a request and of its reply. No line feed follows the body. */
export function signedPrefix(path: string, clientId: string, time: string): string {
  return `POST ${path}\n${clientId}.${time}.`
}

/** The request target without scheme and host, with its query string: the path that is signed. */
export function pathOfTarget(target: string): string {
  const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(target)
  if (!origin) return target
  const rest = target.slice(origin[0].length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

/**
 * Reads `algorithm=RSA256, keyVersion=1, signature=X`. X is all that follows `signature=`.
 * @returns `undefined` when the header is malformed or names another algorithm.
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

/** The header of a reply or a request: three parts, the signature third. */
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
