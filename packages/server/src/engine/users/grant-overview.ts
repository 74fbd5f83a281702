/**
 * @module Lists the grants, withdrawals and decisions of a user, for the wallet's page of authorized mini programs and for
 * `my.getSetting`.
 */
import type { AuthSetting } from '@assent/protocol'
import { isNotExpired } from '../consent/duration.ts'
import { changeGrant, clearDenials, hasScope, withdrawnAtOf } from '../grant.ts'
import { requireFirst } from '../once.ts'
import type { Ports } from '../ports/ports.ts'
import type { ReceiptSummary } from '../receipt-records.ts'
import type { Grant, GrantedScope, OnceRecord, UserRef } from '../records.ts'
import type { MiniProgram, Registry, ScopeEntry } from '../registry.ts'

export type ActiveGrant = {
  readonly grant: Grant
  readonly miniProgram: MiniProgram
  readonly scopes: readonly { readonly entry: ScopeEntry; readonly granted: GrantedScope }[]
}

/** Lists grants with at least one scope in effect, including implicit scopes. The latest first. */
export async function listActiveGrants(
  { registry, store }: Pick<Ports, 'registry' | 'store'>,
  user: UserRef,
  now: number,
): Promise<readonly ActiveGrant[]> {
  const grants = await store.listGrants(user)
  const active = await Promise.all(
    grants.map(async (grant) => {
      const miniProgram = await registry.findMiniProgram(grant.appId)
      const scopes = activeScopes(registry, grant, now)
      return miniProgram && scopes.length > 0 ? { grant, miniProgram, scopes } : undefined
    }),
  )
  return active.filter((one) => one !== undefined).sort((a, b) => latest(b) - latest(a))
}

export type WithdrawnGrant = {
  readonly miniProgram: MiniProgram
  readonly withdrawnAt: number
  /** When the merchant confirmed the deletion of the user's data, if it did so after the withdrawal. */
  readonly deletionAcknowledgedAt: number | undefined
}

/** Lists mini programs whose scopes are all withdrawn, the latest first. */
export async function listWithdrawnGrants(
  { registry, store }: Pick<Ports, 'registry' | 'store'>,
  user: UserRef,
): Promise<readonly WithdrawnGrant[]> {
  const grants = await store.listGrants(user)
  const withdrawn = await Promise.all(
    grants.map(async (grant) => {
      const withdrawnAt = withdrawnAtOf(grant)
      if (withdrawnAt === undefined) return undefined
      const miniProgram = await registry.findMiniProgram(grant.appId)
      if (!miniProgram) return undefined
      const acknowledgedAt = await store.readDeletion(grant.clientNumber, user)
      const isLater = acknowledgedAt !== undefined && acknowledgedAt >= withdrawnAt
      const deletionAcknowledgedAt = isLater ? acknowledgedAt : undefined
      return { miniProgram, withdrawnAt, deletionAcknowledgedAt }
    }),
  )
  return withdrawn.filter((one) => one !== undefined).sort((a, b) => b.withdrawnAt - a.withdrawnAt)
}

/** Lists the receipts of a user, for one or all mini programs. The latest first. */
export async function listReceiptsOfUser(
  { store }: Pick<Ports, 'store'>,
  input: { readonly user: UserRef; readonly appId?: string | undefined; readonly limit: number },
): Promise<readonly (ReceiptSummary & { readonly appId: string })[]> {
  const grants = (await store.listGrants(input.user)).filter(
    ({ appId }) => appId === (input.appId ?? appId),
  )
  const apps = new Map(grants.map(({ grantId, appId }) => [grantId, appId]))
  const receipts = await store.listReceipts([...apps.keys()], input.limit)
  return receipts.map((receipt) => ({ ...receipt, appId: apps.get(receipt.grantId) ?? '' }))
}

/** Resets the denials of a user, so that the mini program may request the scopes again. */
export async function resetDenials(
  { store }: Pick<Ports, 'store'>,
  {
    user,
    appId,
    once,
  }: {
    readonly user: UserRef
    readonly appId: string
    /** The record of a signed request. */
    readonly once?: OnceRecord
  },
  now: number,
): Promise<void> {
  const grant = await store.findGrant(user, appId)
  if (!grant) return requireFirst({ store }, once)
  await changeGrant(store, grant, (current) => clearDenials(current, now), {
    revokes: false,
    reason: 'USER',
    once,
  })
}

/**
 * Reads which of the requested scopes are granted. Scopes that were never requested are left out.
 * @see docs/mini-programs.md#other-calls
 */
export async function readSettings(
  { store }: Pick<Ports, 'store'>,
  input: { readonly user: UserRef; readonly appId: string },
  now: number,
): Promise<AuthSetting> {
  const grant = await store.findGrant(input.user, input.appId)
  const settings = [
    ...Object.keys(grant?.denied ?? {}).map((scope) => [scope, false] as const),
    ...Object.keys(grant?.granted ?? {}).map(
      (scope) => [scope, hasScope(grant, scope, now)] as const,
    ),
  ]
  return Object.fromEntries(settings)
}

/** Lists the scopes of a grant that are registered and not expired. */
export function activeScopes(registry: Registry, grant: Grant, now: number): ActiveGrant['scopes'] {
  return Object.entries(grant.granted).flatMap(([scope, granted]) => {
    const entry = registry.scopes.get(scope)
    return entry && isNotExpired(granted, now) ? [{ entry, granted }] : []
  })
}

function latest({ scopes }: ActiveGrant): number {
  return Math.max(...scopes.map(({ granted }) => granted.grantedAt))
}
