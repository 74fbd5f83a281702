/**
 * @module The user's page: which mini programs may read what, what they have read, and how to stop it.
 */
import { parseRequestTime } from '@assent/protocol'
import type { ComponentChildren, JSX } from 'preact'
import { type Locale, scopeText } from '../../engine/consent/prompt.ts'
import type { SealedRecord } from '../../engine/consent/receipt.ts'
import { MESSAGES } from '../../engine/locales/index.ts'
import type { Messages } from '../../engine/locales/messages.ts'
import type { GrantedScope } from '../../engine/records.ts'
import type { ScopeEntry } from '../../engine/registry.ts'
import { type AppDetail, type AppEntry, hasDenied } from '../../engine/users/privacy-page.ts'
import { htmlDocument, Icon, IconTile, isolate } from '../html/layout.tsx'
import type { Theme } from '../html/theme-types.ts'

export type PageTheme = {
  readonly locale: Locale
  readonly theme: Theme
  /** Origins of the wallet, which is told what was changed. */
  readonly origins: readonly string[]
  /** The picture of a mini program, where this server has it. */
  readonly iconUrl: (appId: string) => string | undefined
}

/** What has just been done, in a line. */
export type Notice = { readonly kind: 'stopped' | 'scope' | 'asks'; readonly name: string }

export function renderList(look: PageTheme, apps: readonly AppEntry[]): string {
  const words = MESSAGES[look.locale]
  const { privacy } = words
  const active = apps.filter(({ scopes }) => scopes.length > 0)
  const others = apps.filter(
    ({ scopes, withdrawnAt, grant }) =>
      scopes.length === 0 && (withdrawnAt !== undefined || hasDenied(grant)),
  )
  return layout(
    look,
    privacy.title,
    <>
      <h1 tabIndex={-1}>{privacy.title}</h1>
      {active.length === 0 && <p class="empty">{privacy.empty}</p>}
      <Apps look={look} apps={active} />
      {others.length > 0 && (
        <>
          <h2>{privacy.withdrawn}</h2>
          <Apps look={look} apps={others} />
        </>
      )}
      <p class="links">
        <a href="/privacy/export" download="assent.json">
          <Icon name="download" />
          {privacy.exportAll}
        </a>
      </p>
    </>,
  )
}

function Apps({ look, apps }: { look: PageTheme; apps: readonly AppEntry[] }): JSX.Element {
  const words = MESSAGES[look.locale]
  return (
    <ul class="cards">
      {apps.map(({ miniProgram, merchant, scopes, lastReadAt }) => (
        <li key={miniProgram.appId}>
          <a class="card" href={`/privacy/apps/${miniProgram.appId}`}>
            <IconTile name={miniProgram.name} url={look.iconUrl(miniProgram.appId)} />
            <span class="grow">
              <span class="name">
                <bdi>{miniProgram.name}</bdi>
              </span>
              <span class="note">
                <bdi>{merchant}</bdi>
              </span>
              {scopes.length > 0 && (
                <span class="note">
                  {scopes.map(({ entry }) => scopeText(entry, look.locale).title).join(' · ')}
                </span>
              )}
              <span class="note">
                {lastReadAt === undefined ? (
                  words.privacy.neverRead
                ) : (
                  <Timed text={words.privacy.lastRead} at={lastReadAt} locale={look.locale} />
                )}
              </span>
            </span>
            <Icon name="chevron-right" />
          </a>
        </li>
      ))}
    </ul>
  )
}

