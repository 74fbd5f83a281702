/**
 * @module Signature diagnostics: finds out why the signature of a request is invalid. An RSA signature reveals the hash of the signed
 * content, so each suspected mistake can be proven by hashing the content that it would have produced.
 * @see docs/merchant-api.md#signature-format
 */

import { LIMITS } from '../merchant-api.ts'
import { formatTime, parseRequestTime } from '../request-time.ts'
import { parseSignatureHeader, pathOfTarget, signedPrefix } from '../signature.ts'
import { areEqual, concatBytes, decodeLatin1, encodeUtf8, fromBase64 } from './bytes.ts'
import { diagnoseDigest } from './diagnose-digest.ts'
import {
  type Awaitable,
  type Diagnosis,
  type DiagnosticKey,
  type DiagnosticTools,
  diagnosis,
} from './diagnosis.ts'
import { type RawRequest, readRawRequest } from './raw-request.ts'

export type DiagnosticClient = {
  readonly keys: ReadonlyMap<number, DiagnosticKey>
  readonly toleranceSeconds: number
}

const ALGORITHM = 'SHA-256'
const HEADER_FORMAT = 'algorithm=RSA256, keyVersion=1, signature=…'

/**
 * @param bytes the request as text: request line, headers, an empty line, the body
 * @param now epoch seconds
 */
export async function diagnoseSignature(
  bytes: Uint8Array,
  findClient: (clientId: string) => Awaitable<DiagnosticClient | undefined>,
  tools: DiagnosticTools,
  now: number,
): Promise<Diagnosis> {
  const request = bytes.length > 2 * LIMITS.body ? undefined : readRawRequest(bytes)
  if (!request)
    return diagnosis(
      'NO_REQUEST',
      'This is not an HTTP request. Send the request line, the headers, an empty line and the body.',
    )
  const clientId = request.headers.get('client-id') ?? ''
  const client = await findClient(clientId)
  if (!client)
    return diagnosis(
      'CLIENT_UNKNOWN',
      'The Client-Id is not registered on this server. Check the header and the environment.',
    )
  for (const name of ['request-time', 'signature']) {
    if (!request.headers.get(name))
      return diagnosis('HEADER_MISSING', `The ${name} header is missing.`)
  }
  const header = request.headers.get('signature') ?? ''
  const signature = parseSignatureHeader(header)
  if (!signature) return diagnoseHeader(header)
  const version = signature.keyVersion ?? Math.max(...client.keys.keys())
  const key = client.keys.get(version)
  if (!key) return diagnoseKeyVersion(client, version)
  const value = fromBase64(signature.base64)
  const content = signedContentOf(request, clientId)
  const recovered = tools.recover(key, value)
  if (recovered.kind === 'none')
    return diagnoseUnrecoverableSignature(client, version, value, content, tools)
  if (recovered.kind === 'bare')
    return diagnosis(
      'HASH_ALGORITHM',
      'The signature has no hash with an algorithm identifier. Use SHA256withRSA, which hashes and signs.',
    )
  if (recovered.algorithm !== ALGORITHM)
    return diagnosis(
      'HASH_ALGORITHM',
      `The request was signed with ${recovered.algorithm} and RSA. Use SHA-256 with RSA (SHA256withRSA).`,
    )
  if (areEqual(recovered.digest, await tools.sha256(content)))
    return diagnoseTime(request, client, now)
  return diagnoseDigest(request, clientId, content, recovered.digest, tools)
}

function signedContentOf({ target, headers, body }: RawRequest, clientId: string): Uint8Array {
  const prefix = signedPrefix(pathOfTarget(target), clientId, headers.get('request-time') ?? '')
  return concatBytes(encodeUtf8(prefix), body)
}

function diagnoseKeyVersion({ keys }: DiagnosticClient, version: number): Diagnosis {
  const versions = [...keys.keys()].join(', ')
  return diagnosis(
    'KEY_VERSION',
    `keyVersion ${version} is not registered for this client. Registered: ${versions}.`,
  )
}

