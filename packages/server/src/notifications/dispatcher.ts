/**
 * @module Delivers events: at once, in the order of each user, and again until they have arrived (contract: openapi §6). Every node
 * delivers; the outbox gives each event to one at a time.
 */
import type { Outbox } from '../engine/ports/outbox.ts'
import type { Store } from '../engine/ports/store.ts'
import type { NewEvent, PendingEvent } from '../engine/records.ts'
import type { Client } from '../engine/registry.ts'
import { type LogoutParts, sendLogouts } from './backchannel-logout.ts'
import { isAccepted, type MessageSigner, messageOf } from './payloads.ts'
import type { WebhookClient } from './webhook-client.ts'

export interface Dispatcher {
  /** There may be something to deliver. */
  wake(): void
  /** Events that have arrived, tries that have failed, events that were given up. */
  readonly statistics: {
    readonly delivered: number
    readonly failed: number
    readonly dead: number
  }
  /** Begins nothing more, and waits for what is under way. */
  stop(): Promise<void>
}

export type DispatcherOptions = {
  readonly outbox: Outbox
  readonly egress: WebhookClient
  readonly signer: MessageSigner
  readonly logouts: LogoutParts
  /** As it is registered now. */
  readonly client: (number: number) => Client | undefined
  /** Epoch seconds. */
  readonly clock: () => number
  readonly log: { warn(context: object, message: string): void }
}

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000]
/** The pauses between tries: some quick ones, those of the contract, and on until three days are over. */
const PAUSES_MILLISECONDS: readonly number[] = [
  0.1 * SECOND,
  0.2 * SECOND,
  0.4 * SECOND,
  0.8 * SECOND,
  1.6 * SECOND,
  5 * SECOND,
  15 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  10 * MINUTE,
  HOUR,
  2 * HOUR,
  6 * HOUR,
  15 * HOUR,
  24 * HOUR,
  24 * HOUR,
]
/** How long a try waits. The quick ones do not wait long: the user's next event waits for them, and what comes twice is known by its id. */
const QUICK_TRIES = 4
const PATIENCE_MILLISECONDS = { quick: SECOND, later: 5 * SECOND }
const POLL_MILLISECONDS = 500
/** Longer than a try can take: who has not settled an event by then is gone. */
const LEASE_MILLISECONDS = 15_000
const MOST_UNDER_WAY = 64
/** So one client that hangs does not hold up the others. */
const MOST_OF_A_CLIENT = 16
const POSTPONED_MILLISECONDS = 250

function attemptTimeoutOf({ attempts }: PendingEvent): number {
  return PATIENCE_MILLISECONDS[attempts < QUICK_TRIES ? 'quick' : 'later']
}

