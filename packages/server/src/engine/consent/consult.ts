/**
 * @module Consult: issues a code when earlier consent covers the request; otherwise creates a consent request.
 * @see docs/wallets.md#wallet-api
 */
import type { ScopeRequest, Sheet } from '@assent/protocol'
import { canonicalJson } from '../canonical-json.ts'
import { AssentError } from '../errors.ts'
import { applyDecision, changeGrant, emptyGrant, hasScope } from '../grant.ts'
import { chooseLocale } from '../locales/choose-locale.ts'
import { findRequester, type Requester, redirectHostOf } from '../oauth-clients/client-identity.ts'
import { requireFirst } from '../once.ts'
import type { DirectoryUser } from '../ports/directory.ts'
import type { Ports } from '../ports/ports.ts'
import type { AnsweredOnce, Grant, OnceRecord, RedirectTarget, UserRef } from '../records.ts'
import {
  findActiveMiniProgram,
  isAvailableTo,
  isScopeApproved,
  type Registry,
} from '../registry.ts'
import {
  errorScopes,
  type IssuedCode,
  issueCode,
  type RequestedScopes,
} from '../tokens/issue-code.ts'
import { findActiveUser } from '../users/find-user.ts'
import { assertNotOfThief } from './auth-request-age.ts'
import {
  composePrompt,
  forGuardian,
  forUnprovenClient,
  type PromptParties,
} from './compose-prompt.ts'
import { findMissingConsent } from './missing-consent.ts'
import type { Locale } from './prompt.ts'
import { assertUserPresent, type UserPresence } from './user-presence.ts'

/** A consent request must be decided within ten minutes. */
export const CONSENT_REQUEST_LIFETIME_SECONDS = 600

/** After one minute an undecided prompt no longer blocks a new one, because its host may have crashed. */
export const ACTIVE_PROMPT_SECONDS = 60

const OTHER_USER_EXPECTED =
  'The request is for another user (id_token_hint): let the user change the account, or reject the request with login_required.'

/** The scopes that a page, or a merchant's server in a prepared request, requests. */
export type ScopeQuery = {
  readonly appId: string
  readonly scopes: readonly ScopeRequest[]
  /** base64url SHA-256 of the verifier or nonce that must be presented when the code is redeemed. */
  readonly codeChallenge?: string
  readonly redirect?: RedirectTarget
  /** Set when this is a prepared request. */
  readonly authRequest?: AnsweredOnce
}

