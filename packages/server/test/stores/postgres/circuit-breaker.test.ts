/**
 * @module The circuit breaker and the bulkhead around the database: fail fast while it is down, recover, limit the calls that wait.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { StoreUnavailableError } from '../../../src/engine/store/store.ts'
import { createCircuitBreaker, MAX_CALLS } from '../../../src/stores/postgres/circuit-breaker.ts'

const HALF_OPEN_AFTER_MS = 250

class DownError extends Error {}

const create = () => createCircuitBreaker((error) => error instanceof DownError)
const down = (): Promise<never> => Promise.reject(new DownError('down'))

describe('the circuit breaker of the database', () => {
  it('fails fast after one failure, without calling the database, and recovers', async () => {
    const breaker = create()
    let calls = 0
    const call = async (): Promise<number> => ++calls
    await expect(breaker.run(down)).rejects.toThrow(StoreUnavailableError)
    await expect(breaker.run(call)).rejects.toThrow(StoreUnavailableError)
    expect(calls).toBe(0)
    await sleep(HALF_OPEN_AFTER_MS + 20)
    expect(await breaker.run(call)).toBe(1)
    expect(await breaker.run(call)).toBe(2)
  })

  it('lets one call test a half-open circuit: when it fails, those that waited fail too', async () => {
    const breaker = create()
    let calls = 0
    const hang = async (): Promise<never> => {
      calls++
      await sleep(50)
      throw new DownError('still down')
    }
    await expect(breaker.run(down)).rejects.toThrow(StoreUnavailableError)
    await sleep(HALF_OPEN_AFTER_MS + 20)
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => breaker.run(hang)))
    expect(calls).toBe(1)
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { name: 'StoreUnavailableError' },
      })
    }
  })

  it('passes every other error through, and stays closed', async () => {
    const breaker = create()
    const duplicate = new Error('duplicate key')
    await expect(breaker.run(() => Promise.reject(duplicate))).rejects.toBe(duplicate)
    expect(await breaker.run(async () => 'fine')).toBe('fine')
  })

  it('rejects calls beyond the limit at once, and accepts them when others have finished', async () => {
    const breaker = create()
    let finish = (): void => {}
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    const waiting = Array.from({ length: MAX_CALLS }, () => breaker.run(() => finished))
    await expect(breaker.run(async () => 1)).rejects.toThrow(StoreUnavailableError)
    finish()
    await Promise.all(waiting)
    expect(await breaker.run(async () => 1)).toBe(1)
  })
})
