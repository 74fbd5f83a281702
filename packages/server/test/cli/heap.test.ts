/**
 * @module The heap of a server: a collection to save memory comes when nobody asks.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import { afterEach, expect, test, vi } from 'vitest'
import { tuneHeap } from '../../src/cli/heap.ts'

const LOOK_MILLISECONDS = 10_000
/** Less than V8 waits after the start of a process, before it would collect by itself. */
const V8_WAITS_MILLISECONDS = 5000
const MEBIBYTE = 1024 * 1024

const usedMebibytes = (): number => getHeapStatistics().used_heap_size / MEBIBYTE

/** Some 50 MiB that nobody holds afterwards. @returns how much is used with them */
function work(): number {
  Array.from({ length: 1_000_000 }, (_, n) => ({ n }))
  return usedMebibytes()
}

afterEach(() => {
  vi.useRealTimers()
})

test('what much work has left is collected when nobody asks, and not before', async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] })
  tuneHeap()
  const full = work()

  vi.advanceTimersByTime(LOOK_MILLISECONDS)
  expect(usedMebibytes()).toBeGreaterThan(full - 20)

  await vi.waitFor(
    async () => {
      await sleep(200)
      vi.advanceTimersByTime(LOOK_MILLISECONDS)
      expect(usedMebibytes()).toBeLessThan(full - 20)
    },
    { timeout: V8_WAITS_MILLISECONDS },
  )
})
