/**
 * @module Scope lists as mini programs send them.
 */
import { describe, expect, it } from 'vitest'
import { parseScopes } from '../src/scope.ts'

describe(parseScopes, () => {
  it.each([
    { input: undefined, scopes: [{ scope: 'auth_base' }] },
    { input: null, scopes: [{ scope: 'auth_base' }] },
    { input: '', scopes: [{ scope: 'auth_base' }] },
    { input: [], scopes: [{ scope: 'auth_base' }] },
    { input: [''], scopes: [{ scope: 'auth_base' }] },
    { input: [null], scopes: [{ scope: 'auth_base' }] },
    { input: ' , ', scopes: [{ scope: 'auth_base' }] },
    { input: 'auth_base,', scopes: [{ scope: 'auth_base' }] },
    { input: 'a,,b', scopes: [{ scope: 'a' }, { scope: 'b' }] },
    { input: [' auth_user '], scopes: [{ scope: 'auth_user' }] },
    { input: ['a,b', undefined, 'c '], scopes: [{ scope: 'a' }, { scope: 'b' }, { scope: 'c' }] },
    { input: [{ scope: ' a ' }], scopes: [{ scope: 'a' }] },
    { input: 'a', scopes: [{ scope: 'a' }] },
    { input: 'a, b,a', scopes: [{ scope: 'a' }, { scope: 'b' }] },
    {
      input: ['a', { scope: 'b', required: true }],
      scopes: [{ scope: 'a' }, { scope: 'b', required: true }],
    },
    {
      input: [{ scope: 'a', required: false, lifetime: '30d' }],
      scopes: [{ scope: 'a', lifetime: '30d' }],
    },
    { input: [{ scope: 'a', lifetime: null }], scopes: [{ scope: 'a' }] },
    { input: ['a', { scope: 'a', required: true }, 'a'], scopes: [{ scope: 'a', required: true }] },
  ])('parses $input', ({ input, scopes }) => {
    expect(parseScopes(input)).toEqual(scopes)
  })

  it.each([
    [7],
    [true],
    [false],
    [{}],
    [['a', 7]],
    [['a', ['b']]],
    ['a b'],
    [['a b']],
    [[{ required: true }]],
    [[{ scope: 'a', required: 'yes' }]],
    [['a'.repeat(65)]],
    [['1a']],
    [[{ scope: 'a b' }]],
    [[{ scope: '' }]],
    [','.repeat(40) + Array.from({ length: 33 }, (_, n) => `s${n}`).join()],
    [new Array(33)],
    [Array.from({ length: 33 }, (_, n) => `s${n}`)],
  ])('rejects %j', (input) => {
    expect(parseScopes(input)).toBeUndefined()
  })
})