export type ConsultInput = {
  readonly user: UserRef
  readonly query: ScopeQuery
  /** The user's presence in the page, as reported by the host. A prepared request has no page: its user opened a URL. */
  readonly presence: UserPresence | 'prepared'
  /** BCP 47. Default: the language of the user in the directory. */
  readonly locale?: string
  /** The page that requested consent. */
  readonly pageInstance?: string
  /** The guardian who decides instead of the user. */
  readonly guardianId?: string
  /** When the wallet last authenticated the user. */
  readonly authTime?: number
  /** How: the authentication context class (`acr`). */
  readonly acr?: string
  /** The record of a signed request. */
  readonly once?: OnceRecord
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
 * Consults the grant of a user about a request.
 * @throws {AssentError} `NOT_PERMITTED`, `NOT_A_TESTER`, `SCOPE_NOT_APPROVED`, `USER_UNKNOWN`, `USER_NOT_ACTIVE`,
 * `USER_UNAVAILABLE`; when a prompt is needed also `DECLINED_RECENTLY`, `DECLINED_REPEATEDLY`, `NOT_VISIBLE`, `FIRST_SCREEN`,
 * `DEEP_LINK`, `NO_USER_GESTURE`, `CONSENT_ALREADY_OPEN`, `GUARDIAN_PENDING`; for a request of an OAuth client also `LOGIN_REQUIRED`,
 * `CONSENT_REQUIRED`, `GRANT_UNKNOWN`, `AUTH_REQUEST_INVALID`
 */
export async function consult(
  ports: Ports,
  unchecked: ConsultInput,
  now: number,
): Promise<ConsultResult> {
  const input = checkLogin(unchecked, now)
  const { user, query, presence } = input
  const oauth = query.redirect?.oauth
  const parties = await resolveParties(ports.registry, input)
  const { miniProgram } = parties
  const requester = await findRequester(ports, query.redirect)
  const requested = splitByApproval(ports.registry, parties, query, requester)
  const [account, grant] = await Promise.all([
    findActiveUser(ports, user, now),
    ports.store.findGrant(user, miniProgram.appId),
  ])
  if (oauth?.grant && oauth.grant.grantId !== grant?.grantId) throw new AssentError('GRANT_UNKNOWN')
  if (oauth?.subject !== undefined && oauth.subject !== grant?.subject)
    throw new AssentError('LOGIN_REQUIRED', { detail: OTHER_USER_EXPECTED })
  const { implicit, prompted } = findMissingConsent(
    {
      registry: ports.registry,
      party: parties,
      user: account,
      grant,
      requester,
      isPromptForced: oauth?.prompts?.includes('consent') ?? false,
    },
    query.scopes,
    requested.requested,
    now,
  )
  if (prompted.length === 0) {
    await requireFirst(ports, input.once)
    const current = await grantImplicit(ports, user, parties, grant, implicit, now)
    ports.accessLog.recordSignIn(current.grantId)
    return { kind: 'granted', ...(await issueCode(ports, current, requested, now)) }
  }
  if (oauth?.prompts?.includes('none')) throw new AssentError('CONSENT_REQUIRED')
  if (presence !== 'prepared') assertUserPresent(presence, now)
  await requireFirst(ports, input.once)
  return openConsentRequest(
    ports,
    { ...input, account, requester },
    parties,
    requested,
    prompted,
    now,
  )
}

/**
 * Checks that the user was authenticated as recently as an OAuth client demands by `prompt=login` or `max_age`, and adds the
 * time of the authentication to the request. There is no tolerance: a login that is a second too old is repeated. `max_age=0` is the
 * same as `prompt=login`: the login must be for this request. An essential `acr` must be met.
 * @throws {AssentError} `LOGIN_REQUIRED`
 * @see [OpenID Connect Core §3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)
 */
function checkLogin(input: ConsultInput, now: number): ConsultInput {
  const { query, authTime, acr } = input
  const { redirect } = query
  if (!redirect?.oauth) return input
  const { prompts, maxAge, requestedAt, essentialAcrs } = redirect.oauth
  const earliest = Math.max(
    prompts?.includes('login') || maxAge === 0 ? requestedAt : 0,
    maxAge ? now - maxAge : 0,
  )
  if (earliest > 0 && (authTime ?? 0) < earliest) throw new AssentError('LOGIN_REQUIRED')
  if (essentialAcrs && !essentialAcrs.includes(acr ?? '')) throw new AssentError('LOGIN_REQUIRED')
  const oauth = {
    ...redirect.oauth,
    ...(authTime !== undefined && { authTime }),
    ...(acr !== undefined && { acr }),
  }
  return { ...input, query: { ...query, redirect: { ...redirect, oauth } } }
}

async function resolveParties(
  registry: Registry,
  { user, query }: ConsultInput,
): Promise<PromptParties> {
  const active = await findActiveMiniProgram(registry, query.appId)
  const wallet = registry.wallets.get(user.walletId)
  if (!active || !wallet) throw new AssentError('NOT_PERMITTED')
  assertNotOfThief(active.client, query)
  if (!isAvailableTo(active.miniProgram, user)) throw new AssentError('NOT_A_TESTER')
  return { ...active, wallet }
}

function splitByApproval(
  registry: Registry,
  { miniProgram }: PromptParties,
  { scopes, codeChallenge, redirect, authRequest }: ScopeQuery,
  { isProven }: Requester,
): RequestedScopes {
  const names = scopes.map(({ scope }) => scope)
  const isAvailable = (scope: string): boolean =>
    isProven || registry.scopes.get(scope)?.sensitivity !== 'restricted'
  const requested = names.filter(
    (scope) => isScopeApproved(registry, miniProgram, scope) && isAvailable(scope),
  )
  const unapproved = names.filter((scope) => !requested.includes(scope))
  if (requested.length === 0) {
    throw new AssentError('SCOPE_NOT_APPROVED', { authErrorScopes: errorScopes(unapproved, []) })
  }
  return {
    requested,
    unapproved,
    ...(codeChallenge !== undefined && { codeChallenge }),
    ...(redirect && { redirect }),
    ...(authRequest && { authRequest }),
  }
}

async function grantImplicit(
  { store, random }: Pick<Ports, 'store' | 'random'>,
  user: UserRef,
  parties: PromptParties,
  grant: Grant | undefined,
  implicit: readonly string[],
  now: number,
): Promise<Grant> {
  if (grant && implicit.length === 0) return grant
  const start = grant ?? emptyGrant({ user, ...parties }, random)
  const change = { implicit, granted: {}, denied: [], leftOff: [] }
  const changed = await changeGrant(
    store,
    start,
    // Another request may have granted them.
    (current) =>
      implicit.every((scope) => hasScope(current, scope, now))
        ? current
        : applyDecision(current, change, now),
    { revokes: false, reason: 'SILENT' },
  )
  return changed.grant
}

async function openConsentRequest(
  ports: Ports,
  input: ConsultInput & { readonly account: DirectoryUser; readonly requester: Requester },
  parties: PromptParties,
  requested: RequestedScopes,
  prompted: readonly ScopeRequest[],
  now: number,
): Promise<ConsultResult> {
  const { registry, store, random, hasher, funnel } = ports
  const { appId } = parties.miniProgram
  await checkGuardian(store, input, input.account, prompted, now)
  const locale = chooseLocale(input.locale || input.account.locale)
  const sheet = composeSheet(registry, input, parties, prompted, locale)
  const text = canonicalJson(sheet)
  const consentRequestId = `cr_${random.text(24)}`
  const expiresAt = now + CONSENT_REQUEST_LIFETIME_SECONDS
  const sheetHash = hasher.sha256(text)
  const isOpened = await store.createConsentRequest(
    {
      idHash: hasher.sha256(consentRequestId),
      user: input.user,
      appId,
      ...requested,
      sheet: text,
      sheetHash,
      ...(input.pageInstance !== undefined && { pageInstance: input.pageInstance }),
      ...(input.guardianId !== undefined && { guardianId: input.guardianId }),
      expiresAt,
    },
    { openSince: now - ACTIVE_PROMPT_SECONDS, at: now },
  )
  if (!isOpened) throw new AssentError('CONSENT_ALREADY_OPEN')
  const scopes = sheet.scopes.map(({ scope }) => scope)
  funnel.count('requested', { appId, user: input.user, scopes })
  return { kind: 'consent', consentRequestId, sheet, sheetHash, expiresAt }
}

function composeSheet(
  registry: Registry,
  { query: { redirect }, guardianId, requester }: ConsultInput & { readonly requester: Requester },
  parties: PromptParties,
  prompted: readonly ScopeRequest[],
  locale: Locale,
): Sheet {
  const composed = composePrompt(registry, parties, prompted, locale)
  const shown =
    redirect && !requester.isProven
      ? forUnprovenClient(registry, composed, redirectHostOf(redirect.uri))
      : composed
  return guardianId === undefined ? shown : forGuardian(shown)
}

/**
 * Checks that the person who decides is the user or, for a minor, the guardian. A request of a minor is stored for the
 * guardian.
 * @throws {AssentError} `GUARDIAN_PENDING`
 * @see docs/consent.md#guardians
 */
async function checkGuardian(
  store: Ports['store'],
  { user, query: { appId }, guardianId }: ConsultInput,
  { guardianId: expected }: DirectoryUser,
  scopes: readonly ScopeRequest[],
  now: number,
): Promise<void> {
  if (expected === guardianId) return
  if (expected !== undefined)
    await store.createGuardianRequest({
      user,
      guardianId: expected,
      appId,
      scopes,
      requestedAt: now,
    })
  throw new AssentError('GUARDIAN_PENDING')
}
