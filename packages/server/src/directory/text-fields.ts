/**
 * @module Text in user records: names, addresses, words of a fixed list and ids.
 */
import { andThen, type FieldReader, type Reading } from './field-reading.ts'

/** Characters without a visible part, which systems leave behind when text is copied. They are removed. */
const INVISIBLE = /[\u00AD\u061C\u200B\u200E\u200F\u2060\uFEFF]/gu

/**
 * Characters that hide text or change its order: controls, bidirectional embeddings and isolates, lone surrogates, and the
 * replacement character of broken text. Joiners, variation selectors and tags stay: scripts and emoji need them.
 */
const FORBIDDEN =
  /[\p{Cc}\p{Cs}\uFFF9-\uFFFD]|(?!\u200C|\u200D|[\uFE0E\uFE0F]|[\u{E0020}-\u{E007F}])\p{Default_Ignorable_Code_Point}/u

/** One line of text, in NFC, with single spaces. @param maxLength in code points */
export function oneLine(maxLength: number): FieldReader<string> {
  return (value) => readText(value, maxLength, (text) => text.trim().replace(/\s+/gu, ' '))
}

/** Text of several lines, such as an address. @param maxLength in code points */
export function severalLines(maxLength: number): FieldReader<string> {
  return (value) =>
    readText(value, maxLength, (text) =>
      text
        .split(/\s*[\r\n\u2028\u2029]\s*/u)
        .map((line) => line.trim().replace(/\s+/gu, ' '))
        .filter((line) => line !== '')
        .join('\n'),
    )
}

function readText(
  value: unknown,
  maxLength: number,
  normalizeSpaces: (text: string) => string,
): Reading<string> {
  if (typeof value !== 'string') return { reason: 'wrong_type' }
  const text = normalizeSpaces(value.replace(INVISIBLE, '')).normalize('NFC')
  if (FORBIDDEN.test(text.replaceAll('\n', ''))) return { reason: 'invalid_characters' }
  if ([...text].length > maxLength) return { reason: 'too_long' }
  return { value: text }
}

/** A word of a fixed list, in any case. @param meanings by the word in upper case */
export function oneWordOf<T>(meanings: Readonly<Record<string, T>>): FieldReader<T> {
  const known = new Map(Object.entries(meanings))
  return (value) => {
    if (typeof value !== 'string') return { reason: 'wrong_type' }
    const meaning = known.get(value.trim().toUpperCase())
    return meaning === undefined ? { reason: 'invalid_format' } : { value: meaning }
  }
}

/** `true` or `false`, also as text. */
export const readBoolean: FieldReader<boolean> = (value, context) =>
  typeof value === 'boolean' ? { value } : oneWordOf({ TRUE: true, FALSE: false })(value, context)

const MAX_USER_ID_LENGTH = 128

/** The id of another user. Ids are compared as they are, so nothing is normalized. */
export const readOtherUserId: FieldReader<string> = (value, { userId }) => {
  if (typeof value !== 'string') return { reason: 'wrong_type' }
  if (value.length > MAX_USER_ID_LENGTH) return { reason: 'too_long' }
  return value === userId ? { reason: 'invalid_format' } : { value }
}

/** The language of a user, in any of the spellings that the engine understands. */
export const readLocale: FieldReader<string> = (value, context) =>
  andThen(oneLine(64)(value, context), (text) =>
    /^[A-Za-z]{2,8}(?:[-_.@#=;]+[A-Za-z0-9]+)*$/.test(text)
      ? { value: text }
      : { reason: 'invalid_format' },
  )
