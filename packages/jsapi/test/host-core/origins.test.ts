/**
 * @module Registered origins, in the spelling in which browsers report the origin of a page.
 */
import { describe, expect, it } from 'vitest'
import { readOrigins } from '../../src/host-core/origins.ts'

describe(readOrigins, () => {
  it.each([
    { text: 'https://kopi.example', origin: 'https://kopi.example' },
    { text: 'https://kopi.example/', origin: 'https://kopi.example' },
    { text: 'HTTPS://Kopi.Example', origin: 'https://kopi.example' },
    { text: 'https://kopi.example:443', origin: 'https://kopi.example' },
    { text: 'http://kopi.example:80', origin: 'http://kopi.example' },
    { text: 'https://kopi.example:8443', origin: 'https://kopi.example:8443' },
    { text: 'https://bücher.example', origin: 'https://xn--bcher-kva.example' },
    { text: 'http://localhost:3000', origin: 'http://localhost:3000' },
    { text: 'http://[::1]:3000', origin: 'http://[::1]:3000' },
  ])('$text is the origin $origin', ({ text, origin }) => {
    expect(readOrigins([text])).toEqual([origin])
  })

  it.each([
    'null',
    '*',
    'kopi.example',
    '',
    'https://kopi.example/shop',
    'https://kopi.example/?a',
    'https://kopi.example/#a',
    'file:///index.html',
    'about:blank',
    'data:text/html,x',
    undefined,
    7,
  ])('%s is not an origin', (text) => {
    expect(() => readOrigins(['https://kopi.example', text])).toThrow(/is not an origin/)
  })
})
