/**
 * @module The plain-language check, and that every text of this server passes it in every language.
 */
import { describe, expect, it } from 'vitest'
import { issuesOfText } from '../../../src/config/checks/plain-language.ts'
import { LOCALES, type Locale } from '../../../src/engine/consent/prompt.ts'
import { MESSAGES } from '../../../src/engine/locales/index.ts'
import { STANDARD_SCOPES } from '../../../src/engine/standard-scopes.ts'

describe.each(LOCALES)('%s', (locale) => {
  it('says what each scope is for, in plain words', () => {
    const problems = STANDARD_SCOPES.flatMap(({ scope, texts }) =>
      Object.values(texts[locale] ?? {}).flatMap((text) =>
        issuesOfText(text, locale).map((problem) => `${scope}: “${text}” ${problem}`),
      ),
    )
    expect(problems).toEqual([])
  })

  it('is complete, and none of it is left in English', () => {
    const texts = leaves(MESSAGES[locale])
    expect(Object.keys(texts)).toEqual(Object.keys(leaves(MESSAGES.en)))
    for (const [path, text] of Object.entries(texts)) {
      expect(text.trim().length, path).toBeGreaterThan(path.startsWith('consent.request') ? -1 : 0)
    }
    if (locale === 'en') return
    // File, e-mail and login are words of several of these languages.
    const same = Object.entries(leaves(MESSAGES.en)).filter(
      ([path, text]) => texts[path] === text && text.length > 6,
    )
    expect(same).toEqual([])
  })

  it('has a title that goes on with the sentence, and two answers that differ', () => {
    const { request, allow, decline } = MESSAGES[locale].consent
    expect(`${request.before}${request.after}`.trim()).not.toBe('')
    expect(allow).not.toBe(decline)
  })
})

/** All texts by their paths; functions are called with a mark that has to come back. */
function leaves(value: unknown, path: readonly string[] = []): Record<string, string> {
  if (typeof value === 'string') return { [path.join('.')]: value }
  if (typeof value === 'function') {
    const marks = ['«1»', '«2»'].slice(0, value.length)
    const text = String(value(...marks))
    for (const mark of marks) expect(text, path.join('.')).toContain(mark)
    return { [path.join('.')]: text }
  }
  return Object.assign(
    {},
    ...Object.entries(value as object)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, inner]) => leaves(inner, [...path, name])),
  )
}

describe(issuesOfText, () => {
  it.each<[string, Locale, string, RegExp]>([
    ['vague', 'en', 'To improve your experience with us.', /your experience/],
    ['vague, within a sentence', 'en', 'We use it for various things.', /various/],
    ['vague', 'zh', '用于提升体验。', /提升体验/],
    ['vague', 'es', 'Para ofrecerte un mejor servicio.', /mejor servicio/],
    ['vague', 'ar', 'من أجل تحسين تجربتك.', /تحسين تجربتك/],
    ['vague', 'id', 'Untuk layanan yang lebih baik.', /lebih baik/],
    ['vague', 'ms', 'Untuk pelbagai tujuan.', /pelbagai/],
    ['vague', 'fil', 'Para sa iyong karanasan.', /karanasan/],
    ['short', 'en', '…', /shorter than 4/],
    ['long', 'en', `To send ${'it '.repeat(60)}`, /longer than 140/],
    [
      'wordy',
      'en',
      'To send it to you when you ask us to and to tell you when it has come and gone and come again.',
      /more than 20 words/,
    ],
    ['wordy', 'zh', `用于${'送货'.repeat(25)}`, /more than 20 words/],
  ])('finds what is %s (%s)', (_name, locale, text, problem) => {
    expect(issuesOfText(text, locale).join('\n')).toMatch(problem)
  })

  it.each<[Locale, string]>([
    ['en', 'To deliver what you order. The courier sees it too.'],
    // Not the word itself.
    ['en', 'To fetch it from the variousness shop.'],
    ['zh', '用于把订单送到你家。'],
  ])('lets plain words pass (%s)', (locale, text) => {
    expect(issuesOfText(text, locale)).toEqual([])
  })
})
