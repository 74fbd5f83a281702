/**
 * @module The keys of the platform.
 */
import type { PlatformKeyStore } from '../../../engine/store/platform-keys.ts'
import { toKeyRecord } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

export function createPlatformKeyStore(
  connection: Connection,
  group: GroupCommit,
): PlatformKeyStore {
  const select = connection.prepare(
    'SELECT kind, version, active_from, sealed FROM platform_keys ORDER BY kind, version',
  )
  const insert = connection.prepare(
    `INSERT INTO platform_keys (kind, version, active_from, sealed) VALUES (?, ?, ?, ?)
     ON CONFLICT DO NOTHING RETURNING 1`,
  )
  const activate = connection.prepare(
    `UPDATE platform_keys SET active_from = ?3, sealed = ?4
     WHERE kind = ?1 AND version = ?2 AND active_from IS NULL RETURNING 1`,
  )
  const drop = connection.prepare(
    `UPDATE platform_keys SET active_from = NULL, sealed = x''
     WHERE kind = ? AND version = ? AND length(sealed) > 0 RETURNING 1`,
  )
  return {
    async readPlatformKeys() {
      const storeTime = Date.now()
      return { records: select.all().map(toKeyRecord), storeTime }
    },
    addPlatformKey: ({ kind, version, activeFrom, sealed }) =>
      group.write(
        () => insert.get(kind, version, activeFrom ?? null, Buffer.from(sealed)) !== undefined,
      ),
    activatePlatformKey: ({ kind, version, activeFrom, sealed }) =>
      group.write(
        () => activate.get(kind, version, activeFrom ?? null, Buffer.from(sealed)) !== undefined,
      ),
    dropPlatformKey: (kind, version) => group.write(() => drop.get(kind, version) !== undefined),
  }
}
