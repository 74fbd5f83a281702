/**
 * @module Which scripts a word may mix: those that people mix, as in “LINEギフト”. A word that mixes Latin, Greek or Cyrillic letters
 * looks like a word of one of them.
 * @see [UTS #39 §5.2](https://www.unicode.org/reports/tr39/#Restriction_Level_Detection), “Moderately Restrictive”
 */
import { codePointName } from './code-point.ts'

/** The scripts in general modern use ([UAX #31, table 5](https://www.unicode.org/reports/tr31/#Table_Recommended_Scripts)). */
const RECOMMENDED_SCRIPTS =
  'Arab Armn Beng Bopo Cyrl Deva Ethi Geor Grek Gujr Guru Hang Hani Hebr Hira Kana Khmr Knda Laoo Latn Mlym Mymr Orya Sinh Taml Telu Thaa Thai Tibt'.split(
    ' ',
  )

/** Many of their letters look like Latin ones. */
const LIKE_LATIN: ReadonlySet<string> = new Set(['Cyrl', 'Grek'])

const classOf = (scripts: readonly string[]): string =>
  scripts.map((script) => `\\p{scx=${script}}`).join('')

const COMMON = classOf(['Zyyy', 'Zinh'])

/** A word may have the scripts of one row. The scripts that are not in general use stand alone. */
const ALLOWED_MIXTURES: readonly RegExp[] = [
  ...RECOMMENDED_SCRIPTS.map((script) => (LIKE_LATIN.has(script) ? [script] : ['Latn', script])),
  ['Latn', 'Hani', 'Hira', 'Kana'],
  ['Latn', 'Hani', 'Bopo'],
  ['Latn', 'Hani', 'Hang'],
  ['Grek', 'Hani', 'Hira', 'Kana'],
]
  .map((scripts) => new RegExp(`^[${classOf(scripts)}${COMMON}]*$`, 'u'))
  .concat(new RegExp(`^(?:[${COMMON}]|[^${classOf(RECOMMENDED_SCRIPTS)}])*$`, 'u'))

const WORDS = /[\p{L}\p{M}\p{N}]+/gu

/** @returns a predicate whose subject is the text, or `undefined` */
export function scriptProblem(text: string): string | undefined {
  const words = text.match(WORDS) ?? []
  const mixed = words.find((word) => !isAllowed(word))
  if (mixed !== undefined)
    return `mixes letters of different alphabets in “${mixed}” (${codePointName(firstForeign(mixed))}): write each word in one alphabet`
  const digits = words.find((word) => new Set(word.match(/\p{Nd}/gu)?.map(digitRow)).size > 1)
  return digits === undefined
    ? undefined
    : `mixes digits of different scripts in “${digits}”: use one kind of digits`
}

function isAllowed(word: string): boolean {
  return ALLOWED_MIXTURES.some((scripts) => scripts.test(word))
}

/** The letter at which the word begins to mix alphabets. */
function firstForeign(word: string): string {
  const letters = [...word]
  const at = letters.findIndex((_, index) => !isAllowed(letters.slice(0, index + 1).join('')))
  return letters[at] ?? word
}

/** Digits of one kind are in the same row of the code charts. */
function digitRow(digit: string): number {
  return (digit.codePointAt(0) ?? 0) >> 4
}
