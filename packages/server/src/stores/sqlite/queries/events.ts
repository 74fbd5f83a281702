/**
 * @module The outbox (transactional outbox pattern): each event is written in the transaction of the change that it reports.
 */
import {
  DELIVERY_LEASE_MS,
  EVENT_WINDOW_SECONDS,
  type Outbox,
} from '../../../engine/ports/outbox.ts'
import type { NewEvent } from '../../../engine/records.ts'
import {
  EVENT_COLUMNS,
  IS_FOR_MERCHANTS,
  queueOf,
  toEvent,
  toOutboxEvent,
} from '../../row-mapping.ts'
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

export function createEventStore(connection: Connection, group: GroupCommit): EventStore {
  const insert = connection.prepare(
    `INSERT INTO events (event_id, client_number, subject, app_id, type, scopes, reason, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING`,
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
  return {
    appendEvent(event) {
      if (!event) return
      const { eventId, clientNumber, subject, appId, type, scopes, reason } = event
      const scopeText = scopes.join(' ')
      insert.get(eventId, clientNumber, subject, appId, type, scopeText, reason, Date.now())
    },
    async listUndistributed(limit) {
      return undistributed.all(limit).map(toOutboxEvent)
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
      const events = list.all(clientNumber, start, since, limit).map(toEvent)
      return { events, cursor: String(events.at(-1)?.sequence ?? start) }
    },
    async findEvent(clientNumber, eventId) {
      const row = find.get(clientNumber, eventId)
      return row && toEvent(row)
    },
    dropExpired(limit) {
      const dropped = drop.all(Date.now() - RETENTION_MS, limit)
      for (const [sequence] of dropped) endDeliveries.get(Number(sequence))
      return dropped.length
    },
  }
}
