/**
 * @module Joins a list the way a language does.
 */

/**
 * @example joinList('en', ['nickname', 'picture', 'city']) // 'nickname, picture, and city'
 * @see [ECMA-402, Intl.ListFormat](https://tc39.es/ecma402/#listformat-objects)
 */
export function joinList(locale: string, items: readonly string[]): string {
  return new Intl.ListFormat(locale, { style: 'long', type: 'conjunction' }).format(items)
}
