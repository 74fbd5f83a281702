/**
 * @module HMAC-SHA-256 says what Node's own says, and what the standard says.
 */
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hmacSha256 } from '../../src/crypto/hmac.ts'

/** RFC 4231 §4, those with a key of at most a block. */
const VECTORS = [
  {
    key: '0b'.repeat(20),
    message: Buffer.from('Hi There').toString('hex'),
    mac: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  },
  {
    key: Buffer.from('Jefe').toString('hex'),
    message: Buffer.from('what do ya want for nothing?').toString('hex'),
    mac: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  },
  {
    key: 'aa'.repeat(20),
    message: 'dd'.repeat(50),
    mac: '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
  },
]

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array))

describe('HMAC-SHA-256', () => {
  it.each(VECTORS)('is $mac', ({ key, message, mac }) => {
    expect(hmacSha256(Buffer.from(key, 'hex'), Buffer.from(message, 'hex')).toString('hex')).toBe(
      mac,
    )
  })

  it('is that of node:crypto, whatever the key and the message are', () => {
    fc.assert(
      fc.property(bytes(64), bytes(300), (key, message) => {
        const expected = createHmac('sha256', key).update(message).digest()
        expect(hmacSha256(key, message)).toEqual(expected)
      }),
    )
  })

  it('takes no key that is longer than a block: that would have to be hashed first', () => {
    expect(() => hmacSha256(Buffer.alloc(65), Buffer.alloc(1))).toThrow(TypeError)
  })
})
