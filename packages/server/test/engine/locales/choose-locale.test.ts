/**
 * @module The language of the prompt and of the pages, by a locale as any platform writes it.
 */
import { describe, expect, it } from 'vitest'
import { chooseLocale } from '../../../src/engine/locales/choose-locale.ts'

const BY_PLATFORM: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'BCP 47': {
    en: 'en',
    'en-GB': 'en',
    'zh-Hans-CN': 'zh',
    'zh-Hant': 'zh',
    'zh-Hant-TW': 'zh',
    'zh-HK': 'zh',
    'fil-PH': 'fil',
    'es-419': 'es',
    'ar-EG': 'ar',
    'ar-EG-u-nu-latn': 'ar',
    'id-ID-x-private': 'id',
    'ms-Arab-BN': 'ms',
    'sr-Latn-RS': 'en',
    'zh-cmn-Hans-CN': 'zh',
    'zh-min-nan': 'zh',
    'i-klingon': 'en',
    'de-CH-1996': 'en',
  },
  'in other case': { AR: 'ar', 'Id-iD': 'id', 'ZH-HANS-CN': 'zh', FIL_ph: 'fil', mS_my: 'ms' },
  ICU: {
    id_ID: 'id',
    zh_CN: 'zh',
    zh_Hans_CN: 'zh',
    zh_Hant_TW_STROKE: 'zh',
    ms_MY: 'ms',
    tl_PH: 'fil',
    fil_PH: 'fil',
    ar_EG: 'ar',
    'ar_EG@calendar=islamic;numbers=arab': 'ar',
    'zh_Hans_CN@calendar=gregorian;numbers=latn': 'zh',
    es_419: 'es',
    root: 'en',
  },
  POSIX: {
    'id_ID.UTF-8': 'id',
    'id_ID.UTF-8@euro': 'id',
    'zh_CN.GB18030': 'zh',
    'ms_MY.ISO8859-1': 'ms',
    'tl_PH.utf8': 'fil',
    'es_ES@euro': 'es',
    'ar_EG.UTF-8': 'ar',
    C: 'en',
    'C.UTF-8': 'en',
    POSIX: 'en',
  },
  Java: {
    in_ID: 'id',
    in: 'id',
    iw_IL: 'en',
    'zh_CN_#Hans': 'zh',
    'zh__#Hant': 'zh',
    'th_TH_TH_#u-nu-thai': 'en',
    'ar_EG_#Arab': 'ar',
  },
  Android: {
    'b+zh+Hans+CN': 'zh',
    'zh-rCN': 'zh',
    'in-rID': 'id',
    'b+es+419': 'es',
    'fil-rPH': 'fil',
  },
  Apple: { 'zh-Hans_CN': 'zh', 'id_ID@rg=phzzzz': 'id', 'en-PH': 'en', 'es-MX': 'es' },
  Windows: { 'zh-CHS': 'zh', 'zh-CHT': 'zh', 'id-ID_radstr': 'id', 'es-ES_tradnl': 'es' },
  'former codes': { tl: 'fil', in: 'id', 'tl-PH': 'fil', 'in-ID': 'id' },
  'three letters': {
    ind: 'id',
    zho: 'zh',
    msa: 'ms',
    zsm: 'ms',
    zlm: 'ms',
    ara: 'ar',
    arb: 'ar',
    spa: 'es',
    eng: 'en',
    tgl: 'fil',
    cmn: 'zh',
  },
  macrolanguages: {
    'yue-Hant-HK': 'zh',
    yue_HK: 'zh',
    wuu: 'zh',
    arz_EG: 'ar',
    ary: 'ar',
    apc: 'ar',
  },
  lists: {
    'id-ID,id;q=0.9,en-US;q=0.8,en;q=0.7': 'id',
    'th, ms;q=0.5': 'ms',
    'en;q=0.3, ar;q=0.9': 'ar',
    'th;q=1, tl; q=0.5': 'fil',
    'zh;q=0, es;q=0.1': 'es',
    '*': 'en',
    'fil en': 'fil',
    'th ms_MY en': 'ms',
    'ja ko': 'en',
  },
  'what is no locale': {
    '': 'en',
    ' ': 'en',
    _: 'en',
    '-': 'en',
    ',,;': 'en',
    𝓮𝓷: 'en',
    toString: 'en',
  },
}

describe(chooseLocale, () => {
  describe.each(Object.entries(BY_PLATFORM))('%s', (_, locales) => {
    it.each(Object.entries(locales))('%s is shown in %s', (locale, language) => {
      expect(chooseLocale(locale)).toBe(language)
    })
  })

  it('is English without a locale', () => {
    expect(chooseLocale(undefined)).toBe('en')
  })

  it('reads the start of a long list only', () => {
    expect(chooseLocale(`${'th,'.repeat(10_000)}ms`)).toBe('en')
  })
})
