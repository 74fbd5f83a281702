/**
 * @module Countries in user records.
 */
import { iso31661, iso31661Alpha3ToAlpha2, iso31661NumericToAlpha2 } from 'iso-3166'
import { andThen, type FieldReader } from './field-reading.ts'
import { oneLine } from './text-fields.ts'

/** Kosovo has no code of its own in ISO 3166-1. Passports and the CLDR use these. */
const CODES: ReadonlyMap<string, string> = new Map([
  ...iso31661.map(({ alpha2 }) => [alpha2, alpha2] as const),
  ...Object.entries(iso31661Alpha3ToAlpha2),
  ...Object.entries(iso31661NumericToAlpha2),
  ['XK', 'XK'],
  ['XKX', 'XK'],
])

/** Reads a code of ISO 3166-1: two letters, three letters, or three digits as text. @returns alpha-2 */
export const readCountryCode: FieldReader<string> = (value, context) =>
  andThen(oneLine(64)(value, context), (text) => {
    const code = CODES.get(text.toUpperCase())
    return code === undefined ? { reason: 'invalid_format' } : { value: code }
  })
