/**
 * @module OAuth clients of dynamic registration.
 * @see [RFC 7591](https://www.rfc-editor.org/rfc/rfc7591.html), [RFC 7592](https://www.rfc-editor.org/rfc/rfc7592.html)
 */
import type { Store } from '../../../engine/store/store.ts'
import type { ProtectedRecords } from '../../protected-records.ts'
import { fromRegisteredClient, REGISTERED_CLIENT_COLUMNS } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'

const COLUMNS = REGISTERED_CLIENT_COLUMNS.join(', ')

const SELECT = `SELECT ${COLUMNS} FROM registered_clients WHERE client_id = $1`
const INSERT = `INSERT INTO registered_clients (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (client_id) DO NOTHING RETURNING 1`
const UPDATE = `UPDATE registered_clients SET client = $2, token_hash = $3, version = $4::integer, mac = $5
  WHERE client_id = $1 AND version = $4::integer - 1 RETURNING 1`
const OF_APP = `SELECT ${COLUMNS} FROM registered_clients
  WHERE client::jsonb->>'appId' = $1 AND client::jsonb ? 'backchannelLogoutUri'`
const DROP = 'DELETE FROM registered_clients WHERE client_id = $1'

export type RegisteredClientStore = Pick<
  Store,
  'readRegisteredClient' | 'replaceRegisteredClient' | 'listLogoutClients' | 'dropRegisteredClient'
>

export function createRegisteredClientStore(
  connection: Connection,
  { registeredClient: clients }: Pick<ProtectedRecords, 'registeredClient'>,
): RegisteredClientStore {
  return {
    async readRegisteredClient(clientId) {
      const [row] = await connection.query(SELECT, clientId)
      return row && clients.read(row)
    },
    async replaceRegisteredClient(registered) {
      const [clientId, client, tokenHash, version, registeredAt] = fromRegisteredClient(registered)
      const mac = clients.macOf(registered)
      const rows =
        version === 1
          ? await connection.query(INSERT, clientId, client, tokenHash, version, registeredAt, mac)
          : await connection.query(UPDATE, clientId, client, tokenHash, version, mac)
      return rows.length > 0
    },
    async listLogoutClients(appId) {
      return (await connection.query(OF_APP, appId)).flatMap(
        (row) => clients.read(row)?.client ?? [],
      )
    },
    async dropRegisteredClient(clientId) {
      await connection.query(DROP, clientId)
    },
  }
}
