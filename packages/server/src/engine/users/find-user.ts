/**
 * @module Asking the wallet's directory for a user.
 */

import { AssentError } from '../errors.ts'
import type { DirectoryUser } from '../ports/directory.ts'
import type { Ports } from '../ports/ports.ts'
import type { UserRef } from '../records.ts'

/** `undefined`: there is no such user. @throws {AssentError} `USER_UNAVAILABLE` when the directory does not answer */
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
