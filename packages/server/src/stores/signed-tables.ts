/**
 * @module The tables whose rows have a MAC: how a migration signs the rows of earlier versions, and which key signs them.
 * @see docs/decisions/0086-records-carry-a-mac.md
 */
import type { RecordIntegrity } from '../engine/ports/record-integrity.ts'
import { OPERATOR_ACTION_COLUMNS } from './operator-action-rows.ts'
import { CONSENT_REQUEST_COLUMNS, PRIVACY_LINK_COLUMNS } from './prompt-rows.ts'
import type { ProtectedRecords } from './protected-records.ts'
import {
  EVENT_COLUMNS,
  GRANT_COLUMNS,
  REGISTERED_CLIENT_COLUMNS,
  type Row,
  SUBJECT_COLUMNS,
} from './row-mapping.ts'

const RECORD_INTEGRITY = '0011-record-integrity.sql'
const OPERATOR_ACTION_MAC = '0017-operator-action-mac.sql'

export type SignedTable = {
  readonly name: string
  /** Rows of earlier versions are signed in the transaction of this migration, and at no other time. */
  readonly migration: string
  /** One is the MAC. */
  readonly columns: readonly string[]
  /** The first columns are the primary key: so many. */
  readonly keyLength: number
  readonly sign: (row: Row) => Buffer
}

export function signedTables(records: ProtectedRecords): readonly SignedTable[] {
  const first = [
    { name: 'grants', columns: GRANT_COLUMNS, keyLength: 1, sign: records.grant.sign },
    { name: 'subjects', columns: SUBJECT_COLUMNS, keyLength: 3, sign: records.subject.sign },
    {
      name: 'consent_requests',
      columns: CONSENT_REQUEST_COLUMNS,
      keyLength: 1,
      sign: records.consentRequest.sign,
    },
    {
      name: 'privacy_links',
      columns: PRIVACY_LINK_COLUMNS,
      keyLength: 1,
      sign: records.privacyLink.sign,
    },
    {
      name: 'registered_clients',
      columns: REGISTERED_CLIENT_COLUMNS,
      keyLength: 1,
      sign: records.registeredClient.sign,
    },
    { name: 'events', columns: EVENT_COLUMNS, keyLength: 1, sign: records.event.sign },
  ].map((table) => ({ ...table, migration: RECORD_INTEGRITY }))
  const operatorActions = {
    name: 'operator_actions',
    migration: OPERATOR_ACTION_MAC,
    columns: OPERATOR_ACTION_COLUMNS,
    keyLength: 1,
    sign: records.operatorAction.sign,
  }
  return [...first, operatorActions]
}

/** The migrations that add MACs, each with its tables. */
export function signedTablesByMigration(
  records: ProtectedRecords,
): readonly (readonly [migration: string, tables: readonly SignedTable[]])[] {
  const tables = signedTables(records)
  return [RECORD_INTEGRITY, OPERATOR_ACTION_MAC].map((migration) => [
    migration,
    tables.filter((table) => table.migration === migration),
  ])
}

/** @param parameter the placeholder of the n-th parameter, from 1 */
export function signStatements(
  { name, columns, keyLength }: SignedTable,
  parameter: (n: number) => string,
): { readonly select: string; readonly update: string } {
  const key = columns.slice(0, keyLength)
  const condition = key.map((column, index) => `${column} = ${parameter(index + 2)}`).join(' AND ')
  return {
    select: `SELECT ${columns.join(', ')} FROM ${name}`,
    update: `UPDATE ${name} SET mac = ${parameter(1)} WHERE ${condition}`,
  }
}

/** A value of `record_keys` that only a node with the key can compute. */
export function recordKeyCheck(integrity: RecordIntegrity): {
  readonly version: number
  readonly checkValue: Buffer
} {
  const checkValue = Buffer.from(integrity.macOf('record-key', {}))
  return { version: checkValue.readUInt8(), checkValue }
}

/** @throws {Error} when the rows of the database were signed with another key */
export function assertRecordKey(integrity: RecordIntegrity, [checkValue]: Row = []): void {
  if (!integrity.isGenuine('record-key', {}, checkValue))
    throw new Error(
      'The rows of this database were signed with another key-encryption key. Copy the user-kek-1.key of another node into the keys folder, or set ASSENT_KEY_ENCRYPTION_KEY to its content.',
    )
}
