/**
 * @module The consent prompt: the document that the user sees and decides on. It contains no personal values.
 * @see docs/consent.md#consent-prompt-rules
 */
import type { ScopeRequest, Sheet, SheetScope } from '@assent/protocol'
import { MESSAGES } from '../locales/index.ts'
import { joinList } from '../locales/list.ts'
import { fieldsNamedIn } from '../locales/named-fields.ts'
import {
  type ActiveMiniProgram,
  type Catalog,
  isImplicit,
  type MiniProgram,
  type ScopeEntry,
  type ScopeText,
  type Wallet,
} from '../registry.ts'
import { defaultDuration, offeredDurations } from './duration.ts'
import { LOCALES, type Locale, scopeText } from './prompt.ts'

/** The version of the prompt's texts. Change it when their meaning changes in any language. */
const NOTICE_VERSION = '2026-12'

export type PromptParties = ActiveMiniProgram & { readonly wallet: Wallet }

/** Composes the prompt for these scopes. */
export function composePrompt(
  registry: Catalog,
  { miniProgram, client, wallet }: PromptParties,
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
    scopes: orderRows(registry, scopes).map((row) => toSheetScope(miniProgram, row, locale)),
    lifetimes,
    lifetime: defaultDuration(lifetimes),
    recipients,
    ...(policyUrl !== undefined && { policyUrl }),
    ...(termsUrl !== undefined && { termsUrl }),
  }
}

/**
 * Adapts a prompt for a guardian. The guardian cannot grant `once`, because the minor gets the code only with the next request.
 */
export function forGuardian(sheet: Sheet): Sheet {
  const longer = sheet.lifetimes.filter((lifetime) => lifetime !== 'once')
  const lifetimes = longer.length > 0 ? longer : (['30d'] as const)
  return { ...sheet, forMinor: true, lifetimes, lifetime: defaultDuration(lifetimes) }
}

/**
 * Adapts a prompt for a client whose identity is not proven. It says so, and where the answer goes. Consent does not last until
 * withdrawn. Implicit scopes alone have no other duration.
 */
export function forUnprovenClient(
  registry: Pick<Catalog, 'scopes'>,
  sheet: Sheet,
  redirectHost: string,
): Sheet {
  const isSignIn = sheet.scopes.every(({ scope }) => isImplicit(registry, scope))
  const limited = sheet.lifetimes.filter((lifetime) => lifetime !== 'until_withdrawn')
  const offered = limited.length > 0 ? limited : (['30d'] as const)
  const lifetimes = isSignIn ? (['until_withdrawn'] as const) : offered
  return {
    ...sheet,
    unverifiedApp: { redirectHost },
    lifetimes,
    lifetime: defaultDuration(lifetimes),
  }
}

type Row = ScopeRequest & { readonly entry: ScopeEntry; readonly insteadOf?: string }

/** Orders scopes so that a narrower alternative follows its broader scope. Unknown scopes are left out. */
function orderRows(
  registry: Pick<Catalog, 'scopes'>,
  scopes: readonly ScopeRequest[],
): readonly Row[] {
  const rows = scopes.flatMap((request): readonly Row[] => {
    const entry = registry.scopes.get(request.scope)
    const broader = entry?.narrowerThan
    const isAlternative = broader !== undefined && scopes.some(({ scope }) => scope === broader)
    return entry ? [{ ...request, entry, ...(isAlternative && { insteadOf: broader }) }] : []
  })
  return rows
    .filter(({ insteadOf }) => insteadOf === undefined)
    .flatMap((row) => [row, ...rows.filter(({ insteadOf }) => insteadOf === row.scope)])
}

/**
 * Reads the texts of a scope, and adds the names of the fields that they do not name. So the prompt names every field that
 * leaves, also when an operator's own text is incomplete or not translated.
 */
function describeScope(entry: ScopeEntry, locale: Locale): ScopeText {
  const { consent, fields } = MESSAGES[locale]
  const { title, description } = scopeText(entry, locale)
  const named = fieldsNamedIn(locale, `${title} ${description}`)
  const unnamed = entry.fields.filter((field) => !named.has(field)).map((field) => fields[field])
  if (unnamed.length === 0) return { title, description }
  const rest = consent.includes(joinList(locale, unnamed))
  return { title, description: `${description} ${rest}`.trim() }
}

function toSheetScope(
  { purposes }: MiniProgram,
  { scope, required = false, entry, insteadOf }: Row,
  locale: Locale,
): SheetScope {
  const purpose = purposes[scope]
  return {
    scope,
    ...describeScope(entry, locale),
    ...(purpose && {
      purpose: {
        text: purpose.texts[locale] ?? purpose.texts[LOCALES[0]] ?? '',
        version: purpose.version,
      },
    }),
    // Only the broader scope is marked as required: the decision may contain its alternative instead.
    required: insteadOf === undefined && required,
    fields: entry.fields,
    ...(insteadOf !== undefined && { insteadOf }),
  }
}
