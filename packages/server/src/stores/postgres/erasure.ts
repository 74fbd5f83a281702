/**
 * @module Erasure of a user: deletes every row that names the user, and the key that encrypts the user's id in receipts.
 */

import type { UserRef } from '../../engine/records.ts'
import type { Store } from '../../engine/store/store.ts'
import { findByPseudonym, pseudonymOf } from '../erased-users.ts'
import type { ProtectedRecords } from '../protected-records.ts'
import type { Connection } from './driver.ts'
import { CHANNEL } from './queries/revocations.ts'

const GRANTS_OF_USER = 'SELECT grant_id FROM grants WHERE wallet_id = $1 AND user_id = $2'
const DROP_ACCESS_LOG = 'DELETE FROM access_log WHERE grant_id = $1'
const LOG = `INSERT INTO revocations (kind, id) VALUES ('erasure', $1)`
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

export function createErasure(
  connection: Connection,
  { integrity }: Pick<ProtectedRecords, 'integrity'>,
): Pick<Store, 'eraseUser' | 'eraseAgain'> {
  async function log(pseudonym: string): Promise<void> {
    await connection.query(LOG, pseudonym)
    connection.notify(CHANNEL)
  }

  async function dropRows({ walletId, userId }: UserRef): Promise<void> {
    const grants = await connection.query(GRANTS_OF_USER, walletId, userId)
    for (const [grantId] of grants) await connection.query(DROP_ACCESS_LOG, Number(grantId))
    for (const statement of ERASE) await connection.query(statement, walletId, userId)
  }

  return {
    async eraseUser(user) {
      await log(pseudonymOf(integrity, user))
      await dropRows(user)
    },
    async eraseAgain(pseudonyms) {
      const source = { query: connection.query, parameter: (n: number) => `$${n}` }
      const users = await findByPseudonym(source, integrity, pseudonyms)
      for (const user of users) await dropRows(user)
      for (const pseudonym of pseudonyms) await log(pseudonym)
    },
  }
}
