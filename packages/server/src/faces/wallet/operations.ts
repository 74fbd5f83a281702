/**
 * @module The operations of the wallet's API. The user is the one that the wallet names; the wallet is the signer.
 */
import {
  formatTime,
  type Granted,
  type GrantSummary,
  type NotGranted,
  parseRequestTime,
  parseScopes,
  type WalletApi,
  type WalletOperation,
  type WithdrawnSummary,
} from '@assent/protocol'
import {
  completeConsent,
  decideConsent,
  readPendingConsent,
  requireOwn,
} from '../../engine/consent.ts'
import { type ConsultInput, consult, type Question } from '../../engine/consult.ts'
import type { Presence } from '../../engine/governor.ts'
import type { IssuedCode } from '../../engine/issue.ts'
import type { Ports } from '../../engine/ports.ts'
import { openAuthRequest } from '../../engine/prepare.ts'
import { readOpenUserInfo } from '../../engine/profile.ts'
import { listReadingsOfUser } from '../../engine/readings.ts'
import type { Redirect, UserRef } from '../../engine/records.ts'
import { Refusal } from '../../engine/refusal.ts'
import type { MiniProgram } from '../../engine/registry.ts'
import { revokeGrant } from '../../engine/revoke.ts'
import {
  type ActiveGrant,
  listActiveGrants,
  listWithdrawnGrants,
  readSettings,
  type WithdrawnGrant,
} from '../../engine/settings.ts'
import { chooseLocale, scopeText } from '../../engine/sheet.ts'
import type { SignedRequest } from '../signed-message.ts'
import {
  appRequest,
  type ConsultBody,
  completeRequest,
  consultRequest,
  decideRequest,
  grantsRequest,
  readingsRequest,
  requireScopeNames,
  revokeRequest,
} from './requests.ts'

export type WalletCall = Pick<SignedRequest, 'body' | 'now' | 'revoked'> & {
  readonly walletId: string
}

export type ConsentUrl = (consentRequestId: string) => string

const DEFAULT_READINGS = 100

type Operations = {
  readonly [O in WalletOperation]: (call: WalletCall) => Promise<WalletApi[O]['reply']>
}

