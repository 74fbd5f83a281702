/**
 * @module Conversion between records and rows. All stores use the same columns in the same order.
 */

import { DEFAULT_TOKEN_ALGORITHM } from '../engine/oauth/token-algorithms.ts'
import type { PrivacyLink } from '../engine/ports/consent-requests.ts'
import type { ChainedReceipt, ChainHead, UnchainedReceipt } from '../engine/ports/receipts.ts'
import type { RegisteredClient } from '../engine/ports/registered-clients.ts'
import type { ReceiptSummary } from '../engine/receipt-records.ts'
import {
  type AccessLogEntry,
  type AnsweredOnce,
  type Authorization,
  type AuthorizationEvent,
  type ConsentOutcome,
  type ConsentRequest,
  type DataAccess,
  type Delivery,
  type DeniedScope,
  type Grant,
  type GuardianRequest,
  type OutboxEvent,
  type Recipient,
  type RedirectTarget,
  type RevocationEntry,
  type RevocationTargetKind,
  USER_LOGGED_OUT,
} from '../engine/records.ts'

export type Value = number | string | Buffer | null
export type Row = readonly Value[]

export const GRANT_COLUMNS = [
  'grant_id',
  'wallet_id',
  'user_id',
  'app_id',
  'client_number',
  'subject',
  'epoch',
  'granted_scopes',
  'denied_scopes',
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
] as const

/** Of a stored request. A new one has no opener. */
export const STORED_CONSENT_REQUEST_COLUMNS = [...CONSENT_REQUEST_COLUMNS, 'opener_hash'] as const

export const AUTHORIZATION_COLUMNS = [
  'authorization_id',
  'grant_id',
  'epoch',
  'scope_set',
  'key_version',
  'generation',
  'redeemed_at',
  'rotated_at',
  'expires_at',
  'ended_at',
] as const

export const REVOCATION_COLUMNS = [
  'sequence',
  'kind',
  'id',
  'epoch',
  'revoked_through',
  'created_at',
] as const

export const EVENT_COLUMNS = [
  'sequence',
  'event_id',
  'client_number',
  'subject',
  'app_id',
  'type',
  'scopes',
  'reason',
  'created_at',
] as const

/** Follow {@link EVENT_COLUMNS}. */
export const DELIVERY_COLUMNS = ['recipient', 'attempts'] as const

/** Deliveries of one queue are sent in the order of their events. */
export function queueOf(recipient: Recipient, subject: string): string {
  return `${recipient} ${subject}`
}

/** Excludes what merchants do not see. */
export const IS_FOR_MERCHANTS = `type <> '${USER_LOGGED_OUT}'`

export function toOutboxEvent(row: Row): OutboxEvent {
  const [sequence, eventId, clientNumber, subject, appId, type, scopes, reason, createdAt] = row
  return {
    sequence: Number(sequence),
    eventId: String(eventId),
    clientNumber: Number(clientNumber),
    subject: String(subject),
    appId: String(appId),
    type: type as OutboxEvent['type'],
    scopes: String(scopes).split(' ').filter(Boolean),
    reason: reason as OutboxEvent['reason'],
    createdAt: Number(createdAt),
  }
}

/** For rows that are {@link IS_FOR_MERCHANTS}. */
export function toEvent(row: Row): AuthorizationEvent {
  return toOutboxEvent(row) as AuthorizationEvent
}

export function toDelivery(row: Row): Delivery {
  const [recipient, attempts] = row.slice(EVENT_COLUMNS.length)
  return {
    ...toOutboxEvent(row),
    recipient: String(recipient) as Recipient,
    attempts: Number(attempts),
  }
}

/** The API and the fields of a data access, as one dictionary text. */
export function accessKindOf({ api, fields }: Pick<DataAccess, 'api' | 'fields'>): string {
  return [api, ...fields].join(' ')
}

export function toAccessLogEntry([accessedAt, kind, count]: Row): Omit<
  AccessLogEntry,
  'grantId' | 'entryId'
> {
  const [api = '', ...fields] = String(kind).split(' ')
  return { accessedAt: Number(accessedAt), api, fields, count: Number(count) }
}

export function toGrant(row: Row): Grant {
  const [grantId, walletId, userId, appId, clientNumber, subject, epoch, granted, denied] = row
  return {
    grantId: Number(grantId),
    user: { walletId: String(walletId), userId: String(userId) },
    appId: String(appId),
    clientNumber: Number(clientNumber),
    subject: String(subject),
    epoch: Number(epoch),
    granted: JSON.parse(String(granted)) as Grant['granted'],
    denied: readDenied(String(denied)),
  }
}

