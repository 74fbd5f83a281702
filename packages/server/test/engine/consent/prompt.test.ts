/**
 * @module The consent prompt: its language, its rows and its durations.
 */
import { describe, expect, it } from 'vitest'
import { chooseLocale } from '../../../src/engine/consent/prompt.ts'

describe(chooseLocale, () => {
  it.each([
    ['ar-IQ', 'ar'],
    ['AR', 'ar'],
    ['en-GB', 'en'],
    ['fil-PH', 'fil'],
    ['tl', 'fil'],
    ['zh-Hans-CN', 'zh'],
    ['in-ID', 'id'],
    ['ms-MY', 'ms'],
    ['es-419', 'es'],
    ['th-TH', 'en'],
    [undefined, 'en'],
  ])('%s is shown in %s', (tag, locale) => {
    expect(chooseLocale(tag)).toBe(locale)
  })
})
