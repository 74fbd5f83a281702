/**
 * @module The view of one mini program: who it is, what it can do and why, its history, and how to stop it.
 */
import type { JSX } from 'preact'
import { deniedScopes } from '../../engine/users/privacy-page.ts'
import { Icon, IconTile, isolate } from '../html/layout.tsx'
import { AllowRequests, AppFacts, EndedText } from './app-list.tsx'
import { History } from './history.tsx'
import {
  appPath,
  BackLink,
  DateText,
  type PageView,
  pageDocument,
  scopeTitle,
  type ViewProps,
} from './layout.tsx'
import type { AppPage, AppPageProps, Notice } from './page-data.ts'
import { Parties } from './parties.tsx'
import { Permissions } from './permissions.tsx'

export function renderApp(view: PageView, page: AppPage): string {
  const { app, notice } = page
  return pageDocument(
    view,
    app.miniProgram.name,
    <>
      <BackLink view={view} href="/privacy" />
      {notice && <NoticeText view={view} notice={notice} />}
      <Summary view={view} page={page} />
      <div class="columns">
        <div class="column">
          <Permissions view={view} page={page} />
          <Denied view={view} page={page} />
          <History view={view} page={page} />
        </div>
        <Parties view={view} app={app} />
      </div>
    </>,
    { outcome: notice && 'changed' },
  )
}

function NoticeText({ view, notice }: ViewProps & { notice: Notice }): JSX.Element {
  const { privacy } = view.messages
  const name = isolate(notice.name)
  const texts: Readonly<Record<Notice['kind'], string>> = {
    stopped: privacy.withdrawnNotice(name),
    scope: privacy.scopeWithdrawn(name),
    asks: privacy.denialsCleared(name),
  }
  return (
    <p class="panel notice" role="status">
      <Icon name="check" />
      <span>{texts[notice.kind]}</span>
    </p>
  )
}

/** Names the mini program and its merchant, says since when it has access, and stops everything. */
function Summary({ view, page: { app } }: AppPageProps): JSX.Element {
  const { miniProgram, merchant, scopes } = app
  const { privacy, consent } = view.messages
  const { name, appId, verified } = miniProgram
  return (
    <section class="panel summary">
      <div class="app-head">
        <IconTile name={name} url={view.iconUrl(miniProgram)} />
        <div class="grow">
          <h1 tabIndex={-1}>
            <bdi>{name}</bdi>
          </h1>
          <p class="note">
            <bdi>{merchant.name}</bdi>
          </p>
          <p class={verified ? 'note' : 'note warn'}>
            <Icon name={verified ? 'badge-check' : 'circle-alert'} />
            {(verified ? consent.verifiedBy : consent.notVerifiedBy)(isolate(view.walletName))}
          </p>
        </div>
      </div>
      {scopes.length > 0 ? (
        <div class="summary-facts">
          <AppFacts view={view} app={app} />
          <form method="post" action={`${appPath(appId)}/stop`}>
            <button type="submit" class="answer">
              {privacy.withdrawAll}
            </button>
          </form>
        </div>
      ) : (
        <p class="ended-text">
          <EndedText view={view} app={app} />
        </p>
      )}
      {app.lapsesAt !== undefined && (
        <p class="note warn">
          <DateText view={view} at={app.lapsesAt} text={privacy.endsIfUnused} />
        </p>
      )}
    </section>
  )
}

/** The scopes that the user denied, which the mini program may not request for some time. */
function Denied({ view, page: { app, registry } }: AppPageProps): JSX.Element | null {
  const { privacy } = view.messages
  const titles = deniedScopes(app.grant).flatMap((scope) => {
    const entry = registry.scopes.get(scope)
    return entry ? [scopeTitle(view, entry)] : []
  })
  if (titles.length === 0) return null
  return (
    <section>
      <h2>{privacy.denied}</h2>
      <div class="panel denied">
        <p class="grow">{privacy.deniedScopes(titles)}</p>
        <AllowRequests view={view} app={app} />
      </div>
    </section>
  )
}
