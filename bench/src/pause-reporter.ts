/**
 * @module Tells the parent process how long the event loop was late. To be loaded before a program (`node --import`).
 *
 * A process is also late when others have all processors. The scheduler of Linux counts that time, so both can be told apart.
 * @see [sched-stats](https://docs.kernel.org/scheduler/sched-stats.html)
 */
import { readFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

export type Pauses = {
  /** The longest delay of a timer, in milliseconds. */
  readonly longestMs: number
  /** The longest one without the time in which the thread waited for a processor. */
  readonly ownMs: number
}

const INTERVAL_MS = 5
const REPORT_MS = 200
const NANOSECONDS = 1e6

function readClocks(): { readonly now: number; readonly waited: number } {
  const [, waited] = readFileSync('/proc/self/schedstat', 'utf8').split(' ')
  return { now: performance.now(), waited: Number(waited) / NANOSECONDS }
}

if (isMainThread) {
  let last = readClocks()
  let pauses: Pauses = { longestMs: 0, ownMs: 0 }
  setInterval(() => {
    const clocks = readClocks()
    const longestMs = clocks.now - last.now - INTERVAL_MS
    const ownMs = longestMs - (clocks.waited - last.waited)
    pauses = {
      longestMs: Math.max(pauses.longestMs, longestMs),
      ownMs: Math.max(pauses.ownMs, ownMs),
    }
    last = clocks
  }, INTERVAL_MS).unref()
  setInterval(() => {
    process.send?.(pauses)
    pauses = { longestMs: 0, ownMs: 0 }
  }, REPORT_MS).unref()
}
