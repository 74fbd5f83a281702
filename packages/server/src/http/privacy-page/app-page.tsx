/**
 * @module The view of one mini program: its permissions, its access log, and how to withdraw.
 */
import { parseRequestTime } from '@assent/protocol'
import type { JSX } from 'preact'
import { scopeText } from '../../engine/consent/prompt.ts'
import { MESSAGES } from '../../engine/locales/index.ts'
import type { Messages } from '../../engine/locales/messages.ts'
import type { GrantedScope } from '../../engine/records.ts'
import type { ScopeEntry } from '../../engine/registry.ts'
import { type AppDetail, hasDenied } from '../../engine/users/privacy-page.ts'
import { Icon, IconTile, isolate } from '../html/layout.tsx'
import { BackLink, fieldName, type PageTheme, pageDocument, Timestamp } from './layout.tsx'

/** Confirms the last change in one line. */
export type Notice = { readonly kind: 'stopped' | 'scope' | 'asks'; readonly name: string }

export function renderApp(pageTheme: PageTheme, app: AppDetail, notice?: Notice): string {
  const messages = MESSAGES[pageTheme.locale]
  return pageDocument(
    pageTheme,
    app.miniProgram.name,
    <>
      <BackLink messages={messages} href="/privacy" />
      <AppHeader pageTheme={pageTheme} app={app} />
      {notice && (
        <p class="callout" role="status">
          <Icon name="check" />
          {noticeText(messages, notice)}
        </p>
      )}
      <Permissions pageTheme={pageTheme} app={app} />
      <Deletion pageTheme={pageTheme} app={app} />
      {hasDenied(app.grant) && <ResetDenials app={app} messages={messages} />}
      <AccessLog pageTheme={pageTheme} app={app} />
      <Receipts pageTheme={pageTheme} app={app} />
    </>,
    notice && 'changed',
  )
}

function noticeText({ privacy }: Messages, { kind, name }: Notice): string {
  if (kind === 'stopped') return privacy.withdrawnNotice(isolate(name))
  if (kind === 'asks') return privacy.denialsCleared(isolate(name))
  return `${isolate(name)}: ${privacy.events.withdrawn}`
}

type AppProps = { pageTheme: PageTheme; app: AppDetail }

function pathOf({ miniProgram }: AppDetail): string {
  return `/privacy/apps/${miniProgram.appId}`
}

function AppHeader({ pageTheme, app: { miniProgram, merchant } }: AppProps): JSX.Element {
  return (
    <div class="app-header">
      <IconTile name={miniProgram.name} url={pageTheme.iconUrl(miniProgram.appId)} />
      <div class="grow">
        <h1 tabIndex={-1}>
          <bdi>{miniProgram.name}</bdi>
        </h1>
        <p class="note">
          <bdi>{merchant}</bdi>
        </p>
      </div>
    </div>
  )
}

function Permissions({ pageTheme, app }: AppProps): JSX.Element {
  const { privacy } = MESSAGES[pageTheme.locale]
  const path = pathOf(app)
  return (
    <>
      <ul class="rows">
        {app.scopes.map((scope) => (
          <Permission key={scope.entry.scope} pageTheme={pageTheme} path={path} scope={scope} />
        ))}
      </ul>
      {app.lapsesAt !== undefined && (
        <p class="note warn">
          <Timestamp text={privacy.endsIfUnused} at={app.lapsesAt} locale={pageTheme.locale} />
        </p>
      )}
      {app.scopes.length > 0 && (
        <form method="post" action={`${path}/stop`}>
          <button type="submit" class="answer wide">
            {privacy.withdrawAll}
          </button>
        </form>
      )}
    </>
  )
}

