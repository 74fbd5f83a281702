/**
 * @module What keeps a database that is slow or gone from taking the server with it: so many calls may wait and no more,
 * and after a failure the next ones fail at once for a moment (requirement R099).
 */
import { StoreUnavailableError } from '../../engine/ports.ts'

/** More than the pool can do within the deadline. */
const MAX_CALLS = 2000
const OPEN_MILLISECONDS = 250

export interface Breaker {
  /** @throws {StoreUnavailableError} */
  run<T>(call: () => Promise<T>): Promise<T>
}

/** @param isUnavailable whether an error says that the database cannot answer; all others pass through */
export function createBreaker(isUnavailable: (error: unknown) => boolean): Breaker {
  let calls = 0
  let openUntil = 0
  return {
    async run(call) {
      if (calls >= MAX_CALLS)
        throw new StoreUnavailableError('too many calls wait for the database')
      if (performance.now() < openUntil)
        throw new StoreUnavailableError('the database failed a moment ago')
      calls++
      try {
        return await call()
      } catch (cause) {
        if (!isUnavailable(cause)) throw cause
        openUntil = performance.now() + OPEN_MILLISECONDS
        throw new StoreUnavailableError('the database does not answer', { cause })
      } finally {
        calls--
      }
    },
  }
}
