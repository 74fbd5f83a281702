/**
 * @module Batches: the calls of one turn of the event loop travel as one statement, and so do all that come while a statement is
 * under way. The more there is to do, the less a call costs.
 */

import type { StoreStatistics } from '../store-handle.ts'

/** Of more, some wait: what the first ones are given is worked on while the next statement is under way. */
const MAX_BATCH = 64

type Waiting<I, O> = {
  readonly input: I
  readonly resolve: (output: O) => void
  readonly reject: (reason: unknown) => void
}

/**
 * @param statistics where the calls are counted that travel together
 * @param run answers each input at its own index
 */
export function createStatementBatch<I, O>(
  statistics: Pick<StoreStatistics, 'calls'>,
  run: (inputs: readonly I[]) => Promise<readonly O[]>,
): (input: I) => Promise<O> {
  const waiting: Waiting<I, O>[] = []
  let isBusy = false

  function begin(): void {
    if (isBusy || waiting.length === 0) return
    isBusy = true
    setImmediate(() => void send(waiting.splice(0, MAX_BATCH)))
  }

  async function send(calls: readonly Waiting<I, O>[]): Promise<void> {
    // The statement itself counts as one call.
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
    begin()
  }

  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject })
      begin()
    })
}