function Permission(props: {
  pageTheme: PageTheme
  path: string
  scope: { readonly entry: ScopeEntry; readonly granted: GrantedScope }
}): JSX.Element {
  const { entry, granted } = props.scope
  const { locale } = props.pageTheme
  const { privacy } = MESSAGES[locale]
  const { title } = scopeText(entry, locale)
  return (
    <li class="permission">
      <Icon name={entry.icon} />
      <div class="grow">
        <p class="title">{title}</p>
        <p class="note">
          <Timestamp text={privacy.grantedSince} at={granted.grantedAt} locale={locale} />
          {granted.expiresAt !== undefined && (
            <>
              {' · '}
              <Timestamp text={privacy.validUntil} at={granted.expiresAt} locale={locale} />
            </>
          )}
        </p>
      </div>
      <form method="post" action={`${props.path}/stop`}>
        <input type="hidden" name="scope" value={entry.scope} />
        <button type="submit" class="answer" aria-label={`${privacy.withdraw}: ${title}`}>
          {privacy.withdraw}
        </button>
      </form>
    </li>
  )
}

/** When the merchant was asked to delete the data, and when it has confirmed that. */
function Deletion({ pageTheme: { locale }, app }: AppProps): JSX.Element | null {
  const { privacy } = MESSAGES[locale]
  if (app.withdrawnAt === undefined) return null
  return (
    <p class="note">
      <Timestamp
        text={(at) => privacy.deletionRequested(at, isolate(app.merchant))}
        at={app.withdrawnAt}
        locale={locale}
      />
      {app.deletionAcknowledgedAt !== undefined && (
        <>
          {' · '}
          <Timestamp
            text={privacy.deletionConfirmed}
            at={app.deletionAcknowledgedAt}
            locale={locale}
          />
        </>
      )}
    </p>
  )
}

function ResetDenials({ app, messages }: { app: AppDetail; messages: Messages }): JSX.Element {
  return (
    <>
      <h2>{messages.privacy.denied}</h2>
      <form method="post" action={`${pathOf(app)}/ask`}>
        <button type="submit" class="answer wide">
          {messages.privacy.clearDenials}
        </button>
      </form>
    </>
  )
}

function AccessLog({ pageTheme: { locale }, app: { accessLog } }: AppProps): JSX.Element {
  const messages = MESSAGES[locale]
  const { privacy } = messages
  return (
    <>
      <h2>{privacy.accessLog}</h2>
      {accessLog.length === 0 && <p class="note">{privacy.accessLogEmpty}</p>}
      <ul class="rows">
        {accessLog.map(({ api, fields, accessedAt, count }) => (
          <li key={`${api} ${accessedAt} ${fields.join()}`}>
            <p class="title">{accessText(messages, api, fields)}</p>
            <p class="note">
              <Timestamp at={parseRequestTime(accessedAt) ?? 0} locale={locale} />
              {count > 1 && ` · ${privacy.times(count)}`}
            </p>
          </li>
        ))}
      </ul>
    </>
  )
}

/** An entry without fields is a sign-in. The name of an API is shown only for fields of the wallet's own APIs. */
function accessText(messages: Messages, api: string, fields: readonly string[]): string {
  if (fields.length === 0) return messages.privacy.signedIn
  const names = fields.map((field) => fieldName(messages, field))
  const isStandard = fields.every((field) => Object.hasOwn(messages.fields, field))
  return isStandard ? names.join(', ') : `${isolate(api)}: ${names.join(', ')}`
}

function Receipts({ pageTheme: { locale }, app: { receipts } }: AppProps): JSX.Element {
  const { privacy } = MESSAGES[locale]
  return (
    <>
      {receipts.length > 0 && <h2>{privacy.receipts}</h2>}
      <ul class="rows">
        {receipts.map(({ receiptId, event, createdAt }) => (
          <li key={receiptId}>
            <a class="line" href={`/privacy/receipts/${receiptId}`}>
              <span class="title">{privacy.events[event]}</span>
              <span class="note">
                <Timestamp at={createdAt} locale={locale} />
              </span>
            </a>
          </li>
        ))}
      </ul>
    </>
  )
}
