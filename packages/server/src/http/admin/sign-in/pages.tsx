/**
 * @module The pages with which administrators sign in and out. They are in English only.
 */
import type { ComponentChildren } from 'preact'
import type { SignedIn } from '../../../engine/admin/sessions.ts'
import { htmlDocument } from '../../html/layout.tsx'
import { PLAIN_THEME } from '../../html/theme-types.ts'
import { ADMIN_SIGN_IN_ENDPOINTS as ENDPOINTS } from './endpoints.ts'

type Page = {
  readonly title: string
  /** What the button of the script does. */
  readonly ceremony?: 'signIn' | 'invitation'
  /** Another page that the browser opens at once. */
  readonly next?: string
}

function adminPage({ title, ceremony, next }: Page, content: ComponentChildren): string {
  return htmlDocument(
    {
      locale: 'en',
      theme: PLAIN_THEME,
      title,
      kind: 'admin',
      origins: [],
      ...(next !== undefined && { next }),
    },
    <main class="admin-card" data-ceremony={ceremony}>
      <h1>{title}</h1>
      {content}
    </main>,
  )
}

/** @param problem why the last attempt failed */
export function renderSignIn(hasOidc: boolean, problem = ''): string {
  return adminPage(
    { title: 'Sign in to administration', ceremony: 'signIn' },
    <>
      <p>For people who manage this wallet platform and its merchants.</p>
      {hasOidc && (
        <a class="button" href={ENDPOINTS.oidc.path}>
          Sign in with your company account
        </a>
      )}
      <button id="passkey" type="button">
        Sign in with a passkey
      </button>
      <p role="alert">{problem}</p>
    </>,
  )
}

export function renderInvitation(): string {
  return adminPage(
    { title: 'Create your passkey', ceremony: 'invitation' },
    <>
      <p>
        You were invited to this administration. Your device keeps a passkey, and you sign in with
        your fingerprint, face or PIN. There is no password.
      </p>
      <button id="passkey" type="button">
        Create a passkey
      </button>
      <p role="alert" />
    </>,
  )
}

/** After the identity provider, another site: the browser sends the session to pages that a page of this server opens. */
export function renderSignedIn(): string {
  const next = ENDPOINTS.home.path
  return adminPage(
    { title: 'You are signed in', next },
    <a class="button" href={next}>
      Continue
    </a>,
  )
}

export function renderHome({ member, csrfToken }: SignedIn): string {
  const { name, organization, role } = member.document
  return adminPage(
    { title: 'Administration' },
    <>
      <dl>
        <dt>Name</dt>
        <dd>{name}</dd>
        <dt>Organization</dt>
        <dd>{organization}</dd>
        <dt>Role</dt>
        <dd>{role}</dd>
      </dl>
      <p>
        <a href="/docs/admin-api">What you can do with the admin API</a>
      </p>
      <form method="post" action={ENDPOINTS.signOut.path}>
        <input type="hidden" name="csrf-token" value={csrfToken} />
        <button type="submit">Sign out</button>
      </form>
    </>,
  )
}
