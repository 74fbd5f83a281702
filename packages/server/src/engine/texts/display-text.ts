/**
 * @module The rules of every text that people read: names, purposes, recipients, texts of scopes. A text that passes is shown as it
 * is stored, hashed and signed. It has no invisible characters, and nothing in it changes what stands beside it.
 * @see docs/configuration.md#texts-that-users-read
 */
import { codePointName } from './code-point.ts'
import { scriptProblem } from './scripts.ts'

/** A text is compared, signed and shown in Unicode Normalization Form C ([UAX #15](https://www.unicode.org/reports/tr15/)). */
export function normalizeText(text: string): string {
  return text.normalize('NFC')
}

/**
 * Finds the first thing that keeps a text from being shown. The text need not be normalized.
 * @param maxCharacters the limit of characters as people count them (grapheme clusters)
 * @returns a predicate whose subject is the text, such as `contains U+202E, …: remove it`; `undefined` when the text is fit to show
 * @example
 * problemOfText('Kopi House', 40) // undefined
 * problemOfText('Kopi\u200bHouse', 40) // 'contains U+200B, which is invisible: remove it'
 */
export function problemOfText(text: string, maxCharacters: number): string | undefined {
  const normalized = normalizeText(text)
  const rest = REQUIRED_INVISIBLE.reduce(
    (remaining, sequence) => remaining.replaceAll(sequence, PLACEHOLDER),
    normalized,
  )
  return (
    lengthProblem(normalized, maxCharacters) ??
    characterProblem(rest) ??
    spaceProblem(normalized) ??
    markProblem(rest) ??
    visibilityProblem(normalized) ??
    scriptProblem(normalized)
  )
}

/** Code points per character: the longest emoji have ten, and a letter has at most {@link MAX_MARKS} marks. */
const MAX_CODE_POINTS_PER_CHARACTER = 10

/** The marks on one letter. Tibetan, Hebrew with points and Arabic with vowels need four. */
const MAX_MARKS = 4

/** The marks on one Latin, Greek or Cyrillic letter after normalization. Vietnamese needs none, Lithuanian and Yoruba one. */
const MAX_MARKS_OF_LETTER = 2

const segmenter = new Intl.Segmenter('en')

function lengthProblem(text: string, maxCharacters: number): string | undefined {
  const isTooLong =
    text.length > 2 * MAX_CODE_POINTS_PER_CHARACTER * maxCharacters ||
    [...segmenter.segment(text)].length > maxCharacters
  return isTooLong ? `has more than ${maxCharacters} characters: shorten it` : undefined
}

/** The signs that kill the vowel of a letter in the scripts of India and their relatives. */
const VIRAMAS =
  '\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u1039\u103a\u17d2'

/** The letters of Arabic script that do not join the next letter. */
const NOT_JOINING =
  '\u0621-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0677\u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2\u06d3\u06d5\u06ee\u06ef'

/** The sequences that Unicode recommends for interchange: families, flags, keycaps, skin tones. It needs the flag `v`. */
const EMOJI_SEQUENCE = '\\p{RGI_Emoji}'

