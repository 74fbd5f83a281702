/**
 * @module Erasure of a user: deletes every row that names the user, and the key that encrypts the user's id in receipts.
 */
import type { Store } from '../../../engine/ports.ts'
import { userKey } from '../../../engine/records.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

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

export function createErasure(
  connection: Connection,
  group: GroupCommit,
): Pick<Store, 'eraseUser'> {
  const dropAccessLog = connection.prepare(
    'DELETE FROM access_log WHERE grant_id IN (SELECT grant_id FROM grants WHERE wallet_id = ? AND user_id = ?)',
  )
  const dropRevocations = connection.prepare(
    `DELETE FROM revocations WHERE kind = 'user' AND id = ?`,
  )
  const dropRows = [
    ...GUARDIAN_TABLES.map(
      (table) => `DELETE FROM ${table} WHERE wallet_id = ? AND guardian_id = ?`,
    ),
    ...USER_TABLES.map((table) => `DELETE FROM ${table} WHERE wallet_id = ? AND user_id = ?`),
  ].map((statement) => connection.prepare(statement))
  return {
    async eraseUser(user) {
      const { walletId, userId } = user
      await group.write(() => {
        dropAccessLog.get(walletId, userId)
        dropRevocations.get(userKey(user))
        for (const statement of dropRows) statement.get(walletId, userId)
      })
      // `secure_delete` overwrites deleted rows in the database file, but the write-ahead log still contains them.
      connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    },
  }
}
