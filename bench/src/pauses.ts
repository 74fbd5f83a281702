/**
 * @module How late an event loop was. A process is also late when others have all processors. The scheduler of Linux counts that time, so
 * both can be told apart.
 * @see [sched-stats](https://docs.kernel.org/scheduler/sched-stats.html)
 */

export type Pauses = {
  /** The longest delay of a timer, in milliseconds. */
  readonly longestMs: number
  /** The longest one without the time in which the thread waited for a processor. It may have waited for a disk, or another thread. */
  readonly ownMs: number
  /** The longest time on a processor between two timers: work that made all callers wait. */
  readonly workMs: number
}

export const NO_PAUSES: Pauses = { longestMs: 0, ownMs: 0, workMs: 0 }

/** The longest of each. */
export function longestOf(all: readonly Pauses[]): Pauses {
  return {
    longestMs: Math.max(...all.map(({ longestMs }) => longestMs)),
    ownMs: Math.max(...all.map(({ ownMs }) => ownMs)),
    workMs: Math.max(...all.map(({ workMs }) => workMs)),
  }
}
