/**
 * @module The rules of texts that people read.
 */
import { describe, expect, it } from 'vitest'
import { normalizeText, problemOfText } from '../../../src/engine/texts/display-text.ts'
import { ORDINARY_NAMES } from '../../fixtures/ordinary-names.ts'
import { sampleTexts } from '../../support/text-samples.ts'

const MAX_CHARACTERS = 40

const REJECTED: readonly (readonly [name: string, text: string, problem: RegExp])[] = [
  ['nothing', '', /has no letter, digit or symbol/],
  ['spaces', '   ', /starts or ends with a space/],
  ['no-break spaces', '\u00a0\u00a0', /starts or ends with a space/],
  ['the braille blank', '\u2800', /contains U\+2800, which is invisible/],
  ['a Hangul filler', '\u3164', /contains U\+3164, which is invisible/],
  ['a halfwidth Hangul filler', 'Kopi\uffa0', /contains U\+FFA0, which is invisible/],
  ['a Hangul leading filler', '\u115f', /contains U\+115F, which is invisible/],
  ['a Hangul vowel filler', 'Kopi\u1160', /contains U\+1160, which is invisible/],
  ['a Khmer inherent vowel', 'ក\u17b4', /contains U\+17B4, which is invisible/],
  ['a blank hieroglyph', '\u{13441}', /contains U\+13441, which is invisible/],
  ['marks only', '\u0301\u0302', /contains U\+0301, a mark without a letter/],
  ['a mark after a space', 'Kopi \u0301', /contains U\+0301, a mark without a letter/],
  ['a mark after a quotation mark', 'Kopi “\u0e49”', /contains U\+0E49, a mark without a letter/],
  ['punctuation', '…', /has no letter, digit or symbol/],
  [
    'an override of the direction',
    'Kopi \u202eesuoH',
    /contains U\+202E, which changes the direction/,
  ],
  ['an embedding', '\u202aKopi\u202c', /contains U\+202A, which changes the direction/],
  ['an isolate', '\u2066Kopi\u2069', /contains U\+2066, which changes the direction/],
  ['a left-to-right mark', 'Kopi\u200e', /contains U\+200E, which changes the direction/],
  ['an Arabic letter mark', 'مقهى\u061c', /contains U\+061C, which changes the direction/],
  ['a zero-width space', 'Ko\u200bpi', /contains U\+200B, which is invisible/],
  ['a word joiner', 'Ko\u2060pi', /contains U\+2060, which is invisible/],
  ['a byte order mark', '\ufeffKopi', /contains U\+FEFF, which is invisible/],
  ['a soft hyphen', 'Ko\u00adpi', /contains U\+00AD, which is invisible/],
  ['a grapheme joiner', 'Ko\u034fpi', /contains U\+034F, which is invisible/],
  ['an invisible operator', 'Kopi\u2062', /contains U\+2062, which is invisible/],
  ['a deprecated format character', 'Kopi\u206a', /contains U\+206A, which is invisible/],
  ['an annotation', 'Kopi\ufff9', /contains U\+FFF9, which is invisible/],
  ['a musical control', 'Kopi\u{1d173}', /contains U\+1D173, which is invisible/],
  [
    'a joiner between Latin letters',
    'Ko\u200dpi',
    /contains U\+200D, which is an invisible joiner/,
  ],
  [
    'a non-joiner between Latin letters',
    'Ko\u200cpi',
    /contains U\+200C, which is an invisible joiner/,
  ],
  ['a joiner at the end', 'Kopi\u200d', /contains U\+200D, which is an invisible joiner/],
  [
    'a non-joiner after a letter that does not join',
    'دار\u200cها',
    /contains U\+200C, which is an invisible joiner/,
  ],
  ['two non-joiners', 'می\u200c\u200cخواهم', /contains U\+200C, which is an invisible joiner/],
  [
    'two joiners after a virama',
    'क्\u200d\u200dष',
    /contains U\+200D, which is an invisible joiner/,
  ],
  ['a joiner after a vowel', 'का\u200dम', /contains U\+200D, which is an invisible joiner/],
  [
    'a joiner between symbols that form no emoji',
    '☕\u200d🍕',
    /contains U\+200D, which is an invisible joiner/,
  ],
  ['tags without a flag', 'Kopi\u{e0041}\u{e0042}', /contains U\+E0041, which is an invisible tag/],
  ['tags after an emoji', '☕\u{e0067}\u{e007f}', /contains U\+E0067, which is an invisible tag/],
  [
    'a variation selector after a letter',
    'Kopi\ufe0f',
    /contains U\+FE0F, which is a variation selector/,
  ],
  [
    'a variation selector after a digit',
    'Kopi 1\ufe0f',
    /contains U\+FE0F, which is a variation selector/,
  ],
  ['two variation selectors', '❤\ufe0f\ufe0f', /contains U\+FE0F, which is a variation selector/],
  [
    'an ideographic variation after a letter',
    'Kopi\u{e0100}',
    /contains U\+E0100, which is a variation selector/,
  ],
  [
    'two ideographic variations',
    '葛\u{e0100}\u{e0101}',
    /contains U\+E0101, which is a variation selector/,
  ],
  [
    'a Mongolian variation after a letter',
    'Kopi\u180b',
    /contains U\+180B, which is a variation selector/,
  ],
  [
    'a Mongolian vowel separator at the end',
    'ᠨᠣᠮ\u180e',
    /contains U\+180E, which is a variation selector/,
  ],
  ['a line break', 'Kopi\nHouse', /contains U\+000A, which breaks the line/],
  ['a line separator', 'Kopi\u2028House', /contains U\+2028, which breaks the line/],
  ['a tab', 'Kopi\tHouse', /contains U\+0009, which is a control character/],
  ['a null', 'Kopi\0', /contains U\+0000, which is a control character/],
  ['a delete', 'Kopi\u007f', /contains U\+007F, which is a control character/],
  ['a C1 control', 'Kopi\u0080', /contains U\+0080, which is a control character/],
  ['a lone surrogate', 'Kopi\ud83d', /contains U\+D83D, which is half of a character/],
  ['a character for private use', 'Kopi\ue000', /contains U\+E000, which is for private use/],
  [
    'another character for private use',
    'Kopi\u{f0000}',
    /contains U\+F0000, which is for private use/,
  ],
  ['a noncharacter', 'Kopi\ufffe', /contains U\+FFFE, which is not a character/],
  ['an unassigned character', 'Kopi\u0378', /contains U\+0378, which is not a character/],
  ['a replacement character', 'Caf\ufffd', /contains U\+FFFD, which is not a character/],
  ['an object replacement', 'Kopi\ufffc', /contains U\+FFFC, which is not a character/],
  ['an em space', 'Kopi\u2003House', /contains U\+2003, which is a space of unusual width/],
  ['a hair space', 'Kopi\u200aHouse', /contains U\+200A, which is a space of unusual width/],
  ['a space at the start', ' Kopi', /starts or ends with a space/],
  ['a space at the end', 'Kopi ', /starts or ends with a space/],
  ['two spaces', 'Kopi  House', /has several spaces in a row/],
  ['a space and a no-break space', 'Kopi \u00a0House', /has several spaces in a row/],
  ['half of a flag', 'Kopi 🇵', /contains U\+1F1F5, which is half of a flag/],
  ['a flag of no country', '🇽🇽', /contains U\+1F1FD, which is half of a flag/],
  ['an enclosing circle', 'K\u20ddopi', /contains U\+20DD, which encloses/],
  [
    'stacked marks',
    `K${'\u0302'.repeat(1)}\u0303\u0304opi`,
    /has too many marks on one letter, such as U\+0304/,
  ],
  ['many stacked marks', `Z\u0301\u0302\u0303\u0304\u0305\u0306algo`, /has too many marks/],
  ['the same mark twice', 'กี\u0e35', /has too many marks on one letter, such as U\+0E35/],
  ['five marks in Thai', 'ก\u0e31\u0e34\u0e48\u0e4c\u0e4d', /has too many marks/],
  [
    'Cyrillic in a Latin word',
    'Pаypal',
    /mixes letters of different alphabets in “Pаypal” \(U\+0430\)/,
  ],
  ['Greek in a Latin word', 'G\u03bfogle', /mixes letters .* \(U\+03BF\)/],
  ['Latin in a Cyrillic word', 'Сбеpбанк', /mixes letters of different alphabets/],
  ['Greek in a Cyrillic word', 'Сб\u03b5рбанк', /mixes letters of different alphabets/],
  ['Cherokee in a Latin word', '\u13aapple', /mixes letters of different alphabets/],
  ['Thai in a Hebrew word', 'קפהก', /mixes letters of different alphabets/],
  ['digits of two scripts', 'Kopi 1২', /mixes digits of different scripts in “1২”/],
  ['too many characters', 'K'.repeat(41), /has more than 40 characters/],
  ['too many emoji', '👨‍👩‍👧'.repeat(41), /has more than 40 characters/],
]

