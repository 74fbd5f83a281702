/**
 * @module Statement batching. The calls of one event loop iteration share one statement, and so do all calls that arrive while a statement is
 * in flight. The cost per call falls with the load.
 */

import type { StoreStatistics } from '../store-handle.ts'

/** Further calls wait for the next statement. It is in flight while the results of the first one are processed. */
const MAX_BATCH = 64

type PendingCall<I, O> = {
  readonly input: I
  readonly resolve: (output: O) => void
  readonly reject: (reason: unknown) => void
}

/**
 * @param statistics counts the calls that share a statement
 * @param run returns the output of each input at the same index
 */
export function createStatementBatch<I, O>(
  statistics: Pick<StoreStatistics, 'calls'>,
  run: (inputs: readonly I[]) => Promise<readonly O[]>,
): (input: I) => Promise<O> {
  const pending: PendingCall<I, O>[] = []
  let isBusy = false

  function sendNext(): void {
    if (isBusy || pending.length === 0) return
    isBusy = true
    setImmediate(() => void send(pending.splice(0, MAX_BATCH)))
  }

  async function send(calls: readonly PendingCall<I, O>[]): Promise<void> {
    // `Connection.query` counts the statement as one call.
    statistics.calls += calls.length - 1
    try {
      const outputs = await run(calls.map(({ input }) => input))
      calls.forEach(({ resolve }, index) => {
        resolve(outputs[index] as O)
      })
    } catch (error) {
      for (const { reject } of calls) reject(error)
    }
    isBusy = false
    sendNext()
  }

  return (input) =>
    new Promise((resolve, reject) => {
      pending.push({ input, resolve, reject })
      sendNext()
    })
}
