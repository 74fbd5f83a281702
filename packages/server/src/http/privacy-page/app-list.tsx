/**
 * @module The first view of the privacy page: all mini programs that have or had access to data of the user.
 */
import type { JSX } from 'preact'
import {
  type AppEntry,
  activeSince,
  activeUntil,
  hasDenied,
} from '../../engine/users/privacy-page.ts'
import { Icon, IconTile, isolate } from '../html/layout.tsx'
import {
  appPath,
  DateText,
  DownloadLink,
  type Fact,
  Facts,
  type PageView,
  pageDocument,
  scopeTitle,
  type ViewProps,
} from './layout.tsx'

export function renderAppList(view: PageView, apps: readonly AppEntry[]): string {
  const { privacy } = view.messages
  const active = apps.filter(({ scopes }) => scopes.length > 0)
  const ended = apps.filter(
    ({ scopes, endedAt, grant }) =>
      scopes.length === 0 && (endedAt !== undefined || hasDenied(grant)),
  )
  return pageDocument(
    view,
    privacy.title,
    <>
      <h1 tabIndex={-1}>{privacy.title}</h1>
      {active.length > 0 ? <p class="intro">{privacy.intro}</p> : <Empty view={view} />}
      <ul class="apps">
        {active.map((app) => (
          <li key={app.miniProgram.appId}>
            <AppCard view={view} app={app} />
          </li>
        ))}
      </ul>
      {ended.length > 0 && <EndedApps view={view} apps={ended} />}
      {active.length + ended.length > 0 && (
        <DownloadLink href="/privacy/export" file="assent.json" text={privacy.exportAll} />
      )}
    </>,
    { asksTimeZone: true },
  )
}

function Empty({ view: { messages } }: ViewProps): JSX.Element {
  return (
    <div class="empty">
      <Icon name="shield-check" />
      <p class="title">{messages.privacy.empty}</p>
      <p class="note">{messages.privacy.emptyHint}</p>
    </div>
  )
}

type AppProps = ViewProps & { readonly app: AppEntry }

function AppCard({ view, app }: AppProps): JSX.Element {
  const { privacy } = view.messages
  return (
    <article class="panel app-card">
      <AppLink view={view} app={app} />
      <p class="can">{privacy.can(summaryOf(view, app))}</p>
      <AppFacts view={view} app={app} />
      {app.lapsesAt !== undefined && (
        <p class="note warn">
          <DateText view={view} at={app.lapsesAt} text={privacy.endsIfUnused} />
        </p>
      )}
    </article>
  )
}

/** The titles of the scopes. What was granted without a prompt comes last. */
function summaryOf(view: PageView, { scopes }: AppEntry): readonly string[] {
  const entries = scopes.map(({ entry }) => entry)
  const ordered = [
    ...entries.filter(({ implicit }) => !implicit),
    ...entries.filter(({ implicit }) => implicit),
  ]
  return [...new Set(ordered.map((entry) => scopeTitle(view, entry)))]
}

/** The link covers the whole card. */
function AppLink({ view, app: { miniProgram, merchant } }: AppProps): JSX.Element {
  const { appId, name } = miniProgram
  return (
    <div class="app-head">
      <IconTile name={name} url={view.iconUrl(miniProgram)} />
      <div class="grow">
        <h2 class="name">
          <a class="card-link" href={appPath(appId)}>
            <bdi>{name}</bdi>
          </a>
        </h2>
        <p class="note">
          <bdi>{merchant.name}</bdi>
        </p>
      </div>
      <Icon name="chevron-right" />
    </div>
  )
}

/** Since when, last used, until when. */
export function AppFacts({ view, app }: AppProps): JSX.Element {
  const { privacy } = view.messages
  const { relativeDay } = view.dates
  const since = activeSince(app)
  const until = activeUntil(app)
  const facts: readonly (Fact | undefined)[] = [
    since === undefined
      ? undefined
      : { label: privacy.since, value: <DateText view={view} at={since} /> },
    {
      label: privacy.lastUsed,
      value:
        app.lastUsedAt === undefined ? (
          privacy.neverUsed
        ) : (
          <DateText view={view} at={app.lastUsedAt} format={relativeDay} />
        ),
    },
    {
      label: privacy.ends,
      value: until === undefined ? privacy.endsWhenStopped : <DateText view={view} at={until} />,
    },
  ]
  return <Facts facts={facts} />
}

function EndedApps({ view, apps }: ViewProps & { apps: readonly AppEntry[] }): JSX.Element {
  return (
    <section>
      <h2>{view.messages.privacy.withoutAccess}</h2>
      <ul class="panel ended">
        {apps.map((app) => (
          <li key={app.miniProgram.appId}>
            <EndedApp view={view} app={app} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function EndedApp({ view, app }: AppProps): JSX.Element {
  const { appId, name } = app.miniProgram
  return (
    <div class="ended-app">
      <IconTile name={name} url={view.iconUrl(app.miniProgram)} />
      <div class="grow">
        <h3 class="title">
          <a class="text-link" href={appPath(appId)}>
            <bdi>{name}</bdi>
          </a>
        </h3>
        <p class="note">
          <EndedText view={view} app={app} />
        </p>
      </div>
      {hasDenied(app.grant) && <AllowRequests view={view} app={app} />}
    </div>
  )
}

/** How the access ended, and what the merchant does with the data that it has. */
export function EndedText({ view, app }: AppProps): JSX.Element {
  const { privacy } = view.messages
  const { endedAt, withdrawnAt, deletionAcknowledgedAt } = app
  const merchant = isolate(app.merchant.name)
  if (endedAt === undefined) return <>{privacy.neverAllowed}</>
  if (withdrawnAt === undefined)
    return <DateText view={view} at={endedAt} text={privacy.accessEnded} />
  return (
    <>
      <DateText
        view={view}
        at={withdrawnAt}
        text={(at) => privacy.deletionRequested(at, merchant)}
      />{' '}
      {deletionAcknowledgedAt === undefined ? (
        privacy.deletionPending
      ) : (
        <DateText view={view} at={deletionAcknowledgedAt} text={privacy.deletionConfirmed} />
      )}
    </>
  )
}

export function AllowRequests({ view, app }: AppProps): JSX.Element {
  const { appId, name } = app.miniProgram
  const text = view.messages.privacy.clearDenials
  return (
    <form method="post" action={`${appPath(appId)}/ask`}>
      <button type="submit" class="answer" aria-label={`${text}: ${name}`}>
        {text}
      </button>
    </form>
  )
}
