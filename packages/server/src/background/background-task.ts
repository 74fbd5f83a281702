/**
 * @module Work that a node repeats in the background.
 */

export interface BackgroundTask {
  /** Starts no more runs, and waits for the one in flight. */
  stop(): Promise<void>
}

/** Runs never overlap. @param work returns the delay until the next run, in milliseconds */
export function repeat(
  firstDelayMilliseconds: number,
  work: () => Promise<number>,
): BackgroundTask {
  let isStopped = false
  let timer: NodeJS.Timeout
  let running: Promise<void> = Promise.resolve()
  function schedule(milliseconds: number): void {
    timer = setTimeout(() => {
      running = work().then((next) => {
        if (!isStopped) schedule(next)
      })
    }, milliseconds)
    timer.unref()
  }
  schedule(firstDelayMilliseconds)
  return {
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await running
    },
  }
}
