/**
 * @module Equivalent spellings of URIs.
 *
 * @see [RFC 3986 §6.2](https://www.rfc-editor.org/rfc/rfc3986.html#section-6.2)
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalizeUri, resourceKey } from '../../../src/engine/oauth/uri.ts'

describe(normalizeUri, () => {
  it.each([
    ['https://api.example/', 'https://api.example/'],
    ['https://api.example', 'https://api.example/'],
    ['HTTPS://API.Example', 'https://api.example/'],
    ['https://api.example:443/a', 'https://api.example/a'],
    ['https://api.example:/a', 'https://api.example/a'],
    ['http://api.example:80', 'http://api.example/'],
    ['http://api.example:443/', 'http://api.example:443/'],
    ['https://[2001:DB8::1]:443/a', 'https://[2001:db8::1]/a'],
    ['https://api.example/%7Ea/%2f/%c3%a9', 'https://api.example/~a/%2F/%C3%A9'],
    ['https://api.example/a/./b/../c', 'https://api.example/a/c'],
    ['https://api.example/a/..', 'https://api.example/'],
    ['https://api.example/../..', 'https://api.example/'],
    ['https://api.example/a?x=%7e', 'https://api.example/a?x=~'],
    ['https://api.example/A', 'https://api.example/A'],
    ['urn:example:A', 'urn:example:A'],
    ['no uri', undefined],
    ['/path', undefined],
    ['', undefined],
  ])('%s → %s', (uri, expected) => {
    expect(normalizeUri(uri)).toBe(expected)
  })

  it('agrees with the URL parser of browsers, and does not change what it returned', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (uri) => {
        const once = normalizeUri(uri) ?? ''
        expect(normalizeUri(once)).toBe(once)
        expect(new URL(once).origin).toBe(new URL(uri).origin)
        // Browsers do not decode unreserved characters, so both are compared after they were normalized.
        expect(normalizeUri(new URL(uri).href)).toBe(normalizeUri(new URL(once).href))
      }),
    )
  })
})

describe(resourceKey, () => {
  it('ignores a slash at the end, but not one in a query', () => {
    expect(resourceKey('https://api.example/a/')).toBe(resourceKey('https://api.example/a'))
    expect(resourceKey('https://api.example/a?b/')).not.toBe(resourceKey('https://api.example/a?b'))
  })
})
