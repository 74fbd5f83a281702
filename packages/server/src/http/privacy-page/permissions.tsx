/**
 * @module What a mini program can do: each scope with its fields, the user's own values, the reason and the dates.
 */
import type { JSX } from 'preact'
import { scopeText } from '../../engine/consent/prompt.ts'
import { joinList } from '../../engine/locales/list.ts'
import { type AgreedScope, agreedFields, agreedPurpose } from '../../engine/users/agreed-terms.ts'
import { previewOf } from '../../engine/users/profile.ts'
import { Icon } from '../html/layout.tsx'
import { appPath, DateText, fieldName, type PageView, type ViewProps } from './layout.tsx'
import type { AppPageProps } from './page-data.ts'

export function Permissions({ view, page }: AppPageProps): JSX.Element | null {
  const { scopes } = page.app
  if (scopes.length === 0) return null
  return (
    <section>
      <h2>{view.messages.privacy.canDo}</h2>
      <ul class="panel permissions">
        {scopes.map((scope) => (
          <Permission key={scope.entry.scope} view={view} page={page} scope={scope} />
        ))}
      </ul>
    </section>
  )
}

type ScopeProps = AppPageProps & { readonly scope: AgreedScope }

function Permission({ view, page, scope }: ScopeProps): JSX.Element {
  const { entry } = scope
  const { privacy } = view.messages
  const { title } = scopeText(entry, view.locale)
  return (
    <li class="permission">
      <Icon name={entry.icon} />
      <div class="grow">
        <h3 class="title">{title}</h3>
        <p class="note first-upper">{contentOf(view, scope)}</p>
        <Values view={view} page={page} scope={scope} />
        <Purpose view={view} page={page} scope={scope} />
        <p class="note dates">
          <ScopeDates view={view} scope={scope} />
        </p>
      </div>
      <form method="post" action={`${appPath(page.app.miniProgram.appId)}/stop`}>
        <input type="hidden" name="scope" value={entry.scope} />
        <button type="submit" class="answer" aria-label={`${privacy.withdraw}: ${title}`}>
          {privacy.withdraw}
        </button>
      </form>
    </li>
  )
}

/** The fields by name; of a scope without fields its description. */
function contentOf({ messages, locale }: PageView, scope: AgreedScope): string {
  const fields = agreedFields(scope)
  if (fields.length === 0) return scopeText(scope.entry, locale).description
  return joinList(
    locale,
    fields.map((field) => fieldName(messages, field)),
  )
}

/** The user's own values, masked as on the consent prompt. */
function Values({ view, page, scope }: ScopeProps): JSX.Element | null {
  const values = previewOf(page.user, agreedFields(scope), view.locale)
  if (values.length === 0) return null
  return (
    <p class="value">
      {values.map((value) => (
        <bdi key={value}>{value}</bdi>
      ))}
    </p>
  )
}

/** The reason that the merchant gave, in the words that the user agreed to. */
function Purpose({ view, page, scope }: ScopeProps): JSX.Element | null {
  const purpose = agreedPurpose(page.app.miniProgram, page.records, scope, view.locale)
  if (!purpose) return null
  return (
    <p class="why">
      <span class="label">{view.messages.privacy.why}</span>
      <bdi lang={purpose.language}>{purpose.text}</bdi>
    </p>
  )
}

function ScopeDates({ view, scope }: ViewProps & { scope: AgreedScope }): JSX.Element {
  const { privacy } = view.messages
  const { grantedAt, expiresAt } = scope.granted
  return (
    <>
      {privacy.since} <DateText view={view} at={grantedAt} />
      {expiresAt !== undefined && (
        <>
          {' · '}
          {privacy.ends} <DateText view={view} at={expiresAt} />
        </>
      )}
    </>
  )
}
