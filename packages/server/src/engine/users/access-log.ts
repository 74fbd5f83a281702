/**
 * @module What was read of a user: for the user, and for the client that read it.
 */
import { type AccessLogSummary, formatTime } from '@assent/protocol'
import type { Ports } from '../ports/ports.ts'
import type { Grant, UserRef } from '../records.ts'

export type AccessLogQuery = {
  /** Epoch seconds. */
  readonly before: number
  /** For each mini program. */
  readonly limit: number
}

/** Of all mini programs, or of one; also of those that hold nothing any more. The latest first. */
export async function listAccessLogOfUser(
  { store }: Pick<Ports, 'store'>,
  { user, appId, ...query }: AccessLogQuery & { readonly user: UserRef; readonly appId?: string },
): Promise<readonly AccessLogSummary[]> {
  const grants = (await store.listGrants(user)).filter(
    (grant) => grant.appId === (appId ?? grant.appId),
  )
  const all = await Promise.all(grants.map((grant) => listAccessLog({ store }, grant, query)))
  return all
    .flat()
    .sort((a, b) => Number(a.accessedAt < b.accessedAt) - Number(a.accessedAt > b.accessedAt))
}

export async function listAccessLog(
  { store }: Pick<Ports, 'store'>,
  { grantId, appId }: Grant,
  { before, limit }: AccessLogQuery,
): Promise<readonly AccessLogSummary[]> {
  const entries = await store.listAccessLog(grantId, before, limit)
  return entries.map(({ api, fields, accessedAt, count }) => ({
    appId,
    api,
    fields,
    accessedAt: formatTime(accessedAt),
    count,
  }))
}
