/**
 * @module Lists which data of a user was read, for the user and for the client that read it.
 * @see docs/operating.md#access-log
 */
import { type AccessLogSummary, formatTime } from '@assent/protocol'
import type { Ports } from '../ports/ports.ts'
import type { AccessLogEntry, Grant, UserRef } from '../records.ts'

/** An entry of one grant. */
export type AccessEntry = Omit<AccessLogEntry, 'grantId' | 'entryId'>

export type AccessLogQuery = {
  /** Only entries before this instant, in epoch seconds. */
  readonly before: number
  /** The maximum number of entries for each mini program. */
  readonly limit: number
}

/** Lists the entries of a user, for one or all mini programs, including withdrawn ones. The latest first. */
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

/** Lists the entries of a grant, the latest first. */
export async function listAccessLog(
  { store }: Pick<Ports, 'store'>,
  { grantId, appId }: Grant,
  { before, limit }: AccessLogQuery,
): Promise<readonly AccessLogSummary[]> {
  const entries = await store.listAccessLog(grantId, before, limit)
  return entries.map((entry) => toAccessLogSummary(appId, entry))
}

/** Writes an entry as the APIs and the export show it. */
export function toAccessLogSummary(appId: string, entry: AccessEntry): AccessLogSummary {
  const { api, fields, accessedAt, count } = entry
  return { appId, api, fields, accessedAt: formatTime(accessedAt), count }
}
