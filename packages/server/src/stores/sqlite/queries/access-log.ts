/**
 * @module The access log. The API and the fields of an entry are a dictionary text, so a row consists of five numbers.
 */
import type { AccessLogStore } from '../../../engine/store/access-log.ts'
import { accessKindOf, toAccessLogEntry } from '../../row-mapping.ts'
import { createDictionary } from '../dictionary.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

export type SqliteAccessLogStore = AccessLogStore & {
  /** Deletes up to `limit` entries from before an instant. @returns how many */
  dropAccessLog(before: number, limit: number): Promise<number>
}

export function createAccessLogStore(
  connection: Connection,
  group: GroupCommit,
): SqliteAccessLogStore {
  const kinds = createDictionary(connection, group, {
    table: 'access_kinds',
    id: 'id',
    text: 'description',
  })
  const append = connection.prepare(
    `INSERT INTO access_log (grant_id, accessed_at, entry_id, kind_id, count) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  )
  const list = connection.prepare(
    `SELECT l.accessed_at, k.description, l.count FROM access_log l JOIN access_kinds k ON k.id = l.kind_id
     WHERE l.grant_id = ? AND l.accessed_at < ? ORDER BY l.accessed_at DESC, l.entry_id LIMIT ?`,
  )
  const drop = connection.prepare(
    `DELETE FROM access_log WHERE (grant_id, accessed_at, entry_id) IN
       (SELECT grant_id, accessed_at, entry_id FROM access_log WHERE accessed_at < ? ORDER BY accessed_at LIMIT ?)
     RETURNING 1`,
  )
  return {
    async appendAccessLog(entries) {
      const kindIds = await Promise.all(entries.map((entry) => kinds.intern(accessKindOf(entry))))
      await group.write(() => {
        for (const [index, { grantId, accessedAt, entryId, count }] of entries.entries())
          append.get(grantId, accessedAt, entryId, kindIds[index] as number, count)
      })
    },
    async listAccessLog(grantId, before, limit) {
      return list.all(grantId, before, limit).map(toAccessLogEntry)
    },
    dropAccessLog: (before, limit) => group.write(() => drop.all(before, limit).length),
  }
}
