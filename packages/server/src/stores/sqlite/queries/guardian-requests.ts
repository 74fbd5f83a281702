/**
 * @module Requests of minors that wait for their guardians.
 */
import type { Store } from '../../../engine/store/store.ts'
import {
  fromGuardianRequest,
  GUARDIAN_REQUEST_COLUMNS,
  toGuardianRequest,
} from '../../prompt-rows.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

const COLUMNS = GUARDIAN_REQUEST_COLUMNS.join(', ')

export type GuardianRequestStore = Pick<
  Store,
  'createGuardianRequest' | 'listGuardianRequests' | 'deleteGuardianRequest'
>

export function createGuardianRequestStore(
  connection: Connection,
  group: GroupCommit,
): GuardianRequestStore {
  const insert = connection.prepare(
    `INSERT INTO guardian_requests (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (wallet_id, user_id, app_id)
     DO UPDATE SET guardian_id = excluded.guardian_id, scopes = excluded.scopes, requested_at = excluded.requested_at`,
  )
  const list = connection.prepare(
    `SELECT ${COLUMNS} FROM guardian_requests WHERE wallet_id = ? AND guardian_id = ? ORDER BY requested_at`,
  )
  const drop = connection.prepare(
    'DELETE FROM guardian_requests WHERE wallet_id = ? AND user_id = ? AND app_id = ?',
  )
  return {
    async createGuardianRequest(request) {
      await group.write(() => insert.get(...fromGuardianRequest(request)))
    },
    async listGuardianRequests({ walletId, userId }) {
      return list.all(walletId, userId).map(toGuardianRequest)
    },
    async deleteGuardianRequest({ walletId, userId }, appId) {
      await group.write(() => drop.get(walletId, userId, appId))
    },
  }
}
