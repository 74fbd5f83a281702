/**
 * @module The operations of the wallet's API. The user is the one that the wallet names; the wallet is the signer.
 */
import {
  type ConsentRequiredReply,
  type ErrorCode,
  formatTime,
  type GrantedReply,
  type GrantSummary,
  type GuardianApprovalReply,
  type NotGrantedReply,
  parseRequestTime,
  parseScopes,
  type RedirectReply,
  type WalletApi,
  type WalletOperation,
  type WithdrawnGrantSummary,
} from '@assent/protocol'
import {
  type ConsultInput,
  type ConsultResult,
  consult,
  type ScopeQuery,
} from '../../engine/consent/consult.ts'
import {
  assertDecider,
  completeConsent,
  decideConsent,
  readPendingConsent,
} from '../../engine/consent/decide.ts'
import { findUpcomingEnd } from '../../engine/consent/expiry.ts'
import { openGuardianRequest } from '../../engine/consent/guardian-approval.ts'
import { openAuthRequest } from '../../engine/consent/prepare.ts'
import { chooseLocale, scopeText } from '../../engine/consent/prompt.ts'
import type { UserPresence } from '../../engine/consent/user-presence.ts'
import { AssentError } from '../../engine/errors.ts'
import { MAX_DENIALS } from '../../engine/grant.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import type { RedirectTarget } from '../../engine/records.ts'
import type { MiniProgram } from '../../engine/registry.ts'
import { consumeAuthRequest, type IssuedCode } from '../../engine/tokens/issue-code.ts'
import { revokeGrant } from '../../engine/tokens/revoke.ts'
import { listAccessLogOfUser } from '../../engine/users/access-log.ts'
import {
  type ActiveGrant,
  listActiveGrants,
  listReceiptsOfUser,
  listWithdrawnGrants,
  readSettings,
  resetDenials,
  type WithdrawnGrant,
} from '../../engine/users/grant-overview.ts'
import { createPrivacyLink } from '../../engine/users/privacy-link.ts'
import { readOpenUserInfo } from '../../engine/users/profile.ts'
import { type AuthorizationAnswer, authorizationResponse } from '../authorization-response.ts'
import { toOAuthError } from '../oauth/errors.ts'
import type { SignedRequest } from '../signed-message.ts'
import {
  accessLogRequest,
  appRequest,
  type ConsultBody,
  completeRequest,
  consultRequest,
  createPrivacyLinkRequest,
  decideRequest,
  grantsRequest,
  guardianRequestsRequest,
  openGuardianRequestRequest,
  receiptsRequest,
  rejectRequest,
  requireScopeNames,
  revokeRequest,
} from './requests.ts'

export type WalletCall = Pick<SignedRequest, 'body' | 'now' | 'partyNow' | 'revoked'> & {
  readonly walletId: string
}

/** Where users open what was made for them. */
export type PageUrls = {
  readonly consent: (consentRequestId: string) => string
  readonly privacy: (linkId: string) => string
}

const DEFAULT_ACCESS_LOG_ENTRIES = 100
const DEFAULT_RECEIPTS = 100

type Operations = {
  readonly [O in WalletOperation]: (call: WalletCall) => Promise<WalletApi[O]['reply']>
}

