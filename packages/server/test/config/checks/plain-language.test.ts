/**
 * @module The plain-language check: every text of this server passes it in every language.
 */
import { describe, expect, it } from 'vitest'
import { issuesOfText } from '../../../src/config/checks/plain-language.ts'
import { LOCALES, type Locale } from '../../../src/engine/consent/prompt.ts'
import { MESSAGES } from '../../../src/engine/locales/index.ts'
import { STANDARD_SCOPES } from '../../../src/engine/standard-scopes.ts'

describe.each(LOCALES)('%s', (locale) => {
  it('describes each scope in plain language', () => {
    const problems = STANDARD_SCOPES.flatMap(({ scope, texts }) =>
      Object.values(texts[locale] ?? {}).flatMap((text) =>
        issuesOfText(text, locale).map((problem) => `${scope}: “${text}” ${problem}`),
      ),
    )
    expect(problems).toEqual([])
  })

  it('has every message, and none in English', () => {
    const texts = leaves(MESSAGES[locale])
    expect(Object.keys(texts)).toEqual(Object.keys(leaves(MESSAGES.en)))
    for (const [path, text] of Object.entries(texts)) {
      expect(text.trim().length, path).toBeGreaterThan(path.startsWith('consent.request') ? -1 : 0)
    }
    if (locale === 'en') return
    // Short words such as “file” and “login” are the same in several languages.
    const same = Object.entries(leaves(MESSAGES.en)).filter(
      ([path, text]) => texts[path] === text && text.length > 6,
    )
    expect(same).toEqual([])
  })

  it('has a sentence that the titles complete, and different labels for allow and decline', () => {
    const { request, allow, decline } = MESSAGES[locale].consent
    expect(`${request.before}${request.after}`.trim()).not.toBe('')
    expect(allow).not.toBe(decline)
  })
})

/** The arguments of the messages that are functions: texts, lists of texts, a list and a count, or a count. */
const ARGUMENTS: readonly (readonly (string | readonly string[] | number)[])[] = [
  ['«1»', '«2»'],
  [['«1»'], ['«2»']],
  [['«1»'], 57],
  [57],
]

/** All texts by their paths. Functions are called with arguments that must appear in the result. */
function leaves(value: unknown, path: readonly string[] = []): Record<string, string> {
  if (typeof value === 'string') return { [path.join('.')]: value }
  if (typeof value === 'function') {
    const texts = ARGUMENTS.flatMap((args) => callMessage(value, args.slice(0, value.length)))
    expect(texts, path.join('.')).not.toEqual([])
    return { [path.join('.')]: texts[0] ?? '' }
  }
  return Object.assign(
    {},
    ...Object.entries(value as object)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, inner]) => leaves(inner, [...path, name])),
  )
}

/** @returns nothing when the message takes other arguments, or leaves one out */
function callMessage(message: CallableFunction, args: (typeof ARGUMENTS)[number]): string[] {
  try {
    const text = String(message(...args))
    const shown = args.flat().filter((one) => text.includes(String(one)))
    // A decision names the scopes that were granted, the others, or both.
    const needed = args.every((one) => typeof one === 'object') ? 1 : args.length
    return shown.length >= needed ? [text] : []
  } catch {
    return []
  }
}

describe(issuesOfText, () => {
  it.each<[string, Locale, string, RegExp]>([
    ['vague', 'en', 'To improve your experience with us.', /your experience/],
    ['partly vague', 'en', 'We use it for various things.', /various/],
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
    ['wordy', 'zh', `用于${'送货'.repeat(25)}`, /more than 40 characters/],
  ])('reports a %s text (%s)', (_name, locale, text, problem) => {
    expect(issuesOfText(text, locale).join('\n')).toMatch(problem)
  })

  it.each<[Locale, string]>([
    ['en', 'To deliver what you order. The courier sees it too.'],
    // Contains a vague phrase only as a part of a word.
    ['en', 'To fetch it from the variousness shop.'],
    ['zh', '用于把订单送到你家。'],
  ])('accepts a plain text (%s)', (locale, text) => {
    expect(issuesOfText(text, locale)).toEqual([])
  })
})
