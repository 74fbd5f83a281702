/**
 * @module Reapplies a revocation that a store restored from a backup does not contain.
 * @see docs/operating.md#backup-and-restore
 */
import { changeGrant, withdraw } from '../grant.ts'
import type { Erasure, Revocation } from '../records.ts'
import { DISCARDED_EPOCH } from '../store/grants.ts'
import type { Store } from '../store/store.ts'

/** Matches no authorization: only the grant is read. */
const NO_AUTHORIZATION = '00'.repeat(16)

/**
 * A log entry does not name the withdrawn scopes. So every scope of the restored grant is withdrawn, until the grant's epoch
 * is at least that of the entry. Reapplying a revocation that is in effect changes nothing, except that a revocation by
 * issue time is logged again.
 */
export async function reapplyRevocation(
  store: Store,
  revocation: Exclude<Revocation, Erasure>,
  now: number,
): Promise<void> {
  switch (revocation.kind) {
    case 'grant':
      return withdrawThrough(store, revocation.grantId, revocation.epoch, now)
    case 'authorization':
      await store.endAuthorization(revocation.authorizationId, now)
      return
    default:
      await store.revokeIssuedThrough(revocation.kind, revocation.id, revocation.revokedThrough)
  }
}

async function withdrawThrough(
  store: Store,
  grantId: number,
  epoch: number,
  now: number,
): Promise<void> {
  if (epoch === DISCARDED_EPOCH) {
    await store.discardGrant(grantId)
    return
  }
  for (;;) {
    const grant = (await store.readGrantState(grantId, NO_AUTHORIZATION))?.grant
    if (!grant || grant.epoch >= epoch) return
    await changeGrant(
      store,
      grant,
      // Also without a scope to withdraw: credentials of the lost epochs must stay invalid.
      (current) => ({
        ...withdraw(current, Object.keys(current.granted), now),
        epoch: current.epoch + 1,
      }),
      { revokes: true, reason: 'OPERATOR' },
    )
  }
}
