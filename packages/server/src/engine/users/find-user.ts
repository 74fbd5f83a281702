/**
 * @module Looks up a user in the wallet's directory.
 */

import { AssentError } from '../errors.ts'
import type { DirectoryUser } from '../ports/directory.ts'
import type { Ports } from '../ports/ports.ts'
import type { UserRef } from '../records.ts'

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
