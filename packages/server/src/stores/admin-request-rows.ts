/**
 * @module Rows of requests of administrators. All stores use the same columns in the same order.
 */
import type { AdminRequest } from '../engine/store/admin-requests.ts'
import type { Row, Value } from './row-mapping.ts'

export const ADMIN_REQUEST_COLUMNS = [
  'id_hash',
  'request_hash',
  'claimed_at',
  'expires_at',
  'reply',
] as const

/** In the order of `ADMIN_REQUEST_COLUMNS`, without the reply. */
export function fromAdminRequest(request: AdminRequest): readonly Value[] {
  const { idHash, requestHash, claimedAt, expiresAt } = request
  return [idHash, requestHash, claimedAt, expiresAt]
}

export function toAdminRequest(row: Row): AdminRequest {
  const [idHash, requestHash, claimedAt, expiresAt, reply] = row
  return {
    idHash: String(idHash),
    requestHash: String(requestHash),
    claimedAt: Number(claimedAt),
    expiresAt: Number(expiresAt),
    ...(reply !== null && { reply: String(reply) }),
  }
}
