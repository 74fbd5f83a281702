/**
 * @module Protects the server from a database that is slow or down: a bulkhead limits the calls that wait, and a circuit breaker makes
 * calls fail fast after a failure.
 */
import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  wrap,
} from 'cockatiel'
import { StoreUnavailableError } from '../../engine/store/store.ts'
import { DiskFullError } from '../full-disk.ts'

/** More than the pool can finish within the deadline. */
export const MAX_CALLS = 2000
const DISK_FULL_SQLSTATE = '53100'
/** Each failure has already waited for the deadline, so the first one opens the circuit. */
const FAILURE_THRESHOLD = 1
const HALF_OPEN_AFTER_MS = 250

export interface CircuitBreaker {
  /** @throws {StoreUnavailableError} */
  run<T>(call: () => Promise<T>): Promise<T>
}

/** @param isUnavailable whether an error means that the database is unavailable; all other errors pass through */
export function createCircuitBreaker(isUnavailable: (error: unknown) => boolean): CircuitBreaker {
  const policy = wrap(
    // The bulkhead is outside: it also counts the calls that wait for the outcome of a half-open circuit.
    bulkhead(MAX_CALLS),
    circuitBreaker(handleWhen(isUnavailable), {
      halfOpenAfter: HALF_OPEN_AFTER_MS,
      breaker: new ConsecutiveBreaker(FAILURE_THRESHOLD),
    }),
  )
  return {
    async run(call) {
      try {
        return await policy.execute(call)
      } catch (cause) {
        throw toStoreUnavailable(cause) ?? cause
      }
    },
  }

  function toStoreUnavailable(cause: unknown): StoreUnavailableError | undefined {
    if (cause instanceof BulkheadRejectedError)
      return new StoreUnavailableError('Too many calls are waiting for the database.')
    if (cause instanceof BrokenCircuitError)
      return new StoreUnavailableError(
        'The database failed a moment ago, and calls to it are paused.',
      )
    if ((cause as { readonly code?: unknown } | undefined)?.code === DISK_FULL_SQLSTATE)
      return new DiskFullError('The disk of the database is full. Free space on it.', { cause })
    if (isUnavailable(cause))
      return new StoreUnavailableError('The database does not respond.', { cause })
    return undefined
  }
}
