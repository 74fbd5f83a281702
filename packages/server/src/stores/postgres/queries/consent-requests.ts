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
import { insertEventsCte, toEventRows } from './events.ts'
import { GRANT_CHANGES, grantUpdateParameters } from './grants.ts'
import { insertReceiptCte, toReceiptRows } from './receipts.ts'

const COLUMNS = CONSENT_REQUEST_COLUMNS.join(', ')
const STORED_COLUMNS = STORED_CONSENT_REQUEST_COLUMNS.join(', ')

const VALUES = CONSENT_REQUEST_COLUMNS.map((_, index) => `$${index + 1}`).join(', ')
/**
 * First claims the row of the user's active prompt. Without it, nothing is inserted. The prompt that it replaces is dismissed. A
 * concurrent statement may have made a request active that this one cannot see: that request is open, so only a visible row can permit to
 * replace it.
 */
const INSERT = `WITH activated AS (
    INSERT INTO active_prompts (wallet_id, user_id, id_hash, opened_at)
    VALUES ($2, coalesce($15, $3), $1, $18::bigint)
    ON CONFLICT (wallet_id, user_id) DO UPDATE SET id_hash = excluded.id_hash, opened_at = excluded.opened_at
    WHERE active_prompts.opened_at <= $19::bigint OR EXISTS (
      SELECT FROM consent_requests r
      WHERE r.id_hash = active_prompts.id_hash
        AND (r.outcome IS NOT NULL OR r.completed_at IS NOT NULL
          OR (r.user_id = $3 AND r.app_id = $4
            AND (r.page_instance IS DISTINCT FROM $14 OR active_prompts.opened_at < $18::bigint))))
    RETURNING 1
  ), replaced AS (
    UPDATE consent_requests SET outcome = 'dismissed'
    WHERE id_hash = (SELECT id_hash FROM active_prompts WHERE wallet_id = $2 AND user_id = coalesce($15, $3))
      AND user_id = $3 AND app_id = $4 AND outcome IS NULL AND completed_at IS NULL
      AND EXISTS (SELECT FROM activated)
  )
  INSERT INTO consent_requests (${COLUMNS}) SELECT ${VALUES} FROM activated RETURNING 1`
const SELECT = `SELECT ${STORED_COLUMNS} FROM consent_requests WHERE id_hash = $1`
const DISMISS = `UPDATE consent_requests SET outcome = $2
  WHERE id_hash = $1 AND outcome IS NULL AND completed_at IS NULL RETURNING 1`
/** Locks the request first, so that the second of two decisions finds it decided. The request and the grant change together. */
const DECIDE = `WITH pending AS (
    SELECT id_hash FROM consent_requests
    WHERE id_hash = $7 AND outcome IS NULL AND completed_at IS NULL FOR UPDATE
  ), replaced AS (
    UPDATE grants SET ${GRANT_CHANGES}
    WHERE grant_id = $1::bigint AND epoch = $2::bigint - 1 AND EXISTS (SELECT FROM pending)
    RETURNING grant_id
  ), decided AS (
    UPDATE consent_requests SET outcome = $8 WHERE id_hash = $7 AND EXISTS (SELECT FROM replaced)
    RETURNING 1
  ), ${insertEventsCte('$9', 'decided')}, ${insertReceiptCte('$10', 'decided')}
  SELECT (SELECT count(*) FROM pending), (SELECT count(*) FROM decided)`
const COMPLETE = `UPDATE consent_requests SET completed_at = $2
  WHERE id_hash = $1 AND completed_at IS NULL RETURNING ${STORED_COLUMNS}`
const OPEN = `UPDATE consent_requests SET opener_hash = $3
  WHERE id_hash = $1 AND opener_hash IS NOT DISTINCT FROM $2 AND outcome IS NULL AND completed_at IS NULL
  RETURNING 1`
const DROP = `DELETE FROM consent_requests WHERE id_hash IN
  (SELECT id_hash FROM consent_requests WHERE expires_at <= $1 LIMIT $2) RETURNING 1`

export type ConsentRequestStore = Pick<
  Store,
  'createConsentRequest' | 'readConsentRequest' | 'openPrompt' | 'decideConsent' | 'completeConsent'
> & { dropExpired(now: number, limit: number): Promise<number> }

export function createConsentRequestStore(
  connection: Connection,
  protectedRecords: Pick<ProtectedRecords, 'consentRequest' | 'grant' | 'event'>,
): ConsentRequestStore {
  const { consentRequest: requests, grant: grants } = protectedRecords
  return {
    async createConsentRequest(request, { openSince, at }) {
      const values = [...fromConsentRequest(request), requests.macOf(request)]
      const rows = await connection.query(INSERT, ...values, at, openSince)
      return rows.length > 0
    },
    async readConsentRequest(idHash) {
      const [row] = await connection.query(SELECT, idHash)
      return row && requests.read(row)
    },
    async openPrompt(idHash, before, openerHash) {
      return (await connection.query(OPEN, idHash, before ?? null, openerHash)).length > 0
    },
    async decideConsent(idHash, outcome, next, writes) {
      if (!next) {
        const [dismissed] = await connection.query(DISMISS, idHash, outcome)
        return dismissed ? 'decided' : 'used'
      }
      const [row] = await connection.query(
        DECIDE,
        ...grantUpdateParameters(next, grants.macOf(next)),
        idHash,
        outcome,
        toEventRows([writes?.event], protectedRecords),
        toReceiptRows(writes?.receipt),
      )
      const [pending, decided] = row ?? []
      if (decided) return 'decided'
      return pending ? 'conflict' : 'used'
    },
    async completeConsent(idHash, now) {
      const [row] = await connection.query(COMPLETE, idHash, now)
      return row && requests.read(row)
    },
    async dropExpired(now, limit) {
      return (await connection.query(DROP, now, limit)).length
    },
  }
}
