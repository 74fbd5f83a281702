/**
 * @module A directory of users in a file, for demos and tests (docs/configuration.md#file-directory).
 */
import type { Directory } from '../engine/ports/directory.ts'
import { type UserRef, userKey } from '../engine/records.ts'
import type { RecordReader } from './record-reader.ts'

/** An entry of the file: whose it is, and everything else as it was written. */
export type UserEntry = UserRef & { readonly [field: string]: unknown }

/** @param entries the entries of the file, each user once */
export function openFileDirectory(entries: readonly UserEntry[], read: RecordReader): Directory {
  const byKey = new Map(entries.map((entry) => [userKey(entry), entry]))
  return {
    async findUser(user) {
      const entry = byKey.get(userKey(user))
      return entry && read(user, entry)
    },
  }
}
