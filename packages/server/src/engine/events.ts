/**
 * @module Events: notifications of clients about changes of grants and tokens.
 * @see docs/notifications.md#events
 */
import { type EventReason, formatTime, type Notification } from '@assent/protocol'
import type { Authorization, AuthorizationEvent, Grant, NewEvent } from './records.ts'
import type { Client } from './registry.ts'
import type { Store } from './store/store.ts'

/** A cursor of `listEvents`. Its numbers fit into the 64 bits of a database. */
export const EVENT_CURSOR_PATTERN = '^\\d{1,18}(\\.\\d{1,18})?$'

/** Derives the event of a change. @returns `undefined` when no scope was granted or withdrawn */
export function eventOfChange(
  before: Grant,
  next: Grant,
  reason: EventReason,
): NewEvent | undefined {
  const [previous, current] = [Object.keys(before.granted), Object.keys(next.granted)]
  const added = current.filter((scope) => !previous.includes(scope))
  const removed = previous.filter((scope) => !current.includes(scope))
  if (added.length + removed.length === 0) return undefined
  const type =
    removed.length > 0
      ? 'AUTHORIZATION_WITHDRAWN'
      : previous.length > 0
        ? 'AUTHORIZATION_CHANGED'
        : 'AUTHORIZATION_GRANTED'
  const scopes = removed.length > 0 ? removed : added
  return {
    ...partyOf(next),
    eventId: `${next.grantId.toString(36)}-${next.epoch}`,
    type,
    scopes,
    reason,
  }
}

/**
 * Ends an authorization and notifies its client.
 * @returns the sequence number of the revocation log entry; 0 when the authorization had ended before
 */
export async function endAuthorization(
  store: Pick<Store, 'endAuthorization' | 'readGrantState'>,
  { authorizationId, grantId }: Pick<Authorization, 'authorizationId' | 'grantId'>,
  reason: EventReason,
  now: number,
): Promise<number> {
  const grant = (await store.readGrantState(grantId, authorizationId))?.grant
  const event = grant && {
    ...partyOf(grant),
    eventId: authorizationId,
    type: 'TOKEN_CANCELLED' as const,
    scopes: [],
    reason,
  }
  return store.endAuthorization(authorizationId, now, event)
}

/** Converts an event into the form in which it is listed and sent. */
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

function partyOf({
  clientNumber,
  subject,
  appId,
}: Grant): Pick<NewEvent, 'clientNumber' | 'subject' | 'appId'> {
  return { clientNumber, subject, appId }
}
