/**
 * @module Delivers events: immediately, in the order of each user, and with retries until the client acknowledges them
 * (docs/notifications.md#delivery). Every node delivers. The outbox leases each event to one node at a time.
 */
import type { Outbox } from '../engine/ports/outbox.ts'
import type { SignatureEncodings } from '../engine/ports/signature-encodings.ts'
import type { Store } from '../engine/ports/store.ts'
import type { NewEvent, PendingEvent } from '../engine/records.ts'
import type { Client } from '../engine/registry.ts'
import { type LogoutContext, sendLogouts } from './backchannel-logout.ts'
import { isAcknowledged, messageOf, type NotificationSigner } from './payloads.ts'
import { encodingFor } from './signature-encoding.ts'
import type { WebhookClient } from './webhook-client.ts'

/** The numbers of delivered events, of failed attempts, and of events that became dead letters. */
type DeliveryStatistics = { delivered: number; failed: number; dead: number }

export interface Dispatcher {
  /** Starts a delivery run, because there may be new events. */
  wake(): void
  readonly statistics: Readonly<DeliveryStatistics>
  /** Starts no more deliveries, and waits for those in flight. */
  stop(): Promise<void>
}

type DispatcherLog = { warn(context: object, message: string): void }

export type DispatcherOptions = {
  readonly outbox: Outbox
  readonly webhookClient: WebhookClient
  readonly signer: NotificationSigner
  readonly encodings: Pick<SignatureEncodings, 'readSignatureEncoding'>
  readonly logouts: LogoutContext
  /** The current registration of a client. */
  readonly client: (number: number) => Client | undefined
  /** Epoch seconds. */
  readonly clock: () => number
  readonly log: DispatcherLog
}

