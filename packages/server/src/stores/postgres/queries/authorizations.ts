/**
 * @module Authorizations. The primary key makes a code single-use; the generation makes a refresh token single-use. Each method is one
 * statement, and concurrent calls of one method share a statement.
 */
import type { Store } from '../../../engine/ports.ts'
import type { Authorization } from '../../../engine/records.ts'
import { AUTHORIZATION_COLUMNS, type Row, toAuthorization } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import { createStatementBatch } from '../statement-batching.ts'
import { insertEventsCte, toEventRows } from './events.ts'
import { CHANNEL } from './revocations.ts'

const COLUMNS = AUTHORIZATION_COLUMNS.map((name) => `a.${name}`).join(', ')

const INSERT = `INSERT INTO authorizations (${AUTHORIZATION_COLUMNS.slice(0, -1).join(', ')})
  SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::integer[], $4::bigint[], $5::integer[], $6::bigint[], $7::bigint[],
    $8::bigint[], $9::bigint[])
  ON CONFLICT (authorization_id) DO NOTHING RETURNING authorization_id`
const SELECT = `SELECT ${COLUMNS} FROM authorizations a WHERE a.authorization_id = ANY ($1::bytea[])`
/** Rows are locked in the order of their ids, so that two nodes with the same ids cannot deadlock. */
const ROTATE = `WITH presented AS (
    SELECT a.authorization_id, v.now
    FROM unnest($1::bytea[], $2::bigint[], $3::bigint[]) AS v (authorization_id, generation, now)
    JOIN authorizations a ON a.authorization_id = v.authorization_id AND a.generation = v.generation
    WHERE a.ended_at IS NULL AND a.expires_at > v.now
    ORDER BY a.authorization_id FOR UPDATE OF a
  )
  UPDATE authorizations a SET generation = a.generation + 1, rotated_at = presented.now
  FROM presented WHERE a.authorization_id = presented.authorization_id
  RETURNING ${COLUMNS}`
const END = `WITH ended AS (
    UPDATE authorizations SET ended_at = $2 WHERE authorization_id = $1 AND ended_at IS NULL
    RETURNING authorization_id
  ), ${insertEventsCte('$3', 'ended')}
  INSERT INTO revocations (kind, id) SELECT 'authorization', encode(authorization_id, 'hex') FROM ended
  RETURNING sequence`
const PAGE = `SELECT authorization_id FROM authorizations WHERE authorization_id > $1
  ORDER BY authorization_id LIMIT $2`
const DROP = `DELETE FROM authorizations
  WHERE authorization_id > $1 AND authorization_id <= $2 AND expires_at <= $3 RETURNING 1`

export type AuthorizationStore = Pick<
  Store,
  'redeemCode' | 'rotateRefresh' | 'readAuthorization' | 'endAuthorization'
> & {
  /** Deletes expired authorizations among the next `limit` rows, in the order of time. Starts again after the last row. */
  dropExpired(now: number, limit: number): Promise<number>
}

type Rotation = { readonly id: string; readonly generation: number; readonly now: number }

export function createAuthorizationStore(connection: Connection): AuthorizationStore {
  let cursor: Buffer = Buffer.alloc(0)

  const read = createStatementBatch<string, Authorization | undefined>(
    connection.statistics,
    async (ids) => {
      const found = byId(await connection.query(SELECT, ids.map(toBytes)))
      return ids.map((id) => found.get(id))
    },
  )

  /** Whether the insert was the first. Sorted, so that two nodes with the same codes cannot deadlock. */
  const insert = createStatementBatch<Authorization, boolean>(
    connection.statistics,
    async (calls) => {
      const sorted = [...calls].sort((a, b) => (a.authorizationId < b.authorizationId ? -1 : 1))
      const inserted = await connection.query(
        INSERT,
        sorted.map((one) => toBytes(one.authorizationId)),
        sorted.map((one) => one.grantId),
        sorted.map((one) => one.epoch),
        sorted.map((one) => one.scopeSet),
        sorted.map((one) => one.keyVersion),
        sorted.map((one) => one.generation),
        sorted.map((one) => one.redeemedAt),
        sorted.map((one) => one.rotatedAt),
        sorted.map((one) => one.expiresAt),
      )
      // Of several calls with the same id in one statement, the first one has inserted the row.
      const winners = firstOf(sorted, (one) => one.authorizationId)
      const ids = new Set(inserted.map(([id]) => hexOf(id)))
      return calls.map(
        (one) => ids.has(one.authorizationId) && winners.get(one.authorizationId) === one,
      )
    },
  )

  const rotate = createStatementBatch<Rotation, Authorization | undefined>(
    connection.statistics,
    async (calls) => {
      const distinct = [...firstOf(calls, ({ id, generation }) => `${id}/${generation}`).values()]
      const rows = await connection.query(
        ROTATE,
        distinct.map(({ id }) => toBytes(id)),
        distinct.map(({ generation }) => generation),
        distinct.map(({ now }) => now),
      )
      const rotated = byId(rows)
      return calls.map((call) => {
        const authorization = rotated.get(call.id)
        const isMine = authorization?.generation === call.generation + 1 && distinct.includes(call)
        return isMine ? authorization : undefined
      })
    },
  )

  return {
    async redeemCode(authorization) {
      return (await insert(authorization)) ? undefined : read(authorization.authorizationId)
    },
    rotateRefresh: (id, generation, now) => rotate({ id, generation, now }),
    readAuthorization: read,
    async endAuthorization(authorizationId, now, event) {
      const [row] = await connection.query(END, toBytes(authorizationId), now, toEventRows([event]))
      if (row) connection.notify(CHANNEL)
      return Number(row?.[0] ?? 0)
    },
    async dropExpired(now, limit) {
      const page = await connection.query(PAGE, cursor, limit)
      const last = page.at(-1)?.[0] as Buffer | undefined
      const dropped = last ? (await connection.query(DROP, cursor, last, now)).length : 0
      cursor = page.length < limit || !last ? Buffer.alloc(0) : last
      return dropped
    },
  }
}

function firstOf<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, T> {
  const first = new Map<string, T>()
  for (const item of items) if (!first.has(keyOf(item))) first.set(keyOf(item), item)
  return first
}

function byId(rows: readonly Row[]): ReadonlyMap<string, Authorization> {
  return new Map(rows.map(toAuthorization).map((one) => [one.authorizationId, one]))
}

function toBytes(authorizationId: string): Buffer {
  return Buffer.from(authorizationId, 'hex')
}

function hexOf(id: unknown): string {
  return (id as Buffer).toString('hex')
}
