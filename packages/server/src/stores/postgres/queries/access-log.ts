/**
 * @module The access ledger. What was read is interned: a line is five numbers.
 */
import type { AccessLogStore } from '../../../engine/ports/access-log.ts'
import { accessKindOf, toAccessLogEntry } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import { createDictionary } from './dictionary.ts'

/** An entry that was written before, by a try whose outcome was not known, changes nothing. */
const APPEND = `INSERT INTO readings (grant_id, at, entry_id, kind, count)
  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::integer[], $5::integer[])
  ON CONFLICT DO NOTHING`
const LIST = `SELECT r.at, k.kind, r.count FROM readings r JOIN reading_kinds k ON k.number = r.kind
  WHERE r.grant_id = $1 AND r.at < $2 ORDER BY r.at DESC, r.entry_id LIMIT $3`
const DROP = `DELETE FROM readings WHERE (grant_id, at, entry_id) IN
  (SELECT grant_id, at, entry_id FROM readings WHERE at < $1 ORDER BY at LIMIT $2) RETURNING 1`

export function createAccessLogStore(
  connection: Connection,
): AccessLogStore & { dropReadings(before: number, limit: number): Promise<number> } {
  const kinds = createDictionary(connection, 'reading_kinds', 'kind')
  return {
    async appendAccessLog(entries) {
      const numbers = await Promise.all(entries.map((entry) => kinds.number(accessKindOf(entry))))
      await connection.query(
        APPEND,
        entries.map(({ grantId }) => grantId),
        entries.map(({ accessedAt }) => accessedAt),
        entries.map(({ entryId }) => entryId),
        numbers,
        entries.map(({ count }) => count),
      )
    },
    async listAccessLog(grantId, before, limit) {
      return (await connection.query(LIST, grantId, before, limit)).map(toAccessLogEntry)
    },
    async dropReadings(before, limit) {
      return (await connection.query(DROP, before, limit)).length
    },
  }
}
