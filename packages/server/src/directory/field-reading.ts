/**
 * @module What reading one field of a user record from outside can give.
 */

/** Why a value cannot be read. The label `reason` of the metric (docs/operating.md#metrics). */
export type UnreadableReason =
  | 'missing'
  | 'wrong_type'
  | 'invalid_characters'
  | 'invalid_format'
  | 'too_long'
  | 'out_of_range'

/** A field of a user that cannot be read, by its path in the record, such as `userName.firstName`. */
export type UnreadableField = { readonly field: string; readonly reason: UnreadableReason }

export type Reading<T> = { readonly value: T } | { readonly reason: UnreadableReason }

/** What the meaning of a value depends on. */
export type ReadContext = {
  /** Epoch seconds. */
  readonly now: number
  /** The user that the record is about. */
  readonly userId: string
  /** The country of phone numbers in national spelling: ISO 3166-1 alpha-2. Absent: these cannot be read. */
  readonly defaultCountry?: string
}

/** Reads a value that {@link hasValue}. */
export type FieldReader<T> = (value: unknown, context: ReadContext) => Reading<T>

const BLANK = /^[\s\p{Default_Ignorable_Code_Point}]*$/u

/** Whether a record has a value here. A missing field, `null`, and text without a visible character all say that it has none. */
export function hasValue(value: unknown): boolean {
  return value !== undefined && value !== null && !(typeof value === 'string' && BLANK.test(value))
}

/** The record behind a value. @returns `undefined` for lists and for everything that is not an object */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isRecord ? (value as Readonly<Record<string, unknown>>) : undefined
}

/** Continues with the value of a reading. A reading without a value stays as it is. */
export function andThen<T, U>(reading: Reading<T>, next: (value: T) => Reading<U>): Reading<U> {
  return 'value' in reading ? next(reading.value) : reading
}