export function createOperations(ports: Ports, urls: PageUrls, issuer: string): Operations {
  return {
    async consult({ walletId, body, now, partyNow }) {
      const request = consultRequest(body)
      const input = readConsult(ports, request, walletId, { now, ahead: now - partyNow })
      try {
        const consulted = await consult(ports, input, now)
        if (consulted.kind === 'granted') return granted(consulted, issuer)
        return consentRequiredReply(consulted, urls)
      } catch (error) {
        return await redirectReply(ports, input.query.redirect, error, issuer)
      }
    },
    async reject({ body, now }) {
      const { authRequest, reason = 'access_denied' } = rejectRequest(body)
      const { redirect } = openAuthRequest(ports, authRequest, now)
      if (!redirect?.oauth) throw new AssentError('AUTH_REQUEST_INVALID')
      await consumeAuthRequest(ports, redirect.oauth)
      return { status: 'REDIRECT', redirectUrl: toRedirectUrl(redirect, { error: reason }, issuer) }
    },
    async decide({ walletId, body, now }) {
      const { userId, granted: scopes, pageInstance, ...decision } = decideRequest(body)
      const { consentRequestId } = decision
      const user = { walletId, userId }
      const { request } = await readPendingConsent(ports, consentRequestId, now)
      assertDecider(request, user)
      await decideConsent(ports, { ...decision, granted: scopes }, now)
      return complete(ports, { consentRequestId, user, pageInstance }, now, issuer)
    },
    async complete({ walletId, body, now }) {
      const { consentRequestId, userId, pageInstance } = completeRequest(body)
      const user = { walletId, userId }
      return complete(ports, { consentRequestId, user, pageInstance }, now, issuer)
    },
    async grants({ walletId, body, now }) {
      const { userId, appId, locale } = grantsRequest(body)
      const grants = await listActiveGrants(ports, { walletId, userId }, now)
      const shown = grants.filter(
        ({ miniProgram }) => miniProgram.appId === (appId ?? miniProgram.appId),
      )
      const withdrawn = await listWithdrawnGrants(ports, { walletId, userId })
      return {
        grants: await Promise.all(shown.map((grant) => summaryOf(ports, grant, locale, now))),
        withdrawn: withdrawn
          .filter(({ miniProgram }) => miniProgram.appId === (appId ?? miniProgram.appId))
          .map((grant) => withdrawnSummaryOf(ports, grant)),
      }
    },
    async revoke({ walletId, body, now, revoked }) {
      const { userId, appId, scopes } = revokeRequest(body)
      requireScopeNames(scopes)
      const sequence = await revokeGrant(ports, { user: { walletId, userId }, appId, scopes }, now)
      revoked(sequence)
      return { sequence }
    },
    async profile({ walletId, body, now }) {
      const { userId, appId } = appRequest(body)
      return { profile: await readOpenUserInfo(ports, { user: { walletId, userId }, appId }, now) }
    },
    async accessLog({ walletId, body, now }) {
      const { userId, appId, before, limit = DEFAULT_ACCESS_LOG_ENTRIES } = accessLogRequest(body)
      const until = before === undefined ? now + 1 : parseRequestTime(before)
      if (until === undefined) throw new AssentError('PARAM_ILLEGAL', { detail: 'See: before.' })
      const query = { before: until, limit, ...(appId !== undefined && { appId }) }
      return {
        accessLog: await listAccessLogOfUser(ports, { user: { walletId, userId }, ...query }),
      }
    },
    async receipts({ walletId, body }) {
      const { userId, appId, limit = DEFAULT_RECEIPTS } = receiptsRequest(body)
      const user = { walletId, userId }
      const receipts = await listReceiptsOfUser(ports, { user, limit, appId })
      return {
        receipts: receipts.map(({ receiptId, appId, event, createdAt, document }) => ({
          receiptId,
          appId,
          event,
          at: formatTime(createdAt),
          document,
        })),
      }
    },
    async clearDenials({ walletId, body, now }) {
      const { userId, appId } = appRequest(body)
      await resetDenials(ports, { user: { walletId, userId }, appId }, now)
      return {}
    },
    async createPrivacyLink({ walletId, body, now }) {
      const { userId, locale } = createPrivacyLinkRequest(body)
      const link = await createPrivacyLink(ports, { user: { walletId, userId }, locale }, now)
      return { url: urls.privacy(link.id), expiresAt: formatTime(link.expiresAt) }
    },
    async guardianRequests({ walletId, body }) {
      const { userId } = guardianRequestsRequest(body)
      const questions = await ports.store.listGuardianRequests({ walletId, userId })
      return {
        guardianRequests: questions.flatMap(({ user, appId, requestedAt }) => {
          const miniProgram = ports.registry.miniPrograms.get(appId)
          if (!miniProgram) return []
          const parties = partiesOf(ports, miniProgram)
          return [{ ...parties, userId: user.userId, requestedAt: formatTime(requestedAt) }]
        }),
      }
    },
    async openGuardianRequest({ walletId, body, now }) {
      const { userId, minorId, appId, locale } = openGuardianRequestRequest(body)
      const consulted = await openGuardianRequest(
        ports,
        {
          guardian: { walletId, userId },
          userId: minorId,
          appId,
          ...(locale !== undefined && { locale }),
        },
        now,
      )
      return consulted === 'alreadyGranted'
        ? { status: 'APPROVED_BY_GUARDIAN' }
        : consentRequiredReply(consulted, urls)
    },
    async settings({ walletId, body, now }) {
      const { userId, appId } = appRequest(body)
      return { authSetting: await readSettings(ports, { user: { walletId, userId }, appId }, now) }
    },
  }
}

