/**
 * @module The revocation log.
 */
import { REVOCATION_WINDOW_SECONDS } from '../../../engine/ports/revocation-log.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { type Grant, type Revocation, userKey } from '../../../engine/records.ts'
import { REVOCATION_COLUMNS, toRevocation } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'
import type { EventStore } from './events.ts'

export type RevocationStore = Pick<
  Store,
  'revokeIssuedThrough' | 'readRevocations' | 'readRevocationEntries'
> & {
  /** Within the transaction of the change. @returns the sequence number */
  append(revocation: Revocation): number
  revokedThrough(grant: Grant): number
}

export function createRevocationStore(
  connection: Connection,
  group: GroupCommit,
  events: Pick<EventStore, 'appendEvent'>,
): RevocationStore {
  const insert = connection.prepare(
    `INSERT INTO revocations (kind, id, epoch, void_before, void_until) VALUES (?, ?, ?, ?, ?)
     RETURNING sequence`,
  )
  const select = connection.prepare(
    `SELECT ${REVOCATION_COLUMNS.join(', ')} FROM revocations
     WHERE sequence > ? ORDER BY sequence`,
  )
  const selectOne = connection.prepare(
    `SELECT ${REVOCATION_COLUMNS.join(', ')} FROM revocations WHERE sequence = ?`,
  )
  const latestBefore = connection.prepare(
    'SELECT coalesce(max(sequence), 0) FROM revocations WHERE at < ?',
  )
  const latestVoid = connection.prepare(
    `SELECT max(void_until) FROM revocations WHERE void_until IS NOT NULL AND (kind, id) IN
       (VALUES ('client', (SELECT client_id FROM clients WHERE number = ?)), ('miniProgram', ?), ('user', ?))`,
  )
  function startOfWindow(storeTime: number): number {
    const start = Math.floor(storeTime / 1000) - REVOCATION_WINDOW_SECONDS
    return Number(latestBefore.get(start)?.[0] ?? 0)
  }

  function append(revocation: Revocation): number {
    return Number(insert.get(...toRow(revocation))?.[0])
  }
  return {
    append,
    revokeIssuedThrough: (kind, id, revokedThrough, drafts = []) =>
      group.write(() => {
        for (const event of drafts) events.appendEvent(event)
        return append({ kind, id, revokedThrough })
      }),
    async readRevocationEntries(sequences) {
      return sequences.flatMap((sequence) => {
        const row = selectOne.get(sequence)
        return row ? [toRevocation(row)] : []
      })
    },
    // There is one writer at a time, so the numbers are in the order of the commits.
    async readRevocations(cursor) {
      const storeTime = Date.now()
      const from = cursor ?? startOfWindow(storeTime)
      const entries = select.all(Number(from)).map(toRevocation)
      return { entries, cursor: String(entries.at(-1)?.sequence ?? from), storeTime }
    },
    revokedThrough({ clientNumber, appId, user }) {
      return Number(latestVoid.get(clientNumber, appId, userKey(user))?.[0] ?? 0)
    },
  }
}

function toRow(
  revocation: Revocation,
): [string, string, number | null, number | null, number | null] {
  switch (revocation.kind) {
    case 'grant':
      return ['grant', String(revocation.grantId), revocation.epoch, revocation.voidBefore, null]
    case 'authorization':
      return ['authorization', revocation.authorizationId, null, null, null]
    default:
      return [revocation.kind, revocation.id, null, null, revocation.revokedThrough]
  }
}
