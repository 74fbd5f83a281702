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
import type { GroupCommit } from '../group-commit.ts'

const SESSION_COLUMNS = ADMIN_SESSION_COLUMNS.join(', ')
const PASSKEY_COLUMNS = ADMIN_PASSKEY_COLUMNS.join(', ')

const INSERT_SESSION = `INSERT INTO admin_sessions (${SESSION_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`
const SELECT_SESSION = `SELECT ${SESSION_COLUMNS} FROM admin_sessions WHERE id_hash = ?`
const TOUCH_SESSION = 'UPDATE admin_sessions SET last_used_at = ?, mac = ? WHERE id_hash = ?'
const DROP_SESSION = 'DELETE FROM admin_sessions WHERE id_hash = ?'
const DROP_EXPIRED = `DELETE FROM admin_sessions WHERE id_hash IN
  (SELECT id_hash FROM admin_sessions WHERE expires_at <= ? LIMIT ?) RETURNING 1`
const INSERT_PASSKEY = `INSERT INTO admin_passkeys (${PASSKEY_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING RETURNING 1`
const SELECT_PASSKEY = `SELECT ${PASSKEY_COLUMNS} FROM admin_passkeys WHERE credential_id = ?`
const ADVANCE_PASSKEY = `UPDATE admin_passkeys SET counter = ?, mac = ?
  WHERE credential_id = ? AND counter = ? RETURNING 1`

export type SignInStore = AdminSignInStore & {
  dropExpired(now: number, limit: number): number
}

type AdminRecords = Pick<ProtectedRecords, 'adminSession' | 'adminPasskey'>

export function createAdminSignInStore(
  connection: Connection,
  group: GroupCommit,
  { adminSession: sessions, adminPasskey: passkeys }: AdminRecords,
): SignInStore {
  const insertSession = connection.prepare(INSERT_SESSION)
  const selectSession = connection.prepare(SELECT_SESSION)
  const touchSession = connection.prepare(TOUCH_SESSION)
  const dropSession = connection.prepare(DROP_SESSION)
  const dropExpired = connection.prepare(DROP_EXPIRED)
  const insertPasskey = connection.prepare(INSERT_PASSKEY)
  const selectPasskey = connection.prepare(SELECT_PASSKEY)
  const advancePasskey = connection.prepare(ADVANCE_PASSKEY)
  return {
    async createAdminSession(session) {
      const mac = sessions.macOf(session)
      await group.write(() => insertSession.get(...fromAdminSession(session), mac))
    },
    async readAdminSession(idHash) {
      const row = selectSession.get(idHash)
      return row && sessions.read(row)
    },
    async touchAdminSession(session) {
      const mac = sessions.macOf(session)
      await group.write(() => touchSession.get(session.lastUsedAt, mac, session.idHash))
    },
    async dropAdminSession(idHash) {
      await group.write(() => dropSession.get(idHash))
    },
    addAdminPasskey(passkey) {
      const mac = passkeys.macOf(passkey)
      return group.write(() => insertPasskey.get(...fromAdminPasskey(passkey), mac) !== undefined)
    },
    async readAdminPasskey(credentialId) {
      const row = selectPasskey.get(credentialId)
      return row && passkeys.read(row)
    },
    advanceAdminPasskey(passkey, previous) {
      const { counter, credentialId } = passkey
      const mac = passkeys.macOf(passkey)
      return group.write(
        () => advancePasskey.get(counter, mac, credentialId, previous) !== undefined,
      )
    },
    dropExpired: (now, limit) => dropExpired.all(now, limit).length,
  }
}
