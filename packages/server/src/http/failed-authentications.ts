/**
 * @module Limits failed attempts to authenticate as a client or wallet. Everybody can name a client, so a limit must not lock it out:
 * an attempt that succeeds always counts as one. Failed attempts beyond the limit are answered late, and not in detail.
 * @see docs/decisions/0071-failed-attempts-slow-down.md
 */
import { LRUCache } from 'lru-cache'

export interface FailedAuthentications {
  /**
   * Records a failed attempt on this node.
   * @param caller id of the one that the attempt claims to come from
   * @param isKnown whether there is such a caller. Names that somebody invents push out no others
   * @returns whether there were too many in this minute
   */
  record(kind: CallerKind, caller: string, isKnown: boolean): boolean
  /** How many attempts have failed since the start. */
  counts(): Readonly<Record<CallerKind, number>>
}

const CALLER_KINDS = ['wallet', 'merchant', 'client', 'administrator'] as const
export type CallerKind = (typeof CALLER_KINDS)[number]

export const WINDOW_SECONDS = 60
const MAX_CALLERS = 10_000

/**
 * @param maxPerMinute failed attempts of one caller that are answered at once
 * @param now monotonic milliseconds
 */
export function createFailedAuthentications(
  maxPerMinute: number,
  now: () => number = () => performance.now(),
): FailedAuthentications {
  const createCounts = () =>
    new LRUCache<string, number>({
      max: MAX_CALLERS,
      ttl: WINDOW_SECONDS * 1000,
      ttlResolution: 0,
      perf: { now },
      noUpdateTTL: true,
    })
  const known = createCounts()
  const unknown = createCounts()
  const totals = Object.fromEntries(CALLER_KINDS.map((kind) => [kind, 0])) as Record<
    CallerKind,
    number
  >
  return {
    record(kind, caller, isKnown) {
      totals[kind]++
      const name = `${kind} ${caller}`
      const counts = isKnown ? known : unknown
      const count = (counts.get(name) ?? 0) + 1
      counts.set(name, count)
      return count > maxPerMinute
    },
    counts: () => totals,
  }
}
