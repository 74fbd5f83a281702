/**
 * @module The content of a user's privacy page: the mini programs with access to data, the data they read, and the user's
 * decisions.
 */
import { upcomingEndOf } from '../consent/expiry.ts'
import { withdrawnAtOf } from '../grant.ts'
import type { Ports } from '../ports/ports.ts'
import type { ReceiptSummary } from '../receipt-records.ts'
import type { Grant, UserRef } from '../records.ts'
import type { Client, MiniProgram } from '../registry.ts'
import type { AccessEntry } from './access-log.ts'
import { type ActiveGrant, activeScopes } from './grant-overview.ts'

/** A mini program that the user granted scopes to or denied scopes. Instants are epoch seconds. */
export type AppEntry = {
  readonly grant: Grant
  readonly miniProgram: MiniProgram
  readonly merchant: Client
  /** The scopes in effect, including implicit ones. */
  readonly scopes: ActiveGrant['scopes']
  /** When data was last read or the user last signed in. */
  readonly lastUsedAt: number | undefined
  /** When the grant ends unless it is used; only within the last 14 days before. */
  readonly lapsesAt: number | undefined
  /** When the last scope ended; `undefined` while a scope is in effect, and if none ever was. */
  readonly endedAt: number | undefined
  /** When the last scope was withdrawn; `undefined` while the grant has scopes. */
  readonly withdrawnAt: number | undefined
  /** When the merchant confirmed the deletion of the user's data, if it did so after the withdrawal. */
  readonly deletionAcknowledgedAt: number | undefined
}

export type AppDetail = AppEntry & {
  readonly accessLog: readonly AccessEntry[]
  readonly receipts: readonly ReceiptSummary[]
  /** Whether there may be entries or receipts beyond the limits. */
  readonly hasOlder: boolean
}

/** The maximum number of rows that one mini program adds to a page. */
export type RowLimits = { readonly accessLog: number; readonly receipts: number }

/** What the history of a mini program shows. The export has the rest. */
export const PAGE_LIMITS: RowLimits = { accessLog: 500, receipts: 50 }

/** Lists the mini programs that requested scopes of the user, by last use. Reads one entry of the access log for each. */
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
  limits: RowLimits = PAGE_LIMITS,
): Promise<AppDetail | undefined> {
  const grant = await ports.store.findGrant(user, appId)
  const app = grant && (await toAppEntry(ports, grant, now))
  if (!app) return undefined
  const [accessLog, receipts] = await Promise.all([
    ports.store.listAccessLog(grant.grantId, now + 1, limits.accessLog),
    ports.store.listReceipts([grant.grantId], limits.receipts),
  ])
  const hasOlder = accessLog.length >= limits.accessLog || receipts.length >= limits.receipts
  return { ...app, accessLog, receipts, hasOlder }
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
  { registry, store }: Pick<Ports, 'registry' | 'store'>,
  grant: Grant,
  now: number,
): Promise<AppEntry | undefined> {
  const miniProgram = await registry.findMiniProgram(grant.appId)
  const merchant = miniProgram && (await registry.findClient(miniProgram.clientId))
  if (!merchant) return undefined
  const withdrawnAt = withdrawnAtOf(grant)
  const [[latest], deletionAcknowledgedAt] = await Promise.all([
    store.listAccessLog(grant.grantId, now + 1, 1),
    readAcknowledgedDeletion({ store }, grant, withdrawnAt),
  ])
  const scopes = activeScopes(registry, grant, now)
  return {
    grant,
    miniProgram,
    merchant,
    scopes,
    lastUsedAt: latest?.accessedAt,
    lapsesAt: upcomingEndOf(grant, latest?.accessedAt, now),
    endedAt: scopes.length > 0 ? undefined : (withdrawnAt ?? lastExpiryOf(grant)),
    withdrawnAt,
    deletionAcknowledgedAt,
  }
}

async function readAcknowledgedDeletion(
  { store }: Pick<Ports, 'store'>,
  { clientNumber, user }: Grant,
  withdrawnAt: number | undefined,
): Promise<number | undefined> {
  if (withdrawnAt === undefined) return undefined
  const acknowledgedAt = await store.readDeletion(clientNumber, user)
  return acknowledgedAt !== undefined && acknowledgedAt >= withdrawnAt ? acknowledgedAt : undefined
}

/** Expired scopes stay in the grant until a background job removes them. */
function lastExpiryOf({ granted }: Grant): number | undefined {
  const ends = Object.values(granted).flatMap(({ expiresAt }) => expiresAt ?? [])
  return ends.length > 0 ? Math.max(...ends) : undefined
}

/** Lists the scopes that the user denied on a prompt. Scopes that were only withdrawn may be requested again at once. */
export function deniedScopes({ denied }: Grant): readonly string[] {
  return Object.entries(denied).flatMap(([scope, { times }]) => (times > 0 ? [scope] : []))
}

/** Whether the user denied a scope on a prompt. */
export function hasDenied(grant: Grant): boolean {
  return deniedScopes(grant).length > 0
}

/** When the user first allowed one of the scopes in effect. @returns `undefined` when none is in effect */
export function activeSince({ scopes }: Pick<AppEntry, 'scopes'>): number | undefined {
  if (scopes.length === 0) return undefined
  return Math.min(...scopes.map(({ granted }) => granted.grantedAt))
}

/** When the last scope in effect ends by itself. @returns `undefined` when one lasts until it is withdrawn */
export function activeUntil({ scopes }: Pick<AppEntry, 'scopes'>): number | undefined {
  const ends = scopes.flatMap(({ granted }) => granted.expiresAt ?? [])
  return ends.length > 0 && ends.length === scopes.length ? Math.max(...ends) : undefined
}

function lastUse({ scopes, lastUsedAt, endedAt }: AppEntry): number {
  const granted = scopes.map(({ granted }) => granted.grantedAt)
  return Math.max(0, ...granted, lastUsedAt ?? 0, endedAt ?? 0)
}
