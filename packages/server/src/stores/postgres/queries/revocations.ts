/**
 * @module The revocation log. Sequence numbers can commit out of order, and a transaction can stay open for any time. A reader therefore pages
 * by transaction id: a snapshot contains every transaction below its `xmin`, and the entries of later transactions are read again.
 */

import type { RevocationEntry } from '../../../engine/records.ts'
import { REVOCATION_WINDOW_SECONDS } from '../../../engine/store/revocation-log.ts'
import type { Store } from '../../../engine/store/store.ts'
import type { ProtectedRecords } from '../../protected-records.ts'
import { REVOCATION_COLUMNS, toRevocation } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import { insertEventsCte, toEventRows } from './events.ts'

export type RevocationStore = Pick<
  Store,
  'revokeIssuedThrough' | 'readRevocations' | 'readRevocationEntries'
>

/** An SQL expression: the instant up to which credentials of the grant `g` are revoked. */
export const REVOKED_THROUGH = `(SELECT coalesce(max(r.revoked_through), 0) FROM revocations r
  WHERE r.revoked_through IS NOT NULL AND (r.kind, r.id) IN (
    ('client', (SELECT c.client_id FROM client_numbers c WHERE c.number = g.client_number)),
    ('miniProgram', g.app_id),
    ('grantCredentials', g.grant_id::text)))`

const INSERT = `WITH revoked AS (
    INSERT INTO revocations (kind, id, revoked_through) VALUES ($1, $2, $3) RETURNING sequence
  ), ${insertEventsCte('$4', 'revoked')}
  SELECT sequence FROM revoked`
const SNAPSHOT = `SELECT pg_snapshot_xmin(pg_current_snapshot())::text,
  (extract(epoch FROM clock_timestamp()) * 1000)::bigint`
const COLUMNS = `transaction::text, ${REVOCATION_COLUMNS.join(', ')}`
const SINCE = `SELECT ${COLUMNS} FROM revocations WHERE created_at >= $1 AND (transaction, sequence) > ($2::xid8, $3)
  ORDER BY transaction, sequence LIMIT $4`
const FOLLOWING = `SELECT ${COLUMNS} FROM revocations WHERE (transaction, sequence) > ($1::xid8, $2)
  ORDER BY transaction, sequence LIMIT $3`
const BY_SEQUENCE = `SELECT ${REVOCATION_COLUMNS.join(', ')} FROM revocations WHERE sequence = ANY ($1::bigint[])`
const PAGE_ROWS = 10_000
/** The `NOTIFY` channel of new entries. */
export const CHANNEL = 'assent_revocations'

export function createRevocationStore(
  connection: Connection,
  protectedRecords: Pick<ProtectedRecords, 'event'>,
): RevocationStore {
  /** Reads from a position in the log to its end, page by page. */
  async function readFrom(
    statement: string,
    parameters: readonly number[],
    start: string,
  ): Promise<readonly RevocationEntry[]> {
    const entries: RevocationEntry[] = []
    let [transaction, sequence] = [start, 0]
    for (;;) {
      const rows = await connection.query(
        statement,
        ...parameters,
        transaction,
        sequence,
        PAGE_ROWS,
      )
      entries.push(...rows.map(([_, ...row]) => toRevocation(row)))
      const last = rows.at(-1)
      if (rows.length < PAGE_ROWS || !last) return entries
      ;[transaction, sequence] = [String(last[0]), Number(last[1])]
    }
  }

  return {
    async revokeIssuedThrough(kind, id, revokedThrough, events = []) {
      const [row] = await connection.query(
        INSERT,
        kind,
        id,
        revokedThrough,
        toEventRows(events, protectedRecords),
      )
      connection.notify(CHANNEL)
      return Number(row?.[0])
    },
    async readRevocationEntries(sequences) {
      return (await connection.query(BY_SEQUENCE, sequences)).map(toRevocation)
    },
    async readRevocations(cursor) {
      const [snapshot = []] = await connection.query(SNAPSHOT)
      const [oldestRunning, storeTime] = [String(snapshot[0]), Number(snapshot[1])]
      // A cursor that is later than the snapshot is from before the database was restored: read the whole window again.
      const isKnown = cursor !== undefined && BigInt(cursor) <= BigInt(oldestRunning)
      const windowStart = Math.floor(storeTime / 1000) - REVOCATION_WINDOW_SECONDS
      const entries = isKnown
        ? await readFrom(FOLLOWING, [], cursor)
        : await readFrom(SINCE, [windowStart], '0')
      return { entries, cursor: oldestRunning, storeTime }
    },
  }
}
