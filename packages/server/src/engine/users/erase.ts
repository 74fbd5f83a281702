/**
 * @module Erases a user: withdraws all grants and notifies the merchants, then deletes everything that identifies the user.
 * Receipts remain verifiable, but no longer identify anyone.
 * @see docs/consent.md#erasure
 */
import type { Ports } from '../ports/ports.ts'
import type { UserRef } from '../records.ts'
import { revokeGrant } from '../tokens/revoke.ts'

/** Erases a user. Can be repeated after a failure. @returns the number of grants that the user had */
export async function eraseUser(
  ports: Pick<Ports, 'registry' | 'store' | 'receipts'>,
  user: UserRef,
  now: number,
): Promise<number> {
  const grants = await ports.store.listGrants(user)
  for (const { appId } of grants) {
    await revokeGrant(ports, { user, appId, reason: 'ERASED', actor: 'operator' }, now)
  }
  await ports.store.eraseUser(user)
  return grants.length
}
