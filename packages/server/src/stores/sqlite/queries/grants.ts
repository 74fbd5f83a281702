/**
 * @module Grants, and the pairwise user ids of clients.
 */
import type { Store } from '../../../engine/ports/store.ts'
import type { Grant } from '../../../engine/records.ts'
import { GRANT_COLUMNS, toGrant } from '../../row-mapping.ts'
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
      `INSERT INTO subjects (client_number, wallet_id, user_id, subject) VALUES (?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
    ),
    selectSubject: connection.prepare(
      'SELECT subject FROM subjects WHERE client_number = ? AND wallet_id = ? AND user_id = ?',
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
      `INSERT INTO grants (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (wallet_id, user_id, app_id) DO NOTHING`,
    ),
    update: connection.prepare(
      `UPDATE grants SET epoch = ?, granted_scopes = ?, denied_scopes = ?
     WHERE grant_id = ? AND epoch = ? RETURNING grant_id`,
    ),
  }
}

export function createGrantStore(
  connection: Connection,
  group: GroupCommit,
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
    update,
  } = prepareStatements(connection)

  function find({ walletId, userId }: Grant['user'], appId: string): Grant | undefined {
    const row = byUser.get(walletId, userId, appId)
    return row && toGrant(row)
  }

  function openGrant(grant: Grant): Grant {
    const { walletId, userId } = grant.user
    insertSubject.get(grant.clientNumber, walletId, userId, grant.subject)
    const subject = String(selectSubject.get(grant.clientNumber, walletId, userId)?.[0])
    insert.get(
      grant.grantId,
      walletId,
      userId,
      grant.appId,
      grant.clientNumber,
      subject,
      grant.epoch,
      JSON.stringify(grant.granted),
      JSON.stringify(grant.denied),
    )
    return find(grant.user, grant.appId) as Grant
  }

  function replace(next: Grant): boolean {
    const replaced = update.get(
      next.epoch,
      JSON.stringify(next.granted),
      JSON.stringify(next.denied),
      next.grantId,
      next.epoch - 1,
    )
    return replaced !== undefined
  }

  return {
    read(grantId) {
      const row = byId.get(grantId)
      return row && toGrant(row)
    },
    replace,
    async findGrant(user, appId) {
      return find(user, appId)
    },
    async listGrants({ walletId, userId }) {
      return ofUser.all(walletId, userId).map(toGrant)
    },
    async pageGrants(after, limit) {
      return page.all(after, limit).map(toGrant)
    },
    async openGrant(grant) {
      return find(grant.user, grant.appId) ?? group.write(() => openGrant(grant))
    },
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
