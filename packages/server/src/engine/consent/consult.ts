/**
 * @module Consult: a code at once when nothing new is asked, else a consent request (product: the loop, 1.2).
 */
import type { ScopeRequest, Sheet } from '@assent/protocol'
import { canonicalJson } from '../canonical-json.ts'
import { AssentError } from '../errors.ts'
import {
  applyDecision,
  changeGrant,
  emptyGrant,
  isConsentStillValid,
  remainingCooldownSeconds,
} from '../grant.ts'
import type { Ports } from '../ports.ts'
import type { Grant, RedirectTarget, UserRef } from '../records.ts'
import { activeMiniProgram, isAvailableTo, isScopeApproved, type Registry } from '../registry.ts'
import {
  errorScopes,
  type IssuedCode,
  issueCode,
  type RequestedScopes,
} from '../tokens/issue-code.ts'
import { findUser } from '../users/find-user.ts'
import { chooseLocale, composeSheet, forGuardian, type SheetParties } from './prompt.ts'
import { assertUserPresent, type UserPresence } from './user-presence.ts'

/** A decision may be pending for ten minutes (requirement R065). */
export const CONSENT_REQUEST_LIFETIME_SECONDS = 600

/** A sheet that was neither answered nor closed counts as open for so long: its host may have gone with it. */
export const SHEET_OPEN_SECONDS = 60

/** The wallet's clock, which says when its user was authenticated, may be behind by so much. */
const LOGIN_CLOCK_TOLERANCE_SECONDS = 10

/** Who asks for what: a page, seen by its host, or a merchant's server that prepared a request. */
export type ScopeQuery = {
  readonly appId: string
  readonly scopes: readonly ScopeRequest[]
  /** base64url SHA-256 that the redeemer of the code has to meet. */
  readonly codeChallenge?: string
  readonly redirect?: RedirectTarget
}

export type ConsultInput = {
  readonly user: UserRef
  readonly query: ScopeQuery
  /** What the host saw of the page. A prepared request has no page: its user has opened it. */
  readonly presence: UserPresence | 'prepared'
  /** BCP 47; without it the language of the user in the directory. */
  readonly locale?: string
  /** The page that asked. */
  readonly pageInstance?: string
  /** Who decides instead of the user. */
  readonly guardianId?: string
  /** When the wallet last authenticated the user. */
  readonly authTime?: number
}

export type ConsultResult =
  | ({ readonly kind: 'granted' } & IssuedCode)
  | {
      readonly kind: 'consent'
      readonly consentRequestId: string
      readonly sheet: Sheet
      readonly sheetHash: string
      readonly expiresAt: number
    }

/**
 * @throws {AssentError} `NOT_PERMITTED`, `NOT_A_TESTER`, `SCOPE_NOT_APPROVED`; when a sheet is needed also `DECLINED_RECENTLY`,
 * `DECLINED_REPEATEDLY`, `NOT_VISIBLE`, `FIRST_SCREEN`, `DEEP_LINK`, `NO_USER_GESTURE`, `CONSENT_ALREADY_OPEN`, `GUARDIAN_PENDING`,
 * `USER_UNKNOWN`, `USER_NOT_ACTIVE`, `USER_UNAVAILABLE`; of a request of an OAuth client also `LOGIN_REQUIRED`, `CONSENT_REQUIRED`, `GRANT_UNKNOWN`,
 * `AUTH_REQUEST_INVALID`
 */
