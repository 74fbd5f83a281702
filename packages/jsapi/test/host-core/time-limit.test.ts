/**
 * @module Waiting for the wallet ends by a time limit, or when the page is gone.
 */
import { BRIDGE_TIMEOUTS_MS } from '@assent/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CONSENT_REQUEST_LIFETIME_SECONDS } from '../../../server/src/engine/consent/consult.ts'
import { settleWithin } from '../../src/host-core/time-limit.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe(settleWithin, () => {
  const abort = (): AbortController => new AbortController()
  const limit = (signal: AbortSignal) => ({ milliseconds: 1000, signal, waitsFor: 'The test' })
  const never = new Promise<never>(() => {})

  it('resolves as the work does', async () => {
    expect(await settleWithin(Promise.resolve(7), limit(abort().signal))).toBe(7)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('rejects as the work does', async () => {
    const work = Promise.reject(new Error('broken'))
    await expect(settleWithin(work, limit(abort().signal))).rejects.toThrow('broken')
  })

  it('rejects with TIMEOUT after the limit, and names what it waited for', async () => {
    const outcome = expect(settleWithin(never, limit(abort().signal))).rejects.toMatchObject({
      jsapiCause: 'TIMEOUT',
      message: 'The test took longer than 1000 ms.',
    })
    await vi.advanceTimersByTimeAsync(1000)
    await outcome
  })

  it('rejects with PAGE_GONE when the page goes, and stops waiting', async () => {
    const page = abort()
    const outcome = settleWithin(never, limit(page.signal))
    page.abort()
    await expect(outcome).rejects.toMatchObject({ jsapiCause: 'PAGE_GONE' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('rejects with PAGE_GONE when the page has gone before', async () => {
    const page = abort()
    page.abort()
    await expect(settleWithin(never, limit(page.signal))).rejects.toMatchObject({
      jsapiCause: 'PAGE_GONE',
    })
  })
})

describe('the documented time limits', () => {
  it('are these', () => {
    expect(BRIDGE_TIMEOUTS_MS).toEqual({
      connect: 10_000,
      backEnd: 10_000,
      sheetLoad: 15_000,
      userDecision: 600_000,
      reply: 30_000,
    })
  })

  it('let the user decide for as long as the consent request is valid', () => {
    expect(BRIDGE_TIMEOUTS_MS.userDecision).toBe(CONSENT_REQUEST_LIFETIME_SECONDS * 1000)
  })

  it('let the host report the timeout of the back end before the page gives up', () => {
    const { backEnd, reply } = BRIDGE_TIMEOUTS_MS
    // Behind a call that hangs, the next call of the page waits for its turn and then hangs itself.
    expect(2 * backEnd).toBeLessThan(reply)
  })
})
