/**
 * @module What every token store must do. It runs on the store in memory and on those of docs/token-stores.md.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Customer, TokenStore } from '../../src/index.ts'
import { CUSTOMER, tokens } from './platform.ts'

const OTHERS: readonly (Customer & { readonly name: string })[] = [
  { name: 'the user in another mini program', ...CUSTOMER, appId: 'app-2' },
  { name: 'another user', ...CUSTOMER, customerId: 'customer-2' },
  { name: 'ids that look alike when they are joined', appId: 'app-1:customer', customerId: '1' },
]

/** @param createStore creates an empty store */
export function testTokenStore(name: string, createStore: () => Promise<TokenStore>): void {
  describe(name, () => {
    let store: TokenStore
    beforeEach(async () => {
      store = await createStore()
    })

    it('has no tokens at first', async () => {
      expect(await store.get(CUSTOMER)).toBeUndefined()
      expect(await store.delete(CUSTOMER, tokens(1))).toBe(false)
    })

    it('returns every field of the tokens that it stored', async () => {
      const stored = { ...tokens(1), scope: 'auth_base auth_user', userLoginId: '*****ü"123' }
      expect(await store.set(CUSTOMER, stored, undefined)).toBe(true)
      expect(await store.get(CUSTOMER)).toEqual(stored)
    })

    it.each([
      { name: 'none are expected and none are stored', before: undefined, isStored: true },
      { name: 'the expected ones are stored', before: 1, expected: 1, isStored: true },
      { name: 'none are expected and some are stored', before: 1, isStored: false },
      { name: 'others are stored', before: 2, expected: 1, isStored: false },
      { name: 'some are expected and none are stored', expected: 1, isStored: false },
    ])('set when $name → $isStored', async ({ before, expected, isStored }) => {
      if (before !== undefined) await store.set(CUSTOMER, tokens(before), undefined)
      const next = tokens(3)
      expect(await store.set(CUSTOMER, next, expected ? tokens(expected) : undefined)).toBe(
        isStored,
      )
      expect(await store.get(CUSTOMER)).toEqual(
        isStored ? next : before ? tokens(before) : undefined,
      )
    })

    it.each([
      { name: 'the expected ones are stored', expected: 1, isDeleted: true },
      { name: 'others are stored', expected: 2, isDeleted: false },
    ])('delete when $name → $isDeleted', async ({ expected, isDeleted }) => {
      await store.set(CUSTOMER, tokens(1), undefined)
      expect(await store.delete(CUSTOMER, tokens(expected))).toBe(isDeleted)
      expect(await store.get(CUSTOMER)).toEqual(isDeleted ? undefined : tokens(1))
    })

    it('stores again after a deletion', async () => {
      await store.set(CUSTOMER, tokens(1), undefined)
      await store.delete(CUSTOMER, tokens(1))
      expect(await store.set(CUSTOMER, tokens(2), undefined)).toBe(true)
      expect(await store.get(CUSTOMER)).toEqual(tokens(2))
    })

    it.each(OTHERS)('keeps the tokens of $name apart', async ({ appId, customerId }) => {
      const other = { appId, customerId }
      await store.set(CUSTOMER, tokens(1), undefined)
      expect(await store.get(other)).toBeUndefined()
      expect(await store.set(other, tokens(2), undefined)).toBe(true)
      expect(await store.delete(other, tokens(2))).toBe(true)
      expect(await store.get(CUSTOMER)).toEqual(tokens(1))
    })

    it.each([
      { name: 'a first write', before: undefined },
      { name: 'a replacement', before: tokens(1) },
    ])('lets one of 20 concurrent calls make $name', async ({ before }) => {
      if (before) await store.set(CUSTOMER, before, undefined)
      const candidates = Array.from({ length: 20 }, (_, index) => tokens(index + 2))
      const outcomes = await Promise.all(
        candidates.map((next) => store.set(CUSTOMER, next, before)),
      )
      expect(outcomes.filter(Boolean)).toHaveLength(1)
      expect(await store.get(CUSTOMER)).toEqual(candidates[outcomes.indexOf(true)])
    })
  })
}
