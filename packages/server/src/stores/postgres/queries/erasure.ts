/**
 * @module Erasure of a user: deletes every row that names the user, and the key that encrypts the user's id in receipts.
 */
import type { Store } from '../../../engine/ports.ts'
import { userKey } from '../../../engine/records.ts'
import type { Connection } from '../driver.ts'

const GRANTS_OF_USER = 'SELECT grant_id FROM grants WHERE wallet_id = $1 AND user_id = $2'
const DROP_ACCESS_LOG = 'DELETE FROM access_log WHERE grant_id = $1'
const DROP_REVOCATIONS = `DELETE FROM revocations WHERE kind = 'user' AND id = $1`
/** The grants come last: as long as they exist, an interrupted erasure can be repeated. */
const ERASE = [
  'DELETE FROM consent_requests WHERE wallet_id = $1 AND guardian_id = $2',
  'DELETE FROM guardian_requests WHERE wallet_id = $1 AND guardian_id = $2',
  'DELETE FROM consent_requests WHERE wallet_id = $1 AND user_id = $2',
  'DELETE FROM active_prompts WHERE wallet_id = $1 AND user_id = $2',
  'DELETE FROM guardian_requests WHERE user_id = $2 AND wallet_id = $1',
  'DELETE FROM privacy_links WHERE wallet_id = $1 AND user_id = $2',
  'DELETE FROM user_keys WHERE wallet_id = $1 AND user_id = $2',
  'DELETE FROM subjects WHERE wallet_id = $1 AND user_id = $2',
  'DELETE FROM grants WHERE wallet_id = $1 AND user_id = $2',
]

export function createErasure(connection: Connection): Pick<Store, 'eraseUser'> {
  return {
    async eraseUser(user) {
      const { walletId, userId } = user
      const grants = await connection.query(GRANTS_OF_USER, walletId, userId)
      for (const [grantId] of grants) await connection.query(DROP_ACCESS_LOG, Number(grantId))
      await connection.query(DROP_REVOCATIONS, userKey(user))
      for (const statement of ERASE) await connection.query(statement, walletId, userId)
    },
  }
}
