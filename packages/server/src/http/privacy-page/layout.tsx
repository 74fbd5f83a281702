/**
 * @module Layout and components that all views of the privacy page share.
 */
import type { ComponentChildren, JSX } from 'preact'
import { type Locale, scopeText } from '../../engine/consent/prompt.ts'
import type { Messages } from '../../engine/locales/messages.ts'
import type { MiniProgram, ScopeEntry } from '../../engine/registry.ts'
import { htmlDocument, Icon, isolate } from '../html/layout.tsx'
import type { Theme } from '../html/theme-types.ts'
import type { Dates } from './dates.ts'

/** How the page looks and speaks to this user. */
export type PageView = {
  readonly locale: Locale
  readonly messages: Messages
  readonly dates: Dates
  readonly theme: Theme
  readonly walletName: string
  /** The origins of the wallet, which the page reports changes to. */
  readonly origins: readonly string[]
  /** The icon of a mini program, when this server has one. */
  readonly iconUrl: (miniProgram: Pick<MiniProgram, 'appId' | 'icon'>) => string | undefined
}

export type ViewProps = { readonly view: PageView }

/**
 * @param options.outcome is reported to the wallet's host
 * @param options.asksTimeZone whether the script of the page sends the user's time zone when it is not known
 */
export function pageDocument(
  view: PageView,
  title: string,
  content: ComponentChildren,
  options: { readonly outcome?: string | undefined; readonly asksTimeZone?: boolean } = {},
): string {
  const { locale, theme, origins, dates, messages } = view
  const { outcome, asksTimeZone = false } = options
  return htmlDocument(
    { locale, theme, title, kind: 'page', origins, outcome },
    <main
      class="page-body"
      data-needs-time-zone={(asksTimeZone && dates.isUtcFallback) || undefined}
    >
      {content}
      {dates.isUtcFallback && <p class="note utc">{messages.privacy.timesInUtc}</p>}
    </main>,
  )
}

export function BackLink({ view, href }: ViewProps & { href: string }): JSX.Element {
  return (
    <p class="back">
      <a href={href}>
        <Icon name="chevron-left" />
        {view.messages.privacy.back}
      </a>
    </p>
  )
}

export function DownloadLink(props: { href: string; file: string; text: string }): JSX.Element {
  return (
    <p class="download">
      <a href={props.href} download={props.file}>
        <Icon name="download" />
        {props.text}
      </a>
    </p>
  )
}

/** Labels with their values. A fact without a value is left out. */
export function Facts({ facts }: { facts: readonly (Fact | undefined)[] }): JSX.Element {
  return (
    <dl class="facts">
      {facts.map(
        (fact) =>
          fact && (
            <div key={fact.label}>
              <dt>{fact.label}</dt>
              <dd>{fact.value}</dd>
            </div>
          ),
      )}
    </dl>
  )
}

export type Fact = { readonly label: string; readonly value: ComponentChildren }

/** A date inside a sentence. The exact time is in its `datetime` and its tooltip. */
export function DateText(
  props: ViewProps & {
    /** Epoch seconds. */
    at: number
    /** Default: the day. */
    format?: (at: number) => string
    /** Puts the date into a sentence. Default: the date alone. */
    text?: (at: string) => string
  },
): JSX.Element {
  const { dates } = props.view
  const { at, format = dates.day, text = (date) => date } = props
  const [before, after] = text('\u0000').split('\u0000')
  return (
    <>
      {before}
      <time dateTime={new Date(at * 1000).toISOString()} title={dates.dateTime(at)}>
        {format(at)}
      </time>
      {after}
    </>
  )
}

/** The name of a field in the user's language. A field of the wallet's own APIs has no translation. */
export function fieldName({ fields }: Messages, field: string): string {
  return Object.hasOwn(fields, field)
    ? fields[field as keyof Messages['fields']]
    : isolate(wordsOf(field))
}

/** The words of a field of the wallet's own APIs. @example wordsOf('cards[].lastFour') // 'last four' */
export function wordsOf(path: string): string {
  const name = path.slice(path.lastIndexOf('.') + 1)
  return name.replaceAll(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase()
}

/** The title of a scope in the user's language. */
export function scopeTitle({ locale }: PageView, entry: ScopeEntry): string {
  return scopeText(entry, locale).title
}

export function appPath(appId: string): string {
  return `/privacy/apps/${encodeURIComponent(appId)}`
}
