/**
 * @module Callbacks and a promise for the same call, as pages of this platform family use them (contract: jsapi §1).
 */
import type { Callbacks } from '@assent/protocol'

/** A second argument that gets the success or the failure. */
export type SecondArgument = ((result: unknown) => void) | undefined

/**
 * Settles callbacks and promise. Each callback gets an object of its own: one framework deletes fields of what it is
 * given. With any callback given, a failure is never an unhandled rejection.
 */
export function applyDecision<S, F>(
  outcome: Promise<S>,
  callbacks: Callbacks<S, F> | null | undefined,
  second?: SecondArgument,
): Promise<S> {
  const { success, fail, complete } = callbacks ?? {}
  const after = [complete, second] as ((result: S | F) => void)[]
  const settled = outcome.then(
    (value) => {
      run([success as (result: S) => void, ...after], value)
      return value
    },
    (failure: F) => {
      run([fail as (failure: F) => void, ...after], failure)
      throw failure
    },
  )
  if ([success, fail, complete, second].some(isFunction)) settled.catch(() => {})
  return settled
}

function run<T>(listeners: readonly ((value: T) => void)[], value: T): void {
  for (const listener of listeners) {
    if (!isFunction(listener)) continue
    try {
      listener(structuredClone(value))
    } catch (error) {
      // The page's own mistake: it shows in its console, and the other callbacks still run.
      reportError(error)
    }
  }
}

export function isFunction(value: unknown): value is (...parameters: unknown[]) => unknown {
  return typeof value === 'function'
}
