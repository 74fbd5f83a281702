/**
 * @module Grants, and the pairwise user ids of clients.
 */

import type { Grant, UserRef } from '../../../engine/records.ts'
import { DISCARDED_EPOCH } from '../../../engine/store/grants.ts'
import type { GrantState } from '../../../engine/store/revocation-log.ts'
import type { Store } from '../../../engine/store/store.ts'
import { type ProtectedRecords, toGrantPage } from '../../protected-records.ts'
import { GRANT_COLUMNS, type Row, SUBJECT_COLUMNS } from '../../row-mapping.ts'
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
const INSERT_SUBJECT = `INSERT INTO subjects (${SUBJECT_COLUMNS.join(', ')}) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (client_number, wallet_id, user_id) DO NOTHING`
const SUBJECT = `SELECT ${SUBJECT_COLUMNS.join(', ')} FROM subjects WHERE client_number = $1 AND wallet_id = $2 AND user_id = $3`
/** By its value, because another node may have replaced it since it was read. */
const DELETE_SUBJECT = `DELETE FROM subjects WHERE client_number = $1 AND wallet_id = $2 AND user_id = $3 AND subject = $4
  AND mac IS NOT DISTINCT FROM $5`
/** Finds the row by the pairwise id, because a client does not know the wallet's id of the user. */
const ACKNOWLEDGE = `UPDATE subjects SET deletion_acknowledged_at = $3 WHERE subject = $2 AND client_number = $1 RETURNING 1`
const DELETION = `SELECT deletion_acknowledged_at FROM subjects
  WHERE client_number = $1 AND wallet_id = $2 AND user_id = $3`
const INSERT = `INSERT INTO grants
    (${GRANT_COLUMNS.join(', ')})
  VALUES (${GRANT_COLUMNS.map((_, index) => `$${index + 1}`).join(', ')})
  ON CONFLICT (wallet_id, user_id, app_id) DO NOTHING`
/** The changes of a statement that replaces a grant; its parameters 1 to 6 are those of `grantUpdateParameters`. */
export const GRANT_CHANGES = `epoch = $2::bigint, granted_scopes = $3, denied_scopes = $4, last_receipt_id = $5, mac = $6`
/** Locks the grant first. Without the preceding epoch, nothing is recorded: the caller reads the grant again and retries. */
const REPLACE = `WITH preceding AS (
    SELECT grant_id FROM grants WHERE grant_id = $1::bigint AND epoch = $2::bigint - 1 FOR UPDATE
  ), recorded AS (
    INSERT INTO consumed_tokens (id_hash, expires_at) SELECT $10::text, $11::bigint FROM preceding WHERE $10::text IS NOT NULL
    ON CONFLICT (id_hash) DO NOTHING RETURNING 1
  ), replaced AS (
    UPDATE grants g SET ${GRANT_CHANGES}
    FROM preceding p WHERE g.grant_id = p.grant_id AND ($10::text IS NULL OR EXISTS (SELECT FROM recorded))
    RETURNING g.grant_id
  ), logged AS (
    INSERT INTO revocations (kind, id, epoch)
    SELECT 'grant', grant_id::text, $2::bigint FROM replaced WHERE $7::boolean
    RETURNING sequence
  ), ${insertEventsCte('$8', 'replaced')}, ${insertReceiptCte('$9', 'replaced')}
  SELECT (SELECT count(*) FROM replaced), coalesce((SELECT sequence FROM logged), 0) FROM preceding`
const DISCARD = `WITH removed AS (DELETE FROM grants WHERE grant_id = $1::bigint RETURNING grant_id)
  INSERT INTO revocations (kind, id, epoch) SELECT 'grant', grant_id::text, $2::bigint FROM removed RETURNING sequence`

export type GrantStore = Pick<
  Store,
  | 'findGrant'
  | 'listGrants'
  | 'pageGrants'
  | 'openGrant'
  | 'replaceGrant'
  | 'findForgedGrant'
  | 'discardGrant'
  | 'acknowledgeDeletion'
  | 'readDeletion'
> & {
  /** A grant, and the instant up to which its credentials are revoked. */
  readGrant(grantId: number): Promise<Omit<GrantState, 'authorization'> | undefined>
}

type GrantKey = { readonly walletId: string; readonly userId: string; readonly appId: string }

