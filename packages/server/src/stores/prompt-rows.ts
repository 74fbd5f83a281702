/**
 * @module Conversion between rows and the records of prompts: consent requests, requests to guardians, and links to the settings page.
 */

import type {
  AnsweredOnce,
  ConsentOutcome,
  ConsentRequest,
  GuardianRequest,
  RedirectTarget,
} from '../engine/records.ts'
import type { PrivacyLink } from '../engine/store/consent-requests.ts'
import type { Row } from './row-mapping.ts'

export type StoredPrivacyLink = PrivacyLink & { readonly idHash: string }

export const PRIVACY_LINK_COLUMNS = [
  'id_hash',
  'wallet_id',
  'user_id',
  'locale',
  'expires_at',
  'mac',
] as const

export const CONSENT_REQUEST_COLUMNS = [
  'id_hash',
  'wallet_id',
  'user_id',
  'app_id',
  'requested_scopes',
  'unapproved_scopes',
  'prompt',
  'prompt_hash',
  'code_challenge',
  'redirect',
  'expires_at',
  'outcome',
  'completed_at',
  'page_instance',
  'guardian_id',
  'auth_request',
  'mac',
] as const

/** Of a stored request. A new one has no opener. */
export const STORED_CONSENT_REQUEST_COLUMNS = [...CONSENT_REQUEST_COLUMNS, 'opener_hash'] as const

/** In the order of `CONSENT_REQUEST_COLUMNS`, without the MAC. */
export function fromConsentRequest(request: ConsentRequest): Row {
  return [
    request.idHash,
    request.user.walletId,
    request.user.userId,
    request.appId,
    JSON.stringify(request.requested),
    JSON.stringify(request.unapproved),
    request.sheet,
    request.sheetHash,
    request.codeChallenge ?? null,
    request.redirect ? JSON.stringify(request.redirect) : null,
    request.expiresAt,
    request.outcome ?? null,
    request.completedAt ?? null,
    request.pageInstance ?? null,
    request.guardianId ?? null,
    request.authRequest ? JSON.stringify(request.authRequest) : null,
  ]
}

/** @param row in the order of `STORED_CONSENT_REQUEST_COLUMNS`. A new row has no opener. */
export function toConsentRequest(row: Row): ConsentRequest {
  const [idHash, walletId, userId, appId, requested, unapproved, prompt, promptHash, ...rest] = row
  const [codeChallenge, redirect, expiresAt, outcome, completedAt, ...page] = rest
  const [pageInstance, guardianId, authRequest, , openerHash] = page
  return {
    idHash: String(idHash),
    user: { walletId: String(walletId), userId: String(userId) },
    appId: String(appId),
    requested: JSON.parse(String(requested)) as string[],
    unapproved: JSON.parse(String(unapproved)) as string[],
    sheet: String(prompt),
    sheetHash: String(promptHash),
    expiresAt: Number(expiresAt),
    ...(codeChallenge !== null && { codeChallenge: String(codeChallenge) }),
    ...(redirect !== null && { redirect: JSON.parse(String(redirect)) as RedirectTarget }),
    ...(outcome !== null && { outcome: outcome as ConsentOutcome }),
    ...(completedAt !== null && { completedAt: Number(completedAt) }),
    ...(pageInstance !== null && { pageInstance: String(pageInstance) }),
    ...(guardianId !== null && { guardianId: String(guardianId) }),
    ...(authRequest !== null && { authRequest: JSON.parse(String(authRequest)) as AnsweredOnce }),
    ...(openerHash && { openerHash: String(openerHash) }),
  }
}

export const GUARDIAN_REQUEST_COLUMNS = [
  'wallet_id',
  'user_id',
  'app_id',
  'guardian_id',
  'scopes',
  'requested_at',
] as const

/** In the order of `GUARDIAN_REQUEST_COLUMNS`. */
export function fromGuardianRequest(request: GuardianRequest): (string | number)[] {
  const { user, appId, guardianId, scopes, requestedAt } = request
  return [user.walletId, user.userId, appId, guardianId, JSON.stringify(scopes), requestedAt]
}

export function toGuardianRequest(row: Row): GuardianRequest {
  const [walletId, userId, appId, guardianId, scopes, requestedAt] = row
  return {
    user: { walletId: String(walletId), userId: String(userId) },
    appId: String(appId),
    guardianId: String(guardianId),
    scopes: JSON.parse(String(scopes)) as GuardianRequest['scopes'],
    requestedAt: Number(requestedAt),
  }
}

/** In the order of `PRIVACY_LINK_COLUMNS`, without the MAC. */
export function fromPrivacyLink({
  idHash,
  user,
  locale,
  expiresAt,
}: StoredPrivacyLink): [string, string, string, string | null, number] {
  return [idHash, user.walletId, user.userId, locale ?? null, expiresAt]
}

export function toPrivacyLink([
  idHash,
  walletId,
  userId,
  locale,
  expiresAt,
]: Row): StoredPrivacyLink {
  return {
    idHash: String(idHash),
    user: { walletId: String(walletId), userId: String(userId) },
    ...(locale !== null && { locale: String(locale) }),
    expiresAt: Number(expiresAt),
  }
}
