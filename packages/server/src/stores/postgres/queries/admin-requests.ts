/**
 * @module Requests of administrators that must not happen twice.
 */
import {
  ADMIN_REQUEST_LEASE_SECONDS,
  type AdminRequestStore,
} from '../../../engine/store/admin-requests.ts'
import {
  ADMIN_REQUEST_COLUMNS,
  fromAdminRequest,
  toAdminRequest,
} from '../../admin-request-rows.ts'
import type { Connection } from '../driver.ts'

const COLUMNS = ADMIN_REQUEST_COLUMNS.join(', ')
/** A row that has expired, or that belongs to a node that has stopped, is taken over. */
const CLAIM = `INSERT INTO admin_requests (${COLUMNS}) VALUES ($1, $2, $3, $4, NULL)
  ON CONFLICT (id_hash) DO UPDATE SET request_hash = excluded.request_hash, claimed_at = excluded.claimed_at,
    expires_at = excluded.expires_at, reply = NULL
  WHERE admin_requests.expires_at <= excluded.claimed_at
    OR (admin_requests.reply IS NULL AND admin_requests.claimed_at <= excluded.claimed_at - ${ADMIN_REQUEST_LEASE_SECONDS})
  RETURNING 1`
const SELECT = `SELECT ${COLUMNS} FROM admin_requests WHERE id_hash = $1`
const COMPLETE = 'UPDATE admin_requests SET reply = $1 WHERE id_hash = $2'
const RELEASE = 'DELETE FROM admin_requests WHERE id_hash = $1 AND reply IS NULL'
const DROP_EXPIRED = `DELETE FROM admin_requests WHERE id_hash IN
  (SELECT id_hash FROM admin_requests WHERE expires_at <= $1 LIMIT $2) RETURNING 1`

export type RequestStore = AdminRequestStore & {
  dropExpired(now: number, limit: number): Promise<number>
}

export function createAdminRequestStore({ query }: Pick<Connection, 'query'>): RequestStore {
  return {
    async claimAdminRequest(request) {
      const claimed = await query(CLAIM, ...fromAdminRequest(request))
      if (claimed.length > 0) return undefined
      const [row] = await query(SELECT, request.idHash)
      return row && toAdminRequest(row)
    },
    async completeAdminRequest(idHash, reply) {
      await query(COMPLETE, reply, idHash)
    },
    async releaseAdminRequest(idHash) {
      await query(RELEASE, idHash)
    },
    dropExpired: async (now, limit) => (await query(DROP_EXPIRED, now, limit)).length,
  }
}