export function createGrantStore(
  connection: Connection,
  protectedRecords: Pick<ProtectedRecords, 'grant' | 'subject' | 'event'>,
): GrantStore {
  const { grant: grants, subject: subjects } = protectedRecords

  const findRow = createStatementBatch<GrantKey, Row | undefined>(
    connection.statistics,
    async (keys) => {
      const rows = await connection.query(
        BY_USER,
        keys.map(({ walletId }) => walletId),
        keys.map(({ userId }) => userId),
        keys.map(({ appId }) => appId),
      )
      const found = new Map(rows.map(([n, ...row]) => [Number(n), row]))
      return keys.map((_, index) => found.get(index + 1))
    },
  )

  const read = createStatementBatch<number, Omit<GrantState, 'authorization'> | undefined>(
    connection.statistics,
    async (ids) => {
      const rows = await connection.query(BY_ID, ids)
      const found = new Map(
        rows.map(([n, revokedThrough, ...row]) => {
          const grant = grants.read(row)
          return [Number(n), grant && { grant, revokedThrough: Number(revokedThrough) }]
        }),
      )
      return ids.map((_, index) => found.get(index + 1))
    },
  )

  async function find(key: GrantKey): Promise<Grant | undefined> {
    const row = await findRow(key)
    return row && grants.read(row)
  }

  /** The id of a grant whose row is not genuine. */
  async function findForged(key: GrantKey): Promise<number | undefined> {
    const row = await findRow(key)
    return row && !grants.read(row) ? Number(row[0]) : undefined
  }

  async function list({ walletId, userId }: UserRef): Promise<readonly Grant[]> {
    const rows = await connection.query(OF_USER, walletId, userId)
    return rows.flatMap((row) => grants.read(row) ?? [])
  }

  async function discard(grantId: number): Promise<number> {
    const [row] = await connection.query(DISCARD, grantId, DISCARDED_EPOCH)
    if (row) connection.notify(CHANNEL)
    return Number(row?.[0] ?? 0)
  }

  /** A pairwise id that is not genuine is replaced, so that no user gets the id of another. */
  async function openSubject({ clientNumber, user, subject: newSubject }: Grant): Promise<string> {
    const key = [clientNumber, user.walletId, user.userId] as const
    const [row] = await connection.query(SUBJECT, ...key)
    const known = row && subjects.read(row)
    if (known) return known.subject
    const other = (await list(user)).find((one) => one.clientNumber === clientNumber)
    const subject = other?.subject ?? newSubject
    if (row) await connection.query(DELETE_SUBJECT, ...key, String(row[3]), row[4] ?? null)
    const mac = subjects.macOf({ clientNumber, user, subject })
    await connection.query(INSERT_SUBJECT, ...key, subject, mac)
    const [stored] = await connection.query(SUBJECT, ...key)
    return (stored && subjects.read(stored)?.subject) ?? subject
  }

  return {
    readGrant: read,
    findGrant: ({ walletId, userId }, appId) => find({ walletId, userId, appId }),
    listGrants: list,
    async pageGrants(after, limit) {
      return toGrantPage(await connection.query(PAGE, after, limit), limit, grants)
    },
    findForgedGrant: ({ walletId, userId }, appId) => findForged({ walletId, userId, appId }),
    discardGrant: discard,
    // Each step is idempotent, also across nodes, so no transaction is needed.
    async openGrant(start) {
      const { walletId, userId } = start.user
      const key = { walletId, userId, appId: start.appId }
      const row = await findRow(key)
      const known = row && grants.read(row)
      if (known) return known
      if (row) await discard(Number(row[0]))
      const grant = { ...start, subject: await openSubject(start) }
      await connection.query(
        INSERT,
        grant.grantId,
        walletId,
        userId,
        grant.appId,
        grant.clientNumber,
        grant.subject,
        grant.epoch,
        JSON.stringify(grant.granted),
        JSON.stringify(grant.denied),
        grant.lastReceiptId ?? null,
        grants.macOf(grant),
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
        ...grantUpdateParameters(next, grants.macOf(next)),
        revokes,
        toEventRows([writes?.event], protectedRecords),
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

/** Parameters 1 to 6 of the statements that replace a grant. */
export function grantUpdateParameters(
  { grantId, epoch, granted, denied, lastReceiptId }: Grant,
  mac: Buffer,
): [number, number, string, string, string | null, Buffer] {
  return [
    grantId,
    epoch,
    JSON.stringify(granted),
    JSON.stringify(denied),
    lastReceiptId ?? null,
    mac,
  ]
}
