/**
 * @module Consent requests: decided once, completed once.
 */
import type { Store } from '../../engine/ports.ts'
import { CONSENT_REQUEST_COLUMNS, fromConsentRequest, toConsentRequest } from '../rows.ts'
import type { Connection } from './driver.ts'
import { telling, toDrafts } from './events.ts'
import { replacement } from './grants.ts'

const COLUMNS = CONSENT_REQUEST_COLUMNS.join(', ')

const INSERT = `INSERT INTO consent_requests (${COLUMNS})
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
const SELECT = `SELECT ${COLUMNS} FROM consent_requests WHERE id_hash = $1`
const DISMISS = `UPDATE consent_requests SET outcome = $2
  WHERE id_hash = $1 AND outcome IS NULL AND completed_at IS NULL RETURNING 1`
/** The request is locked first, so of two decisions the second finds it decided; request and grant change together. */
const DECIDE = `WITH pending AS (
    SELECT id_hash FROM consent_requests
    WHERE id_hash = $6 AND outcome IS NULL AND completed_at IS NULL FOR UPDATE
  ), replaced AS (
    UPDATE grants SET epoch = $2::integer, void_before = $3::integer, held = $4, refused = $5
    WHERE grant_id = $1::bigint AND epoch = $2::integer - 1 AND EXISTS (SELECT FROM pending)
    RETURNING grant_id
  ), decided AS (
    UPDATE consent_requests SET outcome = $7 WHERE id_hash = $6 AND EXISTS (SELECT FROM replaced)
    RETURNING 1
  ), ${telling('$8', 'decided')}
  SELECT (SELECT count(*) FROM pending), (SELECT count(*) FROM decided)`
const COMPLETE = `UPDATE consent_requests SET completed_at = $2
  WHERE id_hash = $1 AND completed_at IS NULL RETURNING ${COLUMNS}`
const DROP = `DELETE FROM consent_requests WHERE id_hash IN
  (SELECT id_hash FROM consent_requests WHERE expires_at <= $1 LIMIT $2) RETURNING 1`

export type ConsentRequestStore = Pick<
  Store,
  'createConsentRequest' | 'readConsentRequest' | 'decideConsent' | 'completeConsent'
> & { dropExpired(now: number, limit: number): Promise<number> }

export function createConsentRequestStore(connection: Connection): ConsentRequestStore {
  return {
    async createConsentRequest(request) {
      await connection.query(INSERT, ...fromConsentRequest(request))
    },
    async readConsentRequest(idHash) {
      const [row] = await connection.query(SELECT, idHash)
      return row && toConsentRequest(row)
    },
    async decideConsent(idHash, outcome, next, event) {
      if (!next) {
        const [dismissed] = await connection.query(DISMISS, idHash, outcome)
        return dismissed ? 'decided' : 'used'
      }
      const [row] = await connection.query(
        DECIDE,
        ...replacement(next),
        idHash,
        outcome,
        toDrafts([event]),
      )
      const [pending, decided] = row ?? []
      if (decided) return 'decided'
      return pending ? 'conflict' : 'used'
    },
    async completeConsent(idHash, now) {
      const [row] = await connection.query(COMPLETE, idHash, now)
      return row && toConsentRequest(row)
    },
    async dropExpired(now, limit) {
      return (await connection.query(DROP, now, limit)).length
    },
  }
}
