/**
 * @module Notification messages in the format that the client chose: that of Assent, that of AMS, or a Security Event Token
 * ([RFC 8417](https://www.rfc-editor.org/rfc/rfc8417.html)) delivered by push
 * ([RFC 8935](https://www.rfc-editor.org/rfc/rfc8935.html)). See docs/notifications.md#formats.
 */
import {
  type AmsNotification,
  type Notification,
  type SignatureEncoding,
  SUCCESS,
} from '@assent/protocol'
import { notificationOf } from '../engine/events.ts'
import type { MessageSigner } from '../engine/ports/message-signer.ts'
import type { AuthorizationEvent } from '../engine/records.ts'
import type { NotifyFormat } from '../engine/registry.ts'
import { signedHeaders } from '../engine/signed-request.ts'

export type NotificationMessage = {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Destination = {
  readonly clientId: string
  readonly url: string
  readonly format: NotifyFormat
  /** The encoding of the signature in the formats that have a `Signature` header. */
  readonly encoding: SignatureEncoding
}

/** Signs with the platform's keys. */
export type NotificationSigner = MessageSigner & {
  /** @returns a Security Event Token */
  readonly signEvent: (notification: Notification) => Promise<string>
}

/** @param now the time of sending, in epoch seconds */
export async function messageOf(
  event: AuthorizationEvent,
  { clientId, url, format, encoding }: Destination,
  signer: NotificationSigner,
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
  const { pathname, search } = new URL(url)
  const request = { path: pathname + search, clientId, encoding, body }
  return { headers: await signedHeaders(signer, request, now), body }
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