function diagnoseHeader(header: string): Diagnosis {
  const value = /signature=(.*)$/i.exec(header)?.[1]?.trim()
  if (value === undefined || value === '')
    return diagnosis(
      'HEADER_MALFORMED',
      `The Signature header has no signature. Write it as: ${HEADER_FORMAT}`,
    )
  if (/%25[0-9a-f]{2}/i.test(value))
    return diagnosis(
      'SIGNATURE_ENCODING',
      'The signature is percent-encoded twice. Encode it once, or send it as base64.',
    )
  if (/ /.test(value))
    return diagnosis(
      'SIGNATURE_ENCODING',
      'The signature has spaces instead of +, because it was decoded as a form. Send it percent-encoded, or as base64url.',
    )
  if (!/algorithm=(rsa256|sha256withrsa)\b/i.test(header))
    return diagnosis(
      'HEADER_MALFORMED',
      `The Signature header has no supported algorithm. Write it as: ${HEADER_FORMAT}`,
    )
  return diagnosis(
    'HEADER_MALFORMED',
    `The Signature header is malformed. Write it as: ${HEADER_FORMAT}`,
  )
}

/** The key does not recover anything from the signature: its encoding, its padding or the key itself is wrong. */
async function diagnoseUnrecoverableSignature(
  client: DiagnosticClient,
  version: number,
  signature: Uint8Array,
  content: Uint8Array,
  tools: DiagnosticTools,
): Promise<Diagnosis> {
  const key = client.keys.get(version) as DiagnosticKey
  const encoding = diagnoseEncoding(signature, tools.signatureLength(key))
  if (encoding) return encoding
  if (await tools.isPss(key, content, signature))
    return diagnosis(
      'PADDING',
      'The request was signed with PSS padding. Use PKCS #1 v1.5 (SHA256withRSA).',
    )
  return diagnoseKey(client, version, signature, tools)
}

function diagnoseEncoding(signature: Uint8Array, expectedLength: number): Diagnosis | undefined {
  const text = decodeLatin1(signature)
  if (signature.length === (expectedLength * 3) / 2)
    return diagnosis('SIGNATURE_ENCODING', 'The signature is hexadecimal. Send it as base64.')
  if (/^[A-Za-z0-9+/=_-]+$/.test(text) && fromBase64(text).length === expectedLength)
    return diagnosis(
      'SIGNATURE_ENCODING',
      'The signature is encoded in base64 twice. Encode it once.',
    )
  if (signature.length !== expectedLength)
    return diagnosis(
      'SIGNATURE_LENGTH',
      `The signature has ${signature.length} bytes, but a signature of this key has ${expectedLength}. It is truncated, or was made with another key.`,
    )
  return undefined
}

function diagnoseKey(
  { keys }: DiagnosticClient,
  version: number,
  signature: Uint8Array,
  tools: DiagnosticTools,
): Diagnosis {
  for (const [otherVersion, otherKey] of keys) {
    if (otherVersion !== version && tools.recover(otherKey, signature).kind !== 'none')
      return diagnosis(
        'KEY_VERSION',
        `The request was signed with the key of version ${otherVersion}, but the header has version ${version}.`,
      )
  }
  return diagnosis(
    'KEY',
    'The signature was made with another key than the registered one. Compare your public key with the one that the wallet operator has registered.',
  )
}

function diagnoseTime(
  { headers }: RawRequest,
  { toleranceSeconds }: DiagnosticClient,
  now: number,
): Diagnosis {
  const sentAt = parseRequestTime(headers.get('request-time') ?? '')
  if (toleranceSeconds > 0 && sentAt === undefined)
    return diagnosis(
      'TIME',
      `The signature is valid, but Request-Time is malformed. Write it as: ${formatTime(now)}`,
    )
  const ageSeconds = now - (sentAt ?? now)
  if (toleranceSeconds > 0 && Math.abs(ageSeconds) > toleranceSeconds)
    return diagnosis(
      'TIME',
      `The signature is valid, but Request-Time is ${Math.abs(ageSeconds)} seconds ${ageSeconds > 0 ? 'ago' : 'ahead'}. At most ${toleranceSeconds} seconds are allowed. Sign each request when you send it, and check the clock.`,
    )
  return diagnosis('VALID', 'The signature is valid.')
}
