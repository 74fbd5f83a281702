/**
 * @module Which fields of an API response the scopes of a token permit.
 */
import { describe, expect, it } from 'vitest'
import { authorizeApi } from '../../../src/engine/apis/authorize-api.ts'
import type { Api } from '../../../src/engine/registry.ts'

describe(authorizeApi, () => {
  const api = (fields: Api['fields']): Api => ({
    name: 'cards',
    scopes: ['a', 'b'],
    scopeMatch: 'any',
    sensitivity: 'basic',
    ...(fields && { fields }),
  })

  it('caches the permitted fields per API and set of scopes, and ignores other scopes of the token', () => {
    const [cards, orders] = [api({ a: ['brand'], b: ['last4', 'brand'] }), api({ a: ['total'] })]
    const both = authorizeApi(cards, ['b', 'other', 'a'])
    const filter = expect.any(Function)
    expect(both).toEqual({ scopes: ['a', 'b'], fields: ['brand', 'last4'], filter })
    expect(both.filter?.({ brand: 'Visa', total: 1 })).toEqual({ brand: 'Visa' })
    expect(authorizeApi(cards, ['a', 'b'])).toBe(both)
    expect(authorizeApi(cards, ['a'])).toEqual({ scopes: ['a'], fields: ['brand'], filter })
    expect(authorizeApi(orders, ['a', 'b'])).toEqual({
      scopes: ['a', 'b'],
      fields: ['total'],
      filter,
    })
    expect(authorizeApi(api(undefined), ['a'])).toEqual({ scopes: ['a'] })
  })
})
