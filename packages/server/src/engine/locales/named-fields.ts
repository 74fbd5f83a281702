/**
 * @module Finds the user fields that a text names.
 */
import { USER_FIELDS, type UserField } from '@assent/protocol'
import type { Locale } from '../consent/prompt.ts'
import { MESSAGES } from './index.ts'

/** Languages that write words without spaces (Chinese), or join “and” to the next word (Arabic). */
const JOINING_LOCALES: readonly Locale[] = ['zh', 'ar']

/**
 * Finds the fields whose names stand in a text. A longer name wins: “part of your phone number” does not name the phone number.
 * @example fieldsNamedIn('en', 'Nickname and account status') // Set { 'status', 'nickName' }
 */
export function fieldsNamedIn(locale: Locale, text: string): ReadonlySet<UserField> {
  const named = new Set<UserField>()
  let rest = text
  for (const [field, pattern] of PATTERNS.get(locale) ?? []) {
    const shorter = rest.replaceAll(pattern, ' ')
    if (shorter !== rest) named.add(field)
    rest = shorter
  }
  return named
}

/** By language: the fields and their names, the longest name first. */
const PATTERNS: ReadonlyMap<Locale, readonly (readonly [UserField, RegExp])[]> = new Map(
  (Object.keys(MESSAGES) as Locale[]).map((locale) => [locale, patternsOf(locale)]),
)

function patternsOf(locale: Locale): readonly (readonly [UserField, RegExp])[] {
  const { fields } = MESSAGES[locale]
  return [...USER_FIELDS]
    .sort((a, b) => fields[b].length - fields[a].length)
    .map((field) => [field, patternOf(fields[field], locale)])
}

function patternOf(name: string, locale: Locale): RegExp {
  const literal = name.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return new RegExp(
    JOINING_LOCALES.includes(locale) ? literal : `(?<!\\p{L})${literal}(?!\\p{L})`,
    'giu',
  )
}
