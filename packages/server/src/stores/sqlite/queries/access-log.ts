/**
 * @module The access ledger. What was read is interned: a line is five numbers.
 */
import type { AccessLogStore } from '../../../engine/ports/access-log.ts'
import { accessKindOf, toAccessLogEntry } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'
import { createDictionary } from './dictionary.ts'

export function createAccessLogStore(
  connection: Connection,
  group: GroupCommit,
): AccessLogStore & { dropReadings(before: number, limit: number): Promise<number> } {
  const kinds = createDictionary(connection, group, 'reading_kinds', 'kind')
  const append = connection.prepare(
    `INSERT INTO readings (grant_id, at, entry_id, kind, count) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  )
  const list = connection.prepare(
    `SELECT r.at, k.kind, r.count FROM readings r JOIN reading_kinds k ON k.number = r.kind
     WHERE r.grant_id = ? AND r.at < ? ORDER BY r.at DESC, r.entry_id LIMIT ?`,
  )
  const drop = connection.prepare(
    `DELETE FROM readings WHERE (grant_id, at, entry_id) IN
       (SELECT grant_id, at, entry_id FROM readings WHERE at < ? ORDER BY at LIMIT ?) RETURNING 1`,
  )
  return {
    async appendAccessLog(entries) {
      const numbers = await Promise.all(entries.map((entry) => kinds.number(accessKindOf(entry))))
      await group.write(() => {
        for (const [index, { grantId, accessedAt, entryId, count }] of entries.entries())
          append.get(grantId, accessedAt, entryId, numbers[index] as number, count)
      })
    },
    async listAccessLog(grantId, before, limit) {
      return list.all(grantId, before, limit).map(toAccessLogEntry)
    },
    dropReadings: (before, limit) => group.write(() => drop.all(before, limit).length),
  }
}
