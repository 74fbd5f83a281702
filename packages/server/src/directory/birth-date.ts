/**
 * @module The birth date in user records.
 */
import { formatTime } from '@assent/protocol'
import { andThen, type FieldReader, type Reading } from './field-reading.ts'
import { oneLine } from './text-fields.ts'

/** No living person is older. Databases write dates such as 1900-01-01 for unknown ones. */
const MAX_AGE_YEARS = 120

/**
 * A calendar date, alone or with the time 00:00. Another time says that the value is an instant, whose date depends on a time
 * zone that the record does not name.
 */
const ISO_DATE =
  /^(\d{4})(-?)(\d{2})\2(\d{2})(?:[T ]00:?00(?::?00(?:\.0+)?)?(?: ?(?:Z|[+-]\d{2}(?::?\d{2})?))?)?$/i

/** Reads a date of the past 120 years. @returns `yyyy-mm-dd` */
export const readBirthDate: FieldReader<string> = (value, context) =>
  andThen(oneLine(40)(value, context), (text) => readDate(text, context.now))

function readDate(text: string, now: number): Reading<string> {
  const [, year = '', , month = '', day = ''] = ISO_DATE.exec(text) ?? []
  const date = `${year}-${month}-${day}`
  if (!isCalendarDate(date)) return { reason: 'invalid_format' }
  const today = formatTime(now).slice(0, 10)
  const oldest = `${Number(today.slice(0, 4)) - MAX_AGE_YEARS}${today.slice(4)}`
  return date <= today && date >= oldest ? { value: date } : { reason: 'out_of_range' }
}

/** `Date` accepts February 30 and moves it to March, so the date must come back unchanged. */
function isCalendarDate(date: string): boolean {
  const time = Date.parse(`${date}T00:00:00Z`)
  return !Number.isNaN(time) && formatTime(time / 1000).startsWith(date)
}
