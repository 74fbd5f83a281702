/**
 * @module Bytes and their text forms, compared with those of Node.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  areEqual,
  concatBytes,
  decodeLatin1,
  decodeUtf8,
  encodeLatin1,
  encodeUtf8,
  encodeUtf16,
  fromBase64,
  toBase64,
  toHex,
} from '../src/signature-diagnostics/bytes.ts'

const bytes = fc.uint8Array({ maxLength: 40 })
const text = fc.string({ unit: 'grapheme', maxLength: 20 })

it.each<[string, (bytes: Uint8Array) => string, (bytes: Buffer) => string]>([
  ['toBase64', toBase64, (buffer) => buffer.toString('base64')],
  ['toHex', toHex, (buffer) => buffer.toString('hex')],
  ['decodeLatin1', decodeLatin1, (buffer) => buffer.toString('latin1')],
  ['decodeUtf8', decodeUtf8, (buffer) => buffer.toString('utf8')],
])('%s is that of Node', (_name, own, ofNode) => {
  fc.assert(
    fc.property(bytes, (value) => {
      expect(own(value)).toBe(ofNode(Buffer.from(value)))
    }),
  )
})

it.each<[string, (text: string) => Uint8Array, BufferEncoding]>([
  ['encodeUtf8', encodeUtf8, 'utf8'],
  ['encodeUtf16', encodeUtf16, 'utf16le'],
  ['encodeLatin1', encodeLatin1, 'latin1'],
])('%s is that of Node', (_name, own, encoding) => {
  fc.assert(
    fc.property(text, (value) => {
      expect(toHex(own(value))).toBe(Buffer.from(value, encoding).toString('hex'))
    }),
  )
})

it.each(['base64', 'base64url'] as const)('fromBase64 reads %s', (encoding) => {
  fc.assert(
    fc.property(bytes, (value) => {
      expect(areEqual(fromBase64(Buffer.from(value).toString(encoding)), value)).toBe(true)
    }),
  )
})

it('concatBytes joins, and areEqual compares', () => {
  fc.assert(
    fc.property(bytes, bytes, (one, other) => {
      expect(toHex(concatBytes(one, other))).toBe(toHex(one) + toHex(other))
      expect(areEqual(one, other)).toBe(toHex(one) === toHex(other))
    }),
  )
})
