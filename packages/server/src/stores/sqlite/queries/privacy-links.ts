/**
 * @module One-time links to the privacy page of a user.
 */
import type { Store } from '../../../engine/store/store.ts'
import { fromPrivacyLink, PRIVACY_LINK_COLUMNS } from '../../prompt-rows.ts'
import { type ProtectedRecords, toLink } from '../../protected-records.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

const COLUMNS = PRIVACY_LINK_COLUMNS.join(', ')

export type PrivacyLinkStore = Pick<Store, 'createPrivacyLink' | 'consumePrivacyLink'> & {
  dropExpired(now: number, limit: number): number
}

export function createPrivacyLinkStore(
  connection: Connection,
  group: GroupCommit,
  { privacyLink: links }: Pick<ProtectedRecords, 'privacyLink'>,
): PrivacyLinkStore {
  const insert = connection.prepare(
    `INSERT INTO privacy_links (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`,
  )
  const consume = connection.prepare(
    `DELETE FROM privacy_links WHERE id_hash = ? AND expires_at > ?
     RETURNING ${COLUMNS}`,
  )
  const drop = connection.prepare(
    `DELETE FROM privacy_links WHERE id_hash IN
       (SELECT id_hash FROM privacy_links WHERE expires_at <= ? LIMIT ?) RETURNING 1`,
  )
  return {
    async createPrivacyLink(idHash, newLink) {
      const link = { idHash, ...newLink }
      await group.write(() => insert.get(...fromPrivacyLink(link), links.macOf(link)))
    },
    consumePrivacyLink: (idHash, now) =>
      group.write(() => {
        const row = consume.get(idHash, now)
        return row && toLink(links.read(row))
      }),
    dropExpired: (now, limit) => drop.all(now, limit).length,
  }
}
