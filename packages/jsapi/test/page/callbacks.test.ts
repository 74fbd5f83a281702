/**
 * @module Callbacks beside a promise: who is called with what, and that their errors stay theirs.
 */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { isFunction, withCallbacks } from '../../src/page/callbacks.ts'

const unhandled: unknown[] = []
const recordUnhandled = (reason: unknown): void => void unhandled.push(reason)
/** Node reports unhandled rejections after the microtasks. */
const applyDecision = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

afterEach(() => {
  vi.useRealTimers()
})

describe(withCallbacks, () => {
  it('calls success, complete and the result callback with a success, in this order', async () => {
    const called: [string, unknown][] = []
    const record = (name: string) => (result: unknown) => void called.push([name, result])
    const result = await withCallbacks(
      Promise.resolve({ authCode: 'ac_1' }),
      { success: record('success'), fail: record('fail'), complete: record('complete') },
      record('result'),
    )
    expect(result).toEqual({ authCode: 'ac_1' })
    expect(called).toEqual([
      ['success', { authCode: 'ac_1' }],
      ['complete', { authCode: 'ac_1' }],
      ['result', { authCode: 'ac_1' }],
    ])
  })

  it('calls fail, complete and the result callback with a failure, in this order', async () => {
    const called: [string, unknown][] = []
    const record = (name: string) => (result: unknown) => void called.push([name, result])
    const outcome = withCallbacks(
      Promise.reject({ error: 11 }),
      { success: record('success'), fail: record('fail'), complete: record('complete') },
      record('result'),
    )
    await expect(outcome).rejects.toEqual({ error: 11 })
    expect(called).toEqual([
      ['fail', { error: 11 }],
      ['complete', { error: 11 }],
      ['result', { error: 11 }],
    ])
  })

  it('gives each callback its own copy', async () => {
    const complete = vi.fn()
    const outcome: Promise<{ authCode?: string }> = Promise.resolve({ authCode: 'ac_1' })
    const success = (given: { authCode?: string }) => void delete given.authCode
    expect(await withCallbacks(outcome, { success, complete })).toEqual({ authCode: 'ac_1' })
    expect(complete.mock.calls).toEqual([[{ authCode: 'ac_1' }]])
  })

  it('throws the error of a callback to the page, and calls the others', async () => {
    vi.useFakeTimers()
    const complete = vi.fn()
    const bug = new Error('bug of the page')
    const outcome = withCallbacks(Promise.resolve({ authCode: 'ac_1' }), {
      success() {
        throw bug
      },
      complete,
    })
    expect(await outcome).toEqual({ authCode: 'ac_1' })
    expect(complete).toHaveBeenCalledTimes(1)
    expect(() => vi.runAllTimers()).toThrow(bug)
  })

  it.each([
    { name: 'undefined', callbacks: undefined },
    { name: 'null', callbacks: null },
    { name: 'an object without callbacks', callbacks: {} },
    { name: 'callbacks that are not functions', callbacks: { success: 'text' as never } },
  ])('accepts $name', async ({ callbacks }) => {
    expect(await withCallbacks(Promise.resolve(1), callbacks)).toBe(1)
  })

  it.each([
    { name: 'fail', callbacks: { fail: () => {} }, resultCallback: undefined },
    { name: 'success alone', callbacks: { success: () => {} }, resultCallback: undefined },
    { name: 'complete', callbacks: { complete: () => {} }, resultCallback: undefined },
    { name: 'the result callback', callbacks: undefined, resultCallback: () => {} },
  ])('causes no unhandled rejection with $name', async ({ callbacks, resultCallback }) => {
    unhandled.length = 0
    process.on('unhandledRejection', recordUnhandled)
    void withCallbacks(Promise.reject({ error: 11 }), callbacks, resultCallback)
    await applyDecision()
    process.off('unhandledRejection', recordUnhandled)
    expect(unhandled).toEqual([])
  })
})

describe(isFunction, () => {
  it.each([
    { name: 'a function', value: () => {}, expected: true },
    { name: 'an object', value: {}, expected: false },
    { name: 'undefined', value: undefined, expected: false },
  ])('$name → $expected', ({ value, expected }) => {
    expect(isFunction(value)).toBe(expected)
  })
})