export async function consult(
  ports: Ports,
  consulted: ConsultInput,
  now: number,
): Promise<ConsultResult> {
  const input = withLogin(consulted, now)
  const ask = input.query.redirect?.oauth
  const parties = partiesOf(ports.registry, input)
  const asked = splitByApproval(ports.registry, parties, input.query)
  const grant = await ports.store.findGrant(input.user, parties.miniProgram.appId)
  if (ask?.grant && ask.grant.grantId !== grant?.grantId) throw new AssentError('GRANT_UNKNOWN')
  const isSilent = (scope: string): boolean => ports.registry.scopes.get(scope)?.implicit === true
  const isAskedAnew = ask?.prompts?.includes('consent') ?? false
  const missing = asked.requested.filter(
    (scope) =>
      (isAskedAnew && !isSilent(scope)) ||
      !isConsentStillValid(ports.registry, parties.miniProgram, grant, scope, now),
  )
  const isAnswered = (scope: string): boolean =>
    asked.requested.some(
      (one) => !missing.includes(one) && answersSameQuestion(ports.registry, one, scope),
    )
  const unanswered = input.query.scopes.filter(
    ({ scope }) => missing.includes(scope) && !isSilent(scope) && !isAnswered(scope),
  )
  const shown = unanswered.filter(({ scope }) => remainingCooldownSeconds(grant, scope, now) === 0)
  if (shown.length < unanswered.length) {
    const isRest = asked.requested.some((scope) => !missing.includes(scope) && !isSilent(scope))
    requireAskable(grant, unanswered, shown.length > 0 || isRest, now)
  }
  if (shown.length === 0) {
    const holding = await grantImplicit(
      ports,
      input.user,
      parties,
      grant,
      missing.filter(isSilent),
      now,
    )
    ports.accessLog.recordSignIn(holding.grantId)
    return { kind: 'granted', ...(await issueCode(ports, holding, asked, now)) }
  }
  if (ask?.prompts?.includes('none')) throw new AssentError('CONSENT_REQUIRED')
  if (input.presence !== 'prepared') assertUserPresent(input.presence, now)
  return openConsentRequest(ports, input, parties, asked, shown, now)
}

/**
 * The user was authenticated when, and as lately as, an OAuth client wants it (OpenID Connect Core §3.1.2.1).
 * @throws {AssentError} `LOGIN_REQUIRED`
 */
function withLogin(input: ConsultInput, now: number): ConsultInput {
  const { query, authTime } = input
  const { redirect } = query
  if (!redirect?.oauth) return input
  const { prompts, maxAge, requestedAt } = redirect.oauth
  const since = Math.max(
    prompts?.includes('login') ? requestedAt : 0,
    maxAge === undefined ? 0 : now - maxAge,
  )
  if (since > 0 && (authTime ?? 0) + LOGIN_CLOCK_TOLERANCE_SECONDS < since)
    throw new AssentError('LOGIN_REQUIRED')
  const oauth = { ...redirect.oauth, ...(authTime !== undefined && { authTime }) }
  return { ...input, query: { ...query, redirect: { ...redirect, oauth } } }
}

/** One of the two is the smaller answer of the other: who gives one has answered. */
function answersSameQuestion({ scopes }: Registry, one: string, other: string): boolean {
  return scopes.get(one)?.narrowerThan === other || scopes.get(other)?.narrowerThan === one
}

/**
 * A refused scope is left out of the next sheets. It stops the request when that needs it, or when nothing else is in it
 * (requirements R059, R060).
 */
function requireAskable(
  grant: Grant | undefined,
  unanswered: readonly ScopeRequest[],
  isMore: boolean,
  now: number,
): void {
  const seconds = unanswered
    .filter(({ required }) => required || !isMore)
    .map(({ scope }) => remainingCooldownSeconds(grant, scope, now))
  const longest = Math.max(0, ...seconds)
  if (longest === 0) return
  const authErrorScopes = errorScopes(
    [],
    unanswered.map(({ scope }) => scope),
  )
  if (longest === Number.POSITIVE_INFINITY)
    throw new AssentError('DECLINED_REPEATEDLY', { authErrorScopes })
  throw new AssentError('DECLINED_RECENTLY', { authErrorScopes, retryAfterSeconds: longest })
}

