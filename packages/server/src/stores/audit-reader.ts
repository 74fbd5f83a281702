/**
 * @module Reads whole tables for an audit. Both stores use the same statements.
 */
import type { AuditReader, StoredReceipt } from '../engine/store/audit.ts'
import type { ProtectedRecord, ProtectedRecords } from './protected-records.ts'
import { createRegistryAudit } from './registry-audit.ts'
import {
  AUTHORIZATION_COLUMNS,
  RECEIPT_COLUMNS,
  REVOCATION_COLUMNS,
  type Row,
  toAuthorization,
  toReceipt,
  toRevocation,
} from './row-mapping.ts'
import { signedTables } from './signed-tables.ts'
import { type AuditQuery, readTable, type Table } from './table-pages.ts'

export function createAuditReader(source: AuditQuery, records: ProtectedRecords): AuditReader {
  const tables = new Map(signedTables(records).map((table) => [table.name, table]))

  async function* readGenuine<T>(
    name: string,
    record: Pick<ProtectedRecord<T>, 'read'>,
  ): AsyncGenerator<T> {
    for await (const row of readTable(source, tables.get(name) as Table)) {
      const genuine = record.read(row)
      if (genuine !== undefined) yield genuine
    }
  }

  async function* readPlain<T>(table: Table, toRecord: (row: Row) => T): AsyncGenerator<T> {
    for await (const row of readTable(source, table)) yield toRecord(row)
  }

  return {
    grants: () => readGenuine('grants', records.grant),
    subjects: () => readGenuine('subjects', records.subject),
    consentRequests: () => readGenuine('consent_requests', records.consentRequest),
    privacyLinks: () => readGenuine('privacy_links', records.privacyLink),
    registeredClients: () => readGenuine('registered_clients', records.registeredClient),
    events: () => readGenuine('events', records.event),
    operatorActions: () => readGenuine('operator_actions', records.operatorAction),
    ...createRegistryAudit(source, records),
    receipts: () =>
      readPlain(
        { name: 'receipts', columns: STORED_RECEIPT_COLUMNS, keyLength: 1 },
        toStoredReceipt,
      ),
    userKeys: () =>
      readPlain(
        { name: 'user_keys', columns: ['wallet_id', 'user_id', 'encrypted_key'], keyLength: 2 },
        ([walletId, userId, encryptedKey]) => ({
          user: { walletId: String(walletId), userId: String(userId) },
          encryptedKey: encryptedKey as Buffer,
        }),
      ),
    authorizations: () =>
      readPlain(
        { name: 'authorizations', columns: AUTHORIZATION_COLUMNS, keyLength: 1 },
        toAuthorization,
      ),
    revocations: () =>
      readPlain({ name: 'revocations', columns: REVOCATION_COLUMNS, keyLength: 1 }, toRevocation),
    clientNumbers: () =>
      readPlain(
        { name: 'client_numbers', columns: ['number', 'client_id'], keyLength: 1 },
        ([number, clientId]) => [Number(number), String(clientId)] as const,
      ),
  }
}

const STORED_RECEIPT_COLUMNS = [...RECEIPT_COLUMNS, 'wallet_id', 'sequence', 'hash'] as const

function toStoredReceipt(row: Row): StoredReceipt {
  const [walletId, sequence, hash] = row.slice(RECEIPT_COLUMNS.length)
  return {
    ...toReceipt(row),
    walletId: String(walletId),
    ...(sequence !== null && { sequence: Number(sequence) }),
    ...(hash !== null && { hash: String(hash) }),
  }
}
