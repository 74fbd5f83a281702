/**
 * @module Grants, and the pairwise user ids of clients.
 */

import type { Grant, UserRef } from '../../../engine/records.ts'
import { DISCARDED_EPOCH } from '../../../engine/store/grants.ts'
import type { Store } from '../../../engine/store/store.ts'
import { type ProtectedRecords, toGrantPage } from '../../protected-records.ts'
import { GRANT_COLUMNS, SUBJECT_COLUMNS } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'
import type { EventStore } from './events.ts'
import type { SqliteReceiptStore } from './receipts.ts'
import type { ReplayCache } from './replay-cache.ts'
import type { RevocationStore } from './revocations.ts'

const COLUMNS = GRANT_COLUMNS.join(', ')
const EPOCH = GRANT_COLUMNS.indexOf('epoch')

export type GrantStore = Pick<
  Store,
  | 'findGrant'
  | 'listGrants'
  | 'pageGrants'
  | 'openGrant'
  | 'replaceGrant'
  | 'findForgedGrant'
  | 'discardGrant'
  | 'acknowledgeDeletion'
  | 'readDeletion'
> & {
  read(grantId: number): Grant | undefined
  /** To be called within a transaction. `false`: the stored grant does not have the preceding epoch. */
  replace(next: Grant): boolean
}

