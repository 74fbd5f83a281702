/**
 * @module The port to the outbox: events for clients, written in the same transaction as the change that caused them.
 * @see docs/notifications.md#delivery
 */
import type { AuthorizationEvent, PendingEvent } from '../records.ts'

/** For how long events are kept. */
export const EVENT_WINDOW_SECONDS: number = 90 * 86_400

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

/** Events for clients. Their times are those of the store's clock. */
export interface Outbox {
  /**
   * Claims due events for the caller. Until the lease ends, no other caller gets them. Events of one user for one client
   * are claimed in order: only the earliest undelivered one is due.
   * @param except numbers of clients whose events are not claimed
   */
  claimEvents(
    limit: number,
    leaseMilliseconds: number,
    except: readonly number[],
  ): Promise<readonly PendingEvent[]>
  /** Records the outcome of an attempt. Ignored when another attempt was recorded since the event was claimed. */
  recordDelivery(
    event: Pick<PendingEvent, 'sequence' | 'attempts'>,
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
  /** Marks events as delivered. Unknown ids, and ids of other clients, are ignored. */
  acknowledgeEvents(clientNumber: number, eventIds: readonly string[]): Promise<void>
  /** Lists dead letters, oldest first. */
  listDeadLetters(limit: number): Promise<readonly AuthorizationEvent[]>
  /**
   * Makes dead letters due again.
   * @param clientNumber the client whose dead letters are replayed; `undefined` for all
   * @returns the number of replayed events
   */
  replayDeadLetters(clientNumber: number | undefined): Promise<number>
}
