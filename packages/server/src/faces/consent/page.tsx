/**
 * @module The consent page: one question, two answers of equal weight. It works without its script.
 */
import type { Sheet, SheetScope } from '@assent/protocol'
import type { ComponentChildren, JSX } from 'preact'
import { renderToStaticMarkup } from 'preact-render-to-string'
import { chooseLocale, type Locale } from '../../engine/sheet.ts'
import { ICONS, SCRIPT, STYLE } from './assets.ts'
import { type QuietPage, TEXTS, type Texts } from './texts.ts'

export type SheetPage = {
  readonly sheet: Sheet
  readonly sheetHash: string
  /** Icon of each scope. */
  readonly icons: Readonly<Record<string, string>>
  /** The user's own values, masked, by scope. */
  readonly previews: Readonly<Record<string, readonly string[]>>
  /** Origins that are told when it is done. */
  readonly origins: readonly string[]
  /** The answer was “allow” and nothing was switched on. */
  readonly nothingChosen: boolean
  /** The mini program's icon, when this server has it. */
  readonly iconUrl?: string
}

export function renderSheet(page: SheetPage): string {
  const { sheet, sheetHash } = page
  const locale = chooseLocale(sheet.locale)
  const texts = TEXTS[locale]
  const { miniProgram, merchant, wallet } = sheet
  return document(
    { locale, texts, title: `${miniProgram.name} ${texts.wouldLikeTo}…`, origins: page.origins },
    <div class="sheet" role="dialog" aria-modal="true" aria-labelledby="title">
      <form method="post">
        {/* The form's default button says nothing: Enter in a switch is no answer. */}
        <button type="submit" name="answer" value="" hidden />
        <input type="hidden" name="sheetHash" value={sheetHash} />
        <div class="scroll">
          <div class="party">
            {page.iconUrl ? (
              <img class="tile" src={page.iconUrl} alt="" />
            ) : (
              <Letter name={miniProgram.name} />
            )}
            <div>
              <p class="name">
                <bdi>{miniProgram.name}</bdi>
              </p>
              <p class="note">
                <bdi>{merchant.name}</bdi>
              </p>
            </div>
          </div>
          <h1 id="title" tabIndex={-1}>
            <bdi>{miniProgram.name}</bdi> {texts.wouldLikeTo}
          </h1>
          {page.nothingChosen && (
            <p class="hint" role="alert">
              <Icon name="circle-alert" />
              {texts.chooseOne}
            </p>
          )}
          <ul>
            {sheet.scopes.map((scope) => (
              <Row key={scope.scope} scope={scope} page={page} texts={texts} />
            ))}
          </ul>
          <p class="note">
            {texts.recipient(isolate(merchant.name))}{' '}
            {texts.stop(isolate(wallet.name), isolate(wallet.settingsPath))}
          </p>
        </div>
        <div class="answers">
          <button type="submit" class="answer" name="answer" value="decline">
            {texts.decline}
          </button>
          <button type="submit" class="answer" name="answer" value="allow">
            {texts.allow}
          </button>
          <button type="submit" id="dismiss" name="answer" value="dismiss" hidden />
        </div>
      </form>
    </div>,
  )
}

export type Quiet = {
  readonly page: QuietPage
  readonly locale: Locale
  readonly origins: readonly string[]
  /** What the host is told. */
  readonly outcome: 'decided' | 'dismissed' | undefined
}

export function renderQuiet({ page, locale, origins, outcome }: Quiet): string {
  const texts = TEXTS[locale]
  const { title, text } = texts.pages[page]
  return document(
    { locale, texts, title, origins, outcome },
    <main class="sheet">
      <div class="quiet">
        <Icon name={page === 'done' ? 'check' : page === 'expired' ? 'clock' : 'circle-alert'} />
        <h1 tabIndex={-1}>{title}</h1>
        <p class="note">{text}</p>
        <button id="close" class="answer" type="button">
          {texts.close}
        </button>
      </div>
    </main>,
  )
}

/** A row has a switch when there is something to choose: not when it is needed, nor when it is the only one. */
function Row({
  scope,
  page,
  texts,
}: {
  scope: SheetScope
  page: SheetPage
  texts: Texts
}): JSX.Element {
  const isOptional = !scope.required && page.sheet.scopes.length > 1
  const values = page.previews[scope.scope] ?? []
  const about = (
    <div class="about">
      <p class="note">{scope.description}</p>
      {values.length > 0 && (
        <p class="value">
          {values.map((value) => (
            <bdi key={value}>{value}</bdi>
          ))}
        </p>
      )}
    </div>
  )
  const what = (
    <>
      <Icon name={page.icons[scope.scope] ?? 'circle'} />
      <p class="what">{scope.title}</p>
    </>
  )
  if (isOptional) {
    return (
      <li>
        <label class="row">
          {what}
          <input class="switch" type="checkbox" role="switch" name="granted" value={scope.scope} />
          {about}
        </label>
      </li>
    )
  }
  return (
    <li>
      <div class="row">
        {what}
        {page.sheet.scopes.length > 1 && <span class="needed">{texts.needed}</span>}
        {about}
      </div>
    </li>
  )
}

/** A name inside a sentence keeps its own direction (Unicode's first strong isolate, what `<bdi>` is in text). */
function isolate(name: string): string {
  return `\u2068${name}\u2069`
}

function Letter({ name }: { name: string }): JSX.Element {
  return (
    <span class="tile" aria-hidden="true">
      {[...name][0]}
    </span>
  )
}

/** From a kept set (lucide): fixed markup, never a caller's. */
function Icon({ name }: { name: string }): JSX.Element {
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

type Head = {
  readonly locale: Locale
  readonly texts: Texts
  readonly title: string
  readonly origins: readonly string[]
  readonly outcome?: string | undefined
}

function document(
  { locale, texts, title, origins, outcome }: Head,
  content: ComponentChildren,
): string {
  return `<!doctype html>${renderToStaticMarkup(
    <html lang={locale} dir={texts.direction}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body data-origins={JSON.stringify(origins)} data-outcome={outcome}>
        {content}
        <script type="module" dangerouslySetInnerHTML={{ __html: SCRIPT }} />
      </body>
    </html>,
  )}`
}
