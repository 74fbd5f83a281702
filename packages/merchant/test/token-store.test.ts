/**
 * @module The token store in memory.
 */
import { describe, expect, it } from 'vitest'
import { createMemoryTokenStore } from '../src/index.ts'
import { tokens } from './support/platform.ts'

describe(createMemoryTokenStore, () => {
  it('returns undefined for an unknown customer', async () => {
    expect(await createMemoryTokenStore().get('customer-1')).toBeUndefined()
  })

  it('returns the latest tokens of a customer', async () => {
    const store = createMemoryTokenStore()
    await store.set('customer-1', tokens(1))
    await store.set('customer-1', tokens(2))
    expect(await store.get('customer-1')).toEqual(tokens(2))
  })

  it('deletes the tokens of one customer only', async () => {
    const store = createMemoryTokenStore()
    await store.set('customer-1', tokens(1))
    await store.set('customer-2', tokens(2))
    await store.delete('customer-1')
    expect(await store.get('customer-1')).toBeUndefined()
    expect(await store.get('customer-2')).toEqual(tokens(2))
  })

  it('deletes a customer that it does not know', async () => {
    await expect(createMemoryTokenStore().delete('customer-1')).resolves.toBeUndefined()
  })
})
