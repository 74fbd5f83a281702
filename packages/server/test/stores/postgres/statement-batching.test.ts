/**
 * @module Concurrent calls share one statement.
 */
import { describe, expect, it } from 'vitest'
import { createStatementBatch } from '../../../src/stores/postgres/statement-batching.ts'

describe(createStatementBatch, () => {
  it('sends the calls of one event loop iteration in batches of limited size, and returns each its own output', async () => {
    const sizes: number[] = []
    const statistics = { calls: 0 }
    const double = createStatementBatch<number, number>(statistics, async (inputs) => {
      sizes.push(inputs.length)
      return inputs.map((n) => n * 2)
    })
    const outputs = await Promise.all(Array.from({ length: 140 }, (_, n) => double(n)))
    expect(outputs).toEqual(Array.from({ length: 140 }, (_, n) => n * 2))
    expect(sizes).toEqual([64, 64, 12])
    // `Connection.query` counts each statement as one call.
    expect(statistics.calls + sizes.length).toBe(140)
  })

  it('collects all calls that arrive while a statement is in flight into the next statement', async () => {
    const sizes: number[] = []
    const slow = createStatementBatch<number, number>({ calls: 0 }, async (inputs) => {
      sizes.push(inputs.length)
      await new Promise((resolve) => setTimeout(resolve, 50))
      return inputs
    })
    const first = slow(1)
    await new Promise((resolve) => setTimeout(resolve, 10))
    const second = slow(2)
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(await Promise.all([first, second, slow(3)])).toEqual([1, 2, 3])
    expect(sizes).toEqual([1, 2])
  })

  it('rejects every call of a batch whose statement fails', async () => {
    const fail = createStatementBatch<number, number>({ calls: 0 }, async () => {
      throw new Error('down')
    })
    const outcomes = await Promise.allSettled([fail(1), fail(2)])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })
})
