/**
 * @module All that a user is shown of one's own: what may be read, by whom, what was read, and what was decided
 * (requirements R072, R092, R116).
 */
import { findUpcomingEnd } from '../consent/expiry.ts'
import type { ReceiptSummary } from '../consent/receipt.ts'
import { withdrawnAtOf } from '../grant.ts'
import type { Ports } from '../ports/ports.ts'
import type { Grant, UserRef } from '../records.ts'
import type { MiniProgram, Registry } from '../registry.ts'
import { listAccessLog } from './access-log.ts'
import { type ActiveGrant, activeScopes } from './grant-overview.ts'

export type AppEntry = {
  readonly grant: Grant
  readonly miniProgram: MiniProgram
  readonly merchant: string
  /** What it may read now, silent scopes included. */
  readonly scopes: ActiveGrant['scopes']
  /** When anything was read, and when the user was last signed in or anything was read. Epoch seconds. */
  readonly lastReadAt: number | undefined
  readonly lastUsedAt: number | undefined
  /** When it ends because nobody uses it; only when that is near. */
  readonly lapsesAt: number | undefined
  /** When the last of it was taken away. `undefined`: never. */
  readonly withdrawnAt: number | undefined
  readonly deletionAcknowledgedAt: number | undefined
}

type Reading = Awaited<ReturnType<typeof listAccessLog>>[number]

export type AppDetail = AppEntry & {
  readonly accessLog: readonly Reading[]
  readonly receipts: readonly ReceiptSummary[]
}

/** Sign-ins are noted once a day: among so many lines is what was read last. */
const LOOKED_AT_READINGS = 50
const SHOWN = { accessLog: 30, receipts: 20 }

/** Every mini program that the user was asked for or has granted anything, by last use. */
export async function listApps(
  ports: Pick<Ports, 'registry' | 'store'>,
  user: UserRef,
  now: number,
): Promise<readonly AppEntry[]> {
  const grants = await ports.store.listGrants(user)
  const apps = await Promise.all(grants.map((grant) => appOf(ports, grant, now)))
  return apps.filter((app) => app !== undefined).sort((a, b) => lastUse(b) - lastUse(a))
}

export async function readApp(
  ports: Pick<Ports, 'registry' | 'store'>,
  user: UserRef,
  appId: string,
  now: number,
  limits: { readonly accessLog: number; readonly receipts: number } = SHOWN,
): Promise<AppDetail | undefined> {
  const grant = await ports.store.findGrant(user, appId)
  const app = grant && (await appOf(ports, grant, now))
  if (!app) return undefined
  const [accessLog, receipts] = await Promise.all([
    listAccessLog(ports, app.grant, { before: now + 1, limit: limits.accessLog }),
    ports.store.listReceipts([app.grant.grantId], limits.receipts),
  ])
  return { ...app, accessLog, receipts }
}

/** A receipt of the user's own. */
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

async function appOf(
  { registry, store }: { readonly registry: Registry; readonly store: Ports['store'] },
  grant: Grant,
  now: number,
): Promise<AppEntry | undefined> {
  const miniProgram = registry.miniPrograms.get(grant.appId)
  if (!miniProgram) return undefined
  const [accessLog, saidAt, lapsesAt] = await Promise.all([
    store.listAccessLog(grant.grantId, now + 1, LOOKED_AT_READINGS),
    store.readDeletion(grant.clientNumber, grant.user),
    findUpcomingEnd({ store }, grant, now),
  ])
  const scopes = activeScopes(registry, grant, now)
  const withdrawnAt = withdrawnAtOf(grant)
  const isAcknowledged = saidAt !== undefined && withdrawnAt !== undefined && saidAt >= withdrawnAt
  return {
    grant,
    miniProgram,
    merchant: registry.clients.get(miniProgram.clientId)?.name ?? '',
    scopes,
    lastUsedAt: accessLog[0]?.accessedAt,
    // To be signed in is no reading.
    lastReadAt: accessLog.find(({ fields }) => fields.length > 0)?.accessedAt,
    lapsesAt,
    withdrawnAt,
    deletionAcknowledgedAt: isAcknowledged ? saidAt : undefined,
  }
}

/** Whether the user has said no to anything; what was only withdrawn may be asked for at once. */
export function hasDenied({ denied }: Grant): boolean {
  return Object.values(denied).some(({ times }) => times > 0)
}

function lastUse({ scopes, lastUsedAt, withdrawnAt }: AppEntry): number {
  const granted = scopes.map(({ granted }) => granted.grantedAt)
  return Math.max(0, ...granted, lastUsedAt ?? 0, withdrawnAt ?? 0)
}
