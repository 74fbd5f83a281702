import { afterEach, describe, expect, it, vi } from 'vitest'
import type { FollowedChange } from '../../../src/engine/store/registry.ts'
import { followRegistryLog, type LogFollower } from '../../../src/registry/changes/log-follower.ts'

let follower: LogFollower | undefined
afterEach(async () => {
  await follower?.stop()
  vi.useRealTimers()
})

/** A log with this many changes, and a follower that knows the first of them. */
function follow({ length, known }: { readonly length: number; readonly known: number }) {
  vi.useFakeTimers()
  const log = Array.from({ length }, (_, at) => changeOf(at + 1))
  const applied: number[] = []
  const errors: unknown[] = []
  const state = { isDown: false, isRejecting: false, reads: 0 }
  const store = {
    async readRegistryChanges(after: number, limit: number) {
      state.reads++
      if (state.isDown) throw new Error('The store does not respond.')
      return log.slice(after, after + limit)
    },
  }
  follower = followRegistryLog(store, known, {
    async onChange({ sequence }) {
      if (state.isRejecting) throw new Error('The catalog cannot be read.')
      applied.push(sequence)
    },
    onError: (error) => errors.push(error),
  })
  const append = (): void => void log.push(changeOf(log.length + 1))
  return { follower, applied, errors, state, append }
}

function changeOf(sequence: number): FollowedChange {
  return {
    changeId: `change-${sequence}`,
    sequence,
    actor: 'ana',
    source: 'api',
    reason: 'A test.',
    changedAt: 1,
    recordCount: 1,
    recordsDigest: '',
    hash: '',
  }
}

describe('the log of the registry', () => {
  it('is followed from the change that is known, every 250 ms', async () => {
    const { follower, applied, append } = follow({ length: 3, known: 3 })
    append()
    await vi.advanceTimersByTimeAsync(250)
    expect(applied).toEqual([4])
    append()
    append()
    await vi.advanceTimersByTimeAsync(250)
    expect(applied).toEqual([4, 5, 6])
    expect(follower.sequence()).toBe(6)
  })

  it('is read to its end, in pages', async () => {
    const { follower, applied } = follow({ length: 250, known: 0 })
    await follower.catchUp()
    expect(applied).toHaveLength(250)
    expect(follower.sequence()).toBe(250)
  })

  it.each(['isDown', 'isRejecting'] as const)('is read again when a read %s', async (fault) => {
    const { follower, applied, errors, state } = follow({ length: 2, known: 0 })
    state[fault] = true
    await vi.advanceTimersByTimeAsync(1000)
    expect(errors).toHaveLength(1)
    expect(follower.sequence()).toBe(0)
    expect(follower.lagSeconds()).toBeGreaterThanOrEqual(1)
    state[fault] = false
    await vi.advanceTimersByTimeAsync(250)
    expect(applied).toEqual([1, 2])
    expect(follower.lagSeconds()).toBeLessThan(1)
    state[fault] = true
    await vi.advanceTimersByTimeAsync(250)
    expect(errors).toHaveLength(fault === 'isDown' ? 2 : 1)
  })

  it('is read after a change that was committed during a read', async () => {
    const { follower, applied, append, state } = follow({ length: 1, known: 0 })
    const first = follower.catchUp()
    append()
    await Promise.all([first, ...Array.from({ length: 10 }, () => follower.catchUp())])
    expect(applied).toEqual([1, 2])
    expect(state.reads).toBe(2)
  })

  it('is not read any more after stop', async () => {
    const { follower, state } = follow({ length: 1, known: 1 })
    await follower.stop()
    await vi.advanceTimersByTimeAsync(1000)
    expect(state.reads).toBe(0)
  })
})
