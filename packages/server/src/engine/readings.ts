/**
 * @module What was read of a user: for the user, and for the client that read it.
 */
import { formatTime, type ReadingSummary } from '@assent/protocol'
import type { Ports } from './ports.ts'
import type { Grant, UserRef } from './records.ts'

export type ReadingsQuery = {
  /** Epoch seconds. */
  readonly before: number
  /** For each mini program. */
  readonly limit: number
}

/** Of all mini programs, or of one; also of those that hold nothing any more. The latest first. */
export async function listReadingsOfUser(
  { store }: Pick<Ports, 'store'>,
  { user, appId, ...query }: ReadingsQuery & { readonly user: UserRef; readonly appId?: string },
): Promise<readonly ReadingSummary[]> {
  const grants = (await store.listGrants(user)).filter(
    (grant) => grant.appId === (appId ?? grant.appId),
  )
  const all = await Promise.all(grants.map((grant) => listReadings({ store }, grant, query)))
  return all.flat().sort((a, b) => Number(a.readAt < b.readAt) - Number(a.readAt > b.readAt))
}

export async function listReadings(
  { store }: Pick<Ports, 'store'>,
  { grantId, appId }: Grant,
  { before, limit }: ReadingsQuery,
): Promise<readonly ReadingSummary[]> {
  const entries = await store.listReadings(grantId, before, limit)
  return entries.map(({ api, fields, at, count }) => ({
    appId,
    api,
    fields,
    readAt: formatTime(at),
    count,
  }))
}
