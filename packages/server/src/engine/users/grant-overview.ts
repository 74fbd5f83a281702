/**
 * @module What a user has granted and was asked: for the wallet's page of authorized mini programs and `my.getSetting`.
 */
import type { AuthSetting } from '@assent/protocol'
import { isNotExpired } from '../consent/duration.ts'
import type { ReceiptSummary } from '../consent/receipt.ts'
import { changeGrant, clearDenials, hasScope, withdrawnAtOf } from '../grant.ts'
import type { Ports } from '../ports/ports.ts'
import type { Grant, GrantedScope, UserRef } from '../records.ts'
import type { MiniProgram, Registry, ScopeEntry } from '../registry.ts'

export type ActiveGrant = {
  readonly grant: Grant
  readonly miniProgram: MiniProgram
  readonly scopes: readonly { readonly entry: ScopeEntry; readonly granted: GrantedScope }[]
}

/** Every grant that holds anything, silent scopes included, the latest first. */
export async function listActiveGrants(
  { registry, store }: Pick<Ports, 'registry' | 'store'>,
  user: UserRef,
  now: number,
): Promise<readonly ActiveGrant[]> {
  const grants = await store.listGrants(user)
  return grants
    .flatMap((grant) => {
      const miniProgram = registry.miniPrograms.get(grant.appId)
      const scopes = activeScopes(registry, grant, now)
      return miniProgram && scopes.length > 0 ? [{ grant, miniProgram, scopes }] : []
    })
    .sort((a, b) => latest(b) - latest(a))
}

export type WithdrawnGrant = {
  readonly miniProgram: MiniProgram
  readonly withdrawnAt: number
  /** When the merchant said that what it had of the user is deleted; only if that was afterwards. */
  readonly deletionAcknowledgedAt: number | undefined
}

/** Mini programs that held something once and hold nothing now, the latest first. */
export async function listWithdrawnGrants(
  { registry, store }: Pick<Ports, 'registry' | 'store'>,
  user: UserRef,
): Promise<readonly WithdrawnGrant[]> {
  const grants = await store.listGrants(user)
  const withdrawn = grants.flatMap((grant) => {
    const miniProgram = registry.miniPrograms.get(grant.appId)
    const withdrawnAt = withdrawnAtOf(grant)
    return miniProgram && withdrawnAt !== undefined ? [{ grant, miniProgram, withdrawnAt }] : []
  })
  const all = await Promise.all(
    withdrawn.map(async ({ grant, miniProgram, withdrawnAt }) => {
      const saidAt = await store.readDeletion(grant.clientNumber, user)
      const deletionAcknowledgedAt =
        saidAt !== undefined && saidAt >= withdrawnAt ? saidAt : undefined
      return { miniProgram, withdrawnAt, deletionAcknowledgedAt }
    }),
  )
  return all.sort((a, b) => b.withdrawnAt - a.withdrawnAt)
}

/** Decisions of a user about one or all mini programs, the latest first. */
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

/** What was refused may be asked again. */
export async function resetDenials(
  { store }: Pick<Ports, 'store'>,
  { user, appId }: { readonly user: UserRef; readonly appId: string },
  now: number,
): Promise<void> {
  const grant = await store.findGrant(user, appId)
  if (!grant) return
  await changeGrant(store, grant, (one) => clearDenials(one, now), {
    revokes: false,
    reason: 'USER',
  })
}

/** Scopes that were asked for → whether they are granted. What was never asked is not there (contract: jsapi §2). */
export async function readSettings(
  { store }: Pick<Ports, 'store'>,
  input: { readonly user: UserRef; readonly appId: string },
  now: number,
): Promise<AuthSetting> {
  const grant = await store.findGrant(input.user, input.appId)
  const answers = [
    ...Object.keys(grant?.denied ?? {}).map((scope) => [scope, false] as const),
    ...Object.keys(grant?.granted ?? {}).map(
      (scope) => [scope, hasScope(grant, scope, now)] as const,
    ),
  ]
  return Object.fromEntries(answers)
}

/** What it holds at this moment. */
export function activeScopes(registry: Registry, grant: Grant, now: number): ActiveGrant['scopes'] {
  return Object.entries(grant.granted).flatMap(([scope, granted]) => {
    const entry = registry.scopes.get(scope)
    return entry && isNotExpired(granted, now) ? [{ entry, granted }] : []
  })
}

function latest({ scopes }: ActiveGrant): number {
  return Math.max(...scopes.map(({ granted }) => granted.grantedAt))
}
