/**
 * @module The access log. The API and the fields of an entry are a dictionary text, so a row consists of five numbers.
 */
import type { AccessLogStore } from '../../../engine/store/access-log.ts'
import { accessKindOf, toAccessLogEntry } from '../../row-mapping.ts'
import { createDictionary } from '../dictionary.ts'
import type { Connection } from '../driver.ts'

/** An entry that an earlier attempt with unknown outcome has already written changes nothing. */
const APPEND = `INSERT INTO access_log (grant_id, accessed_at, entry_id, kind_id, count)
  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::integer[], $5::integer[])
  ON CONFLICT DO NOTHING`
const LIST = `SELECT l.accessed_at, k.description, l.count FROM access_log l JOIN access_kinds k ON k.id = l.kind_id
  WHERE l.grant_id = $1 AND l.accessed_at < $2 ORDER BY l.accessed_at DESC, l.entry_id LIMIT $3`
const DROP = `DELETE FROM access_log WHERE (grant_id, accessed_at, entry_id) IN
  (SELECT grant_id, accessed_at, entry_id FROM access_log WHERE accessed_at < $1 ORDER BY accessed_at LIMIT $2)
  RETURNING 1`

export type PostgresAccessLogStore = AccessLogStore & {
  /** Deletes up to `limit` entries from before an instant. @returns how many */
  dropAccessLog(before: number, limit: number): Promise<number>
}

export function createAccessLogStore(connection: Connection): PostgresAccessLogStore {
  const kinds = createDictionary(connection, {
    table: 'access_kinds',
    id: 'id',
    text: 'description',
  })
  return {
    async appendAccessLog(entries) {
      const kindIds = await Promise.all(entries.map((entry) => kinds.intern(accessKindOf(entry))))
      await connection.query(
        APPEND,
        entries.map(({ grantId }) => grantId),
        entries.map(({ accessedAt }) => accessedAt),
        entries.map(({ entryId }) => entryId),
        kindIds,
        entries.map(({ count }) => count),
      )
    },
    async listAccessLog(grantId, before, limit) {
      return (await connection.query(LIST, grantId, before, limit)).map(toAccessLogEntry)
    },
    async dropAccessLog(before, limit) {
      return (await connection.query(DROP, before, limit)).length
    },
  }
}
