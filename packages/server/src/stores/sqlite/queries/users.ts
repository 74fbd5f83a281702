/**
 * @module What is kept of users besides their grants: questions that wait for a guardian, links to their page. And what is
 * left of them: nothing.
 */
import type { Store } from '../../../engine/ports/store.ts'
import {
  fromGuardianRequest,
  GUARDIAN_REQUEST_COLUMNS,
  toGuardianRequest,
  toPrivacyLink,
} from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

const PARKED = GUARDIAN_REQUEST_COLUMNS.join(', ')
/** Each has rows by the wallet's id of the user. */
const TABLES_OF_USERS = [
  'consent_requests',
  'open_sheets',
  'parked_questions',
  'page_links',
  'user_keys',
  'subjects',
  'grants',
]

export type UserStore = Pick<
  Store,
  | 'createGuardianRequest'
  | 'listGuardianRequests'
  | 'deleteGuardianRequest'
  | 'createPrivacyLink'
  | 'consumePrivacyLink'
  | 'eraseUser'
> & { dropExpired(now: number, limit: number): number }

export function createUserStore(connection: Connection, group: GroupCommit): UserStore {
  const park = connection.prepare(
    `INSERT INTO parked_questions (${PARKED}) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (wallet_id, user_id, app_id)
     DO UPDATE SET guardian_id = excluded.guardian_id, scopes = excluded.scopes, asked_at = excluded.asked_at`,
  )
  const parked = connection.prepare(
    `SELECT ${PARKED} FROM parked_questions WHERE wallet_id = ? AND guardian_id = ? ORDER BY asked_at`,
  )
  const unpark = connection.prepare(
    'DELETE FROM parked_questions WHERE wallet_id = ? AND user_id = ? AND app_id = ?',
  )
  const insertLink = connection.prepare(
    'INSERT INTO page_links (id_hash, wallet_id, user_id, locale, expires_at) VALUES (?, ?, ?, ?, ?)',
  )
  const takeLink = connection.prepare(
    'DELETE FROM page_links WHERE id_hash = ? AND expires_at > ? RETURNING wallet_id, user_id, locale, expires_at',
  )
  const dropLinks = connection.prepare(
    `DELETE FROM page_links WHERE id_hash IN
       (SELECT id_hash FROM page_links WHERE expires_at <= ? LIMIT ?) RETURNING 1`,
  )
  const dropReadings = connection.prepare(
    'DELETE FROM readings WHERE grant_id IN (SELECT grant_id FROM grants WHERE wallet_id = ? AND user_id = ?)',
  )
  const dropNamed = connection.prepare('DELETE FROM revocations WHERE kind = ? AND id = ?')
  const dropOfUser = TABLES_OF_USERS.map((table) =>
    connection.prepare(`DELETE FROM ${table} WHERE wallet_id = ? AND user_id = ?`),
  )
  const dropAsGuardian = ['consent_requests', 'parked_questions'].map((table) =>
    connection.prepare(`DELETE FROM ${table} WHERE wallet_id = ? AND guardian_id = ?`),
  )
  return {
    async createGuardianRequest(question) {
      await group.write(() => park.get(...fromGuardianRequest(question)))
    },
    async listGuardianRequests({ walletId, userId }) {
      return parked.all(walletId, userId).map(toGuardianRequest)
    },
    async deleteGuardianRequest({ walletId, userId }, appId) {
      await group.write(() => unpark.get(walletId, userId, appId))
    },
    async createPrivacyLink(idHash, { user, locale, expiresAt }) {
      await group.write(() =>
        insertLink.get(idHash, user.walletId, user.userId, locale ?? null, expiresAt),
      )
    },
    consumePrivacyLink: (idHash, now) =>
      group.write(() => {
        const row = takeLink.get(idHash, now)
        return row && toPrivacyLink(row)
      }),
    async eraseUser({ walletId, userId }) {
      await group.write(() => {
        dropReadings.get(walletId, userId)
        dropNamed.get('user', `${walletId}/${userId}`)
        for (const statement of [...dropAsGuardian, ...dropOfUser]) statement.get(walletId, userId)
      })
      // What was deleted is overwritten (secure_delete), but the log of the file still holds it.
      connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    },
    dropExpired: (now, limit) => dropLinks.all(now, limit).length,
  }
}
