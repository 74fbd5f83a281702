/**
 * @module Signing requests and verifying replies over their raw bytes (contract: openapi §1).
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import {
  formatSignatureHeader,
  formatTime,
  parseSignatureHeader,
  signedPrefix,
} from '@assent/protocol'

/** PEM, or what `node:crypto` made of it. */
export type KeyInput = string | KeyObject

export function toPrivateKey(key: KeyInput): KeyObject {
  return typeof key === 'string' ? createPrivateKey(key) : key
}

export function toPublicKey(key: KeyInput): KeyObject {
  return typeof key === 'string' ? createPublicKey(key) : key
}

export type RequestToSign = {
  readonly clientId: string
  readonly key: KeyObject
  readonly keyVersion: number
  /** With prefix and query string. */
  readonly path: string
  readonly body: string
  /** Epoch seconds. */
  readonly now: number
}

/** The headers of a signed request. */
export function signRequest({
  clientId,
  key,
  keyVersion,
  path,
  body,
  now,
}: RequestToSign): Record<string, string> {
  const time = formatTime(now)
  const signature = sign('sha256', Buffer.from(signedPrefix(path, clientId, time) + body), key)
  return {
    'content-type': 'application/json; charset=UTF-8',
    'client-id': clientId,
    'request-time': time,
    signature: formatSignatureHeader(keyVersion, signature.toString('base64'), 'base64url'),
  }
}

export type ReplyToVerify = {
  readonly path: string
  readonly headers: Headers
  readonly body: Buffer
  readonly clientId: string
}

/** Whether the platform has signed these bytes as the reply to this client on this path. */
export function verifyReply(
  key: KeyObject,
  { path, headers, body, clientId }: ReplyToVerify,
): boolean {
  if (headers.get('client-id') !== clientId) return false
  const time = headers.get('response-time') ?? ''
  return verifyMessage(key, {
    path,
    clientId,
    time,
    signature: headers.get('signature') ?? '',
    body,
  })
}

export type MessageToVerify = {
  readonly path: string
  readonly clientId: string
  /** As the header says it. */
  readonly time: string
  /** The header. */
  readonly signature: string
  readonly body: Uint8Array
}

/** Whether the platform has signed these bytes for this client, as a reply or as a notification. */
export function verifyMessage(
  key: KeyObject,
  { path, clientId, time, signature, body }: MessageToVerify,
): boolean {
  const parsed = parseSignatureHeader(signature)
  if (!parsed) return false
  const content = Buffer.concat([Buffer.from(signedPrefix(path, clientId, time)), body])
  return verify('sha256', content, key, Buffer.from(parsed.base64, 'base64'))
}
