/**
 * @module The outbox (transactional outbox pattern): each event is written in the transaction of the change that it reports.
 */

import type { AuthorizationEvent, NewEvent, OutboxEvent } from '../../../engine/records.ts'
import {
  DELIVERY_LEASE_MS,
  EVENT_WINDOW_SECONDS,
  type Outbox,
} from '../../../engine/store/outbox.ts'
import type { ProtectedRecords } from '../../protected-records.ts'
import { EVENT_COLUMNS, IS_FOR_MERCHANTS, queueOf, type Row, toEvent } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

const COLUMNS = EVENT_COLUMNS.join(', ')
const RETENTION_MS = EVENT_WINDOW_SECONDS * 1000

export type EventStore = Pick<
  Outbox,
  'listUndistributed' | 'distributeEvents' | 'listEvents' | 'findEvent'
> & {
  /** To be called within the transaction of the change. */
  appendEvent(event: NewEvent | undefined): void
  dropExpired(limit: number): number
}

export function createEventStore(
  connection: Connection,
  group: GroupCommit,
  { event: events }: Pick<ProtectedRecords, 'event'>,
): EventStore {
  const insert = connection.prepare(
    `INSERT INTO events (event_id, client_number, subject, app_id, type, scopes, reason, created_at, mac)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING`,
  )
  const undistributed = connection.prepare(
    `SELECT ${COLUMNS} FROM events WHERE state = 'pending' ORDER BY sequence LIMIT ?`,
  )
  const distribute = connection.prepare(
    `UPDATE events SET state = 'distributed' WHERE sequence = ? AND state = 'pending' RETURNING 1`,
  )
  // A delivery behind one that waits for a retry is due with it. A delivery behind one in flight is due now.
  const insertDelivery = connection.prepare(
    `INSERT INTO deliveries (event_sequence, recipient, queue, due_at) VALUES (?1, ?2, ?3, max(?4, coalesce((
       SELECT max(b.due_at) - ${DELIVERY_LEASE_MS} FROM deliveries b WHERE b.state = 'pending' AND b.queue = ?3), 0)))`,
  )
  const list = connection.prepare(
    `SELECT ${COLUMNS} FROM events WHERE client_number = ? AND sequence > ? AND created_at >= ? AND ${IS_FOR_MERCHANTS}
     ORDER BY sequence LIMIT ?`,
  )
  const find = connection.prepare(
    `SELECT ${COLUMNS} FROM events WHERE client_number = ? AND event_id = ? AND ${IS_FOR_MERCHANTS}`,
  )
  const drop = connection.prepare(
    `DELETE FROM events WHERE sequence IN (
       SELECT e.sequence FROM events e WHERE e.created_at < ? AND e.state <> 'pending' AND NOT EXISTS (
         SELECT 1 FROM deliveries d WHERE d.event_sequence = e.sequence AND d.state = 'pending')
       ORDER BY e.created_at LIMIT ?) RETURNING sequence`,
  )
  const endDeliveries = connection.prepare('DELETE FROM deliveries WHERE event_sequence = ?')
  const readEvent = (row: Row): readonly AuthorizationEvent[] =>
    events.read(row) ? [toEvent(row)] : []

  /** An event that is not genuine is for nobody. */
  function readOrSkip(row: Row): OutboxEvent | undefined {
    const event = events.read(row)
    if (!event) void group.write(() => distribute.get(Number(row[0])))
    return event
  }

  return {
    appendEvent(event) {
      if (!event) return
      const { eventId, clientNumber, subject, appId, type, scopes, reason } = event
      const scopeText = scopes.join(' ')
      const content = [eventId, clientNumber, subject, appId, type, scopeText, reason] as const
      insert.get(...content, Date.now(), events.macOf(event))
    },
    async listUndistributed(limit) {
      return undistributed.all(limit).flatMap((row) => readOrSkip(row) ?? [])
    },
    distributeEvents: (distributions) =>
      group.write(() => {
        for (const { event, recipients } of distributions) {
          if (!distribute.get(event.sequence)) continue
          for (const recipient of recipients)
            insertDelivery.get(
              event.sequence,
              recipient,
              queueOf(recipient, event.subject),
              Date.now(),
            )
        }
      }),
    // SQLite has one writer at a time, so the sequence numbers are in the order of the commits.
    async listEvents(clientNumber, cursor, limit) {
      const start = Number(cursor ?? 0)
      const since = Date.now() - RETENTION_MS
      const rows = list.all(clientNumber, start, since, limit)
      return { events: rows.flatMap(readEvent), cursor: String(rows.at(-1)?.[0] ?? start) }
    },
    async findEvent(clientNumber, eventId) {
      const row = find.get(clientNumber, eventId)
      return row && readEvent(row)[0]
    },
    dropExpired(limit) {
      const dropped = drop.all(Date.now() - RETENTION_MS, limit)
      for (const [sequence] of dropped) endDeliveries.get(Number(sequence))
      return dropped.length
    },
  }
}
