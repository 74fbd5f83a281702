/**
 * @module Layout and components that all views of the privacy page share.
 */
import type { ComponentChildren, JSX } from 'preact'
import type { Locale } from '../../engine/consent/prompt.ts'
import type { Messages } from '../../engine/locales/messages.ts'
import { htmlDocument, Icon, isolate } from '../html/layout.tsx'
import type { Theme } from '../html/theme-types.ts'

export type PageTheme = {
  readonly locale: Locale
  readonly theme: Theme
  /** The origins of the wallet, which the page reports changes to. */
  readonly origins: readonly string[]
  /** The icon of a mini program, when this server has one. */
  readonly iconUrl: (appId: string) => string | undefined
}

/** @param outcome is reported to the wallet's host */
export function pageDocument(
  { locale, theme, origins }: PageTheme,
  title: string,
  content: ComponentChildren,
  outcome?: string,
): string {
  return htmlDocument(
    { locale, theme, title, kind: 'page', origins, outcome },
    <main class="page-body">{content}</main>,
  )
}

export function BackLink({ messages, href }: { messages: Messages; href: string }): JSX.Element {
  return (
    <p class="links">
      <a class="back" href={href}>
        <Icon name="chevron-left" />
        {messages.page.back}
      </a>
    </p>
  )
}

/** The name of a field in the user's language. A field of the wallet's own APIs has no translation. */
export function fieldName({ fields }: Messages, field: string): string {
  return Object.hasOwn(fields, field) ? fields[field as keyof Messages['fields']] : isolate(field)
}

/** A time inside a sentence. It is rendered in UTC, and the script of the page replaces it with the user's own time zone. */
export function Timestamp(props: {
  /** Puts the time into the sentence. Default: the time alone. */
  text?: (at: string) => string
  /** Epoch seconds. */
  at: number
  locale: Locale
}): JSX.Element {
  const { text = (time) => time, at, locale } = props
  const [before, after] = text('\u0000').split('\u0000')
  const date = new Date(at * 1000)
  const formatted = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  }).format(date)
  return (
    <>
      {before}
      <time dateTime={date.toISOString()}>{`${formatted} UTC`}</time>
      {after}
    </>
  )
}
