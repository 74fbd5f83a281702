/**
 * @module What clients are told at their notify URL, and can list (contract: openapi §6).
 */

export const EVENT_TYPES = [
  'AUTHORIZATION_GRANTED',
  'AUTHORIZATION_CHANGED',
  'AUTHORIZATION_WITHDRAWN',
  'TOKEN_CANCELLED',
  'CLIENT_SUSPENDED',
  'KEY_COMPROMISED',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

/** Why it happened. */
export type EventReason =
  | 'USER'
  | 'SILENT'
  | 'MERCHANT'
  | 'REFRESH_TOKEN_REUSED'
  | 'CODE_REPLAYED'
  | 'OPERATOR'
  /** The time for which the user granted it is over. */
  | 'EXPIRED'
  /** Nobody has used it for half a year. */
  | 'UNUSED'
  /** The user is erased. */
  | 'ERASED'

/** An event as it is listed, and as it is sent to clients that did not choose another shape. */
export type Notification = {
  /** The same however often the event is sent. */
  readonly eventId: string
  readonly eventType: EventType
  readonly authClientId: string
  /** Absent where all mini programs of the client are meant. */
  readonly appId?: string
  /** The pairwise id. Absent where all users are meant. */
  readonly userId?: string
  /** What was granted, or withdrawn. */
  readonly scopes: readonly string[]
  readonly reason: EventReason
  /** RFC 3339. */
  readonly occurredTime: string
}

/** The shape of AMS, for clients that chose it. */
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
