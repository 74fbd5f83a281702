/**
 * @module Deliveries: a row for each recipient of an event, until the recipient has it. Delivered rows are deleted.
 */

import { merchantRecipient } from '../../../engine/recipients.ts'
import type { Outbox } from '../../../engine/store/outbox.ts'
import { type ProtectedRecords, readDelivery } from '../../protected-records.ts'
import { DELIVERY_COLUMNS, EVENT_COLUMNS, toEvent } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'

const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint'
const EVENT = EVENT_COLUMNS.map((name) => `e.${name}`).join(', ')
const COLUMNS = [EVENT, ...DELIVERY_COLUMNS.map((name) => `d.${name}`)].join(', ')

/**
 * Reads the recipients one by one from the index, and of each only as many deliveries as it has room for. So the number of deliveries that
 * wait for one recipient does not matter to the others.
 */
const CLAIM = `WITH RECURSIVE waiting AS (
    SELECT min(recipient) AS recipient FROM deliveries WHERE state = 'pending'
    UNION ALL
    SELECT (SELECT min(d.recipient) FROM deliveries d WHERE d.state = 'pending' AND d.recipient > w.recipient)
    FROM waiting w WHERE w.recipient IS NOT NULL),
  room AS (SELECT key AS recipient, value::integer AS deliveries FROM jsonb_each_text($3::jsonb)),
  due AS (
    SELECT head.event_sequence, head.recipient
    FROM waiting w LEFT JOIN room r ON r.recipient = w.recipient
    CROSS JOIN LATERAL (
      SELECT d.event_sequence, d.recipient, d.due_at FROM deliveries d
      WHERE d.state = 'pending' AND d.recipient = w.recipient AND d.due_at <= ${NOW} AND NOT EXISTS (
        SELECT FROM deliveries b WHERE b.state = 'pending' AND b.queue = d.queue AND b.event_sequence < d.event_sequence)
      ORDER BY d.due_at LIMIT coalesce(r.deliveries, $4::integer) FOR UPDATE SKIP LOCKED) head
    ORDER BY head.due_at LIMIT $1),
  d AS (
    UPDATE deliveries c SET due_at = ${NOW} + $2::bigint FROM due
    WHERE c.event_sequence = due.event_sequence AND c.recipient = due.recipient
    RETURNING c.event_sequence, c.recipient, c.attempts)
  SELECT ${COLUMNS} FROM d JOIN events e ON e.sequence = d.event_sequence`

const RECORDED = 'event_sequence = $1 AND recipient = $2 AND attempts = $3'
/** The later events of the user become due with the recorded one, so that a claim does not read events that have to wait. */
const FOLLOWING = `UPDATE deliveries d SET due_at = ${NOW} + $4::bigint FROM recorded r
  WHERE d.state = 'pending' AND d.queue = r.queue AND d.event_sequence <> $1`
const RECORD_DELIVERED = `WITH recorded AS (DELETE FROM deliveries WHERE ${RECORDED} RETURNING queue) ${FOLLOWING}`
const RECORD_OTHER = `WITH recorded AS (
    UPDATE deliveries SET state = $5, attempts = attempts + $6::integer, due_at = ${NOW} + $4::bigint
    WHERE ${RECORDED} RETURNING queue)
  ${FOLLOWING}`
const POLLABLE = `SELECT ${EVENT} FROM deliveries d JOIN events e ON e.sequence = d.event_sequence
  WHERE d.state = 'held' AND d.recipient = $1 ORDER BY d.event_sequence LIMIT $2`
const ACKNOWLEDGE = `DELETE FROM deliveries WHERE state = 'held' AND recipient = $1 AND event_sequence IN (
  SELECT e.sequence FROM events e WHERE e.client_number = $2 AND e.event_id = ANY ($3::text[]))`
const DEAD_LETTERS = `SELECT ${COLUMNS} FROM deliveries d JOIN events e ON e.sequence = d.event_sequence
  WHERE d.state = 'dead' AND ($2::integer IS NULL OR e.client_number = $2) AND ($3::text IS NULL OR d.recipient = $3)
  ORDER BY d.event_sequence LIMIT $1`
const REPLAY = `UPDATE deliveries d SET state = 'pending', attempts = 0, due_at = ${NOW} FROM events e
  WHERE d.state = 'dead' AND e.sequence = d.event_sequence AND ($1::integer IS NULL OR e.client_number = $1)
    AND ($2::text IS NULL OR d.recipient = $2) RETURNING 1`

export type DeliveryStore = Pick<
  Outbox,
  | 'claimDeliveries'
  | 'recordDelivery'
  | 'listPollableEvents'
  | 'acknowledgeEvents'
  | 'listDeadLetters'
  | 'replayDeadLetters'
>

const DROP_FORGED = 'DELETE FROM deliveries WHERE event_sequence = ANY ($1::bigint[])'

export function createDeliveryStore(
  connection: Connection,
  records: Pick<ProtectedRecords, 'event'>,
): DeliveryStore {
  return {
    async claimDeliveries({ total, perRecipient, perOtherRecipient }, leaseMilliseconds) {
      const room = JSON.stringify(Object.fromEntries(perRecipient))
      const rows = await connection.query(CLAIM, total, leaseMilliseconds, room, perOtherRecipient)
      const deliveries = rows.flatMap((row) => readDelivery(records, row) ?? [])
      const genuine = new Set(deliveries.map(({ sequence }) => sequence))
      const forged = rows.map(([sequence]) => Number(sequence)).filter((one) => !genuine.has(one))
      // They must not hold up the later events of their users.
      if (forged.length > 0) await connection.query(DROP_FORGED, forged)
      return deliveries
    },
    async recordDelivery({ sequence, recipient, attempts }, outcome) {
      const key = [sequence, recipient, attempts]
      if (outcome.state === 'delivered') {
        await connection.query(RECORD_DELIVERED, ...key, 0)
        return
      }
      const [isAttempt, retryIn] =
        outcome.state === 'pending' ? [outcome.isAttempt, outcome.retryInMilliseconds] : [true, 0]
      await connection.query(RECORD_OTHER, ...key, retryIn, outcome.state, isAttempt ? 1 : 0)
    },
    async listPollableEvents(clientNumber, limit) {
      const rows = await connection.query(POLLABLE, merchantRecipient(clientNumber), limit)
      return rows.flatMap((row) => (records.event.read(row) ? [toEvent(row)] : []))
    },
    async acknowledgeEvents(clientNumber, eventIds) {
      const recipient = merchantRecipient(clientNumber)
      await connection.query(ACKNOWLEDGE, recipient, clientNumber, eventIds)
    },
    async listDeadLetters(limit, { clientNumber, recipient } = {}) {
      const parameters = [limit, clientNumber ?? null, recipient ?? null]
      const rows = await connection.query(DEAD_LETTERS, ...parameters)
      return rows.flatMap((row) => readDelivery(records, row) ?? [])
    },
    async replayDeadLetters({ clientNumber, recipient }) {
      return (await connection.query(REPLAY, clientNumber ?? null, recipient ?? null)).length
    },
  }
}
