/**
 * @module Masking of personal data: a mask never shows more than it hides.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskDate, maskEmail, maskPhone, maskWords } from '../../../src/engine/users/masking.ts'

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
const graphemesOf = (text: string): readonly string[] =>
  Array.from(segmenter.segment(text), ({ segment }) => segment)
const shownOf = (mask: string): readonly string[] =>
  graphemesOf(mask).filter((grapheme) => grapheme !== '•')

describe('masking', () => {
  it.each([
    [maskPhone, '+639171234567', '+63•••••••567'],
    [maskPhone, '+9647701234567', '+96•••••••567'],
    [maskPhone, '+6591234567', '+65•••••••67'],
    [maskPhone, '+12345678', '•••••••678'],
    [maskPhone, '12345', '•••••••45'],
    [maskPhone, '123', '•••••••'],
    [maskPhone, '1', '•••••••'],
    [maskPhone, '', '•••••••'],
    [maskEmail, 'maria@example.com', 'm••••@e••••.com'],
    [maskEmail, 'bo@example.com', 'b••••@e••••.com'],
    [maskEmail, 'x@example.com', '••••@e••••.com'],
    [maskEmail, 'me@maria-santos.ph', 'm••••@m••••.ph'],
    [maskEmail, 'maria@localhost', 'm••••@l••••'],
    [maskEmail, 'bo@qq.com', 'b••••@••••'],
    [maskEmail, 'x@y.z', '••••@••••'],
    [maskEmail, 'maria@x.photography', 'm••••@••••'],
    [maskEmail, '@', '••••'],
    [maskEmail, 'x@', '••••@••••'],
    [maskEmail, 'nonsense', '••••'],
    [maskEmail, 'jose\u0301@example.com', 'j••••@e••••.com'],
    [maskWords, 'Maria  Clara Santos', 'M•••• C•••• S••••'],
    [maskWords, 'Al Bo', 'A••••'],
    [maskWords, 'Li Na', 'L••••'],
    [maskWords, 'X', '••••'],
    [maskWords, 'X Æ', '•••• ••••'],
    [maskWords, 'J. R. R. Tolkien', 'J•••• R•••• R•••• T••••'],
    [maskWords, '王', '••••'],
    [maskWords, '王明', '王••••'],
    [maskWords, 'عمر', 'ع••••'],
    [maskWords, 'عمر الفاروق', 'ع•••• ا••••'],
    [maskWords, 'நிலா', 'நி••••'],
    [maskWords, 'E\u0301va', 'E\u0301••••'],
    [maskWords, '👩‍👩‍👧', '••••'],
    [maskWords, '👩‍👩‍👧 Familie', '•••• F••••'],
    [maskWords, '🇵🇭🇵🇭', '🇵🇭••••'],
    [maskWords, '•••', '•••••'],
    [maskWords, '', '••••'],
    [maskDate, '1994-05-17', '1994 ••••'],
  ] as const)('%o of %s → %s', (mask, value, masked) => {
    expect(mask(value)).toBe(masked)
  })

  const texts = fc
    .oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom('a', ' ', '@', '.', '+', '1', '\u0301', '👩‍👩‍👧', 'ع'),
      }),
    )
    // A dot of the value looks like one of the mask, and a mark at the start would join a dot of the mask.
    .filter((text) => !/•|^\p{M}/u.test(text))

  it.each([maskPhone, maskEmail, maskWords, maskDate])(
    '%o shows no more than it hides, whole graphemes only, and not the length of what it hides',
    (mask) => {
      fc.assert(
        fc.property(texts, (value) => {
          const masked = mask(value)
          const shown = shownOf(masked)
          const all = graphemesOf(value)
          expect(shown.length).toBeLessThanOrEqual(all.length - shown.length)
          // A word has graphemes of its own: a combining mark can stand at its start.
          const whole = [value, ...value.split(/\s+/)].flatMap(graphemesOf)
          for (const one of shown) expect([...whole, '@', ' ']).toContain(one)
          expect(masked).toContain('••••')
        }),
        { numRuns: 500 },
      )
    },
  )
})
