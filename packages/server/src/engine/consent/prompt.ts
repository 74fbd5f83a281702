/**
 * @module The sheet: the document that says what the user is asked. It holds none of the user's own values.
 */
import type { ScopeRequest, Sheet, SheetScope } from '@assent/protocol'
import type { Client, MiniProgram, Registry, ScopeEntry, ScopeText, Wallet } from '../registry.ts'
import { defaultDuration, offeredDurations } from './duration.ts'

/** Languages in which the sheet can be shown. The first is what is shown when the user's is not among them. */
export const LOCALES = ['en', 'zh', 'fil', 'id', 'ms', 'ar', 'es'] as const
export type Locale = (typeof LOCALES)[number]

/** Filipino is Tagalog to some, and Indonesian had another code. */
const ALIASES: Readonly<Record<string, Locale>> = { tl: 'fil', in: 'id' }

/** Changes when the words of the sheet change in what they say, in any language. */
const NOTICE_VERSION = '2026-11'

/** The shown language for a BCP 47 tag: by its primary language. */
export function chooseLocale(tag: string | undefined): Locale {
  const language = tag?.toLowerCase().split('-', 1)[0]
  return LOCALES.find((locale) => locale === (ALIASES[language ?? ''] ?? language)) ?? LOCALES[0]
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
  const { appId, name, icon, verified, recipients, policyUrl, termsUrl } = miniProgram
  const lifetimes = offeredDurations(registry, scopes)
  return {
    version: 2,
    notice: NOTICE_VERSION,
    locale,
    miniProgram: { appId, name, icon, verified },
    merchant: {
      clientId: client.clientId,
      name: client.name,
      ...(client.country !== undefined && { country: client.country }),
    },
    wallet: { name: wallet.name, settingsPath: wallet.settingsPath },
    scopes: inRows(registry, scopes).map((asked) => rowOf(miniProgram, asked, locale)),
    lifetimes,
    lifetime: defaultDuration(lifetimes),
    recipients,
    ...(policyUrl !== undefined && { policyUrl }),
    ...(termsUrl !== undefined && { termsUrl }),
  }
}

/** The code is for the minor, who asks again after the guardian has decided: so it cannot be for once. */
export function forGuardian(sheet: Sheet): Sheet {
  const longer = sheet.lifetimes.filter((lifetime) => lifetime !== 'once')
  const lifetimes = longer.length > 0 ? longer : (['30d'] as const)
  return { ...sheet, forMinor: true, lifetimes, lifetime: defaultDuration(lifetimes) }
}

type AskedRow = ScopeRequest & { readonly entry: ScopeEntry; readonly insteadOf?: string }

/** A smaller answer stands right after the one that it is smaller than. */
function inRows(registry: Registry, scopes: readonly ScopeRequest[]): readonly AskedRow[] {
  const rows = scopes.flatMap((asked): readonly AskedRow[] => {
    const entry = registry.scopes.get(asked.scope)
    const full = entry?.narrowerThan
    const isBeside = full !== undefined && scopes.some(({ scope }) => scope === full)
    return entry ? [{ ...asked, entry, ...(isBeside && { insteadOf: full }) }] : []
  })
  return rows
    .filter(({ insteadOf }) => insteadOf === undefined)
    .flatMap((row) => [row, ...rows.filter(({ insteadOf }) => insteadOf === row.scope)])
}

function rowOf(
  { purposes }: MiniProgram,
  { scope, required = false, entry, insteadOf }: AskedRow,
  locale: Locale,
): SheetScope {
  const purpose = purposes[scope]
  return {
    scope,
    ...scopeText(entry, locale),
    ...(purpose && {
      purpose: {
        text: purpose.texts[locale] ?? purpose.texts[LOCALES[0]] ?? '',
        version: purpose.version,
      },
    }),
    // Either of two answers is enough: what is needed is the row.
    required: insteadOf === undefined && required,
    fields: entry.fields,
    ...(insteadOf !== undefined && { insteadOf }),
  }
}
