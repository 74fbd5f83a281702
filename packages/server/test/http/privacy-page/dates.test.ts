/**
 * @module Dates of the privacy page, in the user's language and time zone.
 */
import { describe, expect, it } from 'vitest'
import { createDates } from '../../../src/http/privacy-page/dates.ts'

const NOW = Date.parse('2026-11-28T20:00:00Z') / 1000
const DAY_SECONDS = 86_400

describe('createDates', () => {
  it.each([
    ['en', 'UTC', 'Nov 28', 'November 2026', 'November 28, 2026 at 8:00 PM UTC'],
    ['en', 'Asia/Manila', 'Nov 29', 'November 2026', 'November 29, 2026 at 4:00 AM GMT+8'],
    ['zh', 'Asia/Shanghai', '11月29日', '2026年11月', '2026年11月29日 GMT+8 04:00'],
  ])('writes dates in %s and %s', (locale, timeZone, day, month, dateTime) => {
    const dates = createDates(locale, timeZone, NOW)
    expect([
      dates.day(NOW),
      dates.month(NOW),
      dates.dateTime(NOW).replaceAll('\u202f', ' '),
    ]).toEqual([day, month, dateTime])
  })

  it.each([
    [0, 'today'],
    [1, 'yesterday'],
    [3, '3 days ago'],
    [30, '30 days ago'],
    [31, 'Oct 28'],
    [400, 'Oct 24, 2025'],
    [-2, 'Nov 30'],
  ])('writes a date of %d days ago as %s', (days, text) => {
    expect(createDates('en', 'UTC', NOW).relativeDay(NOW - days * DAY_SECONDS)).toBe(text)
  })

  it('counts calendar days, not 24 hours', () => {
    const dates = createDates('en', 'America/New_York', Date.parse('2026-11-28T05:30:00Z') / 1000)
    expect(dates.relativeDay(Date.parse('2026-11-28T04:30:00Z') / 1000)).toBe('yesterday')
  })

  it('uses UTC, and says so, when the time zone is not known', () => {
    const dates = createDates('en', undefined, NOW)
    expect([dates.isUtcFallback, dates.calendar.today]).toEqual([true, '2026-11-28'])
  })
})
