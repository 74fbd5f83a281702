/**
 * @module The revocation log. Numbers can commit out of order, and a commit can take as long as it likes; so what a reader
 * has not seen is told by transactions: all that ended before a snapshot was taken is in it, and the rest is read again.
 */
import { REVOCATION_WINDOW_SECONDS } from '../../../engine/ports/revocation-log.ts'
import type { Store } from '../../../engine/ports/store.ts'
import type { RevocationEntry } from '../../../engine/records.ts'
import { REVOCATION_COLUMNS, toRevocation } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import { insertEventsCte, toEventRows } from './events.ts'

export type RevocationStore = Pick<
  Store,
  'revokeIssuedThrough' | 'readRevocations' | 'readRevocationEntries'
>

/** What is void for the grant `g`, as an expression. Names as `userKey` of the engine spells them. */
export const VOID_UNTIL = `(SELECT coalesce(max(r.void_until), 0) FROM revocations r
  WHERE r.void_until IS NOT NULL AND (r.kind, r.id) IN (
    ('client', (SELECT c.client_id FROM clients c WHERE c.number = g.client_number)),
    ('miniProgram', g.app_id),
    ('user', g.wallet_id || '/' || g.user_id)))`

const INSERT = `WITH voided AS (
    INSERT INTO revocations (kind, id, void_until) VALUES ($1, $2, $3) RETURNING sequence
  ), ${insertEventsCte('$4', 'voided')}
  SELECT sequence FROM voided`
const SNAPSHOT = `SELECT pg_snapshot_xmin(pg_current_snapshot())::text,
  (extract(epoch FROM clock_timestamp()) * 1000)::bigint`
const COLUMNS = `transaction::text, ${REVOCATION_COLUMNS.join(', ')}`
const SINCE = `SELECT ${COLUMNS} FROM revocations WHERE at >= $1 AND (transaction, sequence) > ($2::xid8, $3)
  ORDER BY transaction, sequence LIMIT $4`
const FOLLOWING = `SELECT ${COLUMNS} FROM revocations WHERE (transaction, sequence) > ($1::xid8, $2)
  ORDER BY transaction, sequence LIMIT $3`
const LINES = `SELECT ${REVOCATION_COLUMNS.join(', ')} FROM revocations WHERE sequence = ANY ($1::bigint[])`
const PAGE_ROWS = 10_000
/** Whoever has written a line of the log says so here. */
export const CHANNEL = 'assent_revocations'

export function createRevocationStore(connection: Connection): RevocationStore {
  /** From a place in the log to its end, page by page. */
  async function readFrom(
    statement: string,
    parameters: readonly number[],
    start: string,
  ): Promise<readonly RevocationEntry[]> {
    const lines: RevocationEntry[] = []
    let [transaction, sequence] = [start, 0]
    for (;;) {
      const rows = await connection.query(
        statement,
        ...parameters,
        transaction,
        sequence,
        PAGE_ROWS,
      )
      lines.push(...rows.map(([_, ...row]) => toRevocation(row)))
      const last = rows.at(-1)
      if (rows.length < PAGE_ROWS || !last) return lines
      ;[transaction, sequence] = [String(last[0]), Number(last[1])]
    }
  }

  return {
    async revokeIssuedThrough(kind, id, revokedThrough, events = []) {
      const [row] = await connection.query(INSERT, kind, id, revokedThrough, toEventRows(events))
      connection.notify(CHANNEL)
      return Number(row?.[0])
    },
    async readRevocationEntries(sequences) {
      return (await connection.query(LINES, sequences)).map(toRevocation)
    },
    async readRevocations(cursor) {
      const [snapshot = []] = await connection.query(SNAPSHOT)
      const [oldestRunning, storeTime] = [String(snapshot[0]), Number(snapshot[1])]
      // A snapshot that is older than the cursor is of another server: a restored one, whose log has to be read anew.
      const isKnown = cursor !== undefined && BigInt(cursor) <= BigInt(oldestRunning)
      const windowStart = Math.floor(storeTime / 1000) - REVOCATION_WINDOW_SECONDS
      const entries = isKnown
        ? await readFrom(FOLLOWING, [], cursor)
        : await readFrom(SINCE, [windowStart], '0')
      return { entries, cursor: oldestRunning, storeTime }
    },
  }
}