/** A minor's question waits for the guardian. Whoever else was to decide is not the guardian: then it waits for nobody. */
async function createGuardianRequest(
  store: Ports['store'],
  { user, query: { appId } }: ConsultInput,
  guardianId: string | undefined,
  scopes: readonly ScopeRequest[],
  now: number,
): Promise<void> {
  if (guardianId !== undefined) {
    await store.createGuardianRequest({ user, guardianId, appId, scopes, requestedAt: now })
  }
}

function partiesOf(registry: Registry, { user, query }: ConsultInput): SheetParties {
  const known = activeMiniProgram(registry, query.appId)
  const wallet = registry.wallets.get(user.walletId)
  if (!known || !wallet) throw new AssentError('NOT_PERMITTED')
  if (!isAvailableTo(known.miniProgram, user)) throw new AssentError('NOT_A_TESTER')
  return { ...known, wallet }
}

function splitByApproval(
  registry: Registry,
  { miniProgram }: SheetParties,
  question: ScopeQuery,
): RequestedScopes {
  const names = question.scopes.map(({ scope }) => scope)
  const requested = names.filter((scope) => isScopeApproved(registry, miniProgram, scope))
  const unapproved = names.filter((scope) => !requested.includes(scope))
  if (requested.length === 0) {
    throw new AssentError('SCOPE_NOT_APPROVED', { authErrorScopes: errorScopes(unapproved, []) })
  }
  const { codeChallenge, redirect } = question
  return {
    requested,
    unapproved,
    ...(codeChallenge !== undefined && { codeChallenge }),
    ...(redirect && { redirect }),
  }
}

async function grantImplicit(
  { store, random }: Pick<Ports, 'store' | 'random'>,
  user: UserRef,
  parties: SheetParties,
  grant: Grant | undefined,
  implicit: readonly string[],
  now: number,
): Promise<Grant> {
  if (grant && implicit.length === 0) return grant
  const start = grant ?? emptyGrant({ user, ...parties }, random)
  const change = { implicit, granted: {}, denied: [] }
  const changed = await changeGrant(
    store,
    start,
    (current) => applyDecision(current, change, now),
    {
      revokes: false,
      reason: 'SILENT',
    },
  )
  return changed.grant
}

async function openConsentRequest(
  { registry, store, directory, random, hasher, funnel }: Ports,
  input: ConsultInput,
  parties: SheetParties,
  asked: RequestedScopes,
  shown: readonly ScopeRequest[],
  now: number,
): Promise<ConsultResult> {
  const user = await findUser(directory, input.user)
  if (!user) throw new AssentError('USER_UNKNOWN')
  if (user.status !== 'ACTIVE') throw new AssentError('USER_NOT_ACTIVE')
  if (user.guardianId !== input.guardianId) {
    await createGuardianRequest(store, input, user.guardianId, shown, now)
    throw new AssentError('GUARDIAN_PENDING')
  }
  const locale = chooseLocale(input.locale ?? user.locale)
  const own = composeSheet(registry, parties, shown, locale)
  const sheet = input.guardianId === undefined ? own : forGuardian(own)
  const text = canonicalJson(sheet)
  const consentRequestId = `cr_${random.text(24)}`
  const expiresAt = now + CONSENT_REQUEST_LIFETIME_SECONDS
  const sheetHash = hasher.sha256(text)
  const isOpened = await store.createConsentRequest(
    {
      idHash: hasher.sha256(consentRequestId),
      user: input.user,
      appId: parties.miniProgram.appId,
      ...asked,
      sheet: text,
      sheetHash,
      ...(input.pageInstance !== undefined && { pageInstance: input.pageInstance }),
      ...(input.guardianId !== undefined && { guardianId: input.guardianId }),
      expiresAt,
    },
    { openSince: now - SHEET_OPEN_SECONDS, at: now },
  )
  if (!isOpened) throw new AssentError('CONSENT_ALREADY_OPEN')
  const scopes = sheet.scopes.map(({ scope }) => scope)
  funnel.count('asked', { appId: parties.miniProgram.appId, user: input.user, scopes })
  return { kind: 'consent', consentRequestId, sheet, sheetHash, expiresAt }
}
