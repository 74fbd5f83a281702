/**
 * @module Operations of the wallet API that lead to a decision: of the user, or of a minor's guardian.
 * @see [Wallet API](../../../../../docs/wallets.md#wallet-api)
 */
import {
  type ConsentRequiredReply,
  formatTime,
  type GrantedReply,
  type GuardianApprovalReply,
  type GuardianRequestSummary,
  type NotGrantedReply,
} from '@assent/protocol'
import { type ConsultResult, consult } from '../../engine/consent/consult.ts'
import {
  assertDecider,
  completeConsent,
  decideConsent,
  readPendingConsent,
} from '../../engine/consent/decide.ts'
import { openGuardianRequest } from '../../engine/consent/guardian-approval.ts'
import { openAuthRequest } from '../../engine/consent/prepare.ts'
import { AssentError } from '../../engine/errors.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import type { GuardianRequest } from '../../engine/records.ts'
import { consumeAuthRequest, type IssuedCode } from '../../engine/tokens/issue-code.ts'
import type { ResponseContext } from '../authorization-response.ts'
import type { Operations, PageUrls } from './call.ts'
import { readConsult } from './consult-input.ts'
import { describeMiniProgram } from './grant-summaries.ts'
import { redirectError, toCodeUrl, toRedirectUrl } from './redirects.ts'

export type ConsentOperation =
  | 'consult'
  | 'reject'
  | 'decide'
  | 'complete'
  | 'guardianRequests'
  | 'openGuardianRequest'

export function createConsentOperations(
  ports: Ports,
  urls: PageUrls,
  issuer: string,
): Pick<Operations, ConsentOperation> {
  const responseContext = (now: number): ResponseContext => ({
    issuer,
    credentials: ports.credentials,
    now,
  })
  return {
    async consult({ walletId, request, once, now, partyNow }) {
      const read = readConsult(ports, request, walletId, {
        now,
        ahead: now - partyNow,
      })
      const input = { ...read, once: once() }
      try {
        const result = await consult(ports, input, now)
        return result.kind === 'granted'
          ? grantedReply(result, responseContext(now))
          : consentRequiredReply(result, urls)
      } catch (error) {
        return await redirectError(ports, input.query.redirect, error, responseContext(now))
      }
    },
    async reject({ walletId, request: { authRequest, reason = 'access_denied' }, now }) {
      const { redirect } = openAuthRequest(ports, { authRequest, walletId }, now)
      if (!redirect?.oauth) throw new AssentError('AUTH_REQUEST_INVALID')
      await consumeAuthRequest(ports, redirect.oauth)
      return {
        status: 'REDIRECT',
        redirectUrl: toRedirectUrl(redirect, { error: reason }, responseContext(now)),
      }
    },
    async decide({ walletId, request, now }) {
      const { userId, pageInstance, ...decision } = request
      const { consentRequestId } = decision
      const user = { walletId, userId }
      const pending = await readPendingConsent(ports, consentRequestId, now)
      assertDecider(pending.request, user)
      await decideConsent(ports, decision, now)
      return complete(ports, { consentRequestId, user, pageInstance }, responseContext(now))
    },
    async complete({ walletId, request, now }) {
      const { consentRequestId, userId, pageInstance } = request
      const user = { walletId, userId }
      return complete(ports, { consentRequestId, user, pageInstance }, responseContext(now))
    },
    async guardianRequests({ walletId, request: { userId } }) {
      const requests = await ports.store.listGuardianRequests({ walletId, userId })
      const all = await Promise.all(
        requests.map((request) => describeGuardianRequest(ports, request)),
      )
      return { guardianRequests: all.filter((one) => one !== undefined) }
    },
    async openGuardianRequest({ walletId, request, once, now }) {
      const { userId, minorId, appId, locale } = request
      const guardian = { walletId, userId }
      const input = {
        guardian,
        userId: minorId,
        appId,
        once: once(),
        ...(locale !== undefined && { locale }),
      }
      const result = await openGuardianRequest(ports, input, now)
      return result === 'alreadyGranted'
        ? { status: 'APPROVED_BY_GUARDIAN' }
        : consentRequiredReply(result, urls)
    },
  }
}

/** @returns `undefined` when the mini program is not registered any more */
async function describeGuardianRequest(
  ports: Pick<Ports, 'registry'>,
  { user, appId, requestedAt }: GuardianRequest,
): Promise<GuardianRequestSummary | undefined> {
  const miniProgram = await ports.registry.findMiniProgram(appId)
  if (!miniProgram) return undefined
  const described = await describeMiniProgram(ports, miniProgram)
  return { ...described, userId: user.userId, requestedAt: formatTime(requestedAt) }
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

async function complete(
  ports: Ports,
  input: Parameters<typeof completeConsent>[1],
  context: ResponseContext,
): Promise<GrantedReply | NotGrantedReply | GuardianApprovalReply> {
  const result = await completeConsent(ports, input, context.now)
  if (result.kind === 'granted') return grantedReply(result, context)
  if (result.kind === 'approvedByGuardian') return { status: 'APPROVED_BY_GUARDIAN' }
  const { kind, authErrorScopes, redirect } = result
  return {
    status: kind === 'declined' ? 'DECLINED' : 'DISMISSED',
    authErrorScopes,
    ...(redirect?.oauth && {
      redirectUrl: toRedirectUrl(redirect, { error: 'access_denied' }, context),
    }),
  }
}

function grantedReply(
  { authCode, authSuccessScopes, authErrorScopes, redirect }: IssuedCode,
  context: ResponseContext,
): GrantedReply {
  return {
    status: 'GRANTED',
    authCode,
    authSuccessScopes,
    authErrorScopes,
    ...(redirect && { redirectUrl: toCodeUrl(redirect, authCode, context) }),
  }
}
