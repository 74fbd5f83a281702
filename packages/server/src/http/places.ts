/**
 * @module The places of a node: how many requests it works on, and how many wait for outside addresses. Nobody has more than a third:
 * no client, no wallet, no user, and not all strangers together.
 * @see docs/decisions/0070-waiting-is-not-work.md
 */
import { OutboundCallRejectedError } from '../engine/ports/outbound-calls.ts'
import type { SheddingClass } from './endpoint.ts'

/**
 * 256 signed requests keep one core busy for about 100 ms. Each class has a higher limit than the classes that are rejected
 * before it.
 */
const MAX_IN_FLIGHT: Readonly<Record<SheddingClass, number>> = {
  consent: 384,
  token: 512,
  withdrawal: 1024,
  exempt: Number.POSITIVE_INFINITY,
}
const MAX_WAITING = 1536
/** The part of a limit that one caller may use. */
const SHARE = 1 / 3
/** Everybody who has not yet proven who they are. */
const STRANGERS = ''

/** Below this number, no request is rejected. */
const CALM = Math.floor(Math.min(...Object.values(MAX_IN_FLIGHT)) * SHARE)

/** The place of one request. */
export interface Place {
  /**
   * Counts the request for this caller, and no longer for the one before.
   * @param caller `undefined`: a stranger
   * @returns whether there is room; without, nothing changes
   */
  identify(caller: string | undefined): boolean
  /** Gives the place back while a timer runs. */
  pause<T>(timer: Promise<T>): Promise<T>
  /** Gives the place back while a call is in flight. @throws {OutboundCallRejectedError} when too many wait */
  whileWaiting<T>(call: () => Promise<T>): Promise<T>
  /** The request is done. */
  end(): void
}

export interface Places {
  inFlight(): number
  waiting(): number
  /** How many requests have no reply yet: in flight, paused or waiting. */
  unanswered(): number
  /** Whether there is room for a request of every caller. */
  isCalm(): boolean
  /** @param isStranger whether the request counts for strangers before its caller is known */
  hasRoom(sheddingClass: SheddingClass, isStranger: boolean): boolean
  /** @returns a place that does not count before it is identified */
  open(sheddingClass: SheddingClass): Place
}

export function createPlaces(): Places {
  const working = createShares()
  const waiting = createShares()
  let unanswered = 0

  const hasRoomFor = (sheddingClass: SheddingClass, caller: string): boolean =>
    working.total() < MAX_IN_FLIGHT[sheddingClass] &&
    working.hasRoom(caller, limitOf(sheddingClass, caller))

  function open(sheddingClass: SheddingClass): Place {
    let caller: string | undefined
    let pauses = 0
    let hasEnded = false
    unanswered++
    const enter = (): void => {
      if (caller !== undefined && pauses === 0 && !hasEnded) working.add(caller)
    }
    const leave = (): void => {
      if (caller !== undefined && pauses === 0 && !hasEnded) working.remove(caller)
    }
    const stopWorking = (): void => {
      leave()
      pauses++
    }
    const resumeWorking = (): void => {
      pauses--
      enter()
    }
    return {
      identify(next = STRANGERS) {
        if (next === caller) return true
        if (!hasRoomFor(sheddingClass, next)) return false
        leave()
        caller = next
        enter()
        return true
      },
      async pause(timer) {
        stopWorking()
        const result = await timer
        resumeWorking()
        return result
      },
      async whileWaiting(call) {
        const waiter = caller ?? STRANGERS
        if (!waiting.hasRoom(waiter, MAX_WAITING))
          throw new OutboundCallRejectedError('Too many requests wait for outside addresses.')
        stopWorking()
        waiting.add(waiter)
        try {
          return await call()
        } finally {
          waiting.remove(waiter)
          resumeWorking()
        }
      },
      end() {
        if (hasEnded) return
        leave()
        hasEnded = true
        unanswered--
      },
    }
  }

  return {
    inFlight: working.total,
    waiting: waiting.total,
    unanswered: () => unanswered,
    isCalm: () => working.total() < CALM,
    hasRoom: (sheddingClass, isStranger) =>
      isStranger
        ? hasRoomFor(sheddingClass, STRANGERS)
        : working.total() < MAX_IN_FLIGHT[sheddingClass],
    open,
  }
}

/** The limit of withdrawals is for callers who have proven who they are. */
function limitOf(sheddingClass: SheddingClass, caller: string): number {
  const isUnproven = sheddingClass === 'withdrawal' && caller === STRANGERS
  return MAX_IN_FLIGHT[isUnproven ? 'token' : sheddingClass]
}

/** How many of something each caller has. */
type Shares = {
  total(): number
  /** Whether a caller has less than its share of a limit. */
  hasRoom(caller: string, limit: number): boolean
  add(caller: string): void
  remove(caller: string): void
}

function createShares(): Shares {
  const counts = new Map<string, number>()
  let total = 0
  return {
    total: () => total,
    hasRoom: (caller, limit) => (counts.get(caller) ?? 0) < Math.floor(limit * SHARE),
    add(caller) {
      total++
      counts.set(caller, (counts.get(caller) ?? 0) + 1)
    },
    remove(caller) {
      total--
      const left = (counts.get(caller) ?? 1) - 1
      if (left > 0) counts.set(caller, left)
      else counts.delete(caller)
    },
  }
}
