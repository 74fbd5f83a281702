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

const RSA_SHA256_NAMES = new Set(['rsa256', 'sha256withrsa'])
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

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
  const fields = new Map<string, string>()
  for (const part of header.slice(0, at).split(',')) {
    const [name, value = ''] = part.split('=', 2)
    fields.set((name ?? '').trim().toLowerCase(), value.trim())
  }
  if (!RSA_SHA256_NAMES.has((fields.get('algorithm') ?? '').toLowerCase())) return undefined
  const version = fields.get('keyversion')
  if (version !== undefined && !/^\d{1,9}$/.test(version)) return undefined
  const value = decodeSignature(header.slice(at + 'signature='.length).trim())
  return value && { keyVersion: version === undefined ? undefined : Number(version), ...value }
}

function decodeSignature(value: string): Pick<SignatureHeader, 'base64' | 'encoding'> | undefined {
  const encoding = encodingOf(value)
  const decoded = encoding === 'percent' ? percentDecode(value) : value
  const base64 = decoded?.replaceAll('-', '+').replaceAll('_', '/')
  return base64 && BASE64.test(base64) ? { base64, encoding } : undefined
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
