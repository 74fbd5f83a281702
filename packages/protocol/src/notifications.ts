/**
 * @module The events that clients receive at their `notifyUrl` or list with `events`.
 *
 * @see docs/notifications.md
 */

/**
 * The types of events.
 *
 * @see docs/notifications.md#events
 */
export const EVENT_TYPES = [
  'AUTHORIZATION_GRANTED',
  'AUTHORIZATION_CHANGED',
  'AUTHORIZATION_WITHDRAWN',
  'TOKEN_CANCELLED',
  'CLIENT_SUSPENDED',
  'KEY_COMPROMISED',
] as const
/** The type of an event. */
export type EventType = (typeof EVENT_TYPES)[number]

/**
 * Why an event occurred.
 *
 * @see docs/notifications.md#reasons
 */
export const EVENT_REASONS = [
  'USER',
  'SILENT',
  'MERCHANT',
  'REFRESH_TOKEN_REUSED',
  'CODE_REPLAYED',
  'OPERATOR',
  /** The consent duration has ended. */
  'EXPIRED',
  /** The grant was not used for 180 days. */
  'UNUSED',
  /** The wallet erased the user. */
  'ERASED',
  /** The wallet closed the user's account. */
  'ACCOUNT_CLOSED',
] as const
/** Why an event occurred. */
export type EventReason = (typeof EVENT_REASONS)[number]

/**
 * An event in the default format.
 *
 * @example
 * ```ts
 * import type { Notification } from '@assent/merchant'
 *
 * export function deleteUserData({ eventType, userId }: Notification, users: Map<string, unknown>): void {
 *   if (eventType === 'AUTHORIZATION_WITHDRAWN' && userId) users.delete(userId)
 * }
 * ```
 * @see docs/notifications.md#formats
 */
export type Notification = {
  /** The same in every delivery of the event: use it to detect duplicates. */
  readonly eventId: string
  readonly eventType: EventType
  readonly authClientId: string
  /** Absent when the event concerns all mini programs of the client. */
  readonly appId?: string
  /** The pairwise user id. Absent when the event concerns all users. */
  readonly userId?: string
  /** The scopes that were granted or withdrawn. */
  readonly scopes: readonly string[]
  readonly reason: EventReason
  /** RFC 3339. */
  readonly occurredTime: string
}

/** An event in the AMS format, for clients with `notifyFormat: ams`. */
export type AmsNotification = {
  readonly authorizationNotifyType: 'TOKEN_CREATED' | 'TOKEN_CANCELED'
  readonly authClientId: string
  readonly userId?: string
  readonly reason: string
  readonly result: {
    readonly resultStatus: 'S'
    readonly resultCode: string
    readonly resultMessage: string
  }
  readonly eventId: string
}