describe(problemOfText, () => {
  it.each(REJECTED)('rejects %s', (_, text, problem) => {
    expect(problemOfText(text, MAX_CHARACTERS)).toMatch(problem)
  })

  it.each(Object.entries(ORDINARY_NAMES))('accepts ordinary names in %s', (_, names) => {
    expect(names.length).toBeGreaterThanOrEqual(10)
    const problems = names.map((name) => [name, problemOfText(name, MAX_CHARACTERS)])
    expect(problems.filter(([, problem]) => problem !== undefined)).toEqual([])
  })

  it('accepts the same names in decomposed form, which is stored in composed form', () => {
    const names = Object.values(ORDINARY_NAMES).flat()
    for (const name of names) {
      expect([name, problemOfText(name.normalize('NFD'), MAX_CHARACTERS)]).toEqual([
        name,
        undefined,
      ])
      expect(normalizeText(name.normalize('NFD'))).toBe(normalizeText(name))
    }
  })

  it('accepts every name twice in one text', () => {
    const names = Object.values(ORDINARY_NAMES).flat()
    const problems = names.map((name) => problemOfText(`${name} ${name}`, 2 * MAX_CHARACTERS + 1))
    expect(problems.filter((problem) => problem !== undefined)).toEqual([])
  })

  it('accepts ordinary words, and shows nothing that is not signed', () => {
    const { accepted, rejected, wronglyRejected, wronglyShown } = sampleTexts(3000)
    expect([wronglyShown, wronglyRejected]).toEqual([[], []])
    expect(Math.min(accepted, rejected)).toBeGreaterThan(750)
  })

  it('counts characters as people do', () => {
    expect(problemOfText('👨‍👩‍👧'.repeat(40), MAX_CHARACTERS)).toBeUndefined()
    expect(problemOfText('क्षि'.repeat(40), MAX_CHARACTERS)).toBeUndefined()
  })
})
