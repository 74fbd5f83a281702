/**
 * @module The content of a user's privacy page: the mini programs with access to data, the data they read, and the user's
 * decisions.
 */
import type { AccessLogSummary } from '@assent/protocol'
import { findUpcomingEnd } from '../consent/expiry.ts'
import { withdrawnAtOf } from '../grant.ts'
import type { Ports } from '../ports/ports.ts'
import type { ReceiptSummary } from '../receipt-records.ts'
import type { Grant, UserRef } from '../records.ts'
import type { MiniProgram, Registry } from '../registry.ts'
import { listAccessLog } from './access-log.ts'
import { type ActiveGrant, activeScopes } from './grant-overview.ts'

/** A mini program that the user granted scopes to or denied scopes. */
export type AppEntry = {
  readonly grant: Grant
  readonly miniProgram: MiniProgram
  readonly merchant: string
  /** The scopes in effect, including implicit ones. */
  readonly scopes: ActiveGrant['scopes']
  /** When data was last read. Epoch seconds, as the instants below. */
  readonly lastReadAt: number | undefined
  /** When data was last read or the user last signed in. */
  readonly lastUsedAt: number | undefined
  /** When the grant ends unless it is used; only within the last 14 days before. */
  readonly lapsesAt: number | undefined
  /** When the last scope was withdrawn; `undefined` while the grant has scopes. */
  readonly withdrawnAt: number | undefined
  /** When the merchant confirmed the deletion of the user's data, if it did so after the withdrawal. */
  readonly deletionAcknowledgedAt: number | undefined
}

export type AppDetail = AppEntry & {
  readonly accessLog: readonly AccessLogSummary[]
  readonly receipts: readonly ReceiptSummary[]
}

/** The last read is searched among this many entries. Sign-ins are recorded only once a day and rarely hide it. */
const SEARCHED_ENTRIES = 50
const DEFAULT_LIMITS = { accessLog: 30, receipts: 20 }

/** Lists the mini programs that requested scopes of the user, by last use. */
export async function listApps(
  ports: Pick<Ports, 'registry' | 'store'>,
  user: UserRef,
  now: number,
): Promise<readonly AppEntry[]> {
  const grants = await ports.store.listGrants(user)
  const apps = await Promise.all(grants.map((grant) => toAppEntry(ports, grant, now)))
  return apps.filter((app) => app !== undefined).sort((a, b) => lastUse(b) - lastUse(a))
}

/** Reads one mini program with its access log and receipts. @returns `undefined` when it is not among those of the user */
export async function readApp(
  ports: Pick<Ports, 'registry' | 'store'>,
  user: UserRef,
  appId: string,
  now: number,
  limits: { readonly accessLog: number; readonly receipts: number } = DEFAULT_LIMITS,
): Promise<AppDetail | undefined> {
  const grant = await ports.store.findGrant(user, appId)
  const app = grant && (await toAppEntry(ports, grant, now))
  if (!app) return undefined
  const [accessLog, receipts] = await Promise.all([
    listAccessLog(ports, app.grant, { before: now + 1, limit: limits.accessLog }),
    ports.store.listReceipts([app.grant.grantId], limits.receipts),
  ])
  return { ...app, accessLog, receipts }
}

/** Finds a receipt. @returns `undefined` when it does not exist or belongs to another user */
export async function findReceipt(
  { store }: Pick<Ports, 'store'>,
  user: UserRef,
  receiptId: string,
): Promise<ReceiptSummary | undefined> {
  const [receipt, grants] = await Promise.all([
    store.readReceipt(receiptId),
    store.listGrants(user),
  ])
  return grants.some(({ grantId }) => grantId === receipt?.grantId) ? receipt : undefined
}

async function toAppEntry(
  { registry, store }: { readonly registry: Registry; readonly store: Ports['store'] },
  grant: Grant,
  now: number,
): Promise<AppEntry | undefined> {
  const miniProgram = registry.miniPrograms.get(grant.appId)
  if (!miniProgram) return undefined
  const [accessLog, acknowledgedAt, lapsesAt] = await Promise.all([
    store.listAccessLog(grant.grantId, now + 1, SEARCHED_ENTRIES),
    store.readDeletion(grant.clientNumber, grant.user),
    findUpcomingEnd({ store }, grant, now),
  ])
  const scopes = activeScopes(registry, grant, now)
  const withdrawnAt = withdrawnAtOf(grant)
  const isAcknowledged =
    acknowledgedAt !== undefined && withdrawnAt !== undefined && acknowledgedAt >= withdrawnAt
  return {
    grant,
    miniProgram,
    merchant: registry.clients.get(miniProgram.clientId)?.name ?? '',
    scopes,
    lastUsedAt: accessLog[0]?.accessedAt,
    // Entries without fields are sign-ins.
    lastReadAt: accessLog.find(({ fields }) => fields.length > 0)?.accessedAt,
    lapsesAt,
    withdrawnAt,
    deletionAcknowledgedAt: isAcknowledged ? acknowledgedAt : undefined,
  }
}

/** Whether the user denied a scope on a prompt. Scopes that were only withdrawn may be requested again at once. */
export function hasDenied({ denied }: Grant): boolean {
  return Object.values(denied).some(({ times }) => times > 0)
}

function lastUse({ scopes, lastUsedAt, withdrawnAt }: AppEntry): number {
  const granted = scopes.map(({ granted }) => granted.grantedAt)
  return Math.max(0, ...granted, lastUsedAt ?? 0, withdrawnAt ?? 0)
}