function consentRequiredReply(
  { consentRequestId, sheet, sheetHash, expiresAt }: Extract<ConsultResult, { kind: 'consent' }>,
  urls: PageUrls,
): ConsentRequiredReply {
  return {
    status: 'CONSENT_REQUIRED',
    consentRequestId,
    consentUrl: urls.consent(consentRequestId),
    sheet,
    sheetHash,
    expiresAt: formatTime(expiresAt),
  }
}

function readConsult(
  ports: Ports,
  request: ConsultBody,
  walletId: string,
  { now, ahead }: { readonly now: number; readonly ahead: number },
): ConsultInput {
  const { authRequest, context = {} } = request
  const authenticatedAt =
    context.authenticatedAt === undefined ? undefined : parseRequestTime(context.authenticatedAt)
  const query =
    authRequest === undefined
      ? readScopeQuery(ports, request)
      : openAuthRequest(ports, authRequest, now)
  return {
    user: { walletId, userId: request.userId },
    query,
    presence: authRequest === undefined ? readPresence(context, ahead) : 'prepared',
    ...(context.locale !== undefined && { locale: context.locale }),
    ...(context.pageInstance !== undefined && { pageInstance: context.pageInstance }),
    ...(authenticatedAt !== undefined && { authTime: authenticatedAt + ahead }),
  }
}

function readScopeQuery({ hasher }: Pick<Ports, 'hasher'>, request: ConsultBody): ScopeQuery {
  const scopes = parseScopes(request.scopes)
  if (!scopes) throw new AssentError('PARAM_ILLEGAL', { detail: 'See: scopes.' })
  if (request.appId === undefined) throw new AssentError('PARAM_ILLEGAL', { detail: 'See: appId.' })
  const { nonce } = request
  if (nonce !== undefined && request.codeChallenge !== undefined) {
    throw new AssentError('PARAM_ILLEGAL', {
      detail: 'Either nonce or codeChallenge binds a code, not both.',
    })
  }
  const codeChallenge = nonce === undefined ? request.codeChallenge : hasher.sha256(nonce)
  return { appId: request.appId, scopes, ...(codeChallenge !== undefined && { codeChallenge }) }
}

/** What the host did not say counts against it: unseen, on the first screen, without a gesture. */
function readPresence(
  { firstScreen, deepLink, visible, userGestureAt }: NonNullable<ConsultBody['context']>,
  ahead: number,
): UserPresence {
  const gestureAt = userGestureAt === undefined ? undefined : parseRequestTime(userGestureAt)
  return {
    firstScreen: firstScreen ?? true,
    deepLink: deepLink ?? false,
    visible: visible ?? false,
    userGestureAt: gestureAt === undefined ? undefined : gestureAt + ahead,
  }
}

async function complete(
  ports: Ports,
  input: Parameters<typeof completeConsent>[1],
  now: number,
  issuer: string,
): Promise<GrantedReply | NotGrantedReply | GuardianApprovalReply> {
  const completed = await completeConsent(ports, input, now)
  if (completed.kind === 'granted') return granted(completed, issuer)
  if (completed.kind === 'approvedByGuardian') return { status: 'APPROVED_BY_GUARDIAN' }
  const { kind, authErrorScopes, redirect } = completed
  return {
    status: kind === 'declined' ? 'DECLINED' : 'DISMISSED',
    authErrorScopes,
    ...(redirect?.oauth && {
      redirectUrl: toRedirectUrl(redirect, { error: 'access_denied' }, issuer),
    }),
  }
}

