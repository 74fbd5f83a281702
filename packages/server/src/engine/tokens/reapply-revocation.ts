/**
 * @module Repeat: a revocation that the store has forgotten, because it was restored from an older copy, becomes true again.
 */
import { changeGrant, withdraw } from '../grant.ts'
import type { Store } from '../ports/store.ts'
import type { Revocation } from '../records.ts'

const NO_AUTHORIZATION = '00'.repeat(16)

/**
 * Which scopes a withdrawal took is not in its line: all that the older copy of the grant holds is withdrawn, and its epoch comes
 * after every credential that the withdrawal ended. Repeating what is true already changes nothing; only a void by time is written
 * once more.
 */
export async function reapplyRevocation(
  store: Store,
  revocation: Revocation,
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
  let grant = (await store.readGrantState(grantId, NO_AUTHORIZATION))?.grant
  while (grant && grant.epoch < epoch) {
    const changed = await changeGrant(
      store,
      grant,
      (current) => withdraw(current, Object.keys(current.granted), now),
      { revokes: true, reason: 'OPERATOR' },
    )
    grant = changed.grant
  }
}
