/**
 * @module Notification messages in the format that the client chose: that of Assent, that of AMS, or a Security Event Token
 * ([RFC 8417](https://www.rfc-editor.org/rfc/rfc8417.html)) delivered by push
 * ([RFC 8935](https://www.rfc-editor.org/rfc/rfc8935.html)). See docs/notifications.md#formats.
 */
import {
  type AmsNotification,
  formatSignatureHeader,
  formatTime,
  type Notification,
  SUCCESS,
  signedPrefix,
} from '@assent/protocol'
import { notificationOf } from '../engine/events.ts'
import type { AuthorizationEvent } from '../engine/records.ts'
import type { NotifyFormat } from '../engine/registry.ts'

export type NotificationMessage = {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Destination = {
  readonly clientId: string
  readonly url: string
  readonly format: NotifyFormat
}

/** Signs with the platform's keys. */
export type MessageSigner = {
  readonly keyVersion: number
  /** SHA256withRSA. @returns base64 */
  readonly sign: (prefix: string, body: string) => Promise<string>
  /** @returns a Security Event Token */
  readonly signEvent: (notification: Notification) => Promise<string>
}

/** @param now the time of sending, in epoch seconds */
export async function messageOf(
  event: AuthorizationEvent,
  { clientId, url, format }: Destination,
  signer: MessageSigner,
  now: number,
): Promise<NotificationMessage> {
  const notification = notificationOf(event, { clientId })
  if (format === 'set') {
    return {
      headers: { 'content-type': 'application/secevent+jwt', accept: 'application/json' },
      body: await signer.signEvent(notification),
    }
  }
  const body = JSON.stringify(format === 'ams' ? toAmsNotification(notification) : notification)
  const time = formatTime(now)
  const { pathname, search } = new URL(url)
  const base64 = await signer.sign(signedPrefix(pathname + search, clientId, time), body)
  return {
    headers: {
      'content-type': 'application/json; charset=UTF-8',
      'client-id': clientId,
      'request-time': time,
      signature: formatSignatureHeader(signer.keyVersion, base64, 'base64url'),
    },
    body,
  }
}

/** Whether the response acknowledges the event. */
export function isAcknowledged(
  format: NotifyFormat,
  response: { readonly status: number; readonly body: string },
): boolean {
  if (format === 'set') return response.status === 202
  if (response.status !== 200) return false
  try {
    const { result } = JSON.parse(response.body) as { result?: { resultStatus?: unknown } }
    return result?.resultStatus === 'S'
  } catch {
    return false
  }
}

function toAmsNotification({
  eventId,
  eventType,
  authClientId,
  userId,
  reason,
}: Notification): AmsNotification {
  const isCreated = eventType === 'AUTHORIZATION_GRANTED' || eventType === 'AUTHORIZATION_CHANGED'
  return {
    authorizationNotifyType: isCreated ? 'TOKEN_CREATED' : 'TOKEN_CANCELED',
    authClientId,
    ...(userId !== undefined && { userId }),
    reason,
    result: { ...SUCCESS, resultStatus: 'S' },
    eventId,
  }
}
