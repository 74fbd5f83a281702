/**
 * @module Signs requests and verifies messages of the platform: SHA256withRSA over `POST <path>\n<client id>.<time>.<body>`.
 *
 * @see docs/merchants.md for the signed content, byte by byte
 */
import { type KeyObject, randomInt, sign, verify } from 'node:crypto'
import {
  formatSignatureHeader,
  formatTime,
  parseSignatureHeader,
  signedPrefix,
} from '@assent/protocol'
import type { KeyInput } from './keys.ts'
import {
  findKeys,
  type PlatformKeyRing,
  type PlatformKeySet,
  readPlatformKeys,
} from './platform-keys.ts'

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
  const time = formatUniqueTime(now)
  const signature = sign('sha256', Buffer.from(signedPrefix(path, clientId, time) + body), key)
  return {
    'content-type': 'application/json; charset=UTF-8',
    'client-id': clientId,
    'request-time': time,
    signature: formatSignatureHeader(keyVersion, signature.toString('base64'), 'base64url'),
  }
}

/** The time with random fractions of the second: the platform executes each signed request once, and equal requests must differ. */
function formatUniqueTime(now: number): string {
  const fraction = randomInt(1_000_000_000).toString().padStart(9, '0')
  return formatTime(now).replace('+', `.${fraction}+`)
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
 * @param platformKeys the platform's public key, or its keys by version
 * @throws {TypeError} when a key cannot be used
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { verifyReply } from '@assent/merchant'
 *
 * const platformKeys = { 1: readFileSync('platform-1.pem'), 2: readFileSync('platform-2.pem') }
 *
 * export async function isGenuine(response: Response): Promise<boolean> {
 *   return verifyReply(platformKeys, {
 *     path: '/v1/authorizations/applyToken',
 *     headers: response.headers,
 *     body: Buffer.from(await response.arrayBuffer()),
 *     clientId: '2018103116394800000000',
 *   })
 * }
 * ```
 * @see docs/merchants.md
 */
export function verifyReply(platformKeys: KeyInput | PlatformKeySet, reply: SignedReply): boolean {
  const keys = readPlatformKeys(platformKeys)
  const message = toMessage(reply)
  return message !== undefined && verifyMessage(findKeys(keys, message.keyVersion), message)
}

/** `UNKNOWN_KEY`: there is no key of the version that the message names. */
export type Verdict = 'GENUINE' | 'FORGED' | 'UNKNOWN_KEY'

/** @throws {Error} when the keys cannot be fetched */
export async function verifyReplyWith(keys: PlatformKeyRing, reply: SignedReply): Promise<Verdict> {
  return verifyWith(keys, toMessage(reply))
}

/** @throws {Error} when the keys cannot be fetched */
export async function verifyWith(
  keys: PlatformKeyRing,
  message: SignedMessage | undefined,
): Promise<Verdict> {
  if (!message) return 'FORGED'
  const candidates = await keys.find(message.keyVersion)
  if (candidates.length === 0) return 'UNKNOWN_KEY'
  return verifyMessage(candidates, message) ? 'GENUINE' : 'FORGED'
}

/** A message whose `signature` header was parsed. */
export type SignedMessage = {
  readonly keyVersion: number | undefined
  readonly content: Uint8Array
  readonly signature: Uint8Array
}

/** @returns `undefined` when it is for another client or its signature header is malformed */
function toMessage({ path, headers, body, clientId }: SignedReply): SignedMessage | undefined {
  if (headers.get('client-id') !== clientId) return undefined
  const time = headers.get('response-time') ?? ''
  return parseMessage({ path, clientId, time, signature: headers.get('signature') ?? '', body })
}

/** Replies and notifications are signed in the same way. @returns `undefined` when the signature header is malformed */
export function parseMessage({
  path,
  clientId,
  time,
  signature,
  body,
}: {
  readonly path: string
  readonly clientId: string
  /** The text of the `request-time` or `response-time` header. */
  readonly time: string
  /** The text of the `signature` header. */
  readonly signature: string
  readonly body: Uint8Array
}): SignedMessage | undefined {
  const parsed = parseSignatureHeader(signature)
  return (
    parsed && {
      keyVersion: parsed.keyVersion,
      content: Buffer.concat([Buffer.from(signedPrefix(path, clientId, time)), body]),
      signature: Buffer.from(parsed.base64, 'base64'),
    }
  )
}

/** Whether one of these keys signed the message. */
export function verifyMessage(
  keys: readonly KeyObject[],
  { content, signature }: SignedMessage,
): boolean {
  return keys.some((key) => verify('sha256', content, key, signature))
}
