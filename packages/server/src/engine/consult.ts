/**
 * @module Consult: a code at once when nothing new is asked, else a consent request (product: the loop, 1.2).
 */
import type { ScopeRequest, Sheet } from '@assent/protocol'
import { canonicalJson } from './canonical-json.ts'
import { type Presence, requirePresence } from './governor.ts'
import { changeGrant, emptyGrant, holds, settle } from './grant.ts'
import { type Asked, errorScopes, type IssuedCode, issueCode } from './issue.ts'
import type { Ports } from './ports.ts'
import type { Grant, Redirect, UserRef } from './records.ts'
import { Refusal } from './refusal.ts'
import { activeMiniProgram, type Registry } from './registry.ts'
import { chooseLocale, composeSheet, type SheetParties } from './sheet.ts'
import { findUser } from './users.ts'

/** A decision may be pending for ten minutes (requirement R065). */
export const CONSENT_REQUEST_LIFETIME_SECONDS = 600

/** Who asks for what: a page, seen by its host, or a merchant's server that prepared a request. */
export type Question = {
  readonly appId: string
  readonly scopes: readonly ScopeRequest[]
  /** base64url SHA-256 that the redeemer of the code has to meet. */
  readonly binding?: string
  readonly redirect?: Redirect
}

export type ConsultInput = {
  readonly user: UserRef
  readonly question: Question
  /** What the host saw of the page. A prepared request has no page: its user has opened it. */
  readonly presence: Presence | 'prepared'
  /** BCP 47; without it the language of the user in the directory. */
  readonly locale?: string
}

export type Consulted =
  | ({ readonly kind: 'granted' } & IssuedCode)
  | {
      readonly kind: 'consent'
      readonly consentRequestId: string
      readonly sheet: Sheet
      readonly sheetHash: string
      readonly expiresAt: number
    }

/**
 * @throws {Refusal} `NOT_PERMITTED`, `SCOPE_NOT_APPROVED`; when a sheet is needed also `NOT_VISIBLE`, `FIRST_SCREEN`,
 * `NO_USER_GESTURE`, `USER_UNKNOWN`, `USER_NOT_ACTIVE`, `USER_UNAVAILABLE`
 */
export async function consult(ports: Ports, input: ConsultInput, now: number): Promise<Consulted> {
  const parties = partiesOf(ports.registry, input)
  const asked = splitByApproval(parties, input.question)
  const grant = await ports.store.findGrant(input.user, parties.miniProgram.appId)
  const missing = asked.asked.filter((scope) => !holds(grant, scope))
  if (missing.every((scope) => ports.registry.scopes.get(scope)?.silent)) {
    const holding = await holdSilent(ports, input.user, parties, grant, missing, now)
    return { kind: 'granted', ...(await issueCode(ports, holding, asked, now)) }
  }
  if (input.presence !== 'prepared') requirePresence(input.presence, now)
  return openConsentRequest(ports, input, parties, asked, missing, now)
}

function partiesOf(registry: Registry, { user, question }: ConsultInput): SheetParties {
  const known = activeMiniProgram(registry, question.appId)
  const wallet = registry.wallets.get(user.walletId)
  if (!known || !wallet) throw new Refusal('NOT_PERMITTED')
  return { ...known, wallet }
}

function splitByApproval({ miniProgram }: SheetParties, question: Question): Asked {
  const names = question.scopes.map(({ scope }) => scope)
  const asked = names.filter((scope) => miniProgram.scopes.has(scope))
  const notEntitled = names.filter((scope) => !miniProgram.scopes.has(scope))
  if (asked.length === 0) {
    throw new Refusal('SCOPE_NOT_APPROVED', { authErrorScopes: errorScopes(notEntitled, []) })
  }
  const { binding, redirect } = question
  return {
    asked,
    notEntitled,
    ...(binding !== undefined && { binding }),
    ...(redirect && { redirect }),
  }
}

async function holdSilent(
  { store, random }: Pick<Ports, 'store' | 'random'>,
  user: UserRef,
  parties: SheetParties,
  grant: Grant | undefined,
  silent: readonly string[],
  now: number,
): Promise<Grant> {
  if (grant && silent.length === 0) return grant
  const start = grant ?? emptyGrant({ user, ...parties }, random)
  const settlement = { silent, granted: [], refused: [] }
  const changed = await changeGrant(store, start, (current) => settle(current, settlement, now), {
    revokes: false,
    reason: 'SILENT',
  })
  return changed.grant
}

async function openConsentRequest(
  { registry, store, directory, random, hasher }: Ports,
  input: ConsultInput,
  parties: SheetParties,
  asked: Asked,
  missing: readonly string[],
  now: number,
): Promise<Consulted> {
  const user = await findUser(directory, input.user)
  if (!user) throw new Refusal('USER_UNKNOWN')
  if (user.status !== 'ACTIVE') throw new Refusal('USER_NOT_ACTIVE')
  const shown = input.question.scopes.filter(
    ({ scope }) => missing.includes(scope) && !registry.scopes.get(scope)?.silent,
  )
  const sheet = composeSheet(registry, parties, shown, chooseLocale(input.locale ?? user.locale))
  const text = canonicalJson(sheet)
  const consentRequestId = `cr_${random.text(24)}`
  const expiresAt = now + CONSENT_REQUEST_LIFETIME_SECONDS
  const sheetHash = hasher.sha256(text)
  await store.createConsentRequest({
    idHash: hasher.sha256(consentRequestId),
    user: input.user,
    appId: parties.miniProgram.appId,
    ...asked,
    sheet: text,
    sheetHash,
    expiresAt,
  })
  return { kind: 'consent', consentRequestId, sheet, sheetHash, expiresAt }
}
