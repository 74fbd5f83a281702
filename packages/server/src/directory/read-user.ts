/**
 * @module The only reader of user records that come from outside: from the users file and from an HTTP directory.
 * A field that cannot be read is absent, and the rest of the user works.
 * @see docs/wallets.md#user-directory
 */
import type { UserName } from '@assent/protocol'
import type { DirectoryUser } from '../engine/ports/directory.ts'
import { readBirthDate } from './birth-date.ts'
import { readCountryCode } from './country-code.ts'
import { readEmailAddress } from './email-address.ts'
import {
  asRecord,
  type FieldReader,
  hasValue,
  type ReadContext,
  type UnreadableField,
} from './field-reading.ts'
import { readPhoneNumber } from './phone-number.ts'
import { readPictureUrl } from './picture-url.ts'
import {
  oneLine,
  oneWordOf,
  readBoolean,
  readLocale,
  readOtherUserId,
  severalLines,
} from './text-fields.ts'

const MAX_NAME_LENGTH = 256
const MAX_ADDRESS_LENGTH = 1024
const MAX_WORD_LENGTH = 64

type Readers<T> = { readonly [Field in keyof T]-?: FieldReader<NonNullable<T[Field]>> }

const NAME_READERS: Readers<UserName> = {
  fullName: oneLine(MAX_NAME_LENGTH),
  firstName: oneLine(MAX_NAME_LENGTH),
  middleName: oneLine(MAX_NAME_LENGTH),
  lastName: oneLine(MAX_NAME_LENGTH),
}

const READERS: Readers<Omit<DirectoryUser, 'userName'>> = {
  status: oneWordOf({ ACTIVE: 'ACTIVE', FROZEN: 'FROZEN', INACTIVE: 'INACTIVE' }),
  guardianId: readOtherUserId,
  nickName: oneLine(MAX_NAME_LENGTH),
  avatar: readPictureUrl,
  gender: oneWordOf({
    MALE: 'MALE',
    M: 'MALE',
    FEMALE: 'FEMALE',
    F: 'FEMALE',
    UNKNOWN: 'UNKNOWN',
  }),
  birthDate: readBirthDate,
  nationality: readCountryCode,
  mobilePhone: readPhoneNumber,
  email: readEmailAddress,
  mobilePhoneVerified: readBoolean,
  emailVerified: readBoolean,
  address: severalLines(MAX_ADDRESS_LENGTH),
  shippingAddress: severalLines(MAX_ADDRESS_LENGTH),
  city: oneLine(MAX_NAME_LENGTH),
  kycStatus: oneLine(MAX_WORD_LENGTH),
  relayPhone: readPhoneNumber,
  relayEmail: readEmailAddress,
  locale: readLocale,
}

/** The fields that a user record can have, besides its ids. */
export const USER_RECORD_FIELDS: readonly string[] = [...Object.keys(READERS), 'userName']

export type UserReading = {
  readonly user: DirectoryUser
  readonly unreadable: readonly UnreadableField[]
}

/**
 * Reads a user record. A user who cannot be judged is not active: without a readable `status`, or with a `guardianId` that
 * cannot be read, the user has no status.
 * @param record as parsed from JSON or YAML
 */
export function readUser(
  record: Readonly<Record<string, unknown>>,
  context: ReadContext,
): UserReading {
  const fields = readFields(record, READERS, context)
  const name = readName(record['userName'], context)
  const missing: readonly UnreadableField[] = hasValue(record['status'])
    ? []
    : [{ field: 'status', reason: 'missing' }]
  const unreadable = [...missing, ...fields.unreadable, ...name.unreadable]
  const { status, ...values } = fields.values
  const isJudged = !unreadable.some(({ field }) => field === 'guardianId')
  return {
    user: {
      ...values,
      ...(status !== undefined && isJudged && { status }),
      ...(Object.keys(name.values).length > 0 && { userName: name.values }),
    },
    unreadable,
  }
}

type FieldsReading<T> = {
  readonly values: Partial<T>
  readonly unreadable: readonly UnreadableField[]
}

function readFields<T extends object>(
  record: Readonly<Record<string, unknown>>,
  readers: Readers<T>,
  context: ReadContext,
): FieldsReading<T> {
  const values: Partial<T> = {}
  const unreadable: UnreadableField[] = []
  for (const field of Object.keys(readers) as (keyof T & string)[]) {
    const value = Object.hasOwn(record, field) ? record[field] : undefined
    if (!hasValue(value)) continue
    const reading = readers[field](value, context)
    if ('value' in reading) values[field] = reading.value
    else unreadable.push({ field, reason: reading.reason })
  }
  return { values, unreadable }
}

function readName(value: unknown, context: ReadContext): FieldsReading<UserName> {
  if (!hasValue(value)) return { values: {}, unreadable: [] }
  const record = asRecord(value)
  if (!record) return { values: {}, unreadable: [{ field: 'userName', reason: 'wrong_type' }] }
  const { values, unreadable } = readFields(record, NAME_READERS, context)
  return {
    values,
    unreadable: unreadable.map(({ field, reason }) => ({ field: `userName.${field}`, reason })),
  }
}
