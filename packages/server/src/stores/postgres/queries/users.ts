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

const PARKED = GUARDIAN_REQUEST_COLUMNS.join(', ')

const PARK = `INSERT INTO parked_questions (${PARKED}) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (wallet_id, user_id, app_id)
  DO UPDATE SET guardian_id = excluded.guardian_id, scopes = excluded.scopes, asked_at = excluded.asked_at`
const LIST_PARKED = `SELECT ${PARKED} FROM parked_questions WHERE wallet_id = $1 AND guardian_id = $2 ORDER BY asked_at`
const UNPARK = 'DELETE FROM parked_questions WHERE wallet_id = $1 AND user_id = $2 AND app_id = $3'
const INSERT_LINK =
  'INSERT INTO page_links (id_hash, wallet_id, user_id, locale, expires_at) VALUES ($1, $2, $3, $4, $5)'
const TAKE_LINK = `DELETE FROM page_links WHERE id_hash = $1 AND expires_at > $2
  RETURNING wallet_id, user_id, locale, expires_at`
const DROP_LINKS = `DELETE FROM page_links WHERE id_hash IN
  (SELECT id_hash FROM page_links WHERE expires_at <= $1 LIMIT $2) RETURNING 1`

const GRANTS_OF_USER = 'SELECT grant_id FROM grants WHERE wallet_id = $1 AND user_id = $2'
const DROP_READINGS = 'DELETE FROM readings WHERE grant_id = $1'
const DROP_NAMED = `DELETE FROM revocations WHERE kind = 'user' AND id = $1`
/** The grants come last: as long as they are there, an erasure that was broken off can be repeated. */
const ERASE = [
  'DELETE FROM consent_requests WHERE wallet_id = $1 AND guardian_id = $2',
  'DELETE FROM parked_questions WHERE wallet_id = $1 AND guardian_id = $2',
  'DELETE FROM consent_requests WHERE wallet_id = $1 AND user_id = $2',
  'DELETE FROM open_sheets WHERE wallet_id = $1 AND user_id = $2',
  'DELETE FROM parked_questions WHERE user_id = $2 AND wallet_id = $1',
  'DELETE FROM page_links WHERE wallet_id = $1 AND user_id = $2',
  'DELETE FROM user_keys WHERE wallet_id = $1 AND user_id = $2',
  'DELETE FROM subjects WHERE wallet_id = $1 AND user_id = $2',
  'DELETE FROM grants WHERE wallet_id = $1 AND user_id = $2',
]

export type UserStore = Pick<
  Store,
  | 'createGuardianRequest'
  | 'listGuardianRequests'
  | 'deleteGuardianRequest'
  | 'createPrivacyLink'
  | 'consumePrivacyLink'
  | 'eraseUser'
> & { dropExpired(now: number, limit: number): Promise<number> }

export function createUserStore(connection: Connection): UserStore {
  return {
    async createGuardianRequest(question) {
      await connection.query(PARK, ...fromGuardianRequest(question))
    },
    async listGuardianRequests({ walletId, userId }) {
      return (await connection.query(LIST_PARKED, walletId, userId)).map(toGuardianRequest)
    },
    async deleteGuardianRequest({ walletId, userId }, appId) {
      await connection.query(UNPARK, walletId, userId, appId)
    },
    async createPrivacyLink(idHash, { user, locale, expiresAt }) {
      const { walletId, userId } = user
      await connection.query(INSERT_LINK, idHash, walletId, userId, locale ?? null, expiresAt)
    },
    async consumePrivacyLink(idHash, now) {
      const [row] = await connection.query(TAKE_LINK, idHash, now)
      return row && toPrivacyLink(row)
    },
    async eraseUser({ walletId, userId }) {
      const grants = await connection.query(GRANTS_OF_USER, walletId, userId)
      for (const [grantId] of grants) await connection.query(DROP_READINGS, Number(grantId))
      await connection.query(DROP_NAMED, `${walletId}/${userId}`)
      for (const statement of ERASE) await connection.query(statement, walletId, userId)
    },
    async dropExpired(now, limit) {
      return (await connection.query(DROP_LINKS, now, limit)).length
    },
  }
}
