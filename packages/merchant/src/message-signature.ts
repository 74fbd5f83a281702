/**
 * @module Signs requests and verifies messages of the platform: SHA256withRSA over `POST <path>\n<client id>.<time>.<body>`.
 *
 * @see docs/merchants.md for the signed content, byte by byte
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import {
  formatSignatureHeader,
  formatTime,
  parseSignatureHeader,
  signedPrefix,
} from '@assent/protocol'

/**
 * A key: PEM text, or a `KeyObject` of `node:crypto`.
 *
 * @example
 * ```ts
 * import { createPublicKey } from 'node:crypto'
 * import type { KeyInput } from '@assent/merchant'
 *
 * export function parsePublicKey(pem: string): KeyInput {
 *   return createPublicKey(pem)
 * }
 * ```
 * @see [RFC 7468](https://www.rfc-editor.org/rfc/rfc7468.html), PEM
 */
export type KeyInput = string | KeyObject

export function toPrivateKey(key: KeyInput): KeyObject {
  return typeof key === 'string' ? createPrivateKey(key) : key
}

export function toPublicKey(key: KeyInput): KeyObject {
  return typeof key === 'string' ? createPublicKey(key) : key
}

/**
 * A request before it is signed.
 *
 * @example
 * ```ts
 * import type { KeyObject } from 'node:crypto'
 * import type { UnsignedRequest } from '@assent/merchant'
 *
 * export function toUnsignedRequest(key: KeyObject, path: string, request: object): UnsignedRequest {
 *   const now = Math.floor(Date.now() / 1000)
 *   const body = JSON.stringify(request)
 *   return { clientId: '2018103116394800000000', key, keyVersion: 1, path, body, now }
 * }
 * ```
 * @see docs/merchants.md
 */
export type UnsignedRequest = {
  readonly clientId: string
  /** The sender's private RSA key. */
  readonly key: KeyObject
  /** The version under which the platform registered the public key. */
  readonly keyVersion: number
  /** The path as it is sent, with its prefix and query string. */
  readonly path: string
  /** The body as it is sent. Serialize it once, and sign and send the same text. */
  readonly body: string
  /** The time of signing, in epoch seconds. */
  readonly now: number
}

/**
 * The headers of a signed request: `content-type`, `client-id`, `request-time` and `signature`.
 *
 * @example
 * ```ts
 * import { generateKeyPairSync } from 'node:crypto'
 * import { signRequest } from '@assent/merchant'
 *
 * const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
 * export const headers = signRequest({
 *   clientId: '2018103116394800000000',
 *   key: privateKey,
 *   keyVersion: 1,
 *   path: '/v1/authorizations/applyToken',
 *   body: '{"grantType":"AUTHORIZATION_CODE","authCode":"ac_1"}',
 *   now: Math.floor(Date.now() / 1000),
 * })
 * ```
 * @see docs/merchants.md
 */
export function signRequest({
  clientId,
  key,
  keyVersion,
  path,
  body,
  now,
}: UnsignedRequest): Record<string, string> {
  const time = formatTime(now)
  const signature = sign('sha256', Buffer.from(signedPrefix(path, clientId, time) + body), key)
  return {
    'content-type': 'application/json; charset=UTF-8',
    'client-id': clientId,
    'request-time': time,
    signature: formatSignatureHeader(keyVersion, signature.toString('base64'), 'base64url'),
  }
}

/**
 * A reply of the platform, as `fetch` received it.
 *
 * @example
 * ```ts
 * import type { SignedReply } from '@assent/merchant'
 *
 * export async function toSignedReply(response: Response, path: string): Promise<SignedReply> {
 *   const body = Buffer.from(await response.arrayBuffer())
 *   return { path, headers: response.headers, body, clientId: '2018103116394800000000' }
 * }
 * ```
 * @see docs/merchants.md
 */
export type SignedReply = {
  /** The path of the request. */
  readonly path: string
  readonly headers: Headers
  /** The body as received. A body that was parsed and serialized again does not verify. */
  readonly body: Buffer
  /** The client that sent the request. */
  readonly clientId: string
}

/**
 * Whether the platform signed this reply, for this client and this path.
 *
 * @param key the platform's public key
 * @example
 * ```ts
 * import { createPublicKey } from 'node:crypto'
 * import { verifyReply } from '@assent/merchant'
 *
 * export async function isGenuine(response: Response, platformPem: string): Promise<boolean> {
 *   return verifyReply(createPublicKey(platformPem), {
 *     path: '/v1/authorizations/applyToken',
 *     headers: response.headers,
 *     body: Buffer.from(await response.arrayBuffer()),
 *     clientId: '2018103116394800000000',
 *   })
 * }
 * ```
 * @see docs/merchants.md
 */
export function verifyReply(
  key: KeyObject,
  { path, headers, body, clientId }: SignedReply,
): boolean {
  if (headers.get('client-id') !== clientId) return false
  const time = headers.get('response-time') ?? ''
  const signature = headers.get('signature') ?? ''
  return verifyMessage(key, { path, clientId, time, signature, body })
}

export type SignedMessage = {
  readonly path: string
  readonly clientId: string
  /** The text of the `request-time` or `response-time` header. */
  readonly time: string
  /** The text of the `signature` header. */
  readonly signature: string
  readonly body: Uint8Array
}

/** Whether this key signed the message for this client. Replies and notifications are signed in the same way. */
export function verifyMessage(
  key: KeyObject,
  { path, clientId, time, signature, body }: SignedMessage,
): boolean {
  const parsed = parseSignatureHeader(signature)
  if (!parsed) return false
  const content = Buffer.concat([Buffer.from(signedPrefix(path, clientId, time)), body])
  return verify('sha256', content, key, Buffer.from(parsed.base64, 'base64'))
}
