/**
 * @module Joins a list the way a language does.
 */

/** A format takes longer to create than to use. There is one for each language. */
const FORMATS = new Map<string, Intl.ListFormat>()

/**
 * @example joinList('en', ['nickname', 'picture', 'city']) // 'nickname, picture, and city'
 * @see [ECMA-402, Intl.ListFormat](https://tc39.es/ecma402/#listformat-objects)
 */
export function joinList(locale: string, items: readonly string[]): string {
  const format =
    FORMATS.get(locale) ?? new Intl.ListFormat(locale, { style: 'long', type: 'conjunction' })
  FORMATS.set(locale, format)
  return format.format(items)
}
