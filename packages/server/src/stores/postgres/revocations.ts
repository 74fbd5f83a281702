/**
 * @module The revocation log.
 */
import type { Store } from '../../engine/ports.ts'
import { REVOCATION_COLUMNS, toRevocation } from '../rows.ts'
import type { Connection } from './driver.ts'

export type RevocationStore = Pick<Store, 'voidIssued' | 'readRevocations'>

/** What is void for the grant `g`, as an expression. Names as `userKey` of the engine spells them. */
export const VOID_UNTIL = `(SELECT coalesce(max(r.void_until), 0) FROM revocations r
  WHERE r.void_until IS NOT NULL AND (r.kind, r.id) IN (
    ('client', (SELECT c.client_id FROM clients c WHERE c.number = g.client_number)),
    ('miniProgram', g.app_id),
    ('user', g.wallet_id || '/' || g.user_id)))`

const INSERT = `INSERT INTO revocations (kind, id, void_until) VALUES ($1, $2, $3) RETURNING sequence`
const SELECT = `SELECT ${REVOCATION_COLUMNS.join(', ')} FROM revocations
  WHERE sequence > $1 ORDER BY sequence LIMIT $2`

export function createRevocationStore(connection: Connection): RevocationStore {
  return {
    async voidIssued(kind, id, voidUntil) {
      const [row] = await connection.query(INSERT, kind, id, voidUntil)
      return Number(row?.[0])
    },
    async readRevocations(after, limit) {
      return (await connection.query(SELECT, after, limit)).map(toRevocation)
    },
  }
}
