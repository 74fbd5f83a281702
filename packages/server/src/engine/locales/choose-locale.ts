/**
 * @module Finds the language of the prompt and of the pages in what a wallet or a browser sends.
 */
import { LOCALES, type Locale } from '../consent/prompt.ts'

/**
 * Languages that `Intl` does not count as forms of ours, and whose readers read ours: Chinese, Arabic and Malay languages ([macrolanguages](https://iso639-3.sil.org/about/scope) of ISO 639-3).
 */
const MACROLANGUAGES: Readonly<Record<string, Locale>> = Object.fromEntries([
  ...['yue', 'wuu', 'hak', 'nan', 'gan', 'hsn', 'cdo'].map((language) => [language, 'zh']),
  ...['arz', 'ary', 'arq', 'aeb', 'apc', 'ajp', 'acm', 'afb', 'ars', 'apd'].map((language) => [
    language,
    'ar',
  ]),
  ['zlm', 'ms'],
])

/** What follows in a longer list changes nothing for its reader. */
const MAX_LENGTH = 256

/**
 * Chooses the language by a locale as any platform writes it, or by a list of them with or without weights, as in `Accept-Language`
 * and `ui_locales`. The first language in the list that exists is chosen; English when none does.
 * @example
 * chooseLocale('zh-Hant-TW') // zh: BCP 47
 * chooseLocale('zh_Hans_CN@calendar=chinese') // zh: ICU
 * chooseLocale('id_ID.UTF-8') // id: POSIX
 * chooseLocale('in_ID') // id: Java
 * chooseLocale('th, tl;q=0.5') // fil: Accept-Language
 */
export function chooseLocale(request: string | undefined): Locale {
  const languages = tagsByWeight(request?.slice(0, MAX_LENGTH) ?? '').map(languageOf)
  const chosen = languages.map((language) => MACROLANGUAGES[language] ?? language)
  return (
    chosen.flatMap((language) => LOCALES.find((one) => one === language) ?? [])[0] ?? LOCALES[0]
  )
}

/** The tags of a list, those with the greatest weight first (RFC 9110 §12.5.4). */
function tagsByWeight(list: string): readonly string[] {
  return list
    .split(/,|(?<!;)\s+/)
    .map((item) => {
      const [, tag = '', weight = '1'] =
        /^\s*([^\s;]*)(?:.*;\s*q\s*=\s*([\d.]+))?/i.exec(item) ?? []
      return { tag, weight: Number(weight) }
    })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .map(({ tag }) => tag)
}

/** The language of a tag, under its present code: `id` for the former `in`, `fil` for `tl`. */
function languageOf(tag: string): string {
  // Android's resource qualifiers (b+zh+Hans), the encoding and modifier of POSIX, the keywords of ICU.
  const [subtag = ''] = tag.replace(/^b\+/i, '').split(/[-_+.@#]/, 1)
  try {
    const [canonical = subtag] = Intl.getCanonicalLocales(subtag)
    return canonical.toLowerCase().split('-', 1)[0] ?? ''
  } catch {
    return subtag.toLowerCase()
  }
}
