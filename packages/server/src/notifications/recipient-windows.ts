/**
 * @module How many deliveries a node sends at the same time. Each recipient has a window of its own. It begins small, grows with each
 * success, and shrinks to one after a failure. Recipients that fail share a limit apart from that of the others, so no number of them
 * delays a recipient that responds.
 * @see docs/notifications.md#delivery
 */

import type { Recipient } from '../engine/records.ts'
import type { ClaimLimits } from '../engine/store/outbox.ts'

const MAX_IN_FLIGHT = 256
const MAX_FAILING_IN_FLIGHT = 64
const FIRST_WINDOW = 4
const MAX_WINDOW = 16
const FAILING_WINDOW = 1

type Window = { size: number; inFlight: number; isFailing: boolean }

export interface RecipientWindows {
  /** How many deliveries may be claimed now. */
  limits(): ClaimLimits
  /**
   * Begins an attempt.
   * @param attempts of this delivery before; a recipient that refused it is expected to fail
   * @returns whether there is room; if not, nothing has begun
   */
  begin(recipient: Recipient, attempts: number): boolean
  end(recipient: Recipient, hasFailed: boolean): void
}

export function createRecipientWindows(): RecipientWindows {
  const windows = new Map<Recipient, Window>()

  function inFlight(isFailing: boolean): number {
    let sum = 0
    for (const window of windows.values())
      if (window.isFailing === isFailing) sum += window.inFlight
    return sum
  }

  function freeOf(isFailing: boolean): number {
    const limit = isFailing ? MAX_FAILING_IN_FLIGHT : MAX_IN_FLIGHT
    return Math.max(limit - inFlight(isFailing), 0)
  }

  function open(recipient: Recipient, isFailing: boolean): Window {
    const known = windows.get(recipient)
    if (known) return known
    const window = { size: isFailing ? FAILING_WINDOW : FIRST_WINDOW, inFlight: 0, isFailing }
    windows.set(recipient, window)
    return window
  }

  return {
    limits() {
      const perRecipient = new Map<Recipient, number>()
      const free = freeOf(false)
      let freeForFailing = freeOf(true)
      for (const [recipient, { size, inFlight, isFailing }] of windows) {
        const room = Math.max(size - inFlight, 0)
        const granted = isFailing ? Math.min(room, freeForFailing) : room
        if (isFailing) freeForFailing -= granted
        perRecipient.set(recipient, granted)
      }
      const total = free + freeOf(true) - freeForFailing
      return { total, perRecipient, perOtherRecipient: Math.min(FIRST_WINDOW, free) }
    },
    begin(recipient, attempts) {
      const window = open(recipient, attempts > 0)
      if (window.inFlight >= window.size || freeOf(window.isFailing) === 0) return false
      window.inFlight++
      return true
    },
    end(recipient, hasFailed) {
      const window = open(recipient, hasFailed)
      window.inFlight = Math.max(window.inFlight - 1, 0)
      // Its place at the end of the map: the other recipients that fail come first the next time.
      windows.delete(recipient)
      windows.set(recipient, window)
      const grown = window.isFailing ? FIRST_WINDOW : Math.min(window.size + 1, MAX_WINDOW)
      window.size = hasFailed ? FAILING_WINDOW : grown
      window.isFailing = hasFailed
    },
  }
}
