/**
 * @module The access ledger of a node: nothing is written twice, nothing is lost while the store is away, and nothing is read that
 * cannot be written down.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type RunningAccessLog,
  startAccessLogWriter,
} from '../../src/background/access-log-writer.ts'
import { StoreUnavailableError } from '../../src/engine/ports/store.ts'
import type { AccessLogEntry } from '../../src/engine/records.ts'

describe(startAccessLogWriter, () => {
  let ledger: RunningAccessLog
  let written: AccessLogEntry[]
  let isAway: boolean
  let now = 1000
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    written = []
    isAway = false
    let id = 0
    ledger = startAccessLogWriter({
      store: {
        async appendAccessLog(entries) {
          if (isAway) throw new StoreUnavailableError('away')
          written.push(...entries)
        },
      },
      entryId: () => id++,
      clock: () => now,
      onError: () => {},
    })
  })
  afterEach(async () => {
    isAway = false
    await ledger.stop()
    vi.useRealTimers()
  })

  const read = (grantId = 1, fields = ['a']): void =>
    ledger.record({ grantId, api: 'cards', fields })
  const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)
  const total = (): number => written.reduce((sum, { count }) => sum + count, 0)

  it('writes many reads of a second as one line, a quarter of a second later', async () => {
    for (let n = 0; n < 100; n++) read()
    read(2)
    read(1, ['a', 'b'])
    now++
    read()
    expect(ledger.waiting()).toBe(4)
    await pass(250)
    expect(written.map(({ count }) => count)).toEqual([100, 1, 1, 1])
    expect(ledger.waiting()).toBe(0)
  })

  it('keeps what could not be written, and writes it as the same lines', async () => {
    isAway = true
    read()
    await pass(1000)
    read()
    isAway = false
    await pass(250)
    expect(total()).toBe(2)
    expect(new Set(written.map(({ entryId }) => entryId)).size).toBe(written.length)
  })

  it('lets nothing be read when nothing was written for half a minute', async () => {
    isAway = true
    read()
    await pass(29_000)
    read()
    await pass(2000)
    expect(() => read()).toThrow(StoreUnavailableError)
    isAway = false
    await pass(250)
    read()
    await pass(250)
    expect(total()).toBe(3)
  })

  it('lets nothing be read when too much waits', async () => {
    isAway = true
    for (let n = 0; n < 50_000; n++) read(n)
    expect(() => read(60_000)).toThrow(StoreUnavailableError)
  })

  it('writes the rest when it stops', async () => {
    read()
    await ledger.stop()
    expect(total()).toBe(1)
  })
})
