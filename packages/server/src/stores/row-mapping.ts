/**
 * @module Conversion between records and rows. All stores use the same columns in the same order.
 */

import { DEFAULT_TOKEN_ALGORITHM } from '../engine/oauth/token-algorithms.ts'
import type { ReceiptSummary } from '../engine/receipt-records.ts'
import {
  type AccessLogEntry,
  type Authorization,
  type AuthorizationEvent,
  type DataAccess,
  type Delivery,
  type DeniedScope,
  type Grant,
  type OutboxEvent,
  type Recipient,
  type RevocationEntry,
  type RevocationTargetKind,
  USER_LOGGED_OUT,
} from '../engine/records.ts'
import type { Subject } from '../engine/store/audit.ts'
import type { KeyRecord } from '../engine/store/platform-keys.ts'
import type { ChainedReceipt, ChainHead, UnchainedReceipt } from '../engine/store/receipts.ts'
import type { RegisteredClient } from '../engine/store/registered-clients.ts'

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
  'last_receipt_id',
  'mac',
] as const

export const SUBJECT_COLUMNS = ['client_number', 'wallet_id', 'user_id', 'subject', 'mac'] as const

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
  'mac',
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
  const [grantId, walletId, userId, appId, clientNumber, subject, epoch, granted, denied, ...rest] =
    row
  const [lastReceiptId] = rest
  return {
    grantId: Number(grantId),
    user: { walletId: String(walletId), userId: String(userId) },
    appId: String(appId),
    clientNumber: Number(clientNumber),
    subject: String(subject),
    epoch: Number(epoch),
    granted: JSON.parse(String(granted)) as Grant['granted'],
    denied: readDenied(String(denied)),
    ...(lastReceiptId !== null && { lastReceiptId: String(lastReceiptId) }),
  }
}

export function toSubject([clientNumber, walletId, userId, subject]: Row): Subject {
  return {
    clientNumber: Number(clientNumber),
    user: { walletId: String(walletId), userId: String(userId) },
    subject: String(subject),
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

export const REGISTERED_CLIENT_COLUMNS = [
  'client_id',
  'client',
  'token_hash',
  'version',
  'registered_at',
  'mac',
] as const

/** In the order of `REGISTERED_CLIENT_COLUMNS`, without the MAC. */
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

export function toKeyRecord([kind, version, activeFrom, sealed]: Row): KeyRecord {
  return {
    kind: String(kind),
    version: Number(version),
    activeFrom: activeFrom == null ? undefined : Number(activeFrom),
    sealed: sealed as Buffer,
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
    case 'erasure':
      return { ...entry, kind, id: text }
    default:
      return {
        ...entry,
        kind: kind as RevocationTargetKind,
        id: text,
        revokedThrough: Number(revokedThrough),
      }
  }
}
