/**
 * @module One-time links to the privacy page of a user.
 */
import type { Store } from '../../../engine/ports.ts'
import { toPrivacyLink } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

export type PrivacyLinkStore = Pick<Store, 'createPrivacyLink' | 'consumePrivacyLink'> & {
  dropExpired(now: number, limit: number): number
}

export function createPrivacyLinkStore(
  connection: Connection,
  group: GroupCommit,
): PrivacyLinkStore {
  const insert = connection.prepare(
    'INSERT INTO privacy_links (id_hash, wallet_id, user_id, locale, expires_at) VALUES (?, ?, ?, ?, ?)',
  )
  const consume = connection.prepare(
    `DELETE FROM privacy_links WHERE id_hash = ? AND expires_at > ?
     RETURNING wallet_id, user_id, locale, expires_at`,
  )
  const drop = connection.prepare(
    `DELETE FROM privacy_links WHERE id_hash IN
       (SELECT id_hash FROM privacy_links WHERE expires_at <= ? LIMIT ?) RETURNING 1`,
  )
  return {
    async createPrivacyLink(idHash, { user, locale, expiresAt }) {
      await group.write(() =>
        insert.get(idHash, user.walletId, user.userId, locale ?? null, expiresAt),
      )
    },
    consumePrivacyLink: (idHash, now) =>
      group.write(() => {
        const row = consume.get(idHash, now)
        return row && toPrivacyLink(row)
      }),
    dropExpired: (now, limit) => drop.all(now, limit).length,
  }
}
