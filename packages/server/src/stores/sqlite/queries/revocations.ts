/**
 * @module The revocation log: one row per revocation, written in the transaction of the change.
 */

import type { Grant, Revocation } from '../../../engine/records.ts'
import { REVOCATION_WINDOW_SECONDS } from '../../../engine/store/revocation-log.ts'
import type { Store } from '../../../engine/store/store.ts'
import { REVOCATION_COLUMNS, toRevocation } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'
import type { EventStore } from './events.ts'

export type RevocationStore = Pick<
  Store,
  'revokeIssuedThrough' | 'readRevocations' | 'readRevocationEntries'
> & {
  /** To be called within the transaction of the change. @returns the sequence number */
  append(revocation: Revocation): number
  /** Credentials of the grant that were issued up to this instant are revoked. 0: no such revocation. */
  revokedThrough(grant: Grant): number
}

export function createRevocationStore(
  connection: Connection,
  group: GroupCommit,
  events: Pick<EventStore, 'appendEvent'>,
): RevocationStore {
  const insert = connection.prepare(
    `INSERT INTO revocations (kind, id, epoch, revoked_through) VALUES (?, ?, ?, ?)
     RETURNING sequence`,
  )
  const select = connection.prepare(
    `SELECT ${REVOCATION_COLUMNS.join(', ')} FROM revocations
     WHERE sequence > ? ORDER BY sequence`,
  )
  const selectOne = connection.prepare(
    `SELECT ${REVOCATION_COLUMNS.join(', ')} FROM revocations WHERE sequence = ?`,
  )
  const lastBefore = connection.prepare(
    'SELECT coalesce(max(sequence), 0) FROM revocations WHERE created_at < ?',
  )
  const selectRevokedThrough = connection.prepare(
    `SELECT max(revoked_through) FROM revocations WHERE revoked_through IS NOT NULL AND (kind, id) IN
       (VALUES ('client', (SELECT client_id FROM client_numbers WHERE number = ?)), ('miniProgram', ?), ('grantCredentials', ?))`,
  )

  function startOfWindow(storeTime: number): number {
    const windowStart = Math.floor(storeTime / 1000) - REVOCATION_WINDOW_SECONDS
    return Number(lastBefore.get(windowStart)?.[0] ?? 0)
  }

  function append(revocation: Revocation): number {
    return Number(insert.get(...toRow(revocation))?.[0])
  }

  return {
    append,
    revokeIssuedThrough: (kind, id, revokedThrough, newEvents = []) =>
      group.write(() => {
        for (const event of newEvents) events.appendEvent(event)
        return append({ kind, id, revokedThrough })
      }),
    async readRevocationEntries(sequences) {
      return sequences.flatMap((sequence) => {
        const row = selectOne.get(sequence)
        return row ? [toRevocation(row)] : []
      })
    },
    // SQLite has one writer at a time, so the sequence numbers are in the order of the commits.
    async readRevocations(cursor) {
      const storeTime = Date.now()
      const start = cursor ?? startOfWindow(storeTime)
      const entries = select.all(Number(start)).map(toRevocation)
      return { entries, cursor: String(entries.at(-1)?.sequence ?? start), storeTime }
    },
    revokedThrough({ clientNumber, appId, grantId }) {
      return Number(selectRevokedThrough.get(clientNumber, appId, String(grantId))?.[0] ?? 0)
    },
  }
}

function toRow(revocation: Revocation): [string, string, number | null, number | null] {
  switch (revocation.kind) {
    case 'grant':
      return ['grant', String(revocation.grantId), revocation.epoch, null]
    case 'authorization':
      return ['authorization', revocation.authorizationId, null, null]
    case 'erasure':
      return ['erasure', revocation.id, null, null]
    default:
      return [revocation.kind, revocation.id, null, revocation.revokedThrough]
  }
}