export function createOperations(ports: Ports, consentUrl: ConsentUrl): Operations {
  return {
    async consult({ walletId, body, now }) {
      const request = consultRequest(body)
      const consulted = await consult(ports, readConsult(ports, request, walletId, now), now)
      if (consulted.kind === 'granted') return granted(consulted)
      const { consentRequestId, sheet, sheetHash, expiresAt } = consulted
      return {
        status: 'CONSENT_REQUIRED',
        consentRequestId,
        consentUrl: consentUrl(consentRequestId),
        sheet,
        sheetHash,
        expiresAt: formatTime(expiresAt),
      }
    },
    async decide({ walletId, body, now }) {
      const { consentRequestId, userId, sheetHash, granted: scopes } = decideRequest(body)
      const user = { walletId, userId }
      const { request } = await readPendingConsent(ports, consentRequestId, now)
      requireOwn(request, user)
      await decideConsent(ports, { consentRequestId, sheetHash, granted: scopes }, now)
      return complete(ports, consentRequestId, user, now)
    },
    async complete({ walletId, body, now }) {
      const { consentRequestId, userId } = completeRequest(body)
      return complete(ports, consentRequestId, { walletId, userId }, now)
    },
    async grants({ walletId, body }) {
      const { userId, appId, locale } = grantsRequest(body)
      const grants = await listActiveGrants(ports, { walletId, userId })
      const shown = grants.filter(
        ({ miniProgram }) => miniProgram.appId === (appId ?? miniProgram.appId),
      )
      const withdrawn = await listWithdrawnGrants(ports, { walletId, userId })
      return {
        grants: shown.map((grant) => summaryOf(ports, grant, locale)),
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
    async profile({ walletId, body }) {
      const { userId, appId } = appRequest(body)
      return { profile: await readOpenUserInfo(ports, { user: { walletId, userId }, appId }) }
    },
    async readings({ walletId, body, now }) {
      const { userId, appId, before, limit = DEFAULT_READINGS } = readingsRequest(body)
      const until = before === undefined ? now + 1 : parseRequestTime(before)
      if (until === undefined) throw new Refusal('PARAM_ILLEGAL', { detail: 'See: before.' })
      const query = { before: until, limit, ...(appId !== undefined && { appId }) }
      return { readings: await listReadingsOfUser(ports, { user: { walletId, userId }, ...query }) }
    },
    async settings({ walletId, body }) {
      const { userId, appId } = appRequest(body)
      return { authSetting: await readSettings(ports, { user: { walletId, userId }, appId }) }
    },
  }
}

function readConsult(
  ports: Ports,
  request: ConsultBody,
  walletId: string,
  now: number,
): ConsultInput {
  const { authRequest, context = {} } = request
  const question =
    authRequest === undefined
      ? readQuestion(ports, request)
      : openAuthRequest(ports, authRequest, now)
  return {
    user: { walletId, userId: request.userId },
    question,
    presence: authRequest === undefined ? readPresence(context) : 'prepared',
    ...(context.locale !== undefined && { locale: context.locale }),
  }
}

function readQuestion({ hasher }: Pick<Ports, 'hasher'>, request: ConsultBody): Question {
  const scopes = parseScopes(request.scopes)
  if (!scopes) throw new Refusal('PARAM_ILLEGAL', { detail: 'See: scopes.' })
  if (request.appId === undefined) throw new Refusal('PARAM_ILLEGAL', { detail: 'See: appId.' })
  const { nonce, codeChallenge } = request
  if (nonce !== undefined && codeChallenge !== undefined) {
    throw new Refusal('PARAM_ILLEGAL', {
      detail: 'Either nonce or codeChallenge binds a code, not both.',
    })
  }
  const binding = nonce === undefined ? codeChallenge : hasher.sha256(nonce)
  return { appId: request.appId, scopes, ...(binding !== undefined && { binding }) }
}

/** What the host did not say counts against it: unseen, on the first screen, without a gesture. */
function readPresence({
  firstScreen,
  visible,
  userGestureAt,
}: NonNullable<ConsultBody['context']>): Presence {
  return {
    firstScreen: firstScreen ?? true,
    visible: visible ?? false,
    userGestureAt: userGestureAt === undefined ? undefined : parseRequestTime(userGestureAt),
  }
}

async function complete(
  ports: Ports,
  consentRequestId: string,
  user: UserRef,
  now: number,
): Promise<Granted | NotGranted> {
  const completed = await completeConsent(ports, { consentRequestId, user }, now)
  if (completed.kind === 'granted') return granted(completed)
  const { kind, authErrorScopes } = completed
  return { status: kind === 'declined' ? 'DECLINED' : 'DISMISSED', authErrorScopes }
}

function granted({ authCode, authSuccessScopes, authErrorScopes, redirect }: IssuedCode): Granted {
  return {
    status: 'GRANTED',
    authCode,
    authSuccessScopes,
    authErrorScopes,
    ...(redirect && { redirectUrl: redirectUrl(redirect, authCode) }),
  }
}

function redirectUrl({ uri, state }: Redirect, authCode: string): string {
  const url = new URL(uri)
  url.searchParams.set('authCode', authCode)
  if (state !== undefined) url.searchParams.set('authState', state)
  return url.href
}

function withdrawnSummaryOf(
  ports: Pick<Ports, 'registry'>,
  { miniProgram, withdrawnAt, deletionAcknowledgedAt }: WithdrawnGrant,
): WithdrawnSummary {
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

function summaryOf(
  ports: Pick<Ports, 'registry'>,
  { miniProgram, scopes }: ActiveGrant,
  locale: string | undefined,
): GrantSummary {
  return {
    ...partiesOf(ports, miniProgram),
    scopes: scopes.map(({ entry, held }) => ({
      scope: entry.scope,
      grantedAt: formatTime(held.grantedAt),
      silent: entry.silent,
      ...scopeText(entry, chooseLocale(locale)),
    })),
  }
}
