/**
 * @module One-time links to the privacy page of a user.
 */
import type { Store } from '../../../engine/store/store.ts'
import { fromPrivacyLink, PRIVACY_LINK_COLUMNS } from '../../prompt-rows.ts'
import { type ProtectedRecords, toLink } from '../../protected-records.ts'
import type { Connection } from '../driver.ts'

const COLUMNS = PRIVACY_LINK_COLUMNS.join(', ')

const INSERT = `INSERT INTO privacy_links (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)`
const CONSUME = `DELETE FROM privacy_links WHERE id_hash = $1 AND expires_at > $2
  RETURNING ${COLUMNS}`
const DROP = `DELETE FROM privacy_links WHERE id_hash IN
  (SELECT id_hash FROM privacy_links WHERE expires_at <= $1 LIMIT $2) RETURNING 1`

export type PrivacyLinkStore = Pick<Store, 'createPrivacyLink' | 'consumePrivacyLink'> & {
  dropExpired(now: number, limit: number): Promise<number>
}

export function createPrivacyLinkStore(
  connection: Connection,
  { privacyLink: links }: Pick<ProtectedRecords, 'privacyLink'>,
): PrivacyLinkStore {
  return {
    async createPrivacyLink(idHash, newLink) {
      const link = { idHash, ...newLink }
      await connection.query(INSERT, ...fromPrivacyLink(link), links.macOf(link))
    },
    async consumePrivacyLink(idHash, now) {
      const [row] = await connection.query(CONSUME, idHash, now)
      return row && toLink(links.read(row))
    },
    async dropExpired(now, limit) {
      return (await connection.query(DROP, now, limit)).length
    },
  }
}
