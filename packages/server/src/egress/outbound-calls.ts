/**
 * @module Limits the calls to each outside address: a bulkhead for those in flight, and a circuit breaker that remembers failures.
 * @see docs/operating.md#outside-addresses
 */
import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  type IPolicy,
  noJitterGenerator,
  wrap,
} from 'cockatiel'
import { LRUCache } from 'lru-cache'
import {
  type OutboundAddress,
  OutboundCallRejectedError,
  type OutboundCalls,
  type OutboundKind,
} from '../engine/ports/outbound-calls.ts'
import type { EgressClient, EgressResponse } from './egress-client.ts'

type KindLimits = {
  readonly maxInFlight: number
  /** Calls that wait for others of the same address. */
  readonly maxQueued: number
  /** How many failures in a row pause the calls. */
  readonly failureThreshold: number
  /** How long calls are paused: at first, and after repeated failures at most. */
  readonly pauseMilliseconds: readonly [first: number, longest: number]
}

const LIMITS: Readonly<Record<OutboundKind, KindLimits>> = {
  directory: {
    maxInFlight: 128,
    maxQueued: 64,
    failureThreshold: 5,
    pauseMilliseconds: [1000, 10_000],
  },
  api: { maxInFlight: 64, maxQueued: 0, failureThreshold: 5, pauseMilliseconds: [2000, 2000] },
  // One fetch serves all requests that wait for the same keys. A failure is remembered at once.
  jwks: { maxInFlight: 1, maxQueued: 0, failureThreshold: 1, pauseMilliseconds: [5000, 60_000] },
  // Anybody can name a host at registration. Its clients rarely register at the same time.
  document: {
    maxInFlight: 4,
    maxQueued: 0,
    failureThreshold: 1,
    pauseMilliseconds: [5000, 60_000],
  },
  webhook: { maxInFlight: 16, maxQueued: 0, failureThreshold: 5, pauseMilliseconds: [1000, 5000] },
}
export const OUTBOUND_KINDS: readonly OutboundKind[] = Object.keys(LIMITS) as OutboundKind[]

/** The limits of addresses that were not called for the longest time are forgotten. */
const MAX_ADDRESSES = 10_000

/** Per kind of address. */
export type OutboundStatistics = {
  readonly kind: OutboundKind
  readonly inFlight: number
  /** Addresses whose calls are paused after failures. */
  readonly paused: number
  /** Calls that were not made since the start, because too many were in flight. */
  readonly rejectedFull: number
  /** Calls that were not made since the start, because the calls were paused. */
  readonly rejectedPaused: number
}

export interface RunningOutboundCalls extends OutboundCalls {
  statistics(): readonly OutboundStatistics[]
}

type Log = { warn(context: object, message: string): void }
type Guard = {
  readonly kind: OutboundKind
  readonly policy: IPolicy
  readonly breaker: CircuitBreakerPolicy
}
type Counts = { inFlight: number; rejectedFull: number; rejectedPaused: number }

/**
 * @example
 * const outbound = createOutboundCalls(logger)
 * await outbound.run({ kind: 'directory', key: url, name: 'directory' }, () => fetch(url))
 */
export function createOutboundCalls(log: Log): RunningOutboundCalls {
  const counts = new Map(OUTBOUND_KINDS.map((kind) => [kind, newCounts()]))
  const guards = new LRUCache<string, Guard>({ max: MAX_ADDRESSES })

  function countsOf(kind: OutboundKind): Counts {
    const found = counts.get(kind)
    if (!found) throw new Error(`Unknown kind of address: ${kind}.`)
    return found
  }

  function guardOf(address: OutboundAddress): Guard {
    const key = `${address.kind} ${address.key}`
    const known = guards.get(key)
    if (known) return known
    const guard = createGuard(address, log)
    guards.set(key, guard)
    return guard
  }

  function countPaused(kind: OutboundKind): number {
    const ofKind = [...guards.values()].filter((guard) => guard.kind === kind)
    return ofKind.filter(({ breaker }) => breaker.state !== CircuitState.Closed).length
  }

  return {
    async run(address, call) {
      const { policy, breaker } = guardOf(address)
      const kindCounts = countsOf(address.kind)
      // One call tests an address that has failed. The others do not wait for its outcome.
      if (breaker.state === CircuitState.HalfOpen) throw rejectPaused(kindCounts)
      try {
        return await policy.execute(() => countInFlight(kindCounts, call))
      } catch (error) {
        if (error instanceof BulkheadRejectedError) throw rejectFull(kindCounts)
        throw error instanceof BrokenCircuitError ? rejectPaused(kindCounts) : error
      }
    },
    statistics: () =>
      [...counts].map(([kind, one]) => ({ kind, paused: countPaused(kind), ...one })),
  }
}

function newCounts(): Counts {
  return { inFlight: 0, rejectedFull: 0, rejectedPaused: 0 }
}

async function countInFlight<T>(counts: Counts, call: () => Promise<T>): Promise<T> {
  counts.inFlight++
  try {
    return await call()
  } finally {
    counts.inFlight--
  }
}

function rejectFull(counts: Counts): OutboundCallRejectedError {
  counts.rejectedFull++
  return new OutboundCallRejectedError('Too many calls are in flight.')
}

function rejectPaused(counts: Counts): OutboundCallRejectedError {
  counts.rejectedPaused++
  return new OutboundCallRejectedError('Calls are paused after repeated failures.')
}

function createGuard(address: OutboundAddress, log: Log): Guard {
  const { kind, name } = address
  const limits = LIMITS[kind]
  const [initialDelay, maxDelay] = limits.pauseMilliseconds
  const breaker = circuitBreaker(handleWhen(address.isUnavailable ?? (() => true)), {
    halfOpenAfter: new ExponentialBackoff({ initialDelay, maxDelay, generator: noJitterGenerator }),
    breaker: new ConsecutiveBreaker(limits.failureThreshold),
  })
  breaker.onBreak(() =>
    log.warn({ kind, name }, 'An outside address fails. Calls to it are paused for seconds.'),
  )
  const { maxInFlight = limits.maxInFlight } = address
  return { kind, policy: wrap(bulkhead(maxInFlight, limits.maxQueued), breaker), breaker }
}

/** Limits the notifications to each URL. */
export function withWebhookLimits(egress: EgressClient, outbound: OutboundCalls): EgressClient {
  return {
    ...egress,
    post(url, ...content) {
      const { origin, pathname, host } = new URL(url)
      const address = { kind: 'webhook', key: origin + pathname, name: host } as const
      return outbound.run(address, () => egress.post(url, ...content))
    },
  }
}

const DOCUMENT_TIMEOUT_MS = 2000

/** Fetches public documents. All documents of one origin share their limits, so that many URLs of a host that hangs are one address. */
export function createDocumentFetcher(
  egress: Pick<EgressClient, 'get'>,
  outbound: OutboundCalls,
): (url: string) => Promise<EgressResponse> {
  return async (url) => {
    const { origin, host } = new URL(url)
    const address = { kind: 'document', key: origin, name: host } as const
    return outbound.run(address, () => egress.get(url, DOCUMENT_TIMEOUT_MS))
  }
}
