/**
 * @module A directory of users in a file, for demos and tests (docs/configuration.md#file-directory).
 */
import type { Static } from 'typebox'
import type { Directory, DirectoryUser } from '../engine/ports.ts'
import { userKey } from '../engine/records.ts'
import type { UsersSchema } from './users-schema.ts'

/** @param users the content of the file, validated against {@link UsersSchema} */
export function openFileDirectory({ users }: Static<typeof UsersSchema>): Directory {
  const byKey = new Map<string, DirectoryUser>(
    users.map(({ walletId, userId, ...user }) => [userKey({ walletId, userId }), user]),
  )
  return {
    async findUser(user) {
      return byKey.get(userKey(user))
    },
  }
}
