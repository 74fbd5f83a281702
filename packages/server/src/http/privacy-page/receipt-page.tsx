/**
 * @module The view of one consent receipt: who, what, why and for how long, in the words that the user agreed to.
 * @see docs/consent.md#receipts
 */
import { parseRequestTime } from '@assent/protocol'
import type { JSX } from 'preact'
import { chooseLocale } from '../../engine/locales/choose-locale.ts'
import { MESSAGES } from '../../engine/locales/index.ts'
import { joinList } from '../../engine/locales/list.ts'
import type { Messages } from '../../engine/locales/messages.ts'
import type { SealedRecord } from '../../engine/receipt-records.ts'
import type { MiniProgram, Registry, ScopeEntry } from '../../engine/registry.ts'
import { Icon, IconTile } from '../html/layout.tsx'
import {
  appPath,
  BackLink,
  DateText,
  DownloadLink,
  type Fact,
  Facts,
  fieldName,
  type PageView,
  pageDocument,
  scopeTitle,
  type ViewProps,
} from './layout.tsx'
import { handlingFacts, merchantFacts, PolicyLinks } from './parties.tsx'

export type ReceiptPage = {
  readonly record: SealedRecord
  readonly registry: Registry
  /** The mini program as it is now, if it is still registered. */
  readonly current: MiniProgram | undefined
  /** Where the public keys of receipts are. */
  readonly keysUrl: string
}

export function renderReceipt(
  view: PageView,
  { record, registry, current, keysUrl }: ReceiptPage,
): string {
  const { privacy } = view.messages
  const { miniProgram, recordId } = record
  return pageDocument(
    view,
    privacy.receipt,
    <div class="receipt">
      <BackLink view={view} href={appPath(miniProgram.appId)} />
      <ReceiptHead view={view} record={record} iconUrl={current && view.iconUrl(current)} />
      <section>
        <h2>{privacy.what}</h2>
        <ul class="panel permissions">
          {record.processing.map((entry) => (
            <ProcessingEntry
              key={entry.scope}
              view={view}
              record={record}
              entry={entry}
              scope={registry.scopes.get(entry.scope)}
            />
          ))}
        </ul>
      </section>
      <section>
        <h2>{privacy.recipient}</h2>
        <div class="panel parties">
          <Facts facts={partyFacts(view, record)} />
          <PolicyLinks view={view} {...record} />
        </div>
      </section>
      <TechnicalDetails view={view} record={record} keysUrl={keysUrl} />
      <DownloadLink
        href={`/privacy/receipts/${recordId}/file`}
        file={`${recordId}.json`}
        text={privacy.download}
      />
    </div>,
  )
}

type ReceiptProps = ViewProps & { readonly record: SealedRecord }

type ReceiptHeadProps = ReceiptProps & { readonly iconUrl: string | undefined }

function ReceiptHead({ view, record, iconUrl }: ReceiptHeadProps): JSX.Element {
  const { privacy } = view.messages
  const { miniProgram, controller, event, recordId } = record
  const at = parseRequestTime(event.time) ?? 0
  return (
    <section class="panel summary">
      <div class="app-head">
        <IconTile name={miniProgram.name} url={iconUrl} />
        <div class="grow">
          <h1 tabIndex={-1}>
            {privacy.receipt}: {privacy.events[event.type]}
          </h1>
          <p class="note">
            <bdi>{miniProgram.name}</bdi> · <bdi>{controller.name}</bdi>
          </p>
        </div>
      </div>
      <Facts
        facts={[
          {
            label: privacy.when,
            value: <DateText view={view} at={at} format={view.dates.dateTime} />,
          },
          { label: privacy.decidedBy, value: privacy.actors[event.actor] },
          { label: privacy.receiptNumber, value: <span class="code">{recordId}</span> },
        ]}
      />
    </section>
  )
}

const STATE_ICONS: Readonly<Record<SealedRecord['processing'][number]['state'], string>> = {
  granted: 'check',
  refused: 'ban',
  withdrawn: 'x',
  expired: 'clock',
}

type ProcessingProps = ReceiptProps & {
  readonly entry: SealedRecord['processing'][number]
  readonly scope: ScopeEntry | undefined
}

/** The title and the reason are in the language of the prompt, because these are the words that the user agreed to. */
function ProcessingEntry({ view, record, entry, scope }: ProcessingProps): JSX.Element {
  const { messages, locale } = view
  const { title, purpose, personalData, state } = entry
  const agreed = languageOf(record)
  const names = personalData.map((field) => fieldName(messages, field))
  return (
    <li class="permission">
      <Icon name={STATE_ICONS[state]} />
      <div class="grow">
        <h3 class="title">
          {title === undefined ? (
            ((scope && scopeTitle(view, scope)) ?? entry.scope)
          ) : (
            <bdi {...agreed}>{title}</bdi>
          )}
        </h3>
        {names.length > 0 && <p class="note first-upper">{joinList(locale, names)}</p>}
        {purpose !== undefined && (
          <p class="why">
            <span class="label">{messages.privacy.why}</span>
            <bdi {...agreed}>{purpose}</bdi>
          </p>
        )}
        <p class="note dates">
          <EntryState view={view} entry={entry} />
        </p>
      </div>
    </li>
  )
}

/** The language of the prompt, as attributes. */
function languageOf({ notice }: SealedRecord): { lang?: string; dir?: Messages['direction'] } {
  if (!notice) return {}
  return { lang: notice.language, dir: MESSAGES[chooseLocale(notice.language)].direction }
}

/** What was decided about the scope, and for how long. */
function EntryState(props: ViewProps & { entry: SealedRecord['processing'][number] }): JSX.Element {
  const { view, entry } = props
  const { privacy, consent } = view.messages
  const { state, lifetime, validUntil } = entry
  return (
    <>
      {privacy.events[state]}
      {state === 'granted' && lifetime && ` · ${privacy.howLong}: ${consent.lifetimes[lifetime]}`}
      {validUntil !== undefined && (
        <>
          {` · ${privacy.ends} `}
          <DateText view={view} at={parseRequestTime(validUntil) ?? 0} />
        </>
      )}
    </>
  )
}

function partyFacts(view: PageView, record: SealedRecord): readonly (Fact | undefined)[] {
  const { privacy } = view.messages
  return [
    ...merchantFacts(view, record.controller),
    ...handlingFacts(view, record),
    { label: privacy.howToStop, value: <bdi>{record.withdrawal}</bdi> },
    { label: privacy.userId, value: <span class="code">{record.principalId}</span> },
  ]
}

function TechnicalDetails({
  view,
  record,
  keysUrl,
}: ReceiptProps & { keysUrl: string }): JSX.Element {
  const { privacy } = view.messages
  const { notice } = record
  return (
    <details class="panel technical">
      <summary class="fold">
        <Icon name="chevron-down" />
        <span>{privacy.technicalDetails}</span>
      </summary>
      <Facts
        facts={[
          notice && { label: privacy.screenHash, value: <span class="code">{notice.hash}</span> },
          {
            label: privacy.signature,
            value: (
              <>
                {privacy.signatureHint}
                <br />
                <span class="code">{keysUrl}</span>
              </>
            ),
          },
        ]}
      />
    </details>
  )
}
