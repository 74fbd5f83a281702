/**
 * @module One-time links to the privacy page of a user.
 */
import type { Store } from '../../../engine/ports.ts'
import { toPrivacyLink } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'

const INSERT =
  'INSERT INTO privacy_links (id_hash, wallet_id, user_id, locale, expires_at) VALUES ($1, $2, $3, $4, $5)'
const CONSUME = `DELETE FROM privacy_links WHERE id_hash = $1 AND expires_at > $2
  RETURNING wallet_id, user_id, locale, expires_at`
const DROP = `DELETE FROM privacy_links WHERE id_hash IN
  (SELECT id_hash FROM privacy_links WHERE expires_at <= $1 LIMIT $2) RETURNING 1`

export type PrivacyLinkStore = Pick<Store, 'createPrivacyLink' | 'consumePrivacyLink'> & {
  dropExpired(now: number, limit: number): Promise<number>
}

export function createPrivacyLinkStore(connection: Connection): PrivacyLinkStore {
  return {
    async createPrivacyLink(idHash, { user, locale, expiresAt }) {
      const { walletId, userId } = user
      await connection.query(INSERT, idHash, walletId, userId, locale ?? null, expiresAt)
    },
    async consumePrivacyLink(idHash, now) {
      const [row] = await connection.query(CONSUME, idHash, now)
      return row && toPrivacyLink(row)
    },
    async dropExpired(now, limit) {
      return (await connection.query(DROP, now, limit)).length
    },
  }
}
