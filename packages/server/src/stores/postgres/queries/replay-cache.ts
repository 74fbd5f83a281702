/**
 * @module The replay cache: one row per value that is used once.
 * @see [RFC 9449 §11.1](https://www.rfc-editor.org/rfc/rfc9449.html#section-11.1)
 */
import type { Store } from '../../../engine/store/store.ts'
import type { Connection } from '../driver.ts'
import { createStatementBatch } from '../statement-batching.ts'

const CONSUME = `INSERT INTO consumed_tokens (id_hash, expires_at) SELECT * FROM unnest($1::text[], $2::bigint[])
  ON CONFLICT (id_hash) DO NOTHING RETURNING id_hash`
const SELECT = 'SELECT 1 FROM consumed_tokens WHERE id_hash = $1'
const DROP = `DELETE FROM consumed_tokens WHERE id_hash IN
  (SELECT id_hash FROM consumed_tokens WHERE expires_at <= $1 LIMIT $2) RETURNING 1`

export type ReplayCache = Pick<Store, 'consumeOnce' | 'isConsumed'> & {
  dropExpired(now: number, limit: number): Promise<number>
}

type ConsumedToken = { readonly idHash: string; readonly expiresAt: number }

export function createReplayCache(connection: Connection): ReplayCache {
  /** Sorted, so that two nodes with the same ids lock the rows in the same order and cannot deadlock. */
  const consume = createStatementBatch<ConsumedToken, boolean>(
    connection.statistics,
    async (tokens) => {
      const sorted = [...tokens].sort((a, b) => (a.idHash < b.idHash ? -1 : 1))
      const rows = await connection.query(
        CONSUME,
        sorted.map(({ idHash }) => idHash),
        sorted.map(({ expiresAt }) => expiresAt),
      )
      // Of several calls with the same id in one statement, exactly one succeeds.
      const inserted = new Set(rows.map(([idHash]) => String(idHash)))
      return tokens.map(({ idHash }) => inserted.delete(idHash))
    },
  )
  return {
    consumeOnce: (idHash, expiresAt) => consume({ idHash, expiresAt }),
    async isConsumed(idHash) {
      return (await connection.query(SELECT, idHash)).length > 0
    },
    async dropExpired(now, limit) {
      return (await connection.query(DROP, now, limit)).length
    },
  }
}
