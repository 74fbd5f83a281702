/**
 * @module Chooses between the plural forms of a language.
 */

type PluralForms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & {
  readonly other: string
}

/**
 * Chooses the form of a number in a language. A category without a form has the form `other`.
 * @example plural('en', 2, { one: '1 time', other: '2 times' }) // '2 times'
 * @see [CLDR plural rules](https://cldr.unicode.org/index/cldr-spec/plural-rules)
 */
export function plural(locale: string, count: number, forms: PluralForms): string {
  return forms[new Intl.PluralRules(locale).select(count)] ?? forms.other
}
