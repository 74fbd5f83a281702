/**
 * @module A directory in a file: for the demo, for tests, for a sandbox.
 */
import { UsersSchema } from '../config/schema/directory.ts'
import { readYamlFile } from '../config/yaml.ts'
import type { Directory, DirectoryUser } from '../engine/ports.ts'
import { userKey } from '../engine/records.ts'

/** @throws {ConfigError} */
export function openFileDirectory(path: string): Directory {
  const { users } = readYamlFile(path, UsersSchema).value
  const byKey = new Map<string, DirectoryUser>(
    users.map(({ walletId, userId, ...user }) => [userKey({ walletId, userId }), user]),
  )
  return {
    async findUser(user) {
      return byKey.get(userKey(user))
    },
  }
}