/** `held`: the client polls its events. */
type DeliveryOutcome = 'delivered' | 'held' | 'failed'

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000]
/** The delays between attempts: quick ones, those of the merchant API, and more until three days have passed. */
const RETRY_DELAYS_MS: readonly number[] = [
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
/**
 * Quick attempts time out early, because the next event of the user waits for them. An event that arrives twice is recognized by its
 * id.
 */
const QUICK_ATTEMPTS = 4
const QUICK_ATTEMPT_TIMEOUT_MS = SECOND
const ATTEMPT_TIMEOUT_MS = 5 * SECOND
const POLL_INTERVAL_MS = 500
/** Longer than any attempt: a node that has not recorded the outcome by then has stopped. */
const LEASE_MS = 15_000
const MAX_IN_FLIGHT = 64
/** A client that does not respond must not delay the events of others. */
const MAX_IN_FLIGHT_PER_CLIENT = 16
const RESCHEDULE_DELAY_MS = 250

function attemptTimeoutOf({ attempts }: PendingEvent): number {
  return attempts < QUICK_ATTEMPTS ? QUICK_ATTEMPT_TIMEOUT_MS : ATTEMPT_TIMEOUT_MS
}

export function startDispatcher(options: DispatcherOptions): Dispatcher {
  const { outbox, log } = options
  const statistics: DeliveryStatistics = { delivered: 0, failed: 0, dead: 0 }
  const inFlightByClient = new Map<number, number>()
  const deliveries = new Set<Promise<void>>()
  let claiming: Promise<void> | undefined
  let isWoken = false
  let isStopped = false

  async function deliver(event: PendingEvent): Promise<void> {
    const { clientNumber } = event
    const inFlight = inFlightByClient.get(clientNumber) ?? 0
    if (inFlight >= MAX_IN_FLIGHT_PER_CLIENT)
      return outbox.recordDelivery(event, {
        state: 'pending',
        isAttempt: false,
        retryInMilliseconds: RESCHEDULE_DELAY_MS,
      })
    inFlightByClient.set(clientNumber, inFlight + 1)
    try {
      await recordOutcome(options, statistics, event, await sendEvent(options, event))
    } finally {
      inFlightByClient.set(clientNumber, (inFlightByClient.get(clientNumber) ?? 1) - 1)
    }
  }

  async function claim(): Promise<void> {
    const busyClients = [...inFlightByClient].flatMap(([number, inFlight]) =>
      inFlight >= MAX_IN_FLIGHT_PER_CLIENT ? [number] : [],
    )
    const capacity = MAX_IN_FLIGHT - deliveries.size
    if (capacity <= 0) return
    const events = await outbox.claimEvents(capacity, LEASE_MS, busyClients)
    for (const event of events) {
      const delivery = deliver(event)
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
    if (isStopped || claiming) return
    isWoken = false
    claiming = claim()
      .catch((error: unknown) =>
        log.warn({ err: error }, 'Reading the outbox failed. The node tries again.'),
      )
      .finally(() => {
        claiming = undefined
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
      await claiming
      await Promise.all(deliveries)
    },
  }
}

async function recordOutcome(
  { outbox, log }: DispatcherOptions,
  statistics: DeliveryStatistics,
  event: PendingEvent,
  outcome: DeliveryOutcome,
): Promise<void> {
  if (outcome === 'held') return outbox.recordDelivery(event, { state: 'held' })
  if (outcome === 'delivered') {
    statistics.delivered++
    return outbox.recordDelivery(event, { state: 'delivered' })
  }
  statistics.failed++
  const retryInMilliseconds = RETRY_DELAYS_MS[event.attempts]
  if (retryInMilliseconds !== undefined)
    return outbox.recordDelivery(event, { state: 'pending', isAttempt: true, retryInMilliseconds })
  statistics.dead++
  log.warn(
    { eventId: event.eventId },
    'The last attempt to deliver a notification failed. List it with assent events list, and send it again with assent events replay.',
  )
  return outbox.recordDelivery(event, { state: 'dead' })
}

/** One attempt. An event for a client without notifications counts as delivered. */
async function sendEvent(
  options: DispatcherOptions,
  event: PendingEvent,
): Promise<DeliveryOutcome> {
  const client = options.client(event.clientNumber)
  if (!(await deliverLogouts(options, event, client?.clientId))) return 'failed'
  if (!client?.notify) return 'delivered'
  const { url, format } = client.notify
  if (url === undefined) return 'held'
  const { clientId } = client
  const { signer, webhookClient, encodings, clock, log } = options
  try {
    const encoding = await encodingFor(client, client.notify, encodings)
    const destination = { clientId, url, format, encoding }
    const { headers, body } = await messageOf(event, destination, signer, clock())
    const response = await webhookClient.post(url, headers, body, attemptTimeoutOf(event))
    if (isAcknowledged(format, response)) return 'delivered'
    log.warn(
      { clientId, status: response.status },
      'The client did not acknowledge a notification. Check its notifyUrl and notifyFormat.',
    )
  } catch (error) {
    log.warn(
      { clientId, err: error },
      'Delivering a notification failed. Check the notifyUrl of the client.',
    )
  }
  return 'failed'
}

async function deliverLogouts(
  { logouts, log }: DispatcherOptions,
  event: PendingEvent,
  clientId: string | undefined,
): Promise<boolean> {
  try {
    if (await sendLogouts(logouts, event, attemptTimeoutOf(event))) return true
    log.warn(
      { clientId },
      'An OAuth client did not accept a logout token. Check its backchannelLogoutUri.',
    )
  } catch (error) {
    log.warn(
      { clientId, err: error },
      'Delivering a logout token failed. Check the backchannelLogoutUri of the OAuth clients.',
    )
  }
  return false
}

/** The store with an immediate delivery run after each change that wrote an event. */
export function withDispatch<S extends Store>(store: S, wake: () => void): S {
  function wakeAfter<T>(event: NewEvent | undefined, written: Promise<T>): Promise<T> {
    if (event) void written.then(wake, () => {})
    return written
  }
  return {
    ...store,
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
