/**
 * @module Phone numbers in user records. Inside, a phone number is always in E.164.
 * @see [ITU-T E.164](https://www.itu.int/rec/T-REC-E.164)
 */
import {
  type CountryCode,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max'
import { andThen, type FieldReader, type Reading } from './field-reading.ts'
import { oneLine } from './text-fields.ts'

/** Directional marks that address books put around phone numbers. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu

/** Reads a number in international spelling, or in the national spelling of the default country. @returns E.164 */
export const readPhoneNumber: FieldReader<string> = (value, context) => {
  if (typeof value !== 'string') return { reason: 'wrong_type' }
  const text = value
    .replace(INVISIBLE, '')
    .normalize('NFKC')
    .replace(/\p{Nd}/gu, toAsciiDigit)
  return andThen(oneLine(64)(text, context), (line) =>
    readNumber(line.replace(/^tel:/i, ''), context.defaultCountry),
  )
}

function readNumber(text: string, defaultCountry: string | undefined): Reading<string> {
  const number = text.startsWith('+')
    ? parseInternational(text)
    : (parseNational(text, defaultCountry) ?? parseWithPrefix(text))
  // Without its extension the number would reach somebody else.
  return number && number.ext === undefined
    ? { value: number.number }
    : { reason: 'invalid_format' }
}

/** Only the length is checked: countries open number ranges faster than anybody updates a library. */
function parseInternational(text: string): PhoneNumber | undefined {
  const number = parse(text)
  return number?.isPossible() ? number : undefined
}

/** The country is an assumption here, so only a number that exists there is accepted. */
function parseNational(text: string, country: string | undefined): PhoneNumber | undefined {
  const number = country === undefined ? undefined : parse(text, country)
  return number?.isValid() ? number : undefined
}

/** `00` is the prefix of international calls in most countries (ITU-T E.164 §6.3). */
function parseWithPrefix(text: string): PhoneNumber | undefined {
  const number = /^00/.test(text) ? parse(text.replace(/^00[ .-]?/, '+')) : undefined
  return number?.isValid() ? number : undefined
}

function parse(text: string, country?: string): PhoneNumber | undefined {
  return parsePhoneNumberFromString(text, {
    extract: false,
    ...(country !== undefined && { defaultCountry: country as CountryCode }),
  })
}

/** The decimal digits of every script are ten consecutive characters, from zero to nine. */
function toAsciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  let zero = code
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--
  return String((code - zero) % 10)
}
