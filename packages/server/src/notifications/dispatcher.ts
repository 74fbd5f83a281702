/**
 * @module Delivers events to their recipients: immediately, in the order of each user, and with retries until the recipient acknowledges
 * them (docs/notifications.md#delivery). Every node delivers. The outbox leases each delivery to one node at a time.
 */

import {
  endsSessions,
  RECIPIENT_KINDS,
  type RecipientKind,
  readRecipient,
  recipientsOf,
} from '../engine/recipients.ts'
import type { Delivery, NewEvent, OutboxEvent } from '../engine/records.ts'
import type { OAuthClient } from '../engine/registry.ts'
import { DELIVERY_LEASE_MS, type Distribution, type Outbox } from '../engine/store/outbox.ts'
import type { Store } from '../engine/store/store.ts'
import { type AttemptOptions, type AttemptOutcome, attemptDelivery } from './attempts.ts'
import { retryDelayOf } from './delivery-schedule.ts'
import { createRecipientWindows } from './recipient-windows.ts'

/** The numbers of delivered events, of failed attempts, and of deliveries that became dead letters. */
type DeliveryStatistics = { delivered: number; failed: number; dead: number }

export interface Dispatcher {
  /** Starts a delivery run, because there may be new events. */
  wake(): void
  readonly statistics: Readonly<Record<RecipientKind, Readonly<DeliveryStatistics>>>
  /** Starts no more deliveries, and waits for those in flight. */
  stop(): Promise<void>
}

export type DispatcherOptions = AttemptOptions & {
  readonly outbox: Outbox
  /** The OAuth clients of a mini program. */
  readonly oauthClientsOf: (appId: string) => Promise<readonly OAuthClient[]>
}

const POLL_INTERVAL_MS = 500
const DISTRIBUTION_BATCH_EVENTS = 256
const RESCHEDULE_DELAY_MS = 250

export function startDispatcher(options: DispatcherOptions): Dispatcher {
  const { outbox, log } = options
  const statistics = newStatistics()
  const windows = createRecipientWindows()
  const deliveries = new Set<Promise<void>>()
  let running: Promise<void> | undefined
  let isWoken = false
  let isStopped = false

  async function deliver(delivery: Delivery): Promise<void> {
    const { recipient, attempts } = delivery
    if (!windows.begin(recipient, attempts))
      return outbox.recordDelivery(delivery, {
        state: 'pending',
        isAttempt: false,
        retryInMilliseconds: RESCHEDULE_DELAY_MS,
      })
    let outcome: AttemptOutcome = 'failed'
    try {
      outcome = await attemptDelivery(options, delivery)
      await recordOutcome(options, statistics, delivery, outcome)
    } finally {
      windows.end(recipient, outcome === 'failed')
    }
  }

  async function run(): Promise<void> {
    await distribute(options)
    const limits = windows.limits()
    if (limits.total <= 0) return
    for (const one of await outbox.claimDeliveries(limits, DELIVERY_LEASE_MS)) {
      const delivery = deliver(one)
        .catch((error: unknown) =>
          log.warn(
            { err: error },
            'Recording a delivery failed. The event will be delivered again when its lease ends.',
          ),
        )
        .finally(() => {
          deliveries.delete(delivery)
          // The next event of this user can be claimed now.
          wake()
        })
      deliveries.add(delivery)
    }
  }

  function wake(): void {
    isWoken = true
    if (isStopped || running) return
    isWoken = false
    running = run()
      .catch((error: unknown) =>
        log.warn({ err: error }, 'Reading the outbox failed. The node tries again.'),
      )
      .finally(() => {
        running = undefined
        if (isWoken) wake()
      })
  }

  const timer = setInterval(wake, POLL_INTERVAL_MS)
  return {
    wake,
    statistics,
    async stop() {
      isStopped = true
      clearInterval(timer)
      await running
      await Promise.all(deliveries)
    },
  }
}

function newStatistics(): Record<RecipientKind, DeliveryStatistics> {
  const entries = RECIPIENT_KINDS.map((kind) => [kind, { delivered: 0, failed: 0, dead: 0 }])
  return Object.fromEntries(entries) as Record<RecipientKind, DeliveryStatistics>
}

/** Creates the deliveries of new events. Any node may do it, also for events of another one. */
async function distribute(options: DispatcherOptions): Promise<void> {
  const { outbox } = options
  for (;;) {
    const events = await outbox.listUndistributed(DISTRIBUTION_BATCH_EVENTS)
    if (events.length === 0) return
    await outbox.distributeEvents(
      await Promise.all(events.map((event) => distributionOf(options, event))),
    )
    if (events.length < DISTRIBUTION_BATCH_EVENTS) return
  }
}

async function distributionOf(
  { client, oauthClientsOf }: DispatcherOptions,
  event: OutboxEvent,
): Promise<Distribution> {
  const merchant = await client(event.clientNumber)
  const oauthClients = endsSessions(event) ? await oauthClientsOf(event.appId) : []
  return { event, recipients: recipientsOf(event, merchant, oauthClients) }
}

async function recordOutcome(
  { outbox, log }: DispatcherOptions,
  statistics: Record<RecipientKind, DeliveryStatistics>,
  delivery: Delivery,
  outcome: AttemptOutcome,
): Promise<void> {
  const { recipient, eventId, attempts } = delivery
  const counts = statistics[readRecipient(recipient).kind]
  if (outcome === 'held') return outbox.recordDelivery(delivery, { state: 'held' })
  if (outcome === 'delivered') {
    counts.delivered++
    return outbox.recordDelivery(delivery, { state: 'delivered' })
  }
  counts.failed++
  const retryInMilliseconds = retryDelayOf(attempts)
  if (retryInMilliseconds !== undefined)
    return outbox.recordDelivery(delivery, {
      state: 'pending',
      isAttempt: true,
      retryInMilliseconds,
    })
  counts.dead++
  log.warn(
    { eventId, recipient },
    'The last attempt to deliver an event failed. List it with assent events list, and send it again with assent events replay.',
  )
  return outbox.recordDelivery(delivery, { state: 'dead' })
}

/** The store with an immediate delivery run after each change that wrote an event. */
export function withDispatch<S extends Store>(store: S, wake: () => void): S {
  function wakeAfter<T>(event: NewEvent | undefined, written: Promise<T>): Promise<T> {
    if (event) void written.then(wake, () => {})
    return written
  }
  return {
    ...store,
    appendEvent: (event) => wakeAfter(event, store.appendEvent(event)),
    replaceGrant: (next, revokes, attached) =>
      wakeAfter(attached?.event, store.replaceGrant(next, revokes, attached)),
    decideConsent: (idHash, outcome, next, attached) =>
      wakeAfter(attached?.event, store.decideConsent(idHash, outcome, next, attached)),
    endAuthorization: (authorizationId, now, event) =>
      wakeAfter(event, store.endAuthorization(authorizationId, now, event)),
    revokeIssuedThrough: (kind, id, revokedThrough, events) =>
      wakeAfter(events?.[0], store.revokeIssuedThrough(kind, id, revokedThrough, events)),
  }
}
