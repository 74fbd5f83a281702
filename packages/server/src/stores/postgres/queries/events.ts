/**
 * @module The outbox (transactional outbox pattern): each event is written in the statement of the change that it reports. Lists are paged by
 * transaction, as the revocation log is, because sequence numbers can commit out of order.
 */

import type { AuthorizationEvent, NewEvent } from '../../../engine/records.ts'
import {
  DELIVERY_LEASE_MS,
  EVENT_WINDOW_SECONDS,
  type Outbox,
} from '../../../engine/store/outbox.ts'
import type { ProtectedRecords } from '../../protected-records.ts'
import { EVENT_COLUMNS, IS_FOR_MERCHANTS, queueOf, type Row, toEvent } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'

const COLUMNS = EVENT_COLUMNS.map((name) => `e.${name}`).join(', ')
const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint'

/** A common table expression that inserts the events of a JSON parameter if the table `from` has rows. */
export function insertEventsCte(parameter: string, from: string): string {
  return `inserted_events AS (
    INSERT INTO events (event_id, client_number, subject, app_id, type, scopes, reason, mac)
    SELECT d.event_id, d.client_number, d.subject, d.app_id, d.type, d.scopes, d.reason, decode(d.mac, 'hex')
    FROM ${from}, jsonb_to_recordset(${parameter}::jsonb) AS d (event_id text, client_number integer, subject text,
      app_id text, type text, scopes text, reason text, mac text)
    ON CONFLICT (event_id) DO NOTHING
  )`
}

export function toEventRows(
  newEvents: readonly (NewEvent | undefined)[],
  { event: events }: Pick<ProtectedRecords, 'event'>,
): string {
  return JSON.stringify(
    newEvents
      .filter((event) => event !== undefined)
      .map((event) => ({
        event_id: event.eventId,
        client_number: event.clientNumber,
        subject: event.subject,
        app_id: event.appId,
        type: event.type,
        scopes: event.scopes.join(' '),
        reason: event.reason,
        mac: events.macOf(event).toString('hex'),
      })),
  )
}

const SNAPSHOT = 'SELECT pg_snapshot_xmin(pg_current_snapshot())::text'
const LIST = `SELECT e.transaction::text, ${COLUMNS} FROM events e
  WHERE e.client_number = $1 AND (e.transaction, e.sequence) > ($2::xid8, $3::bigint) AND e.transaction < $4::xid8
    AND e.created_at >= ${NOW} - $5::bigint AND e.${IS_FOR_MERCHANTS}
  ORDER BY e.transaction, e.sequence LIMIT $6`
const FIND = `SELECT ${COLUMNS} FROM events e WHERE e.client_number = $1 AND e.event_id = $2 AND e.${IS_FOR_MERCHANTS}`
const APPEND = `WITH always AS (SELECT 1), ${insertEventsCte('$1', 'always')} SELECT 1`
const UNDISTRIBUTED = `SELECT ${COLUMNS} FROM events e WHERE e.state = 'pending' ORDER BY e.sequence LIMIT $1`
/**
 * Locks the events in their order, so that two nodes with the same events wait for each other instead of failing. A delivery behind one
 * that waits for a retry is due with it. A delivery behind one in flight is due now.
 */
const DISTRIBUTE = `WITH locked AS (
    SELECT e.sequence FROM events e WHERE e.state = 'pending' AND e.sequence = ANY ($1::bigint[]) ORDER BY e.sequence FOR UPDATE),
  distributed AS (
    UPDATE events e SET state = 'distributed' FROM locked l WHERE e.sequence = l.sequence RETURNING e.sequence)
  INSERT INTO deliveries (event_sequence, recipient, queue, due_at)
  SELECT d.event_sequence, d.recipient, d.queue, greatest(${NOW}, (SELECT max(b.due_at) - ${DELIVERY_LEASE_MS} FROM deliveries b
    WHERE b.state = 'pending' AND b.queue = d.queue))
  FROM unnest($2::bigint[], $3::text[], $4::text[]) AS d (event_sequence, recipient, queue)
  WHERE d.event_sequence IN (SELECT sequence FROM distributed)`
const DROP = `WITH dropped AS (
    DELETE FROM events WHERE sequence IN (
      SELECT e.sequence FROM events e WHERE e.created_at < ${NOW} - $1::bigint AND e.state <> 'pending' AND NOT EXISTS (
        SELECT FROM deliveries d WHERE d.event_sequence = e.sequence AND d.state = 'pending')
      ORDER BY e.created_at LIMIT $2)
    RETURNING sequence),
  ended AS (DELETE FROM deliveries WHERE event_sequence IN (SELECT sequence FROM dropped))
  SELECT sequence FROM dropped`
const RETENTION_MS = EVENT_WINDOW_SECONDS * 1000

export type EventStore = Pick<
  Outbox,
  'appendEvent' | 'listUndistributed' | 'distributeEvents' | 'listEvents' | 'findEvent'
> & { dropExpired(limit: number): Promise<number> }

export function createEventStore(
  connection: Connection,
  protectedRecords: Pick<ProtectedRecords, 'event'>,
): EventStore {
  const { event: events } = protectedRecords
  const readEvent = (row: Row): readonly AuthorizationEvent[] =>
    events.read(row) ? [toEvent(row)] : []

  return {
    async appendEvent(event) {
      await connection.query(APPEND, toEventRows([event], protectedRecords))
    },
    async listUndistributed(limit) {
      const rows = await connection.query(UNDISTRIBUTED, limit)
      const genuine = rows.flatMap((row) => events.read(row) ?? [])
      const known = new Set(genuine.map(({ sequence }) => sequence))
      const forged = rows.map(([sequence]) => Number(sequence)).filter((one) => !known.has(one))
      // An event that is not genuine is for nobody.
      if (forged.length > 0) await connection.query(DISTRIBUTE, forged, [], [], [])
      return genuine
    },
    async distributeEvents(distributions) {
      const rows = distributions.flatMap(({ event: { sequence, subject }, recipients }) =>
        recipients.map((recipient) => ({
          sequence,
          recipient,
          queue: queueOf(recipient, subject),
        })),
      )
      await connection.query(
        DISTRIBUTE,
        distributions.map(({ event }) => event.sequence),
        rows.map(({ sequence }) => sequence),
        rows.map(({ recipient }) => recipient),
        rows.map(({ queue }) => queue),
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
        events: rows.flatMap(([_, ...event]) => readEvent(event)),
        cursor: last ? `${last[0]}.${last[1]}` : start.join('.'),
      }
    },
    async findEvent(clientNumber, eventId) {
      const [row] = await connection.query(FIND, clientNumber, eventId)
      return row && readEvent(row)[0]
    },
    async dropExpired(limit) {
      return (await connection.query(DROP, RETENTION_MS, limit)).length
    },
  }
}
