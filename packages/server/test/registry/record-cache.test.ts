import { describe, expect, it } from 'vitest'
import { createRecordCache } from '../../src/registry/record-cache.ts'

type Value = { readonly version: number }

/** A cache over a store whose reads end when the test says so. */
function createFixture() {
  const stored = new Map<string, Value>([['known', { version: 1 }]])
  const pending: (() => void)[] = []
  let reads = 0
  const cache = createRecordCache<Value>((id) => {
    reads++
    const found = stored.get(id)
    return new Promise((resolve) => pending.push(() => resolve(found)))
  })
  function answer(): void {
    for (const resolve of pending.splice(0)) resolve()
  }
  async function find(id: string): Promise<Value | undefined> {
    const found = cache.find(id)
    answer()
    return found
  }
  return { cache, stored, answer, find, reads: () => reads }
}

describe('a cached record', () => {
  it('is found without a promise', async () => {
    const { cache, find, reads } = createFixture()
    expect(await find('known')).toEqual({ version: 1 })
    expect(cache.find('known')).toEqual({ version: 1 })
    expect(reads()).toBe(1)
  })

  it.each(['known', 'unknown'])('%s is read once for all who wait', async (id) => {
    const { cache, answer, reads } = createFixture()
    const all = [cache.find(id), cache.find(id), cache.find(id)]
    answer()
    expect(new Set(await Promise.all(all)).size).toBe(1)
    expect(reads()).toBe(1)
    expect(cache.find(id)).not.toBeInstanceOf(Promise)
  })

  it.each(['known', 'unknown'])('%s is read again after it was dropped', async (id) => {
    const { cache, stored, find, reads } = createFixture()
    await find(id)
    stored.set(id, { version: 2 })
    cache.drop(id)
    expect(await find(id)).toEqual({ version: 2 })
    expect(reads()).toBe(2)
  })

  it.each(['drop', 'clear'] as const)(
    'is not cached when %s comes during the read',
    async (how) => {
      const { cache, stored, answer, find } = createFixture()
      const before = cache.find('known')
      cache[how]('known')
      stored.set('known', { version: 2 })
      const after = cache.find('known')
      answer()
      expect(await before).toEqual({ version: 1 })
      expect(await after).toEqual({ version: 2 })
      expect(await find('known')).toEqual({ version: 2 })
    },
  )

  it('is read again after a read that failed', async () => {
    let calls = 0
    const cache = createRecordCache<Value>(async () => {
      calls++
      if (calls === 1) throw new Error('The store does not respond.')
      return { version: 1 }
    })
    await expect(cache.find('known')).rejects.toThrow('The store does not respond.')
    expect(await cache.find('known')).toEqual({ version: 1 })
  })
})

it('forgets absent records of strangers first', async () => {
  const { cache, find } = createFixture()
  await find('known')
  for (let n = 0; n < 20_000; n++) await find(`stranger-${n}`)
  expect(cache.find('known')).toEqual({ version: 1 })
  expect(cache.find('stranger-19999')).toBeUndefined()
  expect(cache.find('stranger-0')).toBeInstanceOf(Promise)
})
