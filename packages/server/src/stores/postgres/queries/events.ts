/**
 * @module The outbox (transactional outbox pattern): each event is written in the statement of the change that it reports. Lists are paged by
 * transaction, as the revocation log is, because sequence numbers can commit out of order.
 */
import { EVENT_WINDOW_SECONDS, type Outbox } from '../../../engine/ports/outbox.ts'
import type { NewEvent } from '../../../engine/records.ts'
import { EVENT_COLUMNS, toEvent } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'

const COLUMNS = EVENT_COLUMNS.map((name) => `e.${name}`).join(', ')
const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint'

/** A common table expression that inserts the events of a JSON parameter if the table `from` has rows. */
export function insertEventsCte(parameter: string, from: string): string {
  return `inserted_events AS (
    INSERT INTO events (event_id, client_number, subject, app_id, type, scopes, reason)
    SELECT d.event_id, d.client_number, d.subject, d.app_id, d.type, d.scopes, d.reason
    FROM ${from}, jsonb_to_recordset(${parameter}::jsonb) AS d (event_id text, client_number integer, subject text,
      app_id text, type text, scopes text, reason text)
    ON CONFLICT (event_id) DO NOTHING
  )`
}

export function toEventRows(events: readonly (NewEvent | undefined)[]): string {
  return JSON.stringify(
    events
      .filter((event) => event !== undefined)
      .map((event) => ({
        event_id: event.eventId,
        client_number: event.clientNumber,
        subject: event.subject,
        app_id: event.appId,
        type: event.type,
        scopes: event.scopes.join(' '),
        reason: event.reason,
      })),
  )
}

const CLAIM = `UPDATE events e SET due_at = ${NOW} + $2::bigint
  WHERE e.state = 'pending' AND e.sequence IN (
    SELECT d.sequence FROM events d
    WHERE d.state = 'pending' AND d.due_at <= ${NOW} AND NOT (d.client_number = ANY ($3::integer[])) AND NOT EXISTS (
      SELECT FROM events b WHERE b.state = 'pending' AND b.client_number = d.client_number AND b.subject = d.subject
        AND b.sequence < d.sequence)
    ORDER BY d.due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING ${COLUMNS}`
const RECORD_OUTCOME = `UPDATE events SET state = $3, attempts = attempts + $4::integer, due_at = ${NOW} + $5::bigint
  WHERE sequence = $1 AND attempts = $2 AND state = 'pending'`
const SNAPSHOT = 'SELECT pg_snapshot_xmin(pg_current_snapshot())::text'
const LIST = `SELECT e.transaction::text, ${COLUMNS} FROM events e
  WHERE e.client_number = $1 AND (e.transaction, e.sequence) > ($2::xid8, $3::bigint) AND e.transaction < $4::xid8
    AND e.created_at >= ${NOW} - $5::bigint
  ORDER BY e.transaction, e.sequence LIMIT $6`
const FIND = `SELECT ${COLUMNS} FROM events e WHERE e.client_number = $1 AND e.event_id = $2`
const POLLABLE = `SELECT ${COLUMNS} FROM events e WHERE e.state = 'held' AND e.client_number = $1 ORDER BY e.sequence LIMIT $2`
const ACKNOWLEDGE = `UPDATE events SET state = 'delivered'
  WHERE state = 'held' AND client_number = $1 AND event_id = ANY ($2::text[])`
const DEAD_LETTERS = `SELECT ${COLUMNS} FROM events e WHERE e.state = 'dead' ORDER BY e.sequence LIMIT $1`
const REPLAY = `UPDATE events SET state = 'pending', attempts = 0, due_at = ${NOW}
  WHERE state = 'dead' AND ($1::integer IS NULL OR client_number = $1) RETURNING 1`
const DROP = `DELETE FROM events WHERE sequence IN
  (SELECT sequence FROM events WHERE created_at < ${NOW} - $1::bigint AND state <> 'pending' ORDER BY created_at LIMIT $2) RETURNING 1`
const RETENTION_MS = EVENT_WINDOW_SECONDS * 1000

export type EventStore = Outbox & { dropExpired(limit: number): Promise<number> }

export function createEventStore(connection: Connection): EventStore {
  return {
    async claimEvents(limit, leaseMilliseconds, except) {
      const rows = await connection.query(CLAIM, limit, leaseMilliseconds, except)
      return rows.map(toEvent)
    },
    async recordDelivery({ sequence, attempts }, outcome) {
      const [isAttempt, retryIn] =
        outcome.state === 'pending' ? [outcome.isAttempt, outcome.retryInMilliseconds] : [true, 0]
      await connection.query(
        RECORD_OUTCOME,
        sequence,
        attempts,
        outcome.state,
        isAttempt ? 1 : 0,
        retryIn,
      )
    },
    async listEvents(clientNumber, cursor, limit) {
      const [row] = await connection.query(SNAPSHOT)
      const oldestRunning = String(row?.[0])
      const [transaction = '0', sequence = '0'] = cursor?.split('.') ?? []
      // A cursor that is later than the snapshot is from before the database was restored: list all events again.
      const isKnown = BigInt(transaction) <= BigInt(oldestRunning)
      const start = isKnown ? [transaction, Number(sequence)] : ['0', 0]
      const rows = await connection.query(
        LIST,
        clientNumber,
        ...start,
        oldestRunning,
        RETENTION_MS,
        limit,
      )
      const last = rows.at(-1)
      return {
        events: rows.map(([_, ...event]) => toEvent(event)),
        cursor: last ? `${last[0]}.${last[1]}` : start.join('.'),
      }
    },
    async findEvent(clientNumber, eventId) {
      const [row] = await connection.query(FIND, clientNumber, eventId)
      return row && toEvent(row)
    },
    async listPollableEvents(clientNumber, limit) {
      return (await connection.query(POLLABLE, clientNumber, limit)).map(toEvent)
    },
    async acknowledgeEvents(clientNumber, eventIds) {
      await connection.query(ACKNOWLEDGE, clientNumber, eventIds)
    },
    async listDeadLetters(limit) {
      return (await connection.query(DEAD_LETTERS, limit)).map(toEvent)
    },
    async replayDeadLetters(clientNumber) {
      return (await connection.query(REPLAY, clientNumber ?? null)).length
    },
    async dropExpired(limit) {
      return (await connection.query(DROP, RETENTION_MS, limit)).length
    },
  }
}
