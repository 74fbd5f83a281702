/**
 * @module The access log writer: writes no entry twice, loses none while the store is unavailable, and rejects reads that it cannot
 * record.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type RunningAccessLog,
  startAccessLogWriter,
} from '../../src/background/access-log-writer.ts'
import type { AccessLogEntry } from '../../src/engine/records.ts'
import { StoreUnavailableError } from '../../src/engine/store/store.ts'

describe(startAccessLogWriter, () => {
  let accessLog: RunningAccessLog
  let written: AccessLogEntry[]
  let isUnavailable: boolean
  let now = 1000
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    written = []
    isUnavailable = false
    let id = 0
    accessLog = startAccessLogWriter({
      store: {
        async appendAccessLog(entries) {
          if (isUnavailable) throw new StoreUnavailableError('unavailable')
          written.push(...entries)
        },
      },
      entryId: () => id++,
      clock: () => now,
      onError: () => {},
    })
  })
  afterEach(async () => {
    isUnavailable = false
    await accessLog.stop()
    vi.useRealTimers()
  })

  const read = (grantId = 1, fields = ['a']): void =>
    accessLog.record({ grantId, api: 'cards', fields })
  const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)
  const total = (): number => written.reduce((sum, { count }) => sum + count, 0)

  it('writes all reads of the same data in a second as one entry, within 250 ms', async () => {
    for (let n = 0; n < 100; n++) read()
    read(2)
    read(1, ['a', 'b'])
    now++
    read()
    expect(accessLog.pending()).toBe(4)
    await pass(250)
    expect(written.map(({ count }) => count)).toEqual([100, 1, 1, 1])
    expect(accessLog.pending()).toBe(0)
  })

  it('keeps entries that could not be written, and retries them with the same IDs', async () => {
    isUnavailable = true
    read()
    await pass(1000)
    read()
    isUnavailable = false
    await pass(250)
    expect(total()).toBe(2)
    expect(new Set(written.map(({ entryId }) => entryId)).size).toBe(written.length)
  })

  it('rejects reads when nothing could be written for 30 seconds', async () => {
    isUnavailable = true
    read()
    await pass(29_000)
    read()
    await pass(2000)
    expect(() => read()).toThrow(StoreUnavailableError)
    isUnavailable = false
    await pass(250)
    read()
    await pass(250)
    expect(total()).toBe(3)
  })

  it('rejects reads when too many entries are pending', async () => {
    isUnavailable = true
    for (let n = 0; n < 50_000; n++) read(n)
    expect(() => read(60_000)).toThrow(StoreUnavailableError)
  })

  it('writes the pending entries when it stops', async () => {
    read()
    await accessLog.stop()
    expect(total()).toBe(1)
  })
})