export function renderApp(look: PageTheme, app: AppDetail, notice?: Notice): string {
  const words = MESSAGES[look.locale]
  const { privacy } = words
  const { miniProgram, merchant, scopes, accessLog, receipts, grant } = app
  const path = `/privacy/apps/${miniProgram.appId}`
  return layout(
    look,
    miniProgram.name,
    <>
      <Back words={words} href="/privacy" />
      <div class="party">
        <IconTile name={miniProgram.name} url={look.iconUrl(miniProgram.appId)} />
        <div class="grow">
          <h1 tabIndex={-1}>
            <bdi>{miniProgram.name}</bdi>
          </h1>
          <p class="note">
            <bdi>{merchant}</bdi>
          </p>
        </div>
      </div>
      {notice && (
        <p class="hint" role="status">
          <Icon name="check" />
          {noticeText(words, notice)}
        </p>
      )}
      <GrantedScopes look={look} path={path} scopes={scopes} />
      {app.lapsesAt !== undefined && (
        <p class="note warn">
          <Timed text={privacy.endsIfUnused} at={app.lapsesAt} locale={look.locale} />
        </p>
      )}
      {scopes.length > 0 && (
        <form method="post" action={`${path}/stop`}>
          <button type="submit" class="answer wide">
            {privacy.withdrawAll}
          </button>
        </form>
      )}
      {app.withdrawnAt !== undefined && (
        <p class="note">
          <Timed text={privacy.deletionRequested} at={app.withdrawnAt} locale={look.locale} />
          {app.deletionAcknowledgedAt !== undefined && (
            <>
              {' · '}
              <Timed
                text={privacy.deletionConfirmed}
                at={app.deletionAcknowledgedAt}
                locale={look.locale}
              />
            </>
          )}
        </p>
      )}
      {hasDenied(grant) && (
        <>
          <h2>{privacy.denied}</h2>
          <form method="post" action={`${path}/ask`}>
            <button type="submit" class="answer wide">
              {privacy.clearDenials}
            </button>
          </form>
        </>
      )}
      <h2>{privacy.accessLog}</h2>
      {accessLog.length === 0 && <p class="note">{privacy.accessLogEmpty}</p>}
      <ul class="rows">
        {accessLog.map(({ api, fields, accessedAt, count }) => (
          <li key={`${api} ${accessedAt} ${fields.join()}`}>
            <p class="what">{whatWasRead(words, api, fields)}</p>
            <p class="note">
              <Timed
                text={(at) => at}
                at={parseRequestTime(accessedAt) ?? 0}
                locale={look.locale}
              />
              {count > 1 && ` · ${privacy.times(count)}`}
            </p>
          </li>
        ))}
      </ul>
      {receipts.length > 0 && <h2>{privacy.receipts}</h2>}
      <ul class="rows">
        {receipts.map(({ receiptId, event, createdAt }) => (
          <li key={receiptId}>
            <a class="line" href={`/privacy/receipts/${receiptId}`}>
              <span class="what">{privacy.events[event]}</span>
              <span class="note">
                <Timed text={(text) => text} at={createdAt} locale={look.locale} />
              </span>
            </a>
          </li>
        ))}
      </ul>
    </>,
    notice && 'changed',
  )
}

function noticeText({ privacy }: Messages, { kind, name }: Notice): string {
  if (kind === 'stopped') return privacy.withdrawnNotice(isolate(name))
  if (kind === 'asks') return privacy.denialsCleared(isolate(name))
  return `${isolate(name)}: ${privacy.events.withdrawn}`
}

type GrantedEntry = { readonly entry: ScopeEntry; readonly granted: GrantedScope }

function GrantedScopes(props: {
  look: PageTheme
  path: string
  scopes: readonly GrantedEntry[]
}): JSX.Element {
  const { look, path, scopes } = props
  const { privacy } = MESSAGES[look.locale]
  return (
    <ul class="rows">
      {scopes.map(({ entry, granted }) => {
        const { title } = scopeText(entry, look.locale)
        return (
          <li key={entry.scope} class="held">
            <Icon name={entry.icon} />
            <div class="grow">
              <p class="what">{title}</p>
              <p class="note">
                <Timed text={privacy.grantedSince} at={granted.grantedAt} locale={look.locale} />
                {granted.expiresAt !== undefined && (
                  <>
                    {' · '}
                    <Timed text={privacy.validUntil} at={granted.expiresAt} locale={look.locale} />
                  </>
                )}
              </p>
            </div>
            <form method="post" action={`${path}/stop`}>
              <input type="hidden" name="scope" value={entry.scope} />
              <button type="submit" class="answer" aria-label={`${privacy.withdraw}: ${title}`}>
                {privacy.withdraw}
              </button>
            </form>
          </li>
        )
      })}
    </ul>
  )
}