/** Sequences in which invisible characters are part of what is seen, by the rules of their scripts. */
const REQUIRED_INVISIBLE: readonly RegExp[] = [
  new RegExp(EMOJI_SEQUENCE, 'gv'),
  // A symbol in the style of text or of an emoji.
  /(?![0-9#*])\p{Emoji}[\ufe0e\ufe0f]/gu,
  // A variant of an ideograph, which Japanese family names have.
  /(?<=\p{Unified_Ideograph})[\ufe00-\ufe02\u{e0100}-\u{e01ef}]/gu,
  // Variants and the vowel separator of Mongolian.
  /(?<=\p{sc=Mong})[\u180b-\u180d\u180f]|(?<=\p{sc=Mong})\u180e(?=\p{sc=Mong})/gu,
  // Joiners beside a virama (RFC 5892, appendix A).
  new RegExp(
    `(?<=[${VIRAMAS}])(?:\\u200d|\\u200c(?=\\p{L}))|(?<=\\p{L})\\u200d(?=[${VIRAMAS}])`,
    'gu',
  ),
  // A non-joiner between two letters that would join (RFC 5892, appendix A.1).
  new RegExp(
    `(?<=(?![${NOT_JOINING}])\\p{sc=Arab}\\p{Mn}*)\\u200c(?=(?!\\u0621)\\p{sc=Arab})`,
    'gu',
  ),
]

/** Stands for a sequence of {@link REQUIRED_INVISIBLE} while the rest of the text is examined. */
const PLACEHOLDER = '\u25a1'

/** The characters that no text contains, and what is wrong with them. The first row that matches is reported. */
const REJECTED: readonly (readonly [RegExp, string])[] = [
  [/[\n\r\u0085\u2028\u2029\v\f]/u, 'which breaks the line: write the text in one line'],
  [/\p{Cc}/u, 'which is a control character: remove it'],
  [/\p{Cs}/u, 'which is half of a character: write the character again'],
  [/\p{Bidi_Control}/u, 'which changes the direction of the text: remove it'],
  [/[\u{e0000}-\u{e007f}]/u, 'which is an invisible tag: remove it'],
  [
    /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}\u180b-\u180f]/u,
    'which is a variation selector without effect: remove it',
  ],
  [/[\u200c\u200d]/u, 'which is an invisible joiner that this place does not need: remove it'],
  // Letters and symbols without a glyph: the braille blank, the fillers of hieroglyphs, the null notehead.
  [
    /\p{Default_Ignorable_Code_Point}|\p{Cf}|[\u2800\u{13441}\u{13442}\u{16fe4}\u{1d159}]/u,
    'which is invisible: remove it',
  ],
  [/\p{Co}/u, 'which is for private use: every font shows it differently: remove it'],
  [/[\p{Cn}\ufffc\ufffd]/u, 'which is not a character: remove it'],
  [
    /[^\P{Z} \u00a0\u202f\u3000]/u,
    'which is a space of unusual width: replace it by an ordinary space',
  ],
  [/[\u{1f1e6}-\u{1f1ff}]/u, 'which is half of a flag: write the flag again'],
  [/\p{Me}/u, 'which encloses other characters: remove it'],
]

function characterProblem(text: string): string | undefined {
  for (const [pattern, reason] of REJECTED) {
    const character = pattern.exec(text)?.[0]
    if (character !== undefined) return `contains ${codePointName(character)}, ${reason}`
  }
  return undefined
}

/** HTML shows a run of spaces as one, and none at either end: the text that is signed has none of them. */
function spaceProblem(text: string): string | undefined {
  if (/^\s|\s$/u.test(text)) return 'starts or ends with a space: remove it'
  return /\s\s/u.test(text) ? 'has several spaces in a row: keep one of them' : undefined
}

function markProblem(text: string): string | undefined {
  const lone = /(?:^|[\s\p{P}])(\p{M})/u.exec(text)?.[1]
  if (lone !== undefined)
    return `contains ${codePointName(lone)}, a mark without a letter: write it after its letter`
  const stacked = STACKED_MARKS.map((pattern) => pattern.exec(text)?.[1]).find(Boolean)
  return stacked === undefined
    ? undefined
    : `has too many marks on one letter, such as ${codePointName(stacked)}: remove them`
}

const STACKED_MARKS: readonly RegExp[] = [
  new RegExp(`\\p{Mn}{${MAX_MARKS}}(\\p{Mn})`, 'u'),
  new RegExp(
    `[\\p{sc=Latn}\\p{sc=Grek}\\p{sc=Cyrl}\\p{N}]\\p{Mn}{${MAX_MARKS_OF_LETTER}}(\\p{Mn})`,
    'u',
  ),
  /(\p{Mn})\1/u,
]

/** Punctuation alone is easily overlooked. */
function visibilityProblem(text: string): string | undefined {
  return /[\p{L}\p{N}\p{S}]/u.test(text)
    ? undefined
    : 'has no letter, digit or symbol: write a text'
}
