/**
 * @module The HTML document that all pages share, its icons, and the status page.
 */
import type { ComponentChildren, JSX } from 'preact'
import { renderToStaticMarkup } from 'preact-render-to-string'
import type { Locale } from '../../engine/consent/prompt.ts'
import { MESSAGES } from '../../engine/locales/index.ts'
import type { StatusPage } from '../../engine/locales/messages.ts'
import {
  ADMIN_PAGE_STYLE,
  ADMIN_SCRIPT,
  ICONS,
  PRIVACY_PAGE_STYLE,
  SCRIPT,
  styleOf,
} from './assets.ts'
import type { Theme } from './theme-types.ts'

/** `overlay`: a dialog above the mini program. `page`: a whole page. `admin`: a page for administrators. */
type PageKind = 'overlay' | 'page' | 'admin'

/** The style of a kind, in addition to that of all pages. */
const STYLES: Readonly<Record<PageKind, string>> = {
  overlay: '',
  page: PRIVACY_PAGE_STYLE,
  admin: ADMIN_PAGE_STYLE,
}

const SCRIPTS: Readonly<Record<PageKind, string>> = {
  overlay: SCRIPT,
  page: SCRIPT,
  admin: ADMIN_SCRIPT,
}

export type DocumentOptions = {
  readonly locale: Locale
  readonly theme: Theme
  readonly title: string
  readonly kind: PageKind
  /** The origins that the page reports the outcome to. */
  readonly origins: readonly string[]
  readonly outcome?: string | undefined
  /** Another page of this server that the browser opens at once. */
  readonly next?: string
}

export function htmlDocument(
  { locale, theme, title, kind, origins, outcome, next }: DocumentOptions,
  content: ComponentChildren,
): string {
  return `<!doctype html>${renderToStaticMarkup(
    <html lang={locale} dir={MESSAGES[locale].direction}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        {next !== undefined && <meta http-equiv="refresh" content={`0;url=${next}`} />}
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: styleOf(theme) }} />
        {STYLES[kind] && <style dangerouslySetInnerHTML={{ __html: STYLES[kind] }} />}
      </head>
      <body class={kind} data-origins={JSON.stringify(origins)} data-outcome={outcome}>
        {content}
        {SCRIPTS[kind] && <script dangerouslySetInnerHTML={{ __html: SCRIPTS[kind] }} />}
      </body>
    </html>,
  )}`
}

export type StatusPageContent = {
  readonly page: StatusPage
  readonly locale: Locale
  readonly theme: Theme
  readonly origins: readonly string[]
  /** The problem, in English, for developers. */
  readonly detail?: string
  /** The outcome that the page reports to its host. */
  readonly outcome: 'decided' | 'dismissed' | undefined
}

const STATUS_ICONS: Readonly<Partial<Record<StatusPage, string>>> = {
  done: 'check',
  loggedOut: 'check',
  unknown: 'clock',
  expired: 'clock',
  linkExpired: 'clock',
  opening: 'chevron-right',
}

export function renderStatusPage({ page, locale, detail, ...options }: StatusPageContent): string {
  const messages = MESSAGES[locale]
  const { title } = messages.status[page]
  return htmlDocument(
    { locale, title, kind: 'overlay', ...options },
    <StatusPageMain page={page} locale={locale}>
      {detail !== undefined && (
        <p class="note" lang="en" dir="ltr">
          {detail}
        </p>
      )}
      <button id="close" class="answer" type="button">
        {messages.consent.close}
      </button>
    </StatusPageMain>,
  )
}

/** The message of a status page, and below it what the user can do. */
export function StatusPageMain(props: {
  page: StatusPage
  locale: Locale
  children: ComponentChildren
}): JSX.Element {
  const { title, text } = MESSAGES[props.locale].status[props.page]
  return (
    <main class="sheet">
      <div class="status-page">
        <Icon name={STATUS_ICONS[props.page] ?? 'circle-alert'} />
        <h1 tabIndex={-1}>{title}</h1>
        <p class="note">{text}</p>
        {props.children}
      </div>
    </main>
  )
}

/** The icon of the mini program, or the first letter of its name. An emoji is no letter: not every system has its glyph. */
export function IconTile({ name, url }: { name: string; url?: string | undefined }): JSX.Element {
  if (url !== undefined) return <img class="tile" src={url} alt="" />
  return (
    <span class="tile" aria-hidden="true">
      {/[\p{L}\p{N}]\p{M}*/u.exec(name)?.[0] ?? '•'}
    </span>
  )
}

/** An icon of the bundled lucide set. The markup is fixed and never contains user input. */
export function Icon({ name }: { name: string }): JSX.Element {
  return (
    <svg
      width="24"
      height="24"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      dangerouslySetInnerHTML={{ __html: ICONS[name] ?? ICONS['circle'] ?? '' }}
    />
  )
}

/** Isolates the writing direction of a name inside a sentence: the plain-text equivalent of `<bdi>` (Unicode FSI and PDI). */
export function isolate(name: string): string {
  return `\u2068${name}\u2069`
}
