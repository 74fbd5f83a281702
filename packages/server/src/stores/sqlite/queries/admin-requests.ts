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
import type { GroupCommit } from '../group-commit.ts'

const COLUMNS = ADMIN_REQUEST_COLUMNS.join(', ')
/** A row that has expired, or that belongs to a node that has stopped, is taken over. */
const CLAIM = `INSERT INTO admin_requests (${COLUMNS}) VALUES (?, ?, ?, ?, NULL)
  ON CONFLICT (id_hash) DO UPDATE SET request_hash = excluded.request_hash, claimed_at = excluded.claimed_at,
    expires_at = excluded.expires_at, reply = NULL
  WHERE admin_requests.expires_at <= excluded.claimed_at
    OR (admin_requests.reply IS NULL AND admin_requests.claimed_at <= excluded.claimed_at - ${ADMIN_REQUEST_LEASE_SECONDS})
  RETURNING 1`
const SELECT = `SELECT ${COLUMNS} FROM admin_requests WHERE id_hash = ?`
const COMPLETE = 'UPDATE admin_requests SET reply = ? WHERE id_hash = ?'
const RELEASE = 'DELETE FROM admin_requests WHERE id_hash = ? AND reply IS NULL'
const DROP_EXPIRED = `DELETE FROM admin_requests WHERE id_hash IN
  (SELECT id_hash FROM admin_requests WHERE expires_at <= ? LIMIT ?) RETURNING 1`

export type RequestStore = AdminRequestStore & {
  dropExpired(now: number, limit: number): number
}

export function createAdminRequestStore(connection: Connection, group: GroupCommit): RequestStore {
  const claim = connection.prepare(CLAIM)
  const select = connection.prepare(SELECT)
  const complete = connection.prepare(COMPLETE)
  const release = connection.prepare(RELEASE)
  const dropExpired = connection.prepare(DROP_EXPIRED)
  return {
    claimAdminRequest: (request) =>
      group.write(() => {
        if (claim.get(...fromAdminRequest(request))) return undefined
        const row = select.get(request.idHash)
        return row && toAdminRequest(row)
      }),
    async completeAdminRequest(idHash, reply) {
      await group.write(() => complete.get(reply, idHash))
    },
    async releaseAdminRequest(idHash) {
      await group.write(() => release.get(idHash))
    },
    dropExpired: (now, limit) => dropExpired.all(now, limit).length,
  }
}
