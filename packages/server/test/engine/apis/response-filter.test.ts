/**
 * @module The response filter passes declared fields only, whatever the upstream adds.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createResponseFilter } from '../../../src/engine/apis/response-filter.ts'

const DECLARED = ['id', 'cards[].brand', 'cards[].owner.name', 'tags[]', 'address.city', 'grid[][]']
const GENUINE = {
  id: 7,
  cards: [
    { brand: 'A', owner: { name: 'M' } },
    { brand: 'B', owner: { name: 'N' } },
  ],
  tags: ['x', 'y'],
  address: { city: 'Manila' },
  grid: [[1], [2, 3]],
}

type Json = { [name: string]: unknown }

/** A member with a secret value, of any name, including names that are declared elsewhere. */
const extra = fc.record({
  /** Index of the object of the response that receives the member. */
  at: fc.nat(20),
  name: fc.oneof(
    fc.constantFrom(
      'brand',
      'city',
      'name',
      'owner',
      '__proto__',
      'constructor',
      'items',
      'id2',
      'cardsx',
    ),
    fc.string({ minLength: 1, maxLength: 12 }),
  ),
  value: fc.constantFrom<unknown>(
    'SECRET',
    ['SECRET'],
    { brand: 'SECRET', name: 'SECRET', deep: { city: 'SECRET' } },
    [{ brand: 'SECRET' }],
    [['SECRET']],
  ),
})

function objectsOf(value: unknown): Json[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(objectsOf)
  return Array.isArray(value) ? inner : [value as Json, ...inner]
}

describe(createResponseFilter, () => {
  const filter = createResponseFilter(DECLARED)

  it('passes every declared field', () => {
    expect(filter(GENUINE)).toEqual(GENUINE)
  })

  it('removes every other field: 50 additional fields anywhere change nothing', () => {
    fc.assert(
      fc.property(fc.array(extra, { minLength: 50, maxLength: 50 }), (extras) => {
        const response = structuredClone(GENUINE) as Json
        for (const { at, name, value } of extras) {
          const objects = objectsOf(response)
          const object = objects[at % objects.length] as Json
          if (Object.hasOwn(object, name)) continue
          Object.defineProperty(object, name, {
            value: structuredClone(value),
            enumerable: true,
            writable: true,
            configurable: true,
          })
        }
        expect(filter(JSON.parse(JSON.stringify(response)))).toEqual(GENUINE)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['an object where a value is declared', { id: { secret: 1 } }, {}],
    ['a list where a value is declared', { id: [1] }, {}],
    ['a value where a list is declared', { tags: 'x' }, {}],
    ['an object where a list is declared', { cards: { brand: 'A' } }, {}],
    ['objects where a list of values is declared', { tags: [{ a: 1 }, 'y'] }, { tags: ['y'] }],
    ['a list in a list of objects', { cards: [[{ brand: 'A' }]] }, { cards: [] }],
    ['null', { id: null }, { id: null }],
    ['a response that is a list', [{ id: 1 }], {}],
    ['a response that is a value', 'SECRET', {}],
  ])('removes values of another type than declared: %s', (_, response, passed) => {
    expect(filter(response)).toEqual(passed)
  })

  it.each(['', '.', 'a..b', 'a.', '[]', 'a[0]', 'a b', '*', '__proto__', 'a[].__proto__.b'])(
    'rejects the path %j',
    (path) => {
      expect(() => createResponseFilter([path])).toThrow(TypeError)
    },
  )
})
