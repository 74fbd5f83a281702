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
import type { GroupCommit } from '../group-commit.ts'

const COLUMNS = REGISTERED_CLIENT_COLUMNS.join(', ')

export type OAuthStore = Pick<
  Store,
  | 'consumeOnce'
  | 'isConsumed'
  | 'readRegisteredClient'
  | 'replaceRegisteredClient'
  | 'dropRegisteredClient'
> & { dropExpired(now: number, limit: number): number }

export function createOAuthStore(connection: Connection, group: GroupCommit): OAuthStore {
  const take = connection.prepare(
    'INSERT INTO taken (id_hash, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING 1',
  )
  const taken = connection.prepare('SELECT 1 FROM taken WHERE id_hash = ?')
  const dropTaken = connection.prepare(
    'DELETE FROM taken WHERE id_hash IN (SELECT id_hash FROM taken WHERE expires_at <= ? LIMIT ?) RETURNING 1',
  )
  const read = connection.prepare(`SELECT ${COLUMNS} FROM registered_clients WHERE client_id = ?`)
  const insert = connection.prepare(
    `INSERT INTO registered_clients (${COLUMNS}) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1`,
  )
  const replace = connection.prepare(
    `UPDATE registered_clients SET client = ?, token_hash = ?, version = ?
     WHERE client_id = ? AND version = ? - 1 RETURNING 1`,
  )
  const drop = connection.prepare('DELETE FROM registered_clients WHERE client_id = ?')
  return {
    consumeOnce: (idHash, expiresAt) =>
      group.write(() => take.get(idHash, expiresAt) !== undefined),
    async isConsumed(idHash) {
      return taken.get(idHash) !== undefined
    },
    async readRegisteredClient(clientId) {
      const row = read.get(clientId)
      return row && toRegisteredClient(row)
    },
    replaceRegisteredClient: (registered) =>
      group.write(() => {
        const [clientId, client, tokenHash, version, registeredAt] =
          fromRegisteredClient(registered)
        const row =
          version === 1
            ? insert.get(clientId, client, tokenHash, version, registeredAt)
            : replace.get(client, tokenHash, version, clientId, version)
        return row !== undefined
      }),
    async dropRegisteredClient(clientId) {
      await group.write(() => drop.get(clientId))
    },
    dropExpired: (now, limit) => dropTaken.all(now, limit).length,
  }
}
