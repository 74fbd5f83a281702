/**
 * @module Records as rows: what every store reads and writes in the same columns and the same order.
 */

import type { ReceiptSummary } from '../engine/consent/receipt.ts'
import type { PrivacyLink } from '../engine/ports/consent-requests.ts'
import type { ChainedReceipt, ChainHead, UnchainedReceipt } from '../engine/ports/receipts.ts'
import type { RegisteredClient } from '../engine/ports/registered-clients.ts'
import type {
  AccessLogEntry,
  Authorization,
  ConsentOutcome,
  ConsentRequest,
  DataAccess,
  DeniedScope,
  Grant,
  GuardianRequest,
  PendingEvent,
  RedirectTarget,
  RevocationEntry,
  RevocationTargetKind,
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
  'void_before',
  'held',
  'refused',
] as const

export const CONSENT_REQUEST_COLUMNS = [
  'id_hash',
  'wallet_id',
  'user_id',
  'app_id',
  'asked',
  'not_entitled',
  'sheet',
  'sheet_hash',
  'binding',
  'redirect',
  'expires_at',
  'outcome',
  'completed_at',
  'page_instance',
  'guardian_id',
] as const

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
  'void_before',
  'void_until',
  'at',
] as const

export const EVENT_COLUMNS = [
  'sequence',
  'event_id',
  'client_number',
  'subject',
  'app_id',
  'kind',
  'scopes',
  'reason',
  'at',
  'attempts',
] as const

export function toEvent(row: Row): PendingEvent {
  const [sequence, eventId, clientNumber, subject, appId, kind, scopes, reason, at, attempts] = row
  return {
    sequence: Number(sequence),
    eventId: String(eventId),
    clientNumber: Number(clientNumber),
    subject: String(subject),
    appId: String(appId),
    type: kind as PendingEvent['type'],
    scopes: String(scopes).split(' ').filter(Boolean),
    reason: reason as PendingEvent['reason'],
    createdAt: Number(at),
    attempts: Number(attempts),
  }
}

/** What was read, as one text to be interned. */
export function accessKindOf({ api, fields }: Pick<DataAccess, 'api' | 'fields'>): string {
  return [api, ...fields].join(' ')
}

export function toAccessLogEntry([at, kind, count]: Row): Omit<
  AccessLogEntry,
  'grantId' | 'entryId'
> {
  const [api = '', ...fields] = String(kind).split(' ')
  return { accessedAt: Number(at), api, fields, count: Number(count) }
}

export function toGrant(row: Row): Grant {
  const [
    grantId,
    walletId,
    userId,
    appId,
    clientNumber,
    subject,
    epoch,
    voidBefore,
    held,
    refused,
  ] = row
  return {
    grantId: Number(grantId),
    user: { walletId: String(walletId), userId: String(userId) },
    appId: String(appId),
    clientNumber: Number(clientNumber),
    subject: String(subject),
    epoch: Number(epoch),
    voidBefore: Number(voidBefore),
    granted: JSON.parse(String(held)) as Grant['granted'],
    denied: readDenied(String(refused)),
  }
}

/** Rows of before refusals were counted hold a time alone. */
function readDenied(text: string): Grant['denied'] {
  const refused = JSON.parse(text) as Record<string, number | DeniedScope>
  return Object.fromEntries(
    Object.entries(refused).map(([scope, one]) => [
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
  ]
}

export function toConsentRequest(row: Row): ConsentRequest {
  const [idHash, walletId, userId, appId, asked, notEntitled, sheet, sheetHash, ...rest] = row
  const [binding, redirect, expiresAt, outcome, completedAt, pageInstance, guardianId] = rest
  return {
    idHash: String(idHash),
    user: { walletId: String(walletId), userId: String(userId) },
    appId: String(appId),
    requested: JSON.parse(String(asked)) as string[],
    unapproved: JSON.parse(String(notEntitled)) as string[],
    sheet: String(sheet),
    sheetHash: String(sheetHash),
    expiresAt: Number(expiresAt),
    ...(binding !== null && { codeChallenge: String(binding) }),
    ...(redirect !== null && { redirect: JSON.parse(String(redirect)) as RedirectTarget }),
    ...(outcome !== null && { outcome: outcome as ConsentOutcome }),
    ...(completedAt !== null && { completedAt: Number(completedAt) }),
    ...(pageInstance !== null && { pageInstance: String(pageInstance) }),
    ...(guardianId !== null && { guardianId: String(guardianId) }),
  }
}

export const GUARDIAN_REQUEST_COLUMNS = [
  'wallet_id',
  'user_id',
  'app_id',
  'guardian_id',
  'scopes',
  'asked_at',
] as const

/** In the order of `PARKED_COLUMNS`. */
export function fromGuardianRequest(question: GuardianRequest): (string | number)[] {
  const { user, appId, guardianId, scopes, requestedAt } = question
  return [user.walletId, user.userId, appId, guardianId, JSON.stringify(scopes), requestedAt]
}

export function toGuardianRequest(row: Row): GuardianRequest {
  const [walletId, userId, appId, guardianId, scopes, askedAt] = row
  return {
    user: { walletId: String(walletId), userId: String(userId) },
    appId: String(appId),
    guardianId: String(guardianId),
    scopes: JSON.parse(String(scopes)) as GuardianRequest['scopes'],
    requestedAt: Number(askedAt),
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

export function toRegisteredClient(row: Row): RegisteredClient {
  const [, client, tokenHash, version, registeredAt] = row
  return {
    client: JSON.parse(String(client)) as RegisteredClient['client'],
    tokenHash: String(tokenHash),
    version: Number(version),
    registeredAt: Number(registeredAt),
  }
}

export const RECEIPT_COLUMNS = ['receipt_id', 'grant_id', 'at', 'event', 'document'] as const

export function toReceipt([receiptId, grantId, at, event, document]: Row): ReceiptSummary {
  return {
    receiptId: String(receiptId),
    grantId: Number(grantId),
    createdAt: Number(at),
    event: event as ReceiptSummary['event'],
    document: String(document),
  }
}

export function toChainHead([sequence, hash]: Row): ChainHead {
  return { sequence: Number(sequence), hash: String(hash) }
}

export function toUnchained([receiptId, tenant, document]: Row): UnchainedReceipt {
  return { receiptId: String(receiptId), walletId: String(tenant), document: String(document) }
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
  voidBefore,
  revokedThrough,
  at,
]: Row): RevocationEntry {
  const logged = { sequence: Number(sequence), createdAt: Number(at) }
  const text = String(id)
  switch (kind) {
    case 'grant':
      return {
        ...logged,
        kind,
        grantId: Number(text),
        epoch: Number(epoch),
        voidBefore: Number(voidBefore),
      }
    case 'authorization':
      return { ...logged, kind, authorizationId: text }
    default:
      return {
        ...logged,
        kind: kind as RevocationTargetKind,
        id: text,
        revokedThrough: Number(revokedThrough),
      }
  }
}
