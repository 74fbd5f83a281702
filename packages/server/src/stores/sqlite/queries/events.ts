/**
 * @module The outbox (transactional outbox pattern): each event is written in the transaction of the change that it reports.
 */
import { EVENT_WINDOW_SECONDS, type Outbox } from '../../../engine/ports/outbox.ts'
import type { NewEvent } from '../../../engine/records.ts'
import { EVENT_COLUMNS, toEvent } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

const COLUMNS = EVENT_COLUMNS.join(', ')
const RETENTION_MS = EVENT_WINDOW_SECONDS * 1000

export type EventStore = Outbox & {
  /** To be called within the transaction of the change. */
  appendEvent(event: NewEvent | undefined): void
  dropExpired(limit: number): number
}

export function createEventStore(connection: Connection, group: GroupCommit): EventStore {
  const insert = connection.prepare(
    `INSERT INTO events (event_id, client_number, subject, app_id, type, scopes, reason, created_at, due_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING`,
  )
  const claim = connection.prepare(
    `UPDATE events SET due_at = ? WHERE sequence IN (
       SELECT d.sequence FROM events d
       WHERE d.state = 'pending' AND d.due_at <= ? AND d.client_number NOT IN (SELECT value FROM json_each(?))
         AND NOT EXISTS (SELECT 1 FROM events b WHERE b.state = 'pending' AND b.client_number = d.client_number
           AND b.subject = d.subject AND b.sequence < d.sequence)
       ORDER BY d.due_at LIMIT ?)
     RETURNING ${COLUMNS}`,
  )
  const recordOutcome = connection.prepare(
    `UPDATE events SET state = ?, attempts = attempts + ?, due_at = ?
     WHERE sequence = ? AND attempts = ? AND state = 'pending'`,
  )
  const list = connection.prepare(
    `SELECT ${COLUMNS} FROM events WHERE client_number = ? AND sequence > ? AND created_at >= ? ORDER BY sequence LIMIT ?`,
  )
  const find = connection.prepare(
    `SELECT ${COLUMNS} FROM events WHERE client_number = ? AND event_id = ?`,
  )
  const pollable = connection.prepare(
    `SELECT ${COLUMNS} FROM events WHERE state = 'held' AND client_number = ? ORDER BY sequence LIMIT ?`,
  )
  const acknowledge = connection.prepare(
    `UPDATE events SET state = 'delivered' WHERE state = 'held' AND client_number = ?
       AND event_id IN (SELECT value FROM json_each(?))`,
  )
  const deadLetters = connection.prepare(
    `SELECT ${COLUMNS} FROM events WHERE state = 'dead' ORDER BY sequence LIMIT ?`,
  )
  const replay = connection.prepare(
    `UPDATE events SET state = 'pending', attempts = 0, due_at = ?
     WHERE state = 'dead' AND (? IS NULL OR client_number = ?) RETURNING 1`,
  )
  const drop = connection.prepare(
    `DELETE FROM events WHERE sequence IN
       (SELECT sequence FROM events WHERE created_at < ? AND state <> 'pending' ORDER BY created_at LIMIT ?) RETURNING 1`,
  )
  return {
    appendEvent(event) {
      if (!event) return
      const { eventId, clientNumber, subject, appId, type, scopes, reason } = event
      const now = Date.now()
      insert.get(eventId, clientNumber, subject, appId, type, scopes.join(' '), reason, now, now)
    },
    claimEvents: (limit, leaseMilliseconds, except) =>
      group.write(() => {
        const now = Date.now()
        return claim.all(now + leaseMilliseconds, now, JSON.stringify(except), limit).map(toEvent)
      }),
    async recordDelivery({ sequence, attempts }, outcome) {
      const [isAttempt, retryIn] =
        outcome.state === 'pending' ? [outcome.isAttempt, outcome.retryInMilliseconds] : [true, 0]
      await group.write(() =>
        recordOutcome.get(
          outcome.state,
          isAttempt ? 1 : 0,
          Date.now() + retryIn,
          sequence,
          attempts,
        ),
      )
    },
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
    async listPollableEvents(clientNumber, limit) {
      return pollable.all(clientNumber, limit).map(toEvent)
    },
    async acknowledgeEvents(clientNumber, eventIds) {
      await group.write(() => acknowledge.get(clientNumber, JSON.stringify(eventIds)))
    },
    async listDeadLetters(limit) {
      return deadLetters.all(limit).map(toEvent)
    },
    replayDeadLetters: (clientNumber) =>
      group.write(() => replay.all(Date.now(), clientNumber ?? null, clientNumber ?? null).length),
    dropExpired: (limit) => drop.all(Date.now() - RETENTION_MS, limit).length,
  }
}
