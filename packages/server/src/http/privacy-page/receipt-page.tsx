/**
 * @module The view of one consent receipt.
 * @see docs/consent.md#receipts
 */
import { parseRequestTime } from '@assent/protocol'
import type { JSX } from 'preact'
import { MESSAGES } from '../../engine/locales/index.ts'
import type { Messages } from '../../engine/locales/messages.ts'
import type { SealedRecord } from '../../engine/receipt-records.ts'
import { Icon } from '../html/layout.tsx'
import { BackLink, fieldName, type PageTheme, pageDocument, Timestamp } from './layout.tsx'

export function renderReceipt(pageTheme: PageTheme, record: SealedRecord): string {
  const { locale } = pageTheme
  const messages = MESSAGES[locale]
  const { privacy } = messages
  const { controller, miniProgram, event, processing } = record
  return pageDocument(
    pageTheme,
    privacy.receipt,
    <>
      <BackLink messages={messages} href={`/privacy/apps/${miniProgram.appId}`} />
      <h1 tabIndex={-1}>{privacy.receipt}</h1>
      <p>
        <bdi>{miniProgram.name}</bdi> · <bdi>{controller.name}</bdi>
        {controller.country !== undefined && ` · ${controller.country}`}
      </p>
      <p class="title">
        {privacy.events[event.type]} ·{' '}
        <Timestamp at={parseRequestTime(event.time) ?? 0} locale={locale} />
      </p>
      <ul class="rows">
        {processing.map((entry) => (
          <ProcessingEntry key={entry.scope} pageTheme={pageTheme} entry={entry} />
        ))}
      </ul>
      <ReceiptData messages={messages} record={record} />
      <p class="links">
        <a href={`/privacy/receipts/${record.recordId}/file`} download={`${record.recordId}.json`}>
          <Icon name="download" />
          {privacy.download}
        </a>
      </p>
    </>,
  )
}

function ProcessingEntry(props: {
  pageTheme: PageTheme
  entry: SealedRecord['processing'][number]
}): JSX.Element {
  const { locale } = props.pageTheme
  const messages = MESSAGES[locale]
  const { privacy, consent } = messages
  const { scope, title, purpose, personalData, state, lifetime, validUntil } = props.entry
  return (
    <li>
      <p class="title">
        {title ?? messages.scopes[scope as keyof Messages['scopes']]?.title ?? scope}
      </p>
      {purpose !== undefined && <p class="note">{purpose}</p>}
      <p class="note">{personalData.map((field) => fieldName(messages, field)).join(', ')}</p>
      <p class="note">
        {privacy.events[state]}
        {lifetime && state === 'granted' && ` · ${consent.lifetimes[lifetime]}`}
        {validUntil !== undefined && (
          <>
            {' · '}
            <Timestamp
              text={privacy.validUntil}
              at={parseRequestTime(validUntil) ?? 0}
              locale={locale}
            />
          </>
        )}
      </p>
    </li>
  )
}

function ReceiptData(props: { messages: Messages; record: SealedRecord }): JSX.Element {
  const { privacy } = props.messages
  const { recordId, principalId, controller, notice } = props.record
  return (
    <dl>
      <dt>{privacy.receiptNumber}</dt>
      <dd class="code">{recordId}</dd>
      <dt>{privacy.userId}</dt>
      <dd class="code">{principalId}</dd>
      {controller.contact !== undefined && (
        <>
          <dt>{privacy.contact}</dt>
          <dd>
            <bdi>{controller.contact}</bdi>
          </dd>
        </>
      )}
      {notice && (
        <>
          <dt>{privacy.proof}</dt>
          <dd class="code">{notice.hash}</dd>
        </>
      )}
    </dl>
  )
}
