/**
 * @module A stack of running parts. Parts are stopped in the reverse order of their start, as by
 * [AsyncDisposableStack](https://github.com/tc39/proposal-explicit-resource-management), which Node 20 does not have.
 */

type Stoppable = { stop(): Promise<void> | void }
type Closable = { close(): Promise<void> | void }

export interface Lifecycle extends AsyncDisposable {
  /** Registers a part. It is stopped before the parts that were registered earlier. */
  use<Part extends Stoppable | Closable>(part: Part): Part
  /** Registers a function that stops a part. */
  defer(stop: () => unknown): void
  /**
   * Stops every part once, one after the other, even when some of them fail to stop.
   * @throws {AggregateError} afterwards, with the errors of the parts that failed to stop
   */
  [Symbol.asyncDispose](): Promise<void>
}

export function createLifecycle(): Lifecycle {
  const stops: (() => unknown)[] = []
  return {
    use(part) {
      stops.push(() => ('stop' in part ? part.stop() : part.close()))
      return part
    },
    defer(stop) {
      stops.push(stop)
    },
    async [Symbol.asyncDispose]() {
      const errors: unknown[] = []
      for (const stop of stops.splice(0).toReversed()) {
        try {
          await stop()
        } catch (error) {
          errors.push(error)
        }
      }
      if (errors.length > 0) throw new AggregateError(errors, 'Some parts did not stop cleanly.')
    },
  }
}
