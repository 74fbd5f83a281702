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
import { ConfigError, type ConfigIssue, formatIssue, readYamlFile, type YamlFile } from './yaml.ts'

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
export function readUsersFile(path: string): UsersFile {
  const file = readYamlFile(path, UsersSchema)
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
 * Describes what the server leaves out of the users of a file: fields that it cannot read or does not know, and users of wallets
 * that assent.yaml does not have.
 * @param now epoch seconds
 * @returns one line for each, with file, line and column
 * @throws {ConfigError} when the server could not start with the file
 */
export function describeUsersFile(config: LoadedConfig, now: number): readonly string[] {
  const { directory, folder } = config
  if (directory.kind !== 'file') return []
  const path = resolve(folder, directory.path)
  const { value, addIssue } = readUsersFile(path)
  const countries = new Map(
    config.wallets.map(({ walletId, defaultCountry }) => [walletId, defaultCountry]),
  )
  const issues = value.users.flatMap((entry, index) =>
    findEntryProblems(entry, countries, now).map(({ field, message }) =>
      addIssue(['users', index, ...field.split('.')], message),
    ),
  )
  return issues.map((issue) => formatIssue(path, issue))
}

type EntryProblem = { readonly field: string; readonly message: string }

function findEntryProblems(
  entry: UserEntry,
  countries: ReadonlyMap<string, string | undefined>,
  now: number,
): readonly EntryProblem[] {
  const { walletId, userId } = entry
  if (!countries.has(walletId))
    return [{ field: 'walletId', message: `is not a wallet of assent.yaml: ${walletId}` }]
  const defaultCountry = countries.get(walletId)
  const { unreadable } = readUser(entry, {
    now,
    userId,
    ...(defaultCountry !== undefined && { defaultCountry }),
  })
  const unknown = Object.keys(entry).filter((field) => !KNOWN_FIELDS.has(field))
  return [
    ...unknown.map((field) => ({ field, message: 'is not a known field: it is ignored' })),
    ...unreadable.map(({ field, reason }) => ({
      field,
      message: `cannot be read (${reason}): it must be ${EXPECTED_VALUES[field] ?? 'text'}`,
    })),
  ]
}

const KNOWN_FIELDS = new Set(['walletId', 'userId', ...USER_RECORD_FIELDS])
