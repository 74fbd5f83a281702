/**
 * @module Dates as people write them, in the language and the time zone of the user.
 * @see [ECMA-402](https://tc39.es/ecma402/)
 */
import type { Calendar } from '../../engine/users/history.ts'
import { DEFAULT_TIME_ZONE } from '../../engine/users/privacy-link.ts'

/** Every function takes epoch seconds. */
export type Dates = {
  /** Whether the user's time zone is not known. All dates are in UTC then. */
  readonly isUtcFallback: boolean
  /** `Nov 28`; with the year unless it is the current one */
  readonly day: (at: number) => string
  /** `today`, `3 days ago`; from 30 days on like `day` */
  readonly relativeDay: (at: number) => string
  /** `2:03 PM` */
  readonly time: (at: number) => string
  /** `November 2026` */
  readonly month: (at: number) => string
  /** `November 28, 2026 at 2:03 PM GMT+8` */
  readonly dateTime: (at: number) => string
  readonly calendar: Calendar
}

const MAX_RELATIVE_DAYS = 30
const DAY_MILLISECONDS = 86_400_000

/** @param now epoch seconds */
export function createDates(locale: string, timeZone: string | undefined, now: number): Dates {
  const zone = { timeZone: timeZone ?? DEFAULT_TIME_ZONE }
  const format = (options: Intl.DateTimeFormatOptions, language = locale) => {
    const formatter = new Intl.DateTimeFormat(language, { ...options, ...zone })
    return (at: number): string => formatter.format(new Date(at * 1000))
  }
  // This locale writes the numbers of ISO 8601.
  const dayOf = format({ year: 'numeric', month: '2-digit', day: '2-digit' }, 'en-CA')
  const today = dayOf(now)
  const thisYear = format({ month: 'short', day: 'numeric' })
  const otherYear = format({ year: 'numeric', month: 'short', day: 'numeric' })
  const day = (at: number): string =>
    (dayOf(at).slice(0, 4) === today.slice(0, 4) ? thisYear : otherYear)(at)
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  return {
    isUtcFallback: timeZone === undefined,
    calendar: {
      dayOf,
      today,
      yesterday: new Date(Date.parse(today) - DAY_MILLISECONDS).toISOString().slice(0, 10),
    },
    day,
    relativeDay(at) {
      const days = (Date.parse(today) - Date.parse(dayOf(at))) / DAY_MILLISECONDS
      return days < 0 || days > MAX_RELATIVE_DAYS ? day(at) : relative.format(-days, 'day')
    },
    time: format({ hour: 'numeric', minute: '2-digit' }),
    month: format({ year: 'numeric', month: 'long' }),
    dateTime: format({
      year: 'numeric',
      month: 'long',
      day: 'numeric',
      hour: 'numeric',
      minute: '2-digit',
      timeZoneName: 'short',
    }),
  }
}
