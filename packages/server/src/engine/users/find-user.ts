/**
 * @module Looks up a user in the wallet's directory, and judges whether the account may be used.
 * @see docs/consent.md#accounts-of-users
 */

import { AssentError } from '../errors.ts'
import type { DirectoryUser } from '../ports/directory.ts'
import type { Ports } from '../ports/ports.ts'
import type { UserRef } from '../records.ts'
import { revokeGrant } from '../tokens/revoke.ts'

type AccountPorts = Pick<Ports, 'registry' | 'store' | 'receipts' | 'directory'>

/**
 * Finds a user.
 * @returns `undefined` when the user does not exist
 * @throws {AssentError} `USER_UNAVAILABLE` when the directory does not respond
 */
export async function findUser(
  directory: Ports['directory'],
  user: UserRef,
): Promise<DirectoryUser | undefined> {
  try {
    return await directory.findUser(user)
  } catch (cause) {
    throw new AssentError('USER_UNAVAILABLE', { cause })
  }
}

/**
 * Finds a user who may grant and use access now. A closed account loses its grants.
 * @throws {AssentError} `USER_UNKNOWN`, `USER_NOT_ACTIVE`, `USER_UNAVAILABLE`
 */
export async function findActiveUser(
  ports: AccountPorts,
  user: UserRef,
  now: number,
): Promise<DirectoryUser> {
  const found = await findUser(ports.directory, user)
  if (!found) throw new AssentError('USER_UNKNOWN')
  if (found.status === 'INACTIVE') await withdrawGrants(ports, user, now)
  if (found.status !== 'ACTIVE') throw new AssentError('USER_NOT_ACTIVE')
  return found
}

/**
 * Finds a user whose account exists, frozen or not. A closed account loses its grants.
 * @returns `undefined` when the user does not exist, or the account is closed
 * @throws {AssentError} `USER_UNAVAILABLE`
 */
export async function findAccount(
  ports: AccountPorts,
  user: UserRef,
  now: number,
): Promise<DirectoryUser | undefined> {
  const found = await findUser(ports.directory, user)
  if (found?.status !== 'INACTIVE') return found
  await withdrawGrants(ports, user, now)
  return undefined
}

async function withdrawGrants(ports: AccountPorts, user: UserRef, now: number): Promise<void> {
  for (const { appId } of await ports.store.listGrants(user))
    await revokeGrant(ports, { user, appId, reason: 'ACCOUNT_CLOSED', actor: 'system' }, now)
}
