/**
 * @module Authorizations. The primary key makes a code single-use; the generation makes a refresh token single-use.
 */

import type { Authorization, OnceRecord } from '../../../engine/records.ts'
import type { Store } from '../../../engine/store/store.ts'
import { AUTHORIZATION_COLUMNS, toAuthorization } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'
import type { EventStore } from './events.ts'
import type { RevocationStore } from './revocations.ts'

const COLUMNS = AUTHORIZATION_COLUMNS.join(', ')

export type AuthorizationStore = Pick<
  Store,
  'redeemCode' | 'rotateRefresh' | 'recordRequest' | 'readAuthorization' | 'endAuthorization'
> & {
  read(authorizationId: string): Authorization | undefined
  /**
   * Deletes expired authorizations among the next `limit` rows, in the order of time, and expired records of requests. Starts again
   * after the last row.
   */
  dropExpired(now: number, limit: number): number
}

export function createAuthorizationStore(
  connection: Connection,
  group: GroupCommit,
  revocations: Pick<RevocationStore, 'append'>,
  events: Pick<EventStore, 'appendEvent'>,
): AuthorizationStore {
  const select = connection.prepare(
    `SELECT ${COLUMNS} FROM authorizations WHERE authorization_id = ?`,
  )
  const insert = connection.prepare(
    `INSERT INTO authorizations (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)
     ON CONFLICT DO NOTHING RETURNING generation`,
  )
  const rotate = connection.prepare(
    `UPDATE authorizations SET generation = generation + 1, rotated_at = ?
     WHERE authorization_id = ? AND generation = ? AND ended_at IS NULL AND expires_at > ? RETURNING ${COLUMNS}`,
  )
  const end = connection.prepare(
    `UPDATE authorizations SET ended_at = ? WHERE authorization_id = ? AND ended_at IS NULL
     RETURNING generation`,
  )
  const record = connection.prepare(
    `INSERT INTO executed_requests (authorization_id, id_hash, expires_at) VALUES (?, ?, ?)
     ON CONFLICT DO NOTHING RETURNING 1`,
  )
  const dropRecords = connection.prepare(
    `DELETE FROM executed_requests WHERE (authorization_id, id_hash) IN
       (SELECT authorization_id, id_hash FROM executed_requests WHERE expires_at <= ? LIMIT ?) RETURNING 1`,
  )
  const page = connection.prepare(
    'SELECT authorization_id, expires_at FROM authorizations WHERE authorization_id > ? ORDER BY authorization_id LIMIT ?',
  )
  const drop = connection.prepare('DELETE FROM authorizations WHERE authorization_id = ?')
  let cursor: Buffer = Buffer.alloc(0)

  function read(authorizationId: string): Authorization | undefined {
    const row = select.get(toBytes(authorizationId))
    return row && toAuthorization(row)
  }

  function isRepeated(authorizationId: string, once: OnceRecord | undefined): boolean {
    return once !== undefined && !record.get(toBytes(authorizationId), once.idHash, once.expiresAt)
  }

  return {
    read,
    redeemCode: (authorization, once) =>
      group.write(() => {
        if (isRepeated(authorization.authorizationId, once)) return 'repeated'
        const isFirst = insert.get(...toRow(authorization)) !== undefined
        return isFirst ? undefined : read(authorization.authorizationId)
      }),
    rotateRefresh: (authorizationId, generation, now, once) =>
      group.write(() => {
        if (isRepeated(authorizationId, once)) return 'repeated'
        const row = rotate.get(now, toBytes(authorizationId), generation, now)
        return row && toAuthorization(row)
      }),
    recordRequest: (authorizationId, once) => group.write(() => !isRepeated(authorizationId, once)),
    async readAuthorization(authorizationId) {
      return read(authorizationId)
    },
    endAuthorization: (authorizationId, now, event) =>
      group.write(() => {
        if (!end.get(now, toBytes(authorizationId))) return 0
        events.appendEvent(event)
        return revocations.append({ kind: 'authorization', authorizationId })
      }),
    dropExpired(now, limit) {
      const rows = page.all(cursor, limit)
      const expired = rows.filter(([, expiresAt]) => Number(expiresAt) <= now)
      for (const [id] of expired) drop.get(id as Buffer)
      cursor = (rows.length < limit ? undefined : (rows.at(-1)?.[0] as Buffer)) ?? Buffer.alloc(0)
      return expired.length + dropRecords.all(now, limit).length
    },
  }
}

function toBytes(authorizationId: string): Buffer {
  return Buffer.from(authorizationId, 'hex')
}

function toRow(authorization: Authorization): (Buffer | number)[] {
  return [
    toBytes(authorization.authorizationId),
    authorization.grantId,
    authorization.epoch,
    authorization.scopeSet,
    authorization.keyVersion,
    authorization.generation,
    authorization.redeemedAt,
    authorization.rotatedAt,
    authorization.expiresAt,
  ]
}
