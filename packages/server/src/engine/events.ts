/**
 * @module What changed, as clients are told it.
 */
import { type EventReason, formatTime, type Notification } from '@assent/protocol'
import type { Store } from './ports/store.ts'
import type { Authorization, AuthorizationEvent, Grant, NewEvent } from './records.ts'
import type { Client } from './registry.ts'

/** `undefined`: nothing that a client would want to know. */
export function eventOfChange(
  before: Grant,
  next: Grant,
  reason: EventReason,
): NewEvent | undefined {
  const [had, has] = [Object.keys(before.granted), Object.keys(next.granted)]
  const gained = has.filter((scope) => !had.includes(scope))
  const lost = had.filter((scope) => !has.includes(scope))
  if (gained.length + lost.length === 0) return undefined
  const type =
    lost.length > 0
      ? 'AUTHORIZATION_WITHDRAWN'
      : had.length > 0
        ? 'AUTHORIZATION_CHANGED'
        : 'AUTHORIZATION_GRANTED'
  const scopes = lost.length > 0 ? lost : gained
  return {
    ...of(next),
    eventId: `${next.grantId.toString(36)}-${next.epoch}`,
    type,
    scopes,
    reason,
  }
}

/**
 * Ends an authorization, and tells its client.
 * @returns the number of the line in the revocation log; 0 when it was ended before
 */
export async function endAuthorization(
  store: Pick<Store, 'endAuthorization' | 'readGrantState'>,
  { authorizationId, grantId }: Pick<Authorization, 'authorizationId' | 'grantId'>,
  reason: EventReason,
  now: number,
): Promise<number> {
  const grant = (await store.readGrantState(grantId, authorizationId))?.grant
  const event = grant && {
    ...of(grant),
    eventId: authorizationId,
    type: 'TOKEN_CANCELLED' as const,
    scopes: [],
    reason,
  }
  return store.endAuthorization(authorizationId, now, event)
}

/** An event in words: as it is listed and sent. */
export function notificationOf(
  event: AuthorizationEvent,
  { clientId }: Pick<Client, 'clientId'>,
): Notification {
  const { eventId, type, appId, subject, scopes, reason, createdAt } = event
  return {
    eventId,
    eventType: type,
    authClientId: clientId,
    ...(appId && { appId }),
    ...(subject && { userId: subject }),
    scopes,
    reason,
    occurredTime: formatTime(Math.floor(createdAt / 1000)),
  }
}

function of({
  clientNumber,
  subject,
  appId,
}: Grant): Pick<NewEvent, 'clientNumber' | 'subject' | 'appId'> {
  return { clientNumber, subject, appId }
}
