/**
 * @module Reports the outcome of a call to callbacks and to a promise, because pages of the platform family use both.
 *
 * @see docs/mini-programs.md
 */
import type { Callbacks } from '@assent/protocol'

/**
 * A callback that is passed as the second argument of `my.getAuthCode`. It gets the success or the failure.
 *
 * @example
 * ```ts
 * import { my, type ResultCallback } from '@assent/jsapi'
 *
 * const log: ResultCallback = (result) => console.log(result)
 * void my.getAuthCode({ scopes: 'auth_base' }, log)
 * ```
 * @see docs/mini-programs.md
 */
export type ResultCallback = ((result: unknown) => void) | undefined

/**
 * Calls the callbacks with the outcome, and returns a promise with the same outcome. If any callback is given, a failure
 * causes no unhandled rejection.
 */
export function withCallbacks<S, F>(
  outcome: Promise<S>,
  callbacks: Callbacks<S, F> | null | undefined,
  resultCallback?: ResultCallback,
): Promise<S> {
  const { success, fail, complete } = callbacks ?? {}
  const always = [complete, resultCallback] as ((result: S | F) => void)[]
  const settled = outcome.then(
    (value) => {
      notifyAll([success as (result: S) => void, ...always], value)
      return value
    },
    (failure: F) => {
      notifyAll([fail as (failure: F) => void, ...always], failure)
      throw failure
    },
  )
  if ([success, fail, complete, resultCallback].some(isFunction)) settled.catch(() => {})
  return settled
}

/** Each callback gets its own copy, because one page framework deletes fields of its argument. */
function notifyAll<T>(callbacks: readonly ((value: T) => void)[], value: T): void {
  for (const callback of callbacks) {
    if (!isFunction(callback)) continue
    try {
      callback(copyOf(value))
    } catch (error) {
      // An error in a callback of the page appears in its console. The other callbacks still run.
      setTimeout(() => {
        throw error
      })
    }
  }
}

/** Results are JSON. `structuredClone` is younger than the oldest web views. */
function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value))
}

export function isFunction(value: unknown): value is (...parameters: unknown[]) => unknown {
  return typeof value === 'function'
}
