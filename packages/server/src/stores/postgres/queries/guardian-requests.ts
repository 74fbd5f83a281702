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

const COLUMNS = GUARDIAN_REQUEST_COLUMNS.join(', ')

const INSERT = `INSERT INTO guardian_requests (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (wallet_id, user_id, app_id)
  DO UPDATE SET guardian_id = excluded.guardian_id, scopes = excluded.scopes, requested_at = excluded.requested_at`
const LIST = `SELECT ${COLUMNS} FROM guardian_requests WHERE wallet_id = $1 AND guardian_id = $2 ORDER BY requested_at`
const DROP = 'DELETE FROM guardian_requests WHERE wallet_id = $1 AND user_id = $2 AND app_id = $3'

export type GuardianRequestStore = Pick<
  Store,
  'createGuardianRequest' | 'listGuardianRequests' | 'deleteGuardianRequest'
>

export function createGuardianRequestStore(connection: Connection): GuardianRequestStore {
  return {
    async createGuardianRequest(request) {
      await connection.query(INSERT, ...fromGuardianRequest(request))
    },
    async listGuardianRequests({ walletId, userId }) {
      return (await connection.query(LIST, walletId, userId)).map(toGuardianRequest)
    },
    async deleteGuardianRequest({ walletId, userId }, appId) {
      await connection.query(DROP, walletId, userId, appId)
    },
  }
}
