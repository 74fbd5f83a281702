/**
 * @module Turns the records of a directory into users, and reports what cannot be read.
 */
import type { DirectoryUser } from '../engine/ports/directory.ts'
import type { UserRef } from '../engine/records.ts'
import type { UnreadableField } from './field-reading.ts'
import { readUser } from './read-user.ts'

export type RecordReaderOptions = {
  /** Epoch seconds. */
  readonly clock: () => number
  /** The country of phone numbers in national spelling, of a wallet. ISO 3166-1 alpha-2. */
  readonly defaultCountryOf: (walletId: string) => string | undefined
  readonly report: (fields: readonly UnreadableField[]) => void
}

export type RecordReader = (
  user: UserRef,
  record: Readonly<Record<string, unknown>>,
) => DirectoryUser

export function createRecordReader(options: RecordReaderOptions): RecordReader {
  return ({ walletId, userId }, record) => {
    const defaultCountry = options.defaultCountryOf(walletId)
    const { user, unreadable } = readUser(record, {
      now: options.clock(),
      userId,
      ...(defaultCountry !== undefined && { defaultCountry }),
    })
    options.report(unreadable)
    return user
  }
}
