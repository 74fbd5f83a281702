/**
 * @module Canonical JSON (RFC 8785).
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, type Json } from '../../src/engine/canonical-json.ts'

describe(canonicalJson, () => {
  const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>
  it('is JSON of the same value, independent of the order of member names', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(canonicalJson(reversed(value))).toBe(text)
      }),
    )
  })

  it('sorts by UTF-16 code units and omits undefined members (RFC 8785 §3.2.3)', () => {
    const value = { '€': 1, '\r': 2, '1': 3, '😀': 4, ö: 5, '\ufb33': 6, gone: undefined }
    expect(canonicalJson(value)).toBe('{"\\r":2,"1":3,"ö":5,"€":1,"😀":4,"\ufb33":6}')
  })
})

function reversed(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(reversed)
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member as Json)]),
  )
}
