/**
 * @module Names of countries.
 */

/**
 * @returns the name of a country in a language, or the code itself when it is not a country's
 * @param code ISO 3166-1 alpha-2
 * @example countryName('en', 'PH') // 'Philippines'
 * @see [ECMA-402, Intl.DisplayNames](https://tc39.es/ecma402/#intl-displaynames-objects)
 */
export function countryName(locale: string, code: string): string {
  if (!/^[A-Za-z]{2}$/.test(code)) return code
  return new Intl.DisplayNames(locale, { type: 'region' }).of(code.toUpperCase()) ?? code
}