/** Rows that were written before denials were counted contain only a time for each scope. */
function readDenied(text: string): Grant['denied'] {
  const denied = JSON.parse(text) as Record<string, number | DeniedScope>
  return Object.fromEntries(
    Object.entries(denied).map(([scope, one]) => [
      scope,
      typeof one === 'number' ? { deniedAt: one, times: 0 } : one,
    ]),
  )
}

/** In the order of `CONSENT_REQUEST_COLUMNS`. */
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

/** In the order of `STORED_CONSENT_REQUEST_COLUMNS`. */
export function toConsentRequest(row: Row): ConsentRequest {
  const [idHash, walletId, userId, appId, requested, unapproved, prompt, promptHash, ...rest] = row
  const [codeChallenge, redirect, expiresAt, outcome, completedAt, ...page] = rest
  const [pageInstance, guardianId, authRequest, openerHash] = page
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
    ...(openerHash !== null && { openerHash: String(openerHash) }),
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

export function toPrivacyLink([walletId, userId, locale, expiresAt]: Row): PrivacyLink {
  return {
    user: { walletId: String(walletId), userId: String(userId) },
    ...(locale !== null && { locale: String(locale) }),
    expiresAt: Number(expiresAt),
  }
}

export const REGISTERED_CLIENT_COLUMNS = [
  'client_id',
  'client',
  'token_hash',
  'version',
  'registered_at',
] as const

/** In the order of `REGISTERED_CLIENT_COLUMNS`. */
export function fromRegisteredClient({
  client,
  tokenHash,
  version,
  registeredAt,
}: RegisteredClient): [string, string, string, number, number] {
  return [client.clientId, JSON.stringify(client), tokenHash, version, registeredAt]
}

/** Clients that registered before they could choose. */
const SIGNING_DEFAULTS = {
  idTokenSignedResponseAlg: DEFAULT_TOKEN_ALGORITHM,
  introspectionSignedResponseAlg: DEFAULT_TOKEN_ALGORITHM,
}

export function toRegisteredClient(row: Row): RegisteredClient {
  const [, client, tokenHash, version, registeredAt] = row
  return {
    client: { ...SIGNING_DEFAULTS, ...JSON.parse(String(client)) } as RegisteredClient['client'],
    tokenHash: String(tokenHash),
    version: Number(version),
    registeredAt: Number(registeredAt),
  }
}

export const RECEIPT_COLUMNS = [
  'receipt_id',
  'grant_id',
  'created_at',
  'event',
  'document',
] as const

export function toReceipt([receiptId, grantId, createdAt, event, document]: Row): ReceiptSummary {
  return {
    receiptId: String(receiptId),
    grantId: Number(grantId),
    createdAt: Number(createdAt),
    event: event as ReceiptSummary['event'],
    document: String(document),
  }
}

export function toChainHead([sequence, hash]: Row): ChainHead {
  return { sequence: Number(sequence), hash: String(hash) }
}

export function toUnchained([receiptId, walletId, document]: Row): UnchainedReceipt {
  return { receiptId: String(receiptId), walletId: String(walletId), document: String(document) }
}

export function toChained([receiptId, document, sequence, hash]: Row): ChainedReceipt {
  return {
    receiptId: String(receiptId),
    document: String(document),
    sequence: Number(sequence),
    hash: String(hash),
  }
}

export function toAuthorization(row: Row): Authorization {
  const [
    id,
    grantId,
    epoch,
    scopeSet,
    keyVersion,
    generation,
    redeemedAt,
    rotatedAt,
    expiresAt,
    endedAt,
  ] = row
  return {
    authorizationId: (id as Buffer).toString('hex'),
    grantId: Number(grantId),
    epoch: Number(epoch),
    scopeSet: Number(scopeSet),
    keyVersion: Number(keyVersion),
    generation: Number(generation),
    redeemedAt: Number(redeemedAt),
    rotatedAt: Number(rotatedAt),
    expiresAt: Number(expiresAt),
    ...(endedAt !== null && { endedAt: Number(endedAt) }),
  }
}

export function toRevocation([
  sequence,
  kind,
  id,
  epoch,
  revokedThrough,
  createdAt,
]: Row): RevocationEntry {
  const entry = { sequence: Number(sequence), createdAt: Number(createdAt) }
  const text = String(id)
  switch (kind) {
    case 'grant':
      return { ...entry, kind, grantId: Number(text), epoch: Number(epoch) }
    case 'authorization':
      return { ...entry, kind, authorizationId: text }
    default:
      return {
        ...entry,
        kind: kind as RevocationTargetKind,
        id: text,
        revokedThrough: Number(revokedThrough),
      }
  }
}
