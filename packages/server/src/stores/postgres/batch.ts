/**
 * @module Batches: the calls of one turn of the event loop travel as one statement.
 */

/** More than this in one statement gains nothing. */
const MAX_BATCH = 128

type Waiting<I, O> = {
  readonly input: I
  readonly resolve: (output: O) => void
  readonly reject: (reason: unknown) => void
}

/** @param run answers each input at its own index */
export function createBatch<I, O>(
  run: (inputs: readonly I[]) => Promise<readonly O[]>,
): (input: I) => Promise<O> {
  let waiting: Waiting<I, O>[] = []

  function flush(): void {
    const calls = waiting
    waiting = []
    for (let start = 0; start < calls.length; start += MAX_BATCH) {
      void send(calls.slice(start, start + MAX_BATCH))
    }
  }

  async function send(calls: readonly Waiting<I, O>[]): Promise<void> {
    try {
      const outputs = await run(calls.map(({ input }) => input))
      calls.forEach(({ resolve }, index) => {
        resolve(outputs[index] as O)
      })
    } catch (error) {
      for (const { reject } of calls) reject(error)
    }
  }

  return (input) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush)
      waiting.push({ input, resolve, reject })
    })
}
