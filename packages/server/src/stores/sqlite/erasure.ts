/**
 * @module Erasure of a user: deletes every row that names the user, and the key that encrypts the user's id in receipts.
 */

import type { UserRef } from '../../engine/records.ts'
import type { Store } from '../../engine/store/store.ts'
import { findByPseudonym, pseudonymOf } from '../erased-users.ts'
import type { ProtectedRecords } from '../protected-records.ts'
import type { Value } from '../row-mapping.ts'
import type { Connection } from './driver.ts'
import type { GroupCommit } from './group-commit.ts'
import type { RevocationStore } from './queries/revocations.ts'

/** Tables with rows by the wallet's id of the user. */
const USER_TABLES = [
  'consent_requests',
  'active_prompts',
  'guardian_requests',
  'privacy_links',
  'user_keys',
  'subjects',
  'grants',
]

/** Tables with rows that name the user as a guardian. */
const GUARDIAN_TABLES = ['consent_requests', 'guardian_requests']

/** Empties the write-ahead log. */
const CHECKPOINT = 'PRAGMA wal_checkpoint(TRUNCATE)'

export function createErasure(
  connection: Connection,
  group: GroupCommit,
  { integrity }: Pick<ProtectedRecords, 'integrity'>,
  revocations: Pick<RevocationStore, 'append'>,
): Pick<Store, 'eraseUser' | 'eraseAgain'> {
  const dropAccessLog = connection.prepare(
    'DELETE FROM access_log WHERE grant_id IN (SELECT grant_id FROM grants WHERE wallet_id = ? AND user_id = ?)',
  )
  const statements = [
    ...GUARDIAN_TABLES.map(
      (table) => `DELETE FROM ${table} WHERE wallet_id = ? AND guardian_id = ?`,
    ),
    ...USER_TABLES.map((table) => `DELETE FROM ${table} WHERE wallet_id = ? AND user_id = ?`),
  ].map((statement) => connection.prepare(statement))

  async function erase(users: readonly UserRef[], pseudonyms: readonly string[]): Promise<void> {
    await group.write(() => {
      for (const { walletId, userId } of users) {
        dropAccessLog.get(walletId, userId)
        for (const statement of statements) statement.get(walletId, userId)
      }
      for (const id of pseudonyms) revocations.append({ kind: 'erasure', id })
    })
    // `secure_delete` overwrites deleted rows in the database file, but the write-ahead log still contains them.
    connection.exec(CHECKPOINT)
  }

  return {
    eraseUser: (user) => erase([user], [pseudonymOf(integrity, user)]),
    async eraseAgain(pseudonyms) {
      const source = {
        query: (text: string, ...parameters: readonly Value[]) =>
          connection.prepare(text).all(...parameters),
        parameter: () => '?',
      }
      const users = await findByPseudonym(source, integrity, pseudonyms)
      await erase(users, pseudonyms)
      if (users.length === 0) return
      // Copies of the rows may be left in unused parts of pages. Nothing is served yet, so the file is rebuilt in any case.
      connection.exec('VACUUM')
      connection.exec(CHECKPOINT)
    },
  }
}
