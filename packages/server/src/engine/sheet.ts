/**
 * @module The sheet: the document that says what the user is asked. It holds none of the user's own values.
 */
import type { ScopeRequest, Sheet } from '@assent/protocol'
import type { Client, MiniProgram, Registry, ScopeEntry, ScopeText, Wallet } from './registry.ts'

/** Languages in which the sheet can be shown. The first is what is shown when the user's is not among them. */
export const LOCALES = ['en', 'ar'] as const
export type Locale = (typeof LOCALES)[number]

/** The shown language for a BCP 47 tag: by its primary language. */
export function chooseLocale(tag: string | undefined): Locale {
  const language = tag?.toLowerCase().split('-', 1)[0]
  return LOCALES.find((locale) => locale === language) ?? LOCALES[0]
}

export function scopeText(entry: ScopeEntry, locale: string): ScopeText {
  return entry.texts[locale] ?? entry.texts[LOCALES[0]] ?? { title: entry.scope, description: '' }
}

export type SheetParties = {
  readonly miniProgram: MiniProgram
  readonly client: Client
  readonly wallet: Wallet
}

export function composeSheet(
  registry: Registry,
  { miniProgram, client, wallet }: SheetParties,
  scopes: readonly ScopeRequest[],
  locale: Locale,
): Sheet {
  return {
    version: 1,
    locale,
    miniProgram: { appId: miniProgram.appId, name: miniProgram.name, icon: miniProgram.icon },
    merchant: { clientId: client.clientId, name: client.name },
    wallet: { name: wallet.name, settingsPath: wallet.settingsPath },
    scopes: scopes.flatMap(({ scope, required = false }) => {
      const entry = registry.scopes.get(scope)
      if (!entry) return []
      return [{ scope, ...scopeText(entry, locale), required, fields: entry.fields }]
    }),
  }
}