function granted(
  { authCode, authSuccessScopes, authErrorScopes, redirect }: IssuedCode,
  issuer: string,
): GrantedReply {
  return {
    status: 'GRANTED',
    authCode,
    authSuccessScopes,
    authErrorScopes,
    ...(redirect && { redirectUrl: redirectUrl(redirect, authCode, issuer) }),
  }
}

/** What the wallet cannot help goes back to the OAuth client that asked; what the wallet can, stays here. */
async function redirectReply(
  ports: Ports,
  redirect: RedirectTarget | undefined,
  error: unknown,
  issuer: string,
): Promise<RedirectReply> {
  const ask = redirect?.oauth
  if (!redirect || !ask || !(error instanceof AssentError)) throw error
  const isQuiet = ask.prompts?.includes('none') ?? false
  if (!ENDS.has(error.code) && !(isQuiet && error.code === 'LOGIN_REQUIRED')) throw error
  await consumeAuthRequest(ports, ask)
  const { error: name, message } = toOAuthError(error)
  const answer = { error: name, error_description: message }
  return { status: 'REDIRECT', redirectUrl: toRedirectUrl(redirect, answer, issuer) }
}

/** Nothing that the wallet or its user does now would change it. */
const ENDS: ReadonlySet<string> = new Set<ErrorCode>([
  'CONSENT_REQUIRED',
  'GRANT_UNKNOWN',
  'SCOPE_NOT_APPROVED',
  'NOT_PERMITTED',
  'NOT_A_TESTER',
  'DECLINED_RECENTLY',
  'DECLINED_REPEATEDLY',
  'GUARDIAN_PENDING',
  'USER_NOT_ACTIVE',
])

function toRedirectUrl(
  { uri, state }: RedirectTarget,
  answer: AuthorizationAnswer,
  issuer: string,
): string {
  return authorizationResponse({ redirectUri: uri, state }, answer, issuer)
}

function redirectUrl(redirect: RedirectTarget, authCode: string, issuer: string): string {
  if (redirect.oauth) return toRedirectUrl(redirect, { code: authCode }, issuer)
  const { uri, state } = redirect
  const url = new URL(uri)
  url.searchParams.set('authCode', authCode)
  if (state !== undefined) url.searchParams.set('authState', state)
  return url.href
}

function withdrawnSummaryOf(
  ports: Pick<Ports, 'registry'>,
  { miniProgram, withdrawnAt, deletionAcknowledgedAt }: WithdrawnGrant,
): WithdrawnGrantSummary {
  return {
    ...partiesOf(ports, miniProgram),
    withdrawnAt: formatTime(withdrawnAt),
    ...(deletionAcknowledgedAt !== undefined && {
      deletionAcknowledgedAt: formatTime(deletionAcknowledgedAt),
    }),
  }
}

function partiesOf(
  { registry }: Pick<Ports, 'registry'>,
  { appId, name, icon, clientId }: MiniProgram,
): Pick<GrantSummary, 'appId' | 'name' | 'icon' | 'merchant'> {
  return { appId, name, icon, merchant: registry.clients.get(clientId)?.name ?? '' }
}

async function summaryOf(
  ports: Pick<Ports, 'registry' | 'store'>,
  { grant, miniProgram, scopes }: ActiveGrant,
  locale: string | undefined,
  now: number,
): Promise<GrantSummary> {
  const lapsesAt = await findUpcomingEnd(ports, grant, now)
  return {
    ...partiesOf(ports, miniProgram),
    ...(lapsesAt !== undefined && { lapsesAt: formatTime(lapsesAt) }),
    refused: Object.entries(grant.denied).map(([scope, { times }]) => ({
      scope,
      untilAllowed: times >= MAX_DENIALS,
    })),
    scopes: scopes.map(({ entry, granted }) => ({
      scope: entry.scope,
      grantedAt: formatTime(granted.grantedAt),
      silent: entry.implicit,
      lifetime: granted.lifetime ?? 'until_withdrawn',
      ...(granted.expiresAt !== undefined && { expiresAt: formatTime(granted.expiresAt) }),
      ...scopeText(entry, chooseLocale(locale)),
    })),
  }
}
