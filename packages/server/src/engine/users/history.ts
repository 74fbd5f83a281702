/**
 * @module The history of a mini program as people remember it: grouped by day and month, and within these by kind.
 */
import type { ReceiptSummary, SealedRecord } from '../receipt-records.ts'
import type { AccessEntry } from './access-log.ts'

/** The same access, repeated within a period. An access without fields is a sign-in. */
export type AccessItem = {
  readonly kind: 'access'
  readonly api: string
  readonly fields: readonly string[]
  readonly count: number
  /** When it last happened, in epoch seconds. */
  readonly at: number
}

export type DecisionItem = {
  readonly kind: 'decision'
  readonly receiptId: string
  readonly record: SealedRecord
  readonly at: number
}

export type HistoryItem = AccessItem | DecisionItem

/** A period with its items, the latest first. */
export type HistoryPeriod = {
  readonly unit: 'today' | 'yesterday' | 'month'
  /** An instant within the period, in epoch seconds. */
  readonly at: number
  readonly items: readonly HistoryItem[]
}

export type HistoryInput = {
  readonly accessLog: readonly AccessEntry[]
  readonly receipts: readonly (Pick<ReceiptSummary, 'receiptId' | 'createdAt'> & {
    readonly record: SealedRecord
  })[]
}

/** Days as `yyyy-mm-dd`, in the user's time zone. */
export type Calendar = {
  readonly dayOf: (epochSeconds: number) => string
  readonly today: string
  readonly yesterday: string
}

/**
 * Groups what a mini program read and what the user decided. Identical accesses of a period become one item with a count.
 * @returns the periods, the latest first
 */
export function groupHistory(
  { accessLog, receipts }: HistoryInput,
  calendar: Calendar,
): readonly HistoryPeriod[] {
  const items: readonly HistoryItem[] = [
    ...accessLog.map(toAccessItem),
    ...receipts.map(({ receiptId, createdAt, record }) => ({
      kind: 'decision' as const,
      receiptId,
      record,
      at: createdAt,
    })),
  ]
  const byPeriod = groupBy(items, ({ at }) => periodOf(calendar.dayOf(at), calendar))
  return [...byPeriod]
    .map(([period, all]): HistoryPeriod => {
      const merged = mergeAccesses(all)
      return { unit: unitOf(period), at: merged[0]?.at ?? 0, items: merged }
    })
    .sort((a, b) => b.at - a.at)
}

function toAccessItem({ api, fields, count, accessedAt }: AccessEntry): AccessItem {
  return { kind: 'access', api, fields, count, at: accessedAt }
}

/** `today`, `yesterday` or a month such as `2026-11`. */
function periodOf(day: string, { today, yesterday }: Calendar): string {
  if (day === today) return 'today'
  return day === yesterday ? 'yesterday' : day.slice(0, 7)
}

function unitOf(period: string): HistoryPeriod['unit'] {
  return period === 'today' || period === 'yesterday' ? period : 'month'
}

function mergeAccesses(items: readonly HistoryItem[]): readonly HistoryItem[] {
  const byKind = groupBy(items, (item) =>
    item.kind === 'decision' ? item.receiptId : `${item.api} ${item.fields.join(' ')}`,
  )
  return [...byKind.values()].map((same) => same.reduce(mergeItems)).sort((a, b) => b.at - a.at)
}

function mergeItems(a: HistoryItem, b: HistoryItem): HistoryItem {
  if (a.kind !== 'access' || b.kind !== 'access') return a
  return { ...a, count: a.count + b.count, at: Math.max(a.at, b.at) }
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return groups
}
