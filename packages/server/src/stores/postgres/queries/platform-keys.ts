/**
 * @module The keys of the platform.
 */
import type { PlatformKeyStore } from '../../../engine/store/platform-keys.ts'
import { toKeyRecord } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'

/** The clock is read in the statement, before the keys: a key that is missing was not committed at that time. */
const SELECT = `SELECT (extract(epoch FROM statement_timestamp()) * 1000)::bigint, kind, version, active_from, sealed
  FROM (SELECT 1) AS one LEFT JOIN platform_keys ON true ORDER BY kind, version`
const INSERT = `INSERT INTO platform_keys (kind, version, active_from, sealed) VALUES ($1, $2, $3, $4)
  ON CONFLICT DO NOTHING RETURNING 1`
const ACTIVATE = `UPDATE platform_keys SET active_from = $3, sealed = $4
  WHERE kind = $1 AND version = $2 AND active_from IS NULL RETURNING 1`
const DROP = `UPDATE platform_keys SET active_from = NULL, sealed = ''
  WHERE kind = $1 AND version = $2 AND length(sealed) > 0 RETURNING 1`

export function createPlatformKeyStore(connection: Connection): PlatformKeyStore {
  return {
    async readPlatformKeys() {
      const rows = await connection.query(SELECT)
      const records = rows.flatMap(([, ...row]) => (row[0] === null ? [] : [toKeyRecord(row)]))
      return { records, storeTime: Number(rows[0]?.[0]) }
    },
    async addPlatformKey({ kind, version, activeFrom, sealed }) {
      const rows = await connection.query(
        INSERT,
        kind,
        version,
        activeFrom ?? null,
        Buffer.from(sealed),
      )
      return rows.length > 0
    },
    async activatePlatformKey({ kind, version, activeFrom, sealed }) {
      const rows = await connection.query(
        ACTIVATE,
        kind,
        version,
        activeFrom ?? null,
        Buffer.from(sealed),
      )
      return rows.length > 0
    },
    async dropPlatformKey(kind, version) {
      return (await connection.query(DROP, kind, version)).length > 0
    },
  }
}
