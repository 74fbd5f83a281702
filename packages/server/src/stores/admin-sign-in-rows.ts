/**
 * @module Rows of the sessions and passkeys of administrators. All stores use the same columns in the same order.
 */
import type { AdminPasskey, AdminSession } from '../engine/store/admin-sign-in.ts'
import type { Row, Value } from './row-mapping.ts'

export const ADMIN_SESSION_COLUMNS = [
  'id_hash',
  'member_id',
  'member_version',
  'created_at',
  'last_used_at',
  'expires_at',
  'mac',
] as const

/** In the order of `ADMIN_SESSION_COLUMNS`, without the MAC. */
export function fromAdminSession(session: AdminSession): readonly Value[] {
  const { idHash, memberId, memberVersion, createdAt, lastUsedAt, expiresAt } = session
  return [idHash, memberId, memberVersion, createdAt, lastUsedAt, expiresAt]
}

export function toAdminSession(row: Row): AdminSession {
  const [idHash, memberId, memberVersion, createdAt, lastUsedAt, expiresAt] = row
  return {
    idHash: String(idHash),
    memberId: String(memberId),
    memberVersion: Number(memberVersion),
    createdAt: Number(createdAt),
    lastUsedAt: Number(lastUsedAt),
    expiresAt: Number(expiresAt),
  }
}

export const ADMIN_PASSKEY_COLUMNS = [
  'credential_id',
  'member_id',
  'public_key',
  'counter',
  'created_at',
  'mac',
] as const

/** In the order of `ADMIN_PASSKEY_COLUMNS`, without the MAC. */
export function fromAdminPasskey(passkey: AdminPasskey): readonly Value[] {
  const { credentialId, memberId, publicKey, counter, createdAt } = passkey
  return [credentialId, memberId, publicKey, counter, createdAt]
}

export function toAdminPasskey(row: Row): AdminPasskey {
  const [credentialId, memberId, publicKey, counter, createdAt] = row
  return {
    credentialId: String(credentialId),
    memberId: String(memberId),
    publicKey: String(publicKey),
    counter: Number(counter),
    createdAt: Number(createdAt),
  }
}