function prepareStatements(connection: Connection) {
  return {
    byId: connection.prepare(`SELECT ${COLUMNS} FROM grants WHERE grant_id = ?`),
    byUser: connection.prepare(
      `SELECT ${COLUMNS} FROM grants WHERE wallet_id = ? AND user_id = ? AND app_id = ?`,
    ),
    ofUser: connection.prepare(`SELECT ${COLUMNS} FROM grants WHERE wallet_id = ? AND user_id = ?`),
    page: connection.prepare(
      `SELECT ${COLUMNS} FROM grants WHERE grant_id > ? ORDER BY grant_id LIMIT ?`,
    ),
    insertSubject: connection.prepare(
      `INSERT INTO subjects (${SUBJECT_COLUMNS.join(', ')}) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
    ),
    selectSubject: connection.prepare(
      `SELECT ${SUBJECT_COLUMNS.join(', ')} FROM subjects WHERE client_number = ? AND wallet_id = ? AND user_id = ?`,
    ),
    deleteSubject: connection.prepare(
      'DELETE FROM subjects WHERE client_number = ? AND wallet_id = ? AND user_id = ?',
    ),
    acknowledge: connection.prepare(
      'UPDATE subjects SET deletion_acknowledged_at = ? WHERE subject = ? AND client_number = ? RETURNING 1',
    ),
    deletion: connection.prepare(
      `SELECT deletion_acknowledged_at FROM subjects
     WHERE client_number = ? AND wallet_id = ? AND user_id = ?`,
    ),
    // A grant id that already belongs to another user fails on the primary key. It has 48 random bits, and the caller can retry.
    insert: connection.prepare(
      `INSERT INTO grants (${COLUMNS}) VALUES (${GRANT_COLUMNS.map(() => '?').join(', ')})
     ON CONFLICT (wallet_id, user_id, app_id) DO NOTHING`,
    ),
    update: connection.prepare(
      `UPDATE grants SET epoch = ?, granted_scopes = ?, denied_scopes = ?, last_receipt_id = ?, mac = ?
     WHERE grant_id = ? AND epoch = ? RETURNING grant_id`,
    ),
    remove: connection.prepare('DELETE FROM grants WHERE grant_id = ? RETURNING 1'),
  }
}

export function createGrantStore(
  connection: Connection,
  group: GroupCommit,
  protectedRecords: ProtectedRecords,
  revocations: Pick<RevocationStore, 'append'>,
  events: Pick<EventStore, 'appendEvent'>,
  receipts: Pick<SqliteReceiptStore, 'appendReceipt'>,
  replayCache: Pick<ReplayCache, 'record'>,
): GrantStore {
  const {
    byId,
    byUser,
    ofUser,
    page,
    insertSubject,
    selectSubject,
    acknowledge,
    deletion,
    insert,
    deleteSubject,
    update,
    remove,
  } = prepareStatements(connection)
  const { grant: grants, subject: subjects } = protectedRecords

  function find({ walletId, userId }: UserRef, appId: string): Grant | undefined {
    const row = byUser.get(walletId, userId, appId)
    return row && grants.read(row)
  }

  /** The id of a grant whose row is not genuine. */
  function findForged({ walletId, userId }: UserRef, appId: string): number | undefined {
    const row = byUser.get(walletId, userId, appId)
    return row && !grants.read(row) ? Number(row[0]) : undefined
  }

  function discard(grantId: number): number {
    return remove.get(grantId)
      ? revocations.append({ kind: 'grant', grantId, epoch: DISCARDED_EPOCH })
      : 0
  }

  function list({ walletId, userId }: UserRef): readonly Grant[] {
    return ofUser.all(walletId, userId).flatMap((row) => grants.read(row) ?? [])
  }

  /** A pairwise id that is not genuine is replaced, so that no user gets the id of another. */
  function openSubject({ clientNumber, user, subject: newSubject }: Grant): string {
    const key = [clientNumber, user.walletId, user.userId] as const
    const row = selectSubject.get(...key)
    const known = row && subjects.read(row)
    if (known) return known.subject
    const other = list(user).find((one) => one.clientNumber === clientNumber)
    const subject = other?.subject ?? newSubject
    deleteSubject.get(...key)
    insertSubject.get(...key, subject, subjects.macOf({ clientNumber, user, subject }))
    return subject
  }

  function openGrant(start: Grant): Grant {
    const { user, appId } = start
    const row = byUser.get(user.walletId, user.userId, appId)
    const known = row && grants.read(row)
    if (known) return known
    if (row) discard(Number(row[0]))
    const grant = { ...start, subject: openSubject(start) }
    insert.get(
      grant.grantId,
      user.walletId,
      user.userId,
      appId,
      grant.clientNumber,
      grant.subject,
      grant.epoch,
      JSON.stringify(grant.granted),
      JSON.stringify(grant.denied),
      grant.lastReceiptId ?? null,
      grants.macOf(grant),
    )
    return find(user, appId) as Grant
  }

  function replace(next: Grant): boolean {
    const replaced = update.get(
      next.epoch,
      JSON.stringify(next.granted),
      JSON.stringify(next.denied),
      next.lastReceiptId ?? null,
      grants.macOf(next),
      next.grantId,
      next.epoch - 1,
    )
    return replaced !== undefined
  }

  return {
    read(grantId) {
      const row = byId.get(grantId)
      return row && grants.read(row)
    },
    replace,
    async findGrant(user, appId) {
      return find(user, appId)
    },
    async listGrants(user) {
      return list(user)
    },
    async pageGrants(after, limit) {
      return toGrantPage(page.all(after, limit), limit, grants)
    },
    async openGrant(grant) {
      return find(grant.user, grant.appId) ?? group.write(() => openGrant(grant))
    },
    async findForgedGrant(user, appId) {
      return findForged(user, appId)
    },
    discardGrant: (grantId) => group.write(() => discard(grantId)),
    acknowledgeDeletion: (clientNumber, subject, now) =>
      group.write(() => acknowledge.get(now, subject, clientNumber) !== undefined),
    async readDeletion(clientNumber, { walletId, userId }) {
      const acknowledgedAt = deletion.get(clientNumber, walletId, userId)?.[0]
      return typeof acknowledgedAt === 'number' ? acknowledgedAt : undefined
    },
    replaceGrant: (next, revokes, writes) =>
      group.write(() => {
        if (byId.get(next.grantId)?.[EPOCH] !== next.epoch - 1) return false
        if (writes?.once && !replayCache.record(writes.once)) return 'repeated'
        replace(next)
        events.appendEvent(writes?.event)
        receipts.appendReceipt(writes?.receipt)
        const { grantId, epoch } = next
        return { sequence: revokes ? revocations.append({ kind: 'grant', grantId, epoch }) : 0 }
      }),
  }
}
