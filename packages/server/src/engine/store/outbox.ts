/**
 * @module The port to the outbox: events for clients, written in the same transaction as the change that caused them. Each recipient of an
 * event has a delivery of its own.
 * @see docs/notifications.md#delivery
 */
import type { AuthorizationEvent, Delivery, NewEvent, OutboxEvent, Recipient } from '../records.ts'

/** For how long events are kept. */
export const EVENT_WINDOW_SECONDS: number = 90 * 86_400

/**
 * For how long a claimed delivery belongs to its caller. Longer than any attempt: a node that has not recorded the outcome by then has
 * stopped.
 */
export const DELIVERY_LEASE_MS = 15_000

/** The outcome of one delivery attempt. */
export type DeliveryOutcome =
  | { readonly state: 'delivered' }
  /** The client fetches its events itself (RFC 8936). */
  | { readonly state: 'held' }
  /** A dead letter: not attempted again until an operator replays it. */
  | { readonly state: 'dead' }
  | {
      readonly state: 'pending'
      /** Whether this attempt counts toward the maximum. */
      readonly isAttempt: boolean
      readonly retryInMilliseconds: number
    }

/** Who is told of an event. */
export type Distribution = {
  readonly event: Pick<OutboxEvent, 'sequence' | 'subject'>
  readonly recipients: readonly Recipient[]
}

/** How many deliveries a caller accepts. */
export type ClaimLimits = {
  /** Of all recipients together. */
  readonly total: number
  /** Of single recipients, which may have no room (0). */
  readonly perRecipient: ReadonlyMap<Recipient, number>
  /** Of each other recipient. */
  readonly perOtherRecipient: number
}

/** Which dead letters: all, or those of events of one client, or those for one recipient. */
export type DeadLetterFilter = {
  readonly clientNumber?: number
  readonly recipient?: Recipient
}

/** Events for clients. Their times are those of the store's clock. */
export interface Outbox {
  /** Writes an event that reports no change of a record. An event with the same id is left as it is. */
  appendEvent(event: NewEvent): Promise<void>
  /** Lists the events that have no deliveries yet, earliest first. */
  listUndistributed(limit: number): Promise<readonly OutboxEvent[]>
  /** Creates the deliveries of events, in one transaction. An event that was distributed before is left as it is. */
  distributeEvents(distributions: readonly Distribution[]): Promise<void>
  /**
   * Claims due deliveries for the caller. Until the lease ends, no other caller gets them. Events of one user for one recipient are
   * claimed in order: only the earliest undelivered one is due.
   */
  claimDeliveries(limits: ClaimLimits, leaseMilliseconds: number): Promise<readonly Delivery[]>
  /**
   * Records the outcome of an attempt. Ignored when another attempt was recorded since the delivery was claimed. The later events of the
   * user are due together with this one.
   */
  recordDelivery(
    delivery: Pick<Delivery, 'sequence' | 'recipient' | 'attempts'>,
    outcome: DeliveryOutcome,
  ): Promise<void>
  /** Lists the events of a client after a cursor; without a cursor, those of {@link EVENT_WINDOW_SECONDS}. */
  listEvents(
    clientNumber: number,
    cursor: string | undefined,
    limit: number,
  ): Promise<{ readonly events: readonly AuthorizationEvent[]; readonly cursor: string }>
  /** The event of a client with this id, in the retention time. */
  findEvent(clientNumber: number, eventId: string): Promise<AuthorizationEvent | undefined>
  /** Lists the events that a client has to fetch and has not acknowledged, oldest first. */
  listPollableEvents(clientNumber: number, limit: number): Promise<readonly AuthorizationEvent[]>
  /** Ends the deliveries of events that the client has fetched. Unknown ids, and ids of other clients, are ignored. */
  acknowledgeEvents(clientNumber: number, eventIds: readonly string[]): Promise<void>
  /** Lists dead letters, oldest first. @param filter default: all */
  listDeadLetters(limit: number, filter?: DeadLetterFilter): Promise<readonly Delivery[]>
  /** Makes dead letters due again. @returns their number */
  replayDeadLetters(filter: DeadLetterFilter): Promise<number>
}
