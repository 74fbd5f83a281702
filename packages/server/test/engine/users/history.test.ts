/**
 * @module The history of a mini program: periods in the user's time zone, and repeated accesses as one item.
 */
import { describe, expect, it } from 'vitest'
import type { SealedRecord } from '../../../src/engine/receipt-records.ts'
import type { AccessEntry } from '../../../src/engine/users/access-log.ts'
import { groupHistory } from '../../../src/engine/users/history.ts'
import { createDates } from '../../../src/http/privacy-page/dates.ts'

const NOW = at('2026-11-28T20:00:00Z')
const RECORD = {} as SealedRecord
const EMPTY = { accessLog: [], receipts: [] }

function at(time: string): number {
  return Date.parse(time) / 1000
}

function read(time: string, fields: readonly string[] = ['nickName'], count = 1): AccessEntry {
  return { api: 'inquiryUserInfo', fields, count, accessedAt: at(time) }
}

function periodsOf(accessLog: readonly AccessEntry[], timeZone = 'UTC', now = NOW) {
  const { calendar } = createDates('en', timeZone, now)
  return groupHistory({ ...EMPTY, accessLog }, calendar)
}

describe('groupHistory', () => {
  it('groups by today, yesterday and month, the latest first', () => {
    const periods = periodsOf([
      read('2026-11-28T01:00:00Z'),
      read('2026-11-27T23:59:59Z'),
      read('2026-11-26T12:00:00Z'),
      read('2026-10-31T12:00:00Z'),
      read('2025-11-28T12:00:00Z'),
    ])
    expect(periods.map(({ unit, at }) => [unit, new Date(at * 1000).toISOString()])).toEqual([
      ['today', '2026-11-28T01:00:00.000Z'],
      ['yesterday', '2026-11-27T23:59:59.000Z'],
      ['month', '2026-11-26T12:00:00.000Z'],
      ['month', '2026-10-31T12:00:00.000Z'],
      ['month', '2025-11-28T12:00:00.000Z'],
    ])
  })

  it.each([
    ['Asia/Manila', 'yesterday'],
    ['America/Los_Angeles', 'today'],
  ])('finds the day in the time zone %s', (timeZone, unit) => {
    // In Manila it is November 29 already.
    expect(periodsOf([read('2026-11-28T15:00:00Z')], timeZone)[0]?.unit).toBe(unit)
  })

  it('finds yesterday on a day of 25 hours', () => {
    const now = at('2026-11-02T04:30:00Z')
    const [period] = periodsOf([read('2026-10-31T20:00:00Z')], 'America/New_York', now)
    expect(period?.unit).toBe('yesterday')
  })

  it('counts the same access within a period as one item, with the time of the last', () => {
    const periods = periodsOf([
      read('2026-11-28T03:00:00Z'),
      read('2026-11-28T02:00:00Z', ['mobilePhone.plain'], 3),
      read('2026-11-28T01:00:00Z', ['nickName'], 10),
      read('2026-11-27T01:00:00Z'),
    ])
    expect(periods.map(({ items }) => items)).toEqual([
      [
        expect.objectContaining({
          fields: ['nickName'],
          count: 11,
          at: at('2026-11-28T03:00:00Z'),
        }),
        expect.objectContaining({ fields: ['mobilePhone.plain'], count: 3 }),
      ],
      [expect.objectContaining({ fields: ['nickName'], count: 1 })],
    ])
  })

  it('keeps every decision, in order with the accesses', () => {
    const receipts = ['02', '04'].map((hour) => ({
      receiptId: hour,
      createdAt: at(`2026-11-28T${hour}:00:00Z`),
      record: RECORD,
    }))
    const input = { accessLog: [read('2026-11-28T03:00:00Z')], receipts }
    const { calendar } = createDates('en', 'UTC', NOW)
    const [period] = groupHistory(input, calendar)
    expect(
      period?.items.map((item) => (item.kind === 'access' ? item.api : item.receiptId)),
    ).toEqual(['04', 'inquiryUserInfo', '02'])
  })

  it('is empty without entries', () => {
    expect(periodsOf([])).toEqual([])
  })
})
