/**
 * @module Finds consent texts that users cannot understand: texts of the wrong length, long sentences and vague phrases.
 */
import type { Locale } from '../../engine/consent/prompt.ts'

const MIN_LENGTH = 4
const MAX_LENGTH = 140
/** Longer sentences are hard to read on a small screen. */
const MAX_WORDS_OF_SENTENCE = 20
/** For languages that do not separate words with spaces. */
const MAX_CHARACTERS_OF_SENTENCE = 40

/** Phrases that fit any purpose and therefore tell users nothing. Compared without regard to case. */
const VAGUE: Readonly<Record<Locale, readonly string[]>> = {
  en: [
    'your experience',
    'our services',
    'better service',
    'and more',
    'etc',
    'as needed',
    'various',
    'business purposes',
    'third parties',
    'personalise',
    'personalize',
  ],
  zh: ['提升体验', '更好的服务', '优化服务', '等等', '相关用途', '业务需要'],
  fil: ['karanasan', 'mas mahusay na serbisyo', 'at iba pa', 'iba’t ibang layunin'],
  id: [
    'pengalaman anda',
    'layanan kami',
    'layanan yang lebih baik',
    'dan lain-lain',
    'dll',
    'berbagai tujuan',
  ],
  ms: [
    'pengalaman anda',
    'perkhidmatan kami',
    'perkhidmatan yang lebih baik',
    'dan lain-lain',
    'dll',
    'pelbagai tujuan',
  ],
  ar: ['تحسين تجربتك', 'خدماتنا', 'خدمة أفضل', 'وغيرها', 'إلخ', 'أغراض مختلفة'],
  es: [
    'tu experiencia',
    'nuestros servicios',
    'mejor servicio',
    'etcétera',
    'etc',
    'entre otros',
    'fines diversos',
    'personalizar',
  ],
}

/** @returns the problems of the text, each as a predicate whose subject is the text; empty when it is plain */
export function issuesOfText(text: string, locale: Locale): readonly string[] {
  const isShort = [...text].length < MIN_LENGTH
  const isLong = [...text].length > MAX_LENGTH
  const vague = VAGUE[locale].filter((phrase) => contains(text, phrase, locale))
  const sentences = text.split(/[.!?。！？؟]+/).filter((one) => one.trim() !== '')
  const [unit, maxUnits] =
    locale === 'zh' ? ['characters', MAX_CHARACTERS_OF_SENTENCE] : ['words', MAX_WORDS_OF_SENTENCE]
  const isWordy = sentences.some(
    (sentence) =>
      (locale === 'zh' ? [...sentence] : sentence.trim().split(/\s+/)).length > maxUnits,
  )
  return [
    ...(isShort ? [`is shorter than ${MIN_LENGTH} characters: say what the data is for`] : []),
    ...(isLong ? [`is longer than ${MAX_LENGTH} characters: shorten it`] : []),
    ...(isWordy ? [`has a sentence of more than ${maxUnits} ${unit}: split it`] : []),
    ...vague.map((phrase) => `says “${phrase}”, which fits any purpose: say what the data is for`),
  ]
}

function contains(text: string, phrase: string, locale: Locale): boolean {
  const folded = text.toLowerCase()
  if (locale === 'zh') return folded.includes(phrase)
  return new RegExp(`(?<!\\p{L})${phrase}(?!\\p{L})`, 'u').test(folded)
}
