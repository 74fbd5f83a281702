/**
 * @module What a client is sent, in the shape that it chose: ours, that of AMS (contract: openapi §6), or a Security Event Token
 * (RFC 8417) delivered by push (RFC 8935).
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

export type Message = {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Destination = { readonly url: string; readonly format: NotifyFormat }

/** Signs with the platform's keys. */
export type MessageSigner = {
  readonly keyVersion: number
  /** SHA256withRSA. @returns base64 */
  readonly sign: (prefix: string, body: string) => Promise<string>
  /** As a Security Event Token. */
  readonly signEvent: (notification: Notification) => Promise<string>
}

/** @param now epoch seconds: when it is sent */
export async function messageOf(
  event: AuthorizationEvent,
  { clientId, notify }: { readonly clientId: string; readonly notify: Destination },
  signer: MessageSigner,
  now: number,
): Promise<Message> {
  const notification = notificationOf(event, { clientId })
  if (notify.format === 'set') {
    return {
      headers: { 'content-type': 'application/secevent+jwt', accept: 'application/json' },
      body: await signer.signEvent(notification),
    }
  }
  const body = JSON.stringify(notify.format === 'ams' ? inAms(notification) : notification)
  const time = formatTime(now)
  const { pathname, search } = new URL(notify.url)
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

/** Whether the answer says that the event has arrived. */
export function isAccepted(
  format: NotifyFormat,
  answer: { readonly status: number; readonly body: string },
): boolean {
  if (format === 'set') return answer.status === 202
  if (answer.status !== 200) return false
  try {
    const { result } = JSON.parse(answer.body) as { result?: { resultStatus?: unknown } }
    return result?.resultStatus === 'S'
  } catch {
    return false
  }
}

function inAms({
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
