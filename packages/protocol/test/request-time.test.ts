/**
 * @module Times of requests and responses.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatTime, parseRequestTime } from '../src/request-time.ts'

describe(parseRequestTime, () => {
  it('parses a formatted time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), (seconds) => {
        expect(parseRequestTime(formatTime(seconds))).toBe(seconds)
      }),
    )
  })

  it.each([
    ['1647833552770', 1647833552],
    ['2022-03-21T11:32:32.770+08:00', 1647833552],
    ['2022-03-21T11:32:32+0800', 1647833552],
    ['2022-03-21T03:32:32.123456789Z', 1647833552],
    ['2022-03-21T03:32:32.Z', 1647833552],
    ['2022-03-21T03:32Z', 1647833520],
    ['2022-03-21 03:32:32Z', undefined],
    ['2022-03-21T03:32:32', undefined],
    ['2022-03-21', undefined],
    ['1647833552', undefined],
    ['2022-13-21T03:32:32Z', undefined],
    ['', undefined],
  ])('%s is %s', (text, seconds) => {
    expect(parseRequestTime(text)).toBe(seconds)
  })
})

describe(formatTime, () => {
  it('writes an offset with a colon', () => {
    expect(formatTime(1647833552)).toBe('2022-03-21T03:32:32+00:00')
  })
})