export function renderReceipt(look: PageTheme, record: SealedRecord): string {
  const words = MESSAGES[look.locale]
  const { privacy, consent } = words
  const { controller, miniProgram, event, processing, notice } = record
  const path = `/privacy/receipts/${record.recordId}`
  return layout(
    look,
    privacy.receipt,
    <>
      <Back words={words} href={`/privacy/apps/${miniProgram.appId}`} />
      <h1 tabIndex={-1}>{privacy.receipt}</h1>
      <p>
        <bdi>{miniProgram.name}</bdi> · <bdi>{controller.name}</bdi>
        {controller.country !== undefined && ` · ${controller.country}`}
      </p>
      <p class="what">
        {privacy.events[event.type]} ·{' '}
        <Timed text={(at) => at} at={parseRequestTime(event.time) ?? 0} locale={look.locale} />
      </p>
      <ul class="rows">
        {processing.map(({ scope, title, purpose, personalData, state, lifetime, validUntil }) => (
          <li key={scope}>
            <p class="what">
              {title ?? words.scopes[scope as keyof Messages['scopes']]?.title ?? scope}
            </p>
            {purpose !== undefined && <p class="note">{purpose}</p>}
            <p class="note">{personalData.map((field) => fieldName(words, field)).join(', ')}</p>
            <p class="note">
              {privacy.events[state]}
              {lifetime && state === 'granted' && ` · ${consent.lifetimes[lifetime]}`}
              {validUntil !== undefined && (
                <>
                  {' · '}
                  <Timed
                    text={privacy.validUntil}
                    at={parseRequestTime(validUntil) ?? 0}
                    locale={look.locale}
                  />
                </>
              )}
            </p>
          </li>
        ))}
      </ul>
      <dl>
        <dt>{privacy.receiptNumber}</dt>
        <dd class="code">{record.recordId}</dd>
        <dt>{privacy.userId}</dt>
        <dd class="code">{record.principalId}</dd>
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
      <p class="links">
        <a href={`${path}/file`} download={`${record.recordId}.json`}>
          <Icon name="download" />
          {privacy.file}
        </a>
      </p>
    </>,
  )
}

function layout(
  look: PageTheme,
  title: string,
  content: ComponentChildren,
  outcome?: string,
): string {
  const { locale, theme, origins } = look
  return htmlDocument(
    { locale, theme, title, kind: 'page', origins, outcome },
    <main class="page-body">{content}</main>,
  )
}

function Back({ words, href }: { words: Messages; href: string }): JSX.Element {
  return (
    <p class="links">
      <a class="back" href={href}>
        <Icon name="chevron-left" />
        {words.privacy.back}
      </a>
    </p>
  )
}

function whatWasRead(words: Messages, api: string, fields: readonly string[]): string {
  if (fields.length === 0) return words.privacy.signedIn
  const names = fields.map((field) => fieldName(words, field))
  const isOwn = fields.every((field) => Object.hasOwn(words.fields, field))
  return isOwn ? names.join(', ') : `${isolate(api)}: ${names.join(', ')}`
}

function fieldName({ fields }: Messages, field: string): string {
  return Object.hasOwn(fields, field) ? fields[field as keyof Messages['fields']] : isolate(field)
}

/** A time inside a sentence: in UTC until the page's script says it in the user's own zone. */
function Timed(props: { text: (at: string) => string; at: number; locale: Locale }): JSX.Element {
  const { text, at, locale } = props
  const [before, after] = text('\u0000').split('\u0000')
  const date = new Date(at * 1000)
  const written = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  }).format(date)
  return (
    <>
      {before}
      <time dateTime={date.toISOString()}>{`${written} UTC`}</time>
      {after}
    </>
  )
}
