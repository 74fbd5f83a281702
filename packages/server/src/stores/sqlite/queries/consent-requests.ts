/**
 * @module Consent requests. Each is decided once and completed once, and a user has at most one prompt open.
 */
import type { Store } from '../../../engine/store/store.ts'
import {
  CONSENT_REQUEST_COLUMNS,
  fromConsentRequest,
  STORED_CONSENT_REQUEST_COLUMNS,
} from '../../prompt-rows.ts'
import type { ProtectedRecords } from '../../protected-records.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'
import type { EventStore } from './events.ts'
import type { GrantStore } from './grants.ts'
import type { SqliteReceiptStore } from './receipts.ts'

const COLUMNS = CONSENT_REQUEST_COLUMNS.join(', ')
const STORED_COLUMNS = STORED_CONSENT_REQUEST_COLUMNS.join(', ')

export type ConsentRequestStore = Pick<
  Store,
  'createConsentRequest' | 'readConsentRequest' | 'openPrompt' | 'decideConsent' | 'completeConsent'
> & { dropExpired(now: number, limit: number): number }

export function createConsentRequestStore(
  connection: Connection,
  group: GroupCommit,
  { consentRequest: requests }: Pick<ProtectedRecords, 'consentRequest'>,
  grants: Pick<GrantStore, 'replace'>,
  events: Pick<EventStore, 'appendEvent'>,
  receipts: Pick<SqliteReceiptStore, 'appendReceipt'>,
): ConsentRequestStore {
  const insert = connection.prepare(
    `INSERT INTO consent_requests (${COLUMNS}) VALUES (${CONSENT_REQUEST_COLUMNS.map(() => '?').join(', ')})`,
  )
  const activate = connection.prepare(
    `INSERT INTO active_prompts (wallet_id, user_id, id_hash, opened_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (wallet_id, user_id) DO UPDATE SET id_hash = excluded.id_hash, opened_at = excluded.opened_at
     WHERE opened_at <= ? OR NOT EXISTS (SELECT 1 FROM consent_requests r WHERE r.id_hash = active_prompts.id_hash
       AND r.outcome IS NULL AND r.completed_at IS NULL)
     RETURNING 1`,
  )
  const dismissReplaced = connection.prepare(
    `UPDATE consent_requests SET outcome = 'dismissed'
     WHERE id_hash = (SELECT id_hash FROM active_prompts
         WHERE wallet_id = ? AND user_id = ? AND (opened_at < ? OR consent_requests.page_instance IS NOT ?))
       AND user_id = ? AND app_id = ? AND outcome IS NULL AND completed_at IS NULL`,
  )
  const select = connection.prepare(
    `SELECT ${STORED_COLUMNS} FROM consent_requests WHERE id_hash = ?`,
  )
  const selectPending = connection.prepare(
    'SELECT 1 FROM consent_requests WHERE id_hash = ? AND outcome IS NULL AND completed_at IS NULL',
  )
  const decide = connection.prepare('UPDATE consent_requests SET outcome = ? WHERE id_hash = ?')
  const complete = connection.prepare(
    `UPDATE consent_requests SET completed_at = ? WHERE id_hash = ? AND completed_at IS NULL
     RETURNING ${STORED_COLUMNS}`,
  )
  const open = connection.prepare(
    `UPDATE consent_requests SET opener_hash = ?
     WHERE id_hash = ? AND opener_hash IS ? AND outcome IS NULL AND completed_at IS NULL RETURNING 1`,
  )
  const drop = connection.prepare(
    `DELETE FROM consent_requests WHERE id_hash IN
       (SELECT id_hash FROM consent_requests WHERE expires_at <= ? LIMIT ?) RETURNING 1`,
  )
  return {
    createConsentRequest: (request, { openSince, at }) =>
      group.write(() => {
        const { walletId, userId } = request.user
        const decidingUserId = request.guardianId ?? userId
        const { appId, pageInstance = null } = request
        dismissReplaced.get(walletId, decidingUserId, at, pageInstance, userId, appId)
        if (!activate.get(walletId, decidingUserId, request.idHash, at, openSince)) return false
        insert.get(...fromConsentRequest(request), requests.macOf(request))
        return true
      }),
    async readConsentRequest(idHash) {
      const row = select.get(idHash)
      return row && requests.read(row)
    },
    openPrompt: (idHash, before, openerHash) =>
      group.write(() => open.get(openerHash, idHash, before ?? null) !== undefined),
    decideConsent: (idHash, outcome, next, writes) =>
      group.write(() => {
        if (!selectPending.get(idHash)) return 'used'
        if (next && !grants.replace(next)) return 'conflict'
        decide.get(outcome, idHash)
        events.appendEvent(writes?.event)
        receipts.appendReceipt(writes?.receipt)
        return 'decided'
      }),
    completeConsent: (idHash, now) =>
      group.write(() => {
        const row = complete.get(now, idHash)
        return row && requests.read(row)
      }),
    dropExpired: (now, limit) => drop.all(now, limit).length,
  }
}
