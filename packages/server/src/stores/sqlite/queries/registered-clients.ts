/**
 * @module OAuth clients of dynamic registration.
 * @see [RFC 7591](https://www.rfc-editor.org/rfc/rfc7591.html), [RFC 7592](https://www.rfc-editor.org/rfc/rfc7592.html)
 */
import type { Store } from '../../../engine/store/store.ts'
import type { ProtectedRecords } from '../../protected-records.ts'
import { fromRegisteredClient, REGISTERED_CLIENT_COLUMNS } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

const COLUMNS = REGISTERED_CLIENT_COLUMNS.join(', ')

export type RegisteredClientStore = Pick<
  Store,
  'readRegisteredClient' | 'replaceRegisteredClient' | 'listLogoutClients' | 'dropRegisteredClient'
>

export function createRegisteredClientStore(
  connection: Connection,
  group: GroupCommit,
  { registeredClient: clients }: Pick<ProtectedRecords, 'registeredClient'>,
): RegisteredClientStore {
  const select = connection.prepare(`SELECT ${COLUMNS} FROM registered_clients WHERE client_id = ?`)
  const insert = connection.prepare(
    `INSERT INTO registered_clients (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1`,
  )
  const update = connection.prepare(
    `UPDATE registered_clients SET client = ?, token_hash = ?, version = ?, mac = ?
     WHERE client_id = ? AND version = ? - 1 RETURNING 1`,
  )
  const drop = connection.prepare('DELETE FROM registered_clients WHERE client_id = ?')
  const ofApp = connection.prepare(
    `SELECT ${COLUMNS} FROM registered_clients
     WHERE json_extract(client, '$.appId') = ? AND json_extract(client, '$.backchannelLogoutUri') IS NOT NULL`,
  )
  return {
    async readRegisteredClient(clientId) {
      const row = select.get(clientId)
      return row && clients.read(row)
    },
    replaceRegisteredClient: (registered) =>
      group.write(() => {
        const [clientId, client, tokenHash, version, registeredAt] =
          fromRegisteredClient(registered)
        const mac = clients.macOf(registered)
        const row =
          version === 1
            ? insert.get(clientId, client, tokenHash, version, registeredAt, mac)
            : update.get(client, tokenHash, version, mac, clientId, version)
        return row !== undefined
      }),
    async listLogoutClients(appId) {
      return ofApp.all(appId).flatMap((row) => clients.read(row)?.client ?? [])
    },
    async dropRegisteredClient(clientId) {
      await group.write(() => drop.get(clientId))
    },
  }
}
