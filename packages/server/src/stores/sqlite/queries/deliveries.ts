/**
 * @module Deliveries: a row for each recipient of an event, until the recipient has it. Delivered rows are deleted.
 */

import { merchantRecipient } from '../../../engine/recipients.ts'
import type { Recipient } from '../../../engine/records.ts'
import type { ClaimLimits, Outbox } from '../../../engine/store/outbox.ts'
import { type ProtectedRecords, readDelivery } from '../../protected-records.ts'
import { DELIVERY_COLUMNS, EVENT_COLUMNS, type Row, toEvent } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

const EVENT = EVENT_COLUMNS.map((name) => `e.${name}`).join(', ')
const COLUMNS = [EVENT, ...DELIVERY_COLUMNS.map((name) => `d.${name}`)].join(', ')
const WITH_EVENT = 'FROM deliveries d JOIN events e ON e.sequence = d.event_sequence'

export type DeliveryStore = Pick<
  Outbox,
  | 'claimDeliveries'
  | 'recordDelivery'
  | 'listPollableEvents'
  | 'acknowledgeEvents'
  | 'listDeadLetters'
  | 'replayDeadLetters'
>

type DueRow = { readonly row: Row; readonly dueAt: number }

/**
 * Finds due deliveries. Reads the recipients one by one from the index, and of each only as many deliveries as it has room for. So the
 * number of deliveries that wait for one recipient does not matter to the others.
 */
function prepareDue(connection: Connection): (limits: ClaimLimits, now: number) => Row[] {
  const nextRecipient = connection.prepare(
    `SELECT min(recipient) FROM deliveries WHERE state = 'pending' AND recipient > ?`,
  )
  const dueOf = connection.prepare(
    `SELECT ${COLUMNS}, d.due_at ${WITH_EVENT}
     WHERE d.state = 'pending' AND d.recipient = ? AND d.due_at <= ? AND NOT EXISTS (
       SELECT 1 FROM deliveries b WHERE b.state = 'pending' AND b.queue = d.queue AND b.event_sequence < d.event_sequence)
     ORDER BY d.due_at LIMIT ?`,
  )
  return ({ total, perRecipient, perOtherRecipient }, now) => {
    const due: DueRow[] = []
    for (let recipient = next(''); recipient !== undefined; recipient = next(recipient)) {
      const room = perRecipient.get(recipient) ?? perOtherRecipient
      for (const row of dueOf.all(recipient, now, room))
        due.push({ row, dueAt: Number(row.at(-1)) })
    }
    return due
      .sort((one, other) => one.dueAt - other.dueAt)
      .slice(0, total)
      .map(({ row }) => row)
  }

  function next(after: string): Recipient | undefined {
    const [recipient] = nextRecipient.get(after) ?? []
    return typeof recipient === 'string' ? (recipient as Recipient) : undefined
  }
}

function prepareRecord(
  connection: Connection,
): (
  delivery: Parameters<Outbox['recordDelivery']>[0],
  outcome: Parameters<Outbox['recordDelivery']>[1],
) => void {
  const recorded = `event_sequence = ? AND recipient = ? AND attempts = ?`
  const remove = connection.prepare(`DELETE FROM deliveries WHERE ${recorded} RETURNING queue`)
  const update = connection.prepare(
    `UPDATE deliveries SET state = ?, attempts = attempts + ?, due_at = ? WHERE ${recorded} RETURNING queue`,
  )
  // The later events of the user become due with the recorded one, so that a claim does not read events that have to wait.
  const following = connection.prepare(
    `UPDATE deliveries SET due_at = ? WHERE state = 'pending' AND queue = ? AND event_sequence <> ?`,
  )
  return ({ sequence, recipient, attempts }, outcome) => {
    const [isAttempt, retryIn] =
      outcome.state === 'pending' ? [outcome.isAttempt, outcome.retryInMilliseconds] : [true, 0]
    const dueAt = Date.now() + retryIn
    const row =
      outcome.state === 'delivered'
        ? remove.get(sequence, recipient, attempts)
        : update.get(outcome.state, isAttempt ? 1 : 0, dueAt, sequence, recipient, attempts)
    if (row) following.get(dueAt, String(row[0]), sequence)
  }
}

export function createDeliveryStore(
  connection: Connection,
  group: GroupCommit,
  records: Pick<ProtectedRecords, 'event'>,
): DeliveryStore {
  const dropForged = connection.prepare('DELETE FROM deliveries WHERE event_sequence = ?')
  const findDue = prepareDue(connection)
  const record = prepareRecord(connection)
  const lease = connection.prepare(
    'UPDATE deliveries SET due_at = ? WHERE event_sequence = ? AND recipient = ?',
  )
  const pollable = connection.prepare(
    `SELECT ${EVENT} ${WITH_EVENT} WHERE d.state = 'held' AND d.recipient = ? ORDER BY d.event_sequence LIMIT ?`,
  )
  const acknowledge = connection.prepare(
    `DELETE FROM deliveries WHERE state = 'held' AND recipient = ? AND event_sequence IN (
       SELECT e.sequence FROM events e
       WHERE e.client_number = ? AND e.event_id IN (SELECT value FROM json_each(?)))`,
  )
  const deadLetters = connection.prepare(
    `SELECT ${COLUMNS} ${WITH_EVENT} WHERE d.state = 'dead' AND (?2 IS NULL OR d.recipient = ?2) AND (?3 IS NULL OR e.client_number = ?3)
     ORDER BY d.event_sequence LIMIT ?1`,
  )
  const replay = connection.prepare(
    `UPDATE deliveries SET state = 'pending', attempts = 0, due_at = ?1
     WHERE state = 'dead' AND (?2 IS NULL OR recipient = ?2) AND (?3 IS NULL OR event_sequence IN (
       SELECT e.sequence FROM events e WHERE e.client_number = ?3)) RETURNING 1`,
  )
  return {
    claimDeliveries: (limits, leaseMilliseconds) =>
      group.write(() => {
        const now = Date.now()
        const deliveries = findDue(limits, now).flatMap((row) => {
          const delivery = readDelivery(records, row)
          // It must not hold up the later events of its user.
          if (!delivery) dropForged.get(Number(row[0]))
          return delivery ?? []
        })
        for (const { sequence, recipient } of deliveries)
          lease.get(now + leaseMilliseconds, sequence, recipient)
        return deliveries
      }),
    recordDelivery: (delivery, outcome) => group.write(() => record(delivery, outcome)),
    async listPollableEvents(clientNumber, limit) {
      return pollable
        .all(merchantRecipient(clientNumber), limit)
        .flatMap((row) => (records.event.read(row) ? [toEvent(row)] : []))
    },
    async acknowledgeEvents(clientNumber, eventIds) {
      const recipient = merchantRecipient(clientNumber)
      await group.write(() => acknowledge.get(recipient, clientNumber, JSON.stringify(eventIds)))
    },
    async listDeadLetters(limit, { clientNumber, recipient } = {}) {
      const rows = deadLetters.all(limit, recipient ?? null, clientNumber ?? null)
      return rows.flatMap((row) => readDelivery(records, row) ?? [])
    },
    replayDeadLetters: ({ clientNumber, recipient }) =>
      group.write(() => replay.all(Date.now(), recipient ?? null, clientNumber ?? null).length),
  }
}
