/**
 * @module Waits for the wallet, but not forever: everything that a call waits for ends by a time limit, or when its page is gone.
 */
import { HostError } from './host-error.ts'

export type TimeLimit = {
  readonly milliseconds: number
  /** Aborts when the page is gone. */
  readonly signal: AbortSignal
  /** What the host waits for, for its developer. */
  readonly waitsFor: string
}

/**
 * Settles as `work` does, if that is in time.
 * @throws {HostError} `TIMEOUT`, and `PAGE_GONE` when the signal aborts
 */
export function settleWithin<T>(
  work: Promise<T>,
  { milliseconds, signal, waitsFor }: TimeLimit,
): Promise<T> {
  let stop = (): void => {}
  const settled = new Promise<T>((resolve, reject) => {
    const detail = `${waitsFor} took longer than ${milliseconds} ms.`
    const timer = setTimeout(() => reject(new HostError('TIMEOUT', { detail })), milliseconds)
    const abandon = (): void => reject(new HostError('PAGE_GONE'))
    signal.addEventListener('abort', abandon)
    if (signal.aborted) abandon()
    work.then(resolve, reject)
    stop = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abandon)
    }
  })
  settled.then(stop, stop)
  return settled
}
