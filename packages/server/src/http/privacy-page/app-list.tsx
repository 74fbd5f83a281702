/**
 * @module The first view of the privacy page: all mini programs that have or had access to data of the user.
 */
import type { JSX } from 'preact'
import { scopeText } from '../../engine/consent/prompt.ts'
import { MESSAGES } from '../../engine/locales/index.ts'
import { type AppEntry, hasDenied } from '../../engine/users/privacy-page.ts'
import { Icon, IconTile } from '../html/layout.tsx'
import { type PageTheme, pageDocument, Timestamp } from './layout.tsx'

export function renderAppList(pageTheme: PageTheme, apps: readonly AppEntry[]): string {
  const { page } = MESSAGES[pageTheme.locale]
  const active = apps.filter(({ scopes }) => scopes.length > 0)
  const inactive = apps.filter(
    ({ scopes, withdrawnAt, grant }) =>
      scopes.length === 0 && (withdrawnAt !== undefined || hasDenied(grant)),
  )
  return pageDocument(
    pageTheme,
    page.title,
    <>
      <h1 tabIndex={-1}>{page.title}</h1>
      {active.length === 0 && <p class="empty">{page.empty}</p>}
      <AppCards pageTheme={pageTheme} apps={active} />
      {inactive.length > 0 && (
        <>
          <h2>{page.withdrawn}</h2>
          <AppCards pageTheme={pageTheme} apps={inactive} />
        </>
      )}
      <p class="links">
        <a href="/privacy/export" download="assent.json">
          <Icon name="download" />
          {page.exportAll}
        </a>
      </p>
    </>,
  )
}

function AppCards(props: { pageTheme: PageTheme; apps: readonly AppEntry[] }): JSX.Element {
  return (
    <ul class="cards">
      {props.apps.map((app) => (
        <li key={app.miniProgram.appId}>
          <AppCard pageTheme={props.pageTheme} app={app} />
        </li>
      ))}
    </ul>
  )
}

function AppCard({ pageTheme, app }: { pageTheme: PageTheme; app: AppEntry }): JSX.Element {
  const { miniProgram, merchant, scopes, lastReadAt } = app
  const { locale } = pageTheme
  const { page } = MESSAGES[locale]
  return (
    <a class="card" href={`/privacy/apps/${miniProgram.appId}`}>
      <IconTile name={miniProgram.name} url={pageTheme.iconUrl(miniProgram.appId)} />
      <span class="grow">
        <span class="name">
          <bdi>{miniProgram.name}</bdi>
        </span>
        <span class="note">
          <bdi>{merchant}</bdi>
        </span>
        {scopes.length > 0 && (
          <span class="note">
            {scopes.map(({ entry }) => scopeText(entry, locale).title).join(' · ')}
          </span>
        )}
        <span class="note">
          {lastReadAt === undefined ? (
            page.neverRead
          ) : (
            <Timestamp text={page.lastRead} at={lastReadAt} locale={locale} />
          )}
        </span>
      </span>
      <Icon name="chevron-right" />
    </a>
  )
}
