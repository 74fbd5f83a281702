/**
 * @module How many deliveries a node sends at the same time to each recipient.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Recipient } from '../../src/engine/records.ts'
import { createRecipientWindows } from '../../src/notifications/recipient-windows.ts'

const A: Recipient = 'oauthClient/a'
const B: Recipient = 'merchant/2'

function begun(windows: ReturnType<typeof createRecipientWindows>, recipient: Recipient): number {
  let count = 0
  while (count < 1000 && windows.begin(recipient, 0)) count++
  return count
}

describe(createRecipientWindows, () => {
  it('begins small, grows with successes, and shrinks to one after a failure', () => {
    const windows = createRecipientWindows()
    expect(begun(windows, A)).toBe(4)
    for (let n = 0; n < 40; n++) {
      windows.end(A, false)
      windows.begin(A, 0)
    }
    for (let n = 0; n < 16; n++) windows.end(A, false)
    expect(begun(windows, A)).toBe(16)
    for (let n = 0; n < 16; n++) windows.end(A, true)
    expect(begun(windows, A)).toBe(1)
    windows.end(A, false)
    expect(begun(windows, A)).toBe(4)
  })

  it('keeps room for recipients that respond, however many fail', () => {
    const windows = createRecipientWindows()
    const failing = Array.from({ length: 500 }, (_, n): Recipient => `oauthClient/${n}`)
    const inFlight = failing.filter((recipient) => windows.begin(recipient, 3))
    expect(inFlight).toHaveLength(64)
    expect(begun(windows, B)).toBe(4)
    expect(windows.limits().total).toBe(252)
  })

  it('lets every failing recipient have its turn', () => {
    const windows = createRecipientWindows()
    const failing = Array.from({ length: 200 }, (_, n): Recipient => `oauthClient/${n}`)
    for (const recipient of failing) {
      windows.begin(recipient, 1)
      windows.end(recipient, true)
    }
    const served = new Set<Recipient>()
    for (let round = 0; round < 4; round++) {
      const { perRecipient } = windows.limits()
      const turn = failing.filter((recipient) => (perRecipient.get(recipient) ?? 0) > 0)
      expect(turn).toHaveLength(64)
      for (const recipient of turn) {
        served.add(recipient)
        expect(windows.begin(recipient, 1)).toBe(true)
        windows.end(recipient, true)
      }
    }
    expect(served.size).toBe(200)
  })

  it('never exceeds a window or a limit, and gives back everything', () => {
    const command = fc.record({
      recipient: fc.integer({ min: 0, max: 400 }).map((n): Recipient => `oauthClient/${n}`),
      attempts: fc.integer({ min: 0, max: 1 }),
      ends: fc.boolean(),
      hasFailed: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(command, { maxLength: 2000 }), (commands) => {
        const windows = createRecipientWindows()
        const running = new Map<Recipient, number>()
        const sum = () => [...running.values()].reduce((total, one) => total + one, 0)
        for (const { recipient, attempts, ends, hasFailed } of commands) {
          const count = running.get(recipient) ?? 0
          if (ends && count > 0) {
            windows.end(recipient, hasFailed)
            running.set(recipient, count - 1)
          } else if (windows.begin(recipient, attempts)) running.set(recipient, count + 1)
          expect(running.get(recipient) ?? 0).toBeLessThanOrEqual(16)
          const { total, perRecipient } = windows.limits()
          expect(total).toBeGreaterThanOrEqual(0)
          for (const room of perRecipient.values()) expect(room).toBeGreaterThanOrEqual(0)
        }
        expect(sum()).toBeLessThanOrEqual(256 + 64 + 16 * 400)
        for (const [recipient, count] of running)
          for (let n = 0; n < count; n++) windows.end(recipient, false)
        expect(windows.limits().total).toBeGreaterThanOrEqual(256)
      }),
      { numRuns: 30 },
    )
  })
})