export function startDispatcher(parts: DispatcherOptions): Dispatcher {
  const { outbox, egress, signer, client, logouts, clock, log } = parts
  const statistics = { delivered: 0, failed: 0, dead: 0 }
  const underWay = new Map<number, number>()
  const deliveries = new Set<Promise<void>>()
  let claiming: Promise<void> | undefined
  let isWoken = false
  let isStopped = false

  /** Whether the event has arrived, or has nobody to go to, or is fetched. */
  async function send(event: PendingEvent): Promise<'arrived' | 'held' | 'failed'> {
    const { clientId = '', notify } = client(event.clientNumber) ?? {}
    try {
      if (!(await sendLogouts(logouts, event, attemptTimeoutOf(event)))) {
        log.warn({ clientId }, 'a logout token was not accepted')
        return 'failed'
      }
    } catch (error) {
      log.warn({ clientId, err: error }, 'a logout token was not delivered')
      return 'failed'
    }
    if (!notify) return 'arrived'
    const { url, format } = notify
    if (url === undefined) return 'held'
    try {
      const { headers, body } = await messageOf(
        event,
        { clientId, notify: { url, format } },
        signer,
        clock(),
      )
      const answer = await egress.post(url, headers, body, attemptTimeoutOf(event))
      if (isAccepted(format, answer)) return 'arrived'
      log.warn({ clientId, status: answer.status }, 'a notification was not accepted')
    } catch (error) {
      log.warn({ clientId, err: error }, 'a notification was not delivered')
    }
    return 'failed'
  }

  async function deliver(event: PendingEvent): Promise<void> {
    const count = underWay.get(event.clientNumber) ?? 0
    if (count >= MOST_OF_A_CLIENT) {
      const retryInMilliseconds = POSTPONED_MILLISECONDS
      await outbox.recordDelivery(event, {
        state: 'pending',
        isAttempt: false,
        retryInMilliseconds,
      })
      return
    }
    underWay.set(event.clientNumber, count + 1)
    try {
      await settle(event, await send(event))
    } finally {
      underWay.set(event.clientNumber, (underWay.get(event.clientNumber) ?? 1) - 1)
    }
  }

  async function settle(
    event: PendingEvent,
    outcome: 'arrived' | 'held' | 'failed',
  ): Promise<void> {
    const retryInMilliseconds = PAUSES_MILLISECONDS[event.attempts]
    if (outcome === 'held') return outbox.recordDelivery(event, { state: 'held' })
    if (outcome === 'arrived') {
      statistics.delivered++
      return outbox.recordDelivery(event, { state: 'delivered' })
    }
    statistics.failed++
    if (retryInMilliseconds !== undefined)
      return outbox.recordDelivery(event, {
        state: 'pending',
        isAttempt: true,
        retryInMilliseconds,
      })
    statistics.dead++
    log.warn({ eventId: event.eventId }, 'a notification was given up')
    return outbox.recordDelivery(event, { state: 'dead' })
  }

  async function claim(): Promise<void> {
    const full = [...underWay].flatMap(([number, count]) =>
      count >= MOST_OF_A_CLIENT ? [number] : [],
    )
    const room = MOST_UNDER_WAY - deliveries.size
    if (room <= 0) return
    const events = await outbox.claimEvents(room, LEASE_MILLISECONDS, full)
    for (const event of events) {
      const delivery = deliver(event)
        .catch((error: unknown) => log.warn({ err: error }, 'a delivery was not recorded'))
        .finally(() => {
          deliveries.delete(delivery)
          // The next event of this user was waiting for this one.
          wake()
        })
      deliveries.add(delivery)
    }
  }

  function wake(): void {
    isWoken = true
    if (isStopped || claiming) return
    isWoken = false
    claiming = claim()
      .catch((error: unknown) => log.warn({ err: error }, 'the outbox was not read'))
      .finally(() => {
        claiming = undefined
        if (isWoken) wake()
      })
  }

  const timer = setInterval(wake, POLL_MILLISECONDS)
  return {
    wake,
    statistics,
    async stop() {
      isStopped = true
      clearInterval(timer)
      await claiming
      await Promise.all(deliveries)
    },
  }
}

/** The same store; events that it writes are delivered at once. */
export function withDispatch<S extends Store>(store: S, wake: () => void): S {
  function afterwards<T>(event: NewEvent | undefined, written: Promise<T>): Promise<T> {
    if (event) void written.then(wake, () => {})
    return written
  }
  return {
    ...store,
    replaceGrant: (next, revokes, attached) =>
      afterwards(attached?.event, store.replaceGrant(next, revokes, attached)),
    decideConsent: (idHash, outcome, next, attached) =>
      afterwards(attached?.event, store.decideConsent(idHash, outcome, next, attached)),
    endAuthorization: (authorizationId, now, event) =>
      afterwards(event, store.endAuthorization(authorizationId, now, event)),
    revokeIssuedThrough: (kind, id, voidUntil, events) =>
      afterwards(events?.[0], store.revokeIssuedThrough(kind, id, voidUntil, events)),
  }
}
