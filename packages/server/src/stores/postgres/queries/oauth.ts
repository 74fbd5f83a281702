/**
 * @module What OAuth needs besides grants: what may be used once, and the clients that registered themselves.
 */
import type { Store } from '../../../engine/ports/store.ts'
import {
  fromRegisteredClient,
  REGISTERED_CLIENT_COLUMNS,
  toRegisteredClient,
} from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import { createStatementBatch } from '../statement-batching.ts'

const COLUMNS = REGISTERED_CLIENT_COLUMNS.join(', ')

const TAKE = `INSERT INTO taken (id_hash, expires_at) SELECT * FROM unnest($1::text[], $2::bigint[])
  ON CONFLICT (id_hash) DO NOTHING RETURNING id_hash`
const TAKEN = 'SELECT 1 FROM taken WHERE id_hash = $1'
const DROP_TAKEN = `DELETE FROM taken WHERE id_hash IN
  (SELECT id_hash FROM taken WHERE expires_at <= $1 LIMIT $2) RETURNING 1`
const READ = `SELECT ${COLUMNS} FROM registered_clients WHERE client_id = $1`
const INSERT = `INSERT INTO registered_clients (${COLUMNS}) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (client_id) DO NOTHING RETURNING 1`
const REPLACE = `UPDATE registered_clients SET client = $2, token_hash = $3, version = $4::integer
  WHERE client_id = $1 AND version = $4::integer - 1 RETURNING 1`
const DROP = 'DELETE FROM registered_clients WHERE client_id = $1'

export type OAuthStore = Pick<
  Store,
  | 'consumeOnce'
  | 'isConsumed'
  | 'readRegisteredClient'
  | 'replaceRegisteredClient'
  | 'dropRegisteredClient'
> & { dropExpired(now: number, limit: number): Promise<number> }

type Taking = { readonly idHash: string; readonly expiresAt: number }

export function createOAuthStore(connection: Connection): OAuthStore {
  /** Sorted, so that two nodes with the same ids cannot wait for each other. */
  const take = createStatementBatch<Taking, boolean>(connection.statistics, async (calls) => {
    const sorted = [...calls].sort((a, b) => (a.idHash < b.idHash ? -1 : 1))
    const rows = await connection.query(
      TAKE,
      sorted.map(({ idHash }) => idHash),
      sorted.map(({ expiresAt }) => expiresAt),
    )
    // Of equal ids in one statement, one call has taken it.
    const inserted = new Set(rows.map(([idHash]) => String(idHash)))
    return calls.map(({ idHash }) => inserted.delete(idHash))
  })
  return {
    consumeOnce: (idHash, expiresAt) => take({ idHash, expiresAt }),
    async isConsumed(idHash) {
      return (await connection.query(TAKEN, idHash)).length > 0
    },
    async readRegisteredClient(clientId) {
      const [row] = await connection.query(READ, clientId)
      return row && toRegisteredClient(row)
    },
    async replaceRegisteredClient(registered) {
      const [clientId, client, tokenHash, version, registeredAt] = fromRegisteredClient(registered)
      const rows =
        version === 1
          ? await connection.query(INSERT, clientId, client, tokenHash, version, registeredAt)
          : await connection.query(REPLACE, clientId, client, tokenHash, version)
      return rows.length > 0
    },
    async dropRegisteredClient(clientId) {
      await connection.query(DROP, clientId)
    },
    async dropExpired(now, limit) {
      return (await connection.query(DROP_TAKEN, now, limit)).length
    },
  }
}
