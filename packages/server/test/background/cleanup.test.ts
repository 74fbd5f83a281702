/**
 * @module Cleanup: small batches, the next one soon after a full one, and never two at once.
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { startCleanup } from '../../src/background/cleanup.ts'
import type { Store } from '../../src/engine/store/store.ts'

const NOW = 1_800_000_000
const onError = vi.fn()

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('deletes the next batch soon after a full one', async () => {
  const deletedRows = [500, 700, 499, 0]
  const dropExpired = vi.fn(async () => deletedRows.shift() ?? 0)
  const cleanup = startCleanup({ dropExpired }, () => NOW, 100, onError)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(dropExpired).toHaveBeenCalledTimes(1)
  expect(dropExpired).toHaveBeenLastCalledWith(NOW, 500, NOW - 100)
  await vi.advanceTimersByTimeAsync(200)
  expect(dropExpired).toHaveBeenCalledTimes(3)
  await vi.advanceTimersByTimeAsync(9_900)
  expect(dropExpired).toHaveBeenCalledTimes(3)
  await vi.advanceTimersByTimeAsync(200)
  expect(dropExpired).toHaveBeenCalledTimes(4)
  await cleanup.stop()
})

it('waits for a slow run, continues after a failed one, and stops after the one in flight', async () => {
  let finish: (dropped: number) => void = () => {}
  const slow = new Promise<number>((resolve) => {
    finish = resolve
  })
  const dropExpired = vi
    .fn<Store['dropExpired']>()
    .mockRejectedValueOnce(new Error('the store is unavailable'))
    .mockReturnValueOnce(slow)
    .mockResolvedValue(500)
  const cleanup = startCleanup({ dropExpired }, () => NOW, 100, onError)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(dropExpired).toHaveBeenCalledTimes(2)
  let isStopped = false
  const stopping = cleanup.stop().then(() => {
    isStopped = true
  })
  await vi.advanceTimersByTimeAsync(1000)
  expect(isStopped).toBe(false)
  finish(500)
  await stopping
  await vi.advanceTimersByTimeAsync(60_000)
  expect(dropExpired).toHaveBeenCalledTimes(2)
})
