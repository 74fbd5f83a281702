/**
 * @module Authorizations. The primary key makes a code single-use; the generation makes a refresh token single-use. Each method is one
 * statement, and concurrent calls of one method share a statement.
 */

import type { Authorization, OnceRecord } from '../../../engine/records.ts'
import type { Store } from '../../../engine/store/store.ts'
import type { ProtectedRecords } from '../../protected-records.ts'
import { AUTHORIZATION_COLUMNS, type Row, toAuthorization } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import { createStatementBatch } from '../statement-batching.ts'
import { insertEventsCte, toEventRows } from './events.ts'
import { CHANNEL } from './revocations.ts'

const COLUMNS = AUTHORIZATION_COLUMNS.map((name) => `a.${name}`).join(', ')

const INSERTED_COLUMNS = AUTHORIZATION_COLUMNS.slice(0, -1)

/** Records the requests of the calls, before any authorization is locked. Rows: authorization and hash of each first request. */
function recordRequestsCte(first: number): string {
  return `recorded AS (
    INSERT INTO executed_requests (authorization_id, id_hash, expires_at)
    SELECT * FROM unnest($${first}::bytea[], $${first + 1}::text[], $${first + 2}::bigint[])
    ON CONFLICT (authorization_id, id_hash) DO NOTHING RETURNING authorization_id, id_hash
  )`
}
/** Selects the calls `v` that have no record, or whose record was just written. */
const JOIN_RECORDED =
  'LEFT JOIN recorded r ON r.authorization_id = v.authorization_id AND r.id_hash = v.id_hash'
const IS_FIRST = '(v.id_hash IS NULL OR r.id_hash IS NOT NULL)'

/** Rows: authorization and hash of each recorded request, then each inserted authorization without a hash. */
const INSERT = `WITH ${recordRequestsCte(11)}, inserted AS (
    INSERT INTO authorizations (${INSERTED_COLUMNS.join(', ')})
    SELECT ${INSERTED_COLUMNS.map((name) => `v.${name}`).join(', ')}
    FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[], $5::integer[], $6::bigint[], $7::bigint[],
      $8::bigint[], $9::bigint[], $10::text[]) AS v (${INSERTED_COLUMNS.join(', ')}, id_hash)
    ${JOIN_RECORDED} WHERE ${IS_FIRST}
    ON CONFLICT (authorization_id) DO NOTHING RETURNING authorization_id
  )
  SELECT authorization_id, id_hash FROM recorded UNION ALL SELECT authorization_id, NULL FROM inserted`
const SELECT = `SELECT ${COLUMNS} FROM authorizations a WHERE a.authorization_id = ANY ($1::bytea[])`
/**
 * Rows are locked in the order of their ids, so that two nodes with the same ids cannot deadlock. Rows: the hash and the authorization of
 * each recorded request, then each rotated authorization without a hash.
 */
const ROTATE = `WITH ${recordRequestsCte(5)}, presented AS (
    SELECT a.authorization_id, v.now
    FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::text[]) AS v (authorization_id, generation, now, id_hash)
    ${JOIN_RECORDED}
    JOIN authorizations a ON a.authorization_id = v.authorization_id AND a.generation = v.generation
    WHERE ${IS_FIRST} AND a.ended_at IS NULL AND a.expires_at > v.now
    ORDER BY a.authorization_id FOR UPDATE OF a
  ), rotated AS (
    UPDATE authorizations a SET generation = a.generation + 1, rotated_at = presented.now
    FROM presented WHERE a.authorization_id = presented.authorization_id
    RETURNING ${COLUMNS}
  )
  SELECT NULL::text, ${AUTHORIZATION_COLUMNS.join(', ')} FROM rotated
  UNION ALL SELECT id_hash, authorization_id${', NULL'.repeat(AUTHORIZATION_COLUMNS.length - 1)} FROM recorded`
const END = `WITH ended AS (
    UPDATE authorizations SET ended_at = $2 WHERE authorization_id = $1 AND ended_at IS NULL
    RETURNING authorization_id
  ), ${insertEventsCte('$3', 'ended')}
  INSERT INTO revocations (kind, id) SELECT 'authorization', encode(authorization_id, 'hex') FROM ended
  RETURNING sequence`
const PAGE = `SELECT authorization_id FROM authorizations WHERE authorization_id > $1
  ORDER BY authorization_id LIMIT $2`
const RECORD = `INSERT INTO executed_requests (authorization_id, id_hash, expires_at) VALUES ($1, $2, $3)
  ON CONFLICT (authorization_id, id_hash) DO NOTHING RETURNING 1`
const DROP_RECORDS = `DELETE FROM executed_requests WHERE (authorization_id, id_hash) IN
  (SELECT authorization_id, id_hash FROM executed_requests WHERE expires_at <= $1 LIMIT $2) RETURNING 1`
const DROP = `DELETE FROM authorizations
  WHERE authorization_id > $1 AND authorization_id <= $2 AND expires_at <= $3 RETURNING 1`

export type AuthorizationStore = Pick<
  Store,
  'redeemCode' | 'rotateRefresh' | 'recordRequest' | 'readAuthorization' | 'endAuthorization'
> & {
  /**
   * Deletes expired authorizations among the next `limit` rows, in the order of time, and expired records of requests. Starts again
   * after the last row.
   */
  dropExpired(now: number, limit: number): Promise<number>
}

type RecordedCall = { readonly authorizationId: string; readonly once: OnceRecord | undefined }
type Redemption = RecordedCall & { readonly authorization: Authorization }
type Rotation = RecordedCall & { readonly generation: number; readonly now: number }

