/**
 * @module Grants, and the pairwise user ids of clients.
 */
import type { GrantState } from '../../../engine/ports/revocation-log.ts'
import type { Store } from '../../../engine/ports/store.ts'
import type { Grant } from '../../../engine/records.ts'
import { GRANT_COLUMNS, toGrant } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import { createStatementBatch } from '../statement-batching.ts'
import { insertEventsCte, toEventRows } from './events.ts'
import { insertReceiptCte, toReceiptRows } from './receipts.ts'
import { CHANNEL, REVOKED_THROUGH } from './revocations.ts'

const COLUMNS = GRANT_COLUMNS.map((name) => `g.${name}`).join(', ')

const BY_USER = `SELECT v.n, ${COLUMNS}
  FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS v (wallet_id, user_id, app_id, n)
  JOIN grants g ON g.wallet_id = v.wallet_id AND g.user_id = v.user_id AND g.app_id = v.app_id`
const BY_ID = `SELECT v.n, ${REVOKED_THROUGH}, ${COLUMNS}
  FROM unnest($1::bigint[]) WITH ORDINALITY AS v (grant_id, n) JOIN grants g ON g.grant_id = v.grant_id`
const OF_USER = `SELECT ${COLUMNS} FROM grants g WHERE g.wallet_id = $1 AND g.user_id = $2`
const PAGE = `SELECT ${COLUMNS} FROM grants g WHERE g.grant_id > $1 ORDER BY g.grant_id LIMIT $2`
const INSERT_SUBJECT = `INSERT INTO subjects (client_number, wallet_id, user_id, subject) VALUES ($1, $2, $3, $4)
  ON CONFLICT (client_number, wallet_id, user_id) DO NOTHING`
const SUBJECT = `SELECT subject FROM subjects WHERE client_number = $1 AND wallet_id = $2 AND user_id = $3`
/** Finds the row by the pairwise id, because a client does not know the wallet's id of the user. */
const ACKNOWLEDGE = `UPDATE subjects SET deletion_acknowledged_at = $3 WHERE subject = $2 AND client_number = $1 RETURNING 1`
const DELETION = `SELECT deletion_acknowledged_at FROM subjects
  WHERE client_number = $1 AND wallet_id = $2 AND user_id = $3`
const INSERT = `INSERT INTO grants
    (grant_id, client_number, wallet_id, user_id, app_id, epoch, granted_scopes, denied_scopes, subject)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  ON CONFLICT (wallet_id, user_id, app_id) DO NOTHING`
/** Locks the grant first. Without the preceding epoch, nothing is recorded: the caller reads the grant again and retries. */
const REPLACE = `WITH preceding AS (
    SELECT grant_id FROM grants WHERE grant_id = $1::bigint AND epoch = $2::bigint - 1 FOR UPDATE
  ), recorded AS (
    INSERT INTO consumed_tokens (id_hash, expires_at) SELECT $8::text, $9::bigint FROM preceding WHERE $8::text IS NOT NULL
    ON CONFLICT (id_hash) DO NOTHING RETURNING 1
  ), replaced AS (
    UPDATE grants g SET epoch = $2::bigint, granted_scopes = $3, denied_scopes = $4
    FROM preceding p WHERE g.grant_id = p.grant_id AND ($8::text IS NULL OR EXISTS (SELECT FROM recorded))
    RETURNING g.grant_id
  ), logged AS (
    INSERT INTO revocations (kind, id, epoch)
    SELECT 'grant', grant_id::text, $2::bigint FROM replaced WHERE $5::boolean
    RETURNING sequence
  ), ${insertEventsCte('$6', 'replaced')}, ${insertReceiptCte('$7', 'replaced')}
  SELECT (SELECT count(*) FROM replaced), coalesce((SELECT sequence FROM logged), 0) FROM preceding`

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
  /** A grant, and the instant up to which its credentials are revoked. */
  readGrant(grantId: number): Promise<Omit<GrantState, 'authorization'> | undefined>
}

type GrantKey = { readonly walletId: string; readonly userId: string; readonly appId: string }

export function createGrantStore(connection: Connection): GrantStore {
  const find = createStatementBatch<GrantKey, Grant | undefined>(
    connection.statistics,
    async (keys) => {
      const rows = await connection.query(
        BY_USER,
        keys.map(({ walletId }) => walletId),
        keys.map(({ userId }) => userId),
        keys.map(({ appId }) => appId),
      )
      const found = new Map(rows.map(([n, ...row]) => [Number(n), toGrant(row)]))
      return keys.map((_, index) => found.get(index + 1))
    },
  )

  const read = createStatementBatch<number, Omit<GrantState, 'authorization'> | undefined>(
    connection.statistics,
    async (ids) => {
      const rows = await connection.query(BY_ID, ids)
      const found = new Map(
        rows.map(([n, revokedThrough, ...row]) => [
          Number(n),
          { grant: toGrant(row), revokedThrough: Number(revokedThrough) },
        ]),
      )
      return ids.map((_, index) => found.get(index + 1))
    },
  )

  return {
    readGrant: read,
    findGrant: ({ walletId, userId }, appId) => find({ walletId, userId, appId }),
    async listGrants({ walletId, userId }) {
      return (await connection.query(OF_USER, walletId, userId)).map(toGrant)
    },
    async pageGrants(after, limit) {
      return (await connection.query(PAGE, after, limit)).map(toGrant)
    },
    // Each step is idempotent, also across nodes, so no transaction is needed.
    async openGrant(grant) {
      const { walletId, userId } = grant.user
      const key = { walletId, userId, appId: grant.appId }
      const known = await find(key)
      if (known) return known
      const userOfClient = [grant.clientNumber, walletId, userId] as const
      await connection.query(INSERT_SUBJECT, ...userOfClient, grant.subject)
      const [row] = await connection.query(SUBJECT, ...userOfClient)
      await connection.query(
        INSERT,
        grant.grantId,
        grant.clientNumber,
        walletId,
        userId,
        grant.appId,
        grant.epoch,
        JSON.stringify(grant.granted),
        JSON.stringify(grant.denied),
        String(row?.[0]),
      )
      return (await find(key)) as Grant
    },
    async acknowledgeDeletion(clientNumber, subject, now) {
      return (await connection.query(ACKNOWLEDGE, clientNumber, subject, now)).length > 0
    },
    async readDeletion(clientNumber, { walletId, userId }) {
      const [row] = await connection.query(DELETION, clientNumber, walletId, userId)
      return typeof row?.[0] === 'number' ? row[0] : undefined
    },
    async replaceGrant(next, revokes, writes) {
      const [row] = await connection.query(
        REPLACE,
        ...grantUpdateParameters(next),
        revokes,
        toEventRows([writes?.event]),
        toReceiptRows(writes?.receipt),
        writes?.once?.idHash ?? null,
        writes?.once?.expiresAt ?? null,
      )
      if (!row) return false
      const [replaced, sequence] = row
      if (!replaced) return 'repeated'
      if (revokes) connection.notify(CHANNEL)
      return { sequence: Number(sequence) }
    },
  }
}

/** Parameters 1 to 4 of the statements that replace a grant. */
export function grantUpdateParameters({
  grantId,
  epoch,
  granted,
  denied,
}: Grant): [number, number, string, string] {
  return [grantId, epoch, JSON.stringify(granted), JSON.stringify(denied)]
}
