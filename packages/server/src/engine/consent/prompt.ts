/**
 * @module The languages of the prompt, and the texts of scopes in them.
 */
import type { ScopeEntry, ScopeText } from '../registry.ts'

/** The languages of the prompt. The first one is the fallback. */
export const LOCALES = ['en', 'zh', 'fil', 'id', 'ms', 'ar', 'es'] as const
export type Locale = (typeof LOCALES)[number]

/** Reads the texts of a scope in a language, or in English. */
export function scopeText(entry: ScopeEntry, locale: string): ScopeText {
  return entry.texts[locale] ?? entry.texts[LOCALES[0]] ?? { title: entry.scope, description: '' }
}