export function createAuthorizationStore(
  connection: Connection,
  protectedRecords: Pick<ProtectedRecords, 'event'>,
): AuthorizationStore {
  let cursor: Buffer = Buffer.alloc(0)

  const read = createStatementBatch<string, Authorization | undefined>(
    connection.statistics,
    async (ids) => {
      const found = byId(await connection.query(SELECT, ids.map(toBytes)))
      return ids.map((id) => found.get(id))
    },
  )

  /** Sorted, so that two nodes with the same codes cannot deadlock. */
  const insert = createStatementBatch<Redemption, 'inserted' | 'repeated' | 'known'>(
    connection.statistics,
    async (calls) => {
      const sorted = [...calls].sort(byAuthorizationAndRecord)
      const rows = await connection.query(
        INSERT,
        sorted.map((one) => toBytes(one.authorizationId)),
        ...INSERTED_VALUES.map((read) => sorted.map((one) => read(one.authorization))),
        ...recordParameters(sorted),
      )
      const first = firstCalls(sorted, new Set(rows.map(([id, idHash]) => recordKey(id, idHash))))
      // Of several calls with the same code in one statement, the first one has inserted the row.
      const winners = firstOf([...first], (one) => one.authorizationId)
      const inserted = new Set(rows.flatMap(([id, idHash]) => (idHash === null ? [hexOf(id)] : [])))
      return calls.map((one) => {
        if (!first.has(one)) return 'repeated'
        const isWinner = winners.get(one.authorizationId) === one
        return isWinner && inserted.has(one.authorizationId) ? 'inserted' : 'known'
      })
    },
  )

  const rotate = createStatementBatch<Rotation, Authorization | 'repeated' | undefined>(
    connection.statistics,
    async (calls) => {
      const sorted = [...calls].sort(byAuthorizationAndRecord)
      const rows = await connection.query(
        ROTATE,
        sorted.map((one) => toBytes(one.authorizationId)),
        sorted.map(({ generation }) => generation),
        sorted.map(({ now }) => now),
        ...recordParameters(sorted),
      )
      const first = firstCalls(sorted, new Set(rows.map(([idHash, id]) => recordKey(id, idHash))))
      const winners = firstOf([...first], (one) => `${one.authorizationId}/${one.generation}`)
      const rotated = byId(rows.filter(([idHash]) => idHash === null).map(([, ...row]) => row))
      return calls.map((one) => {
        if (!first.has(one)) return 'repeated'
        const authorization = rotated.get(one.authorizationId)
        const isWinner = winners.get(`${one.authorizationId}/${one.generation}`) === one
        return isWinner && authorization?.generation === one.generation + 1
          ? authorization
          : undefined
      })
    },
  )

  return {
    async redeemCode(authorization, once) {
      const { authorizationId } = authorization
      const outcome = await insert({ authorizationId, authorization, once })
      if (outcome === 'repeated') return outcome
      return outcome === 'inserted' ? undefined : read(authorizationId)
    },
    rotateRefresh: (authorizationId, generation, now, once) =>
      rotate({ authorizationId, generation, now, once }),
    async recordRequest(authorizationId, { idHash, expiresAt }) {
      const id = toBytes(authorizationId)
      return (await connection.query(RECORD, id, idHash, expiresAt)).length > 0
    },
    readAuthorization: read,
    async endAuthorization(authorizationId, now, event) {
      const [row] = await connection.query(
        END,
        toBytes(authorizationId),
        now,
        toEventRows([event], protectedRecords),
      )
      if (row) connection.notify(CHANNEL)
      return Number(row?.[0] ?? 0)
    },
    async dropExpired(now, limit) {
      const page = await connection.query(PAGE, cursor, limit)
      const last = page.at(-1)?.[0] as Buffer | undefined
      const dropped = last ? (await connection.query(DROP, cursor, last, now)).length : 0
      cursor = page.length < limit || !last ? Buffer.alloc(0) : last
      return dropped + (await connection.query(DROP_RECORDS, now, limit)).length
    },
  }
}

/** Parameters 2 to 9 of the insert. */
const INSERTED_VALUES: readonly ((authorization: Authorization) => number)[] = [
  ({ grantId }) => grantId,
  ({ epoch }) => epoch,
  ({ scopeSet }) => scopeSet,
  ({ keyVersion }) => keyVersion,
  ({ generation }) => generation,
  ({ redeemedAt }) => redeemedAt,
  ({ rotatedAt }) => rotatedAt,
  ({ expiresAt }) => expiresAt,
]

/** The hash of each call's record, then the records. */
function recordParameters(
  calls: readonly RecordedCall[],
): [(string | null)[], Buffer[], string[], number[]] {
  const recorded = calls.flatMap(({ authorizationId, once }) =>
    once ? [{ authorizationId, once }] : [],
  )
  return [
    calls.map(({ once }) => once?.idHash ?? null),
    recorded.map(({ authorizationId }) => toBytes(authorizationId)),
    recorded.map(({ once }) => once.idHash),
    recorded.map(({ once }) => once.expiresAt),
  ]
}

function recordKey(id: unknown, idHash: unknown): string {
  return `${hexOf(id)}/${idHash}`
}

/** The calls without a record, and the first call of each record that was just written. */
function firstCalls<T extends RecordedCall>(
  calls: readonly T[],
  written: ReadonlySet<string>,
): ReadonlySet<T> {
  const remaining = new Set(written)
  return new Set(
    calls.filter(
      ({ authorizationId, once }) => !once || remaining.delete(`${authorizationId}/${once.idHash}`),
    ),
  )
}

function byAuthorizationAndRecord(a: RecordedCall, b: RecordedCall): number {
  const key = ({ authorizationId, once }: RecordedCall): string =>
    `${authorizationId}/${once?.idHash ?? ''}`
  return key(a) < key(b) ? -1 : 1
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
