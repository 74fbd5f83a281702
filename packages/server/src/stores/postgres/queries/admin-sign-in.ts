/**
 * @module Sessions and passkeys of administrators.
 */
import type { AdminSignInStore } from '../../../engine/store/admin-sign-in.ts'
import {
  ADMIN_PASSKEY_COLUMNS,
  ADMIN_SESSION_COLUMNS,
  fromAdminPasskey,
  fromAdminSession,
} from '../../admin-sign-in-rows.ts'
import type { ProtectedRecords } from '../../protected-records.ts'
import type { Connection } from '../driver.ts'

const SESSION_COLUMNS = ADMIN_SESSION_COLUMNS.join(', ')
const PASSKEY_COLUMNS = ADMIN_PASSKEY_COLUMNS.join(', ')

const INSERT_SESSION = `INSERT INTO admin_sessions (${SESSION_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)`
const SELECT_SESSION = `SELECT ${SESSION_COLUMNS} FROM admin_sessions WHERE id_hash = $1`
const TOUCH_SESSION = 'UPDATE admin_sessions SET last_used_at = $1, mac = $2 WHERE id_hash = $3'
const DROP_SESSION = 'DELETE FROM admin_sessions WHERE id_hash = $1'
const DROP_EXPIRED = `DELETE FROM admin_sessions WHERE id_hash IN
  (SELECT id_hash FROM admin_sessions WHERE expires_at <= $1 LIMIT $2) RETURNING 1`
const INSERT_PASSKEY = `INSERT INTO admin_passkeys (${PASSKEY_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT DO NOTHING RETURNING 1`
const SELECT_PASSKEY = `SELECT ${PASSKEY_COLUMNS} FROM admin_passkeys WHERE credential_id = $1`
const ADVANCE_PASSKEY = `UPDATE admin_passkeys SET counter = $1, mac = $2
  WHERE credential_id = $3 AND counter = $4 RETURNING 1`

export type SignInStore = AdminSignInStore & {
  dropExpired(now: number, limit: number): Promise<number>
}

type AdminRecords = Pick<ProtectedRecords, 'adminSession' | 'adminPasskey'>

export function createAdminSignInStore(
  { query }: Pick<Connection, 'query'>,
  { adminSession: sessions, adminPasskey: passkeys }: AdminRecords,
): SignInStore {
  return {
    async createAdminSession(session) {
      await query(INSERT_SESSION, ...fromAdminSession(session), sessions.macOf(session))
    },
    async readAdminSession(idHash) {
      const [row] = await query(SELECT_SESSION, idHash)
      return row && sessions.read(row)
    },
    async touchAdminSession(session) {
      await query(TOUCH_SESSION, session.lastUsedAt, sessions.macOf(session), session.idHash)
    },
    async dropAdminSession(idHash) {
      await query(DROP_SESSION, idHash)
    },
    async addAdminPasskey(passkey) {
      const rows = await query(
        INSERT_PASSKEY,
        ...fromAdminPasskey(passkey),
        passkeys.macOf(passkey),
      )
      return rows.length > 0
    },
    async readAdminPasskey(credentialId) {
      const [row] = await query(SELECT_PASSKEY, credentialId)
      return row && passkeys.read(row)
    },
    async advanceAdminPasskey(passkey, previous) {
      const { counter, credentialId } = passkey
      const rows = await query(
        ADVANCE_PASSKEY,
        counter,
        passkeys.macOf(passkey),
        credentialId,
        previous,
      )
      return rows.length > 0
    },
    dropExpired: async (now, limit) => (await query(DROP_EXPIRED, now, limit)).length,
  }
}
