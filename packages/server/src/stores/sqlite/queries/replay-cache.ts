/**
 * @module The replay cache: one row per value that is used once.
 * @see [RFC 9449 §11.1](https://www.rfc-editor.org/rfc/rfc9449.html#section-11.1)
 */

import type { OnceRecord } from '../../../engine/records.ts'
import type { Store } from '../../../engine/store/store.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

export type ReplayCache = Pick<Store, 'consumeOnce' | 'isConsumed'> & {
  /** To be called within a transaction. @returns `false` when the value was recorded before */
  record(once: OnceRecord): boolean
  dropExpired(now: number, limit: number): number
}

export function createReplayCache(connection: Connection, group: GroupCommit): ReplayCache {
  const consume = connection.prepare(
    'INSERT INTO consumed_tokens (id_hash, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING 1',
  )
  const select = connection.prepare('SELECT 1 FROM consumed_tokens WHERE id_hash = ?')
  const drop = connection.prepare(
    `DELETE FROM consumed_tokens WHERE id_hash IN
       (SELECT id_hash FROM consumed_tokens WHERE expires_at <= ? LIMIT ?) RETURNING 1`,
  )
  const record = ({ idHash, expiresAt }: OnceRecord): boolean =>
    consume.get(idHash, expiresAt) !== undefined
  return {
    record,
    consumeOnce: (idHash, expiresAt) => group.write(() => record({ idHash, expiresAt })),
    async isConsumed(idHash) {
      return select.get(idHash) !== undefined
    },
    dropExpired: (now, limit) => drop.all(now, limit).length,
  }
}
