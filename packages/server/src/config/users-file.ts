/**
 * @module Reads the file of a file directory. Whose data an entry is must be certain, so a problem of the ids is an error. A field
 * that cannot be read is a warning: the user works without it.
 * @see docs/configuration.md#file-directory
 */
import { resolve } from 'node:path'
import Type from 'typebox'
import { EXPECTED_VALUES } from '../directory/expected-values.ts'
import type { UserEntry } from '../directory/file.ts'
import { readUser, USER_RECORD_FIELDS } from '../directory/read-user.ts'
import { userKey } from '../engine/records.ts'
import type { LoadedConfig } from './loaded-config.ts'
import { ConfigError, type ConfigIssue, readYamlFile, type YamlFile } from './yaml.ts'

const UsersSchema = Type.Object({
  users: Type.Array(
    Type.Object({
      walletId: Type.String({ minLength: 1 }),
      userId: Type.String({ minLength: 1, maxLength: 128 }),
    }),
  ),
})

type UsersFile = YamlFile<{ readonly users: readonly UserEntry[] }>

/** @throws {ConfigError} when an entry has no ids, or a user has two entries */
export function readUsersFile({ folder }: LoadedConfig, path: string): UsersFile {
  const file = readYamlFile(resolve(folder, path), UsersSchema)
  const problems = findRepeatedUsers(file)
  if (problems.length > 0) throw new ConfigError(path, problems)
  return file
}

function findRepeatedUsers({ value: { users }, addIssue }: UsersFile): readonly ConfigIssue[] {
  const seen = new Map<string, number>()
  return users.flatMap((user, index) => {
    const first = seen.get(userKey(user))
    if (first === undefined) seen.set(userKey(user), index)
    if (first === undefined) return []
    return [addIssue(['users', index], `is the user of users/${first} again: keep one of them`)]
  })
}

/**
 * Lists what the server would leave out of the users: fields that cannot be read or have no meaning, and users of wallets that
 * assent.yaml does not have.
 * @param now epoch seconds
 * @throws {ConfigError} as {@link readUsersFile}
 */
export function findUsersFileWarnings(
  config: LoadedConfig,
  path: string,
  now: number,
): readonly ConfigIssue[] {
  const { value, addIssue } = readUsersFile(config, path)
  const wallets = new Map(config.wallets.map((wallet) => [wallet.walletId, wallet]))
  return value.users.flatMap((entry, index) => {
    const { walletId, userId } = entry
    const wallet = wallets.get(walletId)
    if (!wallet)
      return [addIssue(['users', index, 'walletId'], `is not a wallet of assent.yaml: ${walletId}`)]
    const { defaultCountry } = wallet
    const context = { now, userId, ...(defaultCountry !== undefined && { defaultCountry }) }
    return [
      ...Object.keys(entry)
        .filter((field) => !KNOWN_FIELDS.has(field))
        .map((field) => addIssue(['users', index, field], 'is not a known field: it is ignored')),
      ...readUser(entry, context).unreadable.map(({ field, reason }) =>
        addIssue(
          ['users', index, ...field.split('.')],
          `cannot be read (${reason}): it must be ${EXPECTED_VALUES[field] ?? 'text'}`,
        ),
      ),
    ]
  })
}

const KNOWN_FIELDS = new Set(['walletId', 'userId', ...USER_RECORD_FIELDS])
