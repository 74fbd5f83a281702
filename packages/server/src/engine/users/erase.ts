/**
 * @module Erasing a user: everything is withdrawn and its merchants are told, then what says who it was is destroyed
 * (requirements R087, R115). What remains is what no longer leads to a person.
 */
import type { Ports } from '../ports/ports.ts'
import type { UserRef } from '../records.ts'
import { revokeGrant } from '../tokens/revoke.ts'

/** @returns how many grants the user had */
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
