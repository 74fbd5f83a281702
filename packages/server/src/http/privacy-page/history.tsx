/**
 * @module What a mini program read and what the user decided, by day and month. Older periods are folded.
 */
import type { JSX } from 'preact'
import type { ReceiptEvent, SealedRecord } from '../../engine/receipt-records.ts'
import type { Registry } from '../../engine/registry.ts'
import {
  type AccessItem,
  type DecisionItem,
  groupHistory,
  type HistoryItem,
  type HistoryPeriod,
} from '../../engine/users/history.ts'
import { Icon } from '../html/layout.tsx'
import {
  DateText,
  fieldName,
  type PageView,
  scopeTitle,
  type ViewProps,
  wordsOf,
} from './layout.tsx'
import type { AppPageProps } from './page-data.ts'

/** The latest periods are unfolded. */
const OPEN_PERIODS = 2

export function History({ view, page }: AppPageProps): JSX.Element {
  const { privacy } = view.messages
  const { accessLog, receipts, hasOlder } = page.app
  const records = page.records
  const withRecords = receipts.flatMap((receipt, index) => {
    const record = records[index]
    return record ? [{ ...receipt, record }] : []
  })
  const input = { accessLog, receipts: withRecords }
  const periods = groupHistory(input, view.dates.calendar)
  return (
    <section>
      <h2>{privacy.history}</h2>
      <div class="panel history">
        {periods.length === 0 && <p class="note">{privacy.historyEmpty}</p>}
        {periods.map((period, index) => (
          <Period
            key={`${period.unit} ${period.at}`}
            view={view}
            registry={page.registry}
            period={period}
            isOpen={index < OPEN_PERIODS}
          />
        ))}
        {hasOlder && <p class="note older">{privacy.historyOlder}</p>}
      </div>
    </section>
  )
}

type HistoryProps = ViewProps & { readonly registry: Registry }

function Period(props: HistoryProps & { period: HistoryPeriod; isOpen: boolean }): JSX.Element {
  const { view, registry, period, isOpen } = props
  return (
    <details open={isOpen}>
      <summary class="fold">
        <Icon name="chevron-down" />
        <span class="first-upper">{periodName(view, period)}</span>
      </summary>
      <ul>
        {period.items.map((item) => (
          <li class="history-item" key={`${item.kind} ${item.at}`}>
            <Item view={view} registry={registry} item={item} period={period} />
          </li>
        ))}
      </ul>
    </details>
  )
}

function periodName({ dates }: PageView, { unit, at }: HistoryPeriod): string {
  return unit === 'month' ? dates.month(at) : dates.relativeDay(at)
}

function Item(props: HistoryProps & { item: HistoryItem; period: HistoryPeriod }): JSX.Element {
  const { view, registry, item, period } = props
  const { privacy } = view.messages
  const format = period.unit === 'month' ? view.dates.day : view.dates.time
  const isRepeated = item.kind === 'access' && item.count > 1
  const { icon, text, details } =
    item.kind === 'access' ? accessText(view, registry, item) : decisionText(view, registry, item)
  return (
    <>
      <Icon name={icon} />
      <div class="grow">
        <p class="first-upper">{text}</p>
        {details && (
          <p class="note first-upper">
            <bdi>{details}</bdi>
          </p>
        )}
        <p class="note">
          <DateText
            view={view}
            at={item.at}
            format={format}
            {...(isRepeated && { text: privacy.lastAt })}
          />
          {item.kind === 'decision' && <DecisionNote view={view} item={item} />}
        </p>
      </div>
    </>
  )
}

type IconText = { readonly icon: string; readonly text: string; readonly details?: string }

/** An access without fields is a sign-in. The user id alone says nothing about the user. */
function accessText(view: PageView, registry: Registry, item: AccessItem): IconText {
  const { messages } = view
  const { privacy } = messages
  if (item.fields.length === 0) return { icon: 'log-in', text: privacy.signedIn(item.count) }
  const api = registry.apis.get(item.api)
  if (api) {
    const titles = api.scopes.flatMap((scope) => {
      const entry = registry.scopes.get(scope)
      return entry ? [scopeTitle(view, entry)] : []
    })
    // An API that is not filtered has the field “*”.
    const details = item.fields
      .filter((field) => field !== '*')
      .map(wordsOf)
      .join(', ')
    return { icon: 'eye', text: privacy.used(titles, item.count), details }
  }
  const data = item.fields.filter((field) => field !== 'userId')
  const names = (data.length > 0 ? data : item.fields).map((field) => fieldName(messages, field))
  return { icon: 'eye', text: privacy.read(names, item.count) }
}

const DECISION_ICONS: Readonly<Record<ReceiptEvent, string>> = {
  granted: 'check',
  partial: 'check',
  changed: 'check',
  renewed: 'check',
  refused: 'ban',
  withdrawn: 'x',
  expired: 'clock',
}

/** A decision of somebody else is named without “you”. */
function decisionText(view: PageView, registry: Registry, { record }: DecisionItem): IconText {
  const { privacy } = view.messages
  const { type, actor } = record.event
  const others = titlesOf(view, registry, record, (state) => state === 'refused')
  const titles = titlesOf(view, registry, record, (state) => state !== 'refused')
  const icon = DECISION_ICONS[type]
  if (actor === 'user' || type === 'expired')
    return { icon, text: privacy.decisions[type](titles, others) }
  const all = titles.length > 0 ? titles : others
  return { icon, text: `${privacy.events[type]}: ${all.join(', ')}` }
}

function titlesOf(
  view: PageView,
  registry: Registry,
  { processing }: SealedRecord,
  isIncluded: (state: SealedRecord['processing'][number]['state']) => boolean,
): readonly string[] {
  const titles = processing
    .filter(({ state }) => isIncluded(state))
    .map(({ scope, title }) => {
      const entry = registry.scopes.get(scope)
      return entry ? scopeTitle(view, entry) : (title ?? scope)
    })
  return [...new Set(titles)]
}

function DecisionNote({ view, item }: ViewProps & { item: DecisionItem }): JSX.Element {
  const { privacy } = view.messages
  const { actor } = item.record.event
  return (
    <>
      {actor !== 'user' && actor !== 'system' && ` · ${privacy.actors[actor]}`}
      {' · '}
      <a class="text-link" href={`/privacy/receipts/${item.receiptId}`}>
        {privacy.receipt}
      </a>
    </>
  )
}
