/**
 * @module The consent page: one question, two answers of equal weight. It works without its script.
 */
import type { Sheet, SheetScope } from '@assent/protocol'
import type { JSX } from 'preact'
import { chooseLocale } from '../../engine/consent/prompt.ts'
import { MESSAGES } from '../../engine/locales/index.ts'
import type { ConsentMessages } from '../../engine/locales/messages.ts'
import { htmlDocument, Icon, IconTile, isolate } from '../html/layout.tsx'
import type { Theme } from '../html/theme-types.ts'

export type SheetPage = {
  readonly sheet: Sheet
  readonly sheetHash: string
  readonly theme: Theme
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
  readonly logoUrl?: string
}

/** The question of one row: a scope, and smaller answers to it. */
export type Question = { readonly row: SheetScope; readonly smaller: readonly SheetScope[] }

export function questionsOf({ scopes }: Pick<Sheet, 'scopes'>): readonly Question[] {
  return scopes
    .filter(({ insteadOf }) => insteadOf === undefined)
    .map((row) => ({ row, smaller: scopes.filter(({ insteadOf }) => insteadOf === row.scope) }))
}

/** There is nothing to switch: it is needed, or it is all that is asked. */
export function isGiven(questions: readonly Question[], { row }: Question): boolean {
  return row.required || questions.length === 1
}

/** The name of the field that says which answer to a given question it is. */
export function choiceName(scope: string): string {
  return `choice:${scope}`
}

export function renderSheet(page: SheetPage): string {
  const { sheet, sheetHash, theme, origins } = page
  const locale = chooseLocale(sheet.locale)
  const words = MESSAGES[locale].consent
  const { miniProgram } = sheet
  const { before, after } = words.request
  const title = `${before}${miniProgram.name}${after}…`
  return htmlDocument(
    { locale, theme, title, kind: 'over', origins },
    <div class="sheet" role="dialog" aria-modal="true" aria-labelledby="title">
      <form method="post">
        {/* The form's default button says nothing: Enter in a switch is no answer. */}
        <button type="submit" name="answer" value="" hidden />
        <input type="hidden" name="sheetHash" value={sheetHash} />
        <div class="scroll">
          <Party page={page} words={words} />
          <h1 id="title" tabIndex={-1}>
            {before}
            <bdi>{miniProgram.name}</bdi>
            {after}
          </h1>
          {sheet.forMinor && <Hint text={words.forMinor} icon="user" />}
          {page.nothingChosen && <Hint text={words.nothingSelected} icon="circle-alert" isAlert />}
          <ul class="rows">
            {questionsOf(sheet).map((question) => (
              <Row key={question.row.scope} question={question} page={page} words={words} />
            ))}
          </ul>
          <HowLong sheet={sheet} words={words} />
          <Small sheet={sheet} words={words} />
        </div>
        <div class="answers">
          <button type="submit" class="answer" name="answer" value="decline">
            {words.decline}
          </button>
          <button type="submit" class="answer" id="allow" name="answer" value="allow">
            {words.allow}
          </button>
          <button type="submit" id="dismiss" name="answer" value="dismiss" hidden />
        </div>
      </form>
    </div>,
  )
}

function Party({ page, words }: { page: SheetPage; words: ConsentMessages }): JSX.Element {
  const { miniProgram, merchant } = page.sheet
  return (
    <div class="party">
      <IconTile name={miniProgram.name} url={page.iconUrl} />
      <div class="grow">
        <p class="name">
          <bdi>{miniProgram.name}</bdi>
        </p>
        <p class="note">
          <bdi>{merchant.name}</bdi>
          {merchant.country !== undefined && ` · ${merchant.country}`}
        </p>
        <p class={miniProgram.verified ? 'note' : 'note warn'}>
          <Icon name={miniProgram.verified ? 'badge-check' : 'circle-alert'} />
          {miniProgram.verified ? words.verified : words.notVerified}
        </p>
      </div>
      {page.logoUrl !== undefined && <img class="logo" src={page.logoUrl} alt="" />}
    </div>
  )
}

function Hint(props: { text: string; icon: string; isAlert?: boolean }): JSX.Element {
  return (
    <p class="hint" role={props.isAlert ? 'alert' : undefined}>
      <Icon name={props.icon} />
      {props.text}
    </p>
  )
}

type RowProps = { question: Question; page: SheetPage; words: ConsentMessages }

function Row({ question, page, words }: RowProps): JSX.Element {
  const questions = questionsOf(page.sheet)
  const { row, smaller } = question
  if (!isGiven(questions, question)) {
    return (
      <li>
        <Choice kind="checkbox" name="granted" scope={row} page={page} />
        {smaller.map((scope) => (
          <Smaller key={scope.scope} label={words.alternative}>
            <Choice kind="checkbox" name="granted" scope={scope} page={page} />
          </Smaller>
        ))}
      </li>
    )
  }
  if (smaller.length > 0) {
    // Privacy by default: the smallest answer is chosen until the user chooses another.
    const least = smaller.at(-1)
    return (
      <li>
        <div role="radiogroup" aria-label={row.title}>
          <Choice kind="radio" name={choiceName(row.scope)} scope={row} page={page} />
          {smaller.map((scope) => (
            <Smaller key={scope.scope} label={words.alternative}>
              <Choice
                kind="radio"
                name={choiceName(row.scope)}
                scope={scope}
                page={page}
                isChosen={scope === least}
              />
            </Smaller>
          ))}
        </div>
      </li>
    )
  }
  return (
    <li>
      <div class="row">
        <What scope={row} page={page} />
        {questions.length > 1 && <span class="needed">{words.required}</span>}
        <About scope={row} page={page} />
      </div>
    </li>
  )
}

function Smaller({ label, children }: { label: string; children: JSX.Element }): JSX.Element {
  return (
    <div class="smaller">
      <p class="note">{label}</p>
      {children}
    </div>
  )
}

function Choice(props: {
  kind: 'checkbox' | 'radio'
  name: string
  scope: SheetScope
  page: SheetPage
  isChosen?: boolean
}): JSX.Element {
  const { kind, name, scope, page, isChosen } = props
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: its control is one of two, which the rule does not see
    <label class="row">
      <What scope={scope} page={page} />
      {kind === 'checkbox' ? (
        <input class="switch" type="checkbox" role="switch" name={name} value={scope.scope} />
      ) : (
        <input class="radio" type="radio" name={name} value={scope.scope} checked={isChosen} />
      )}
      <About scope={scope} page={page} />
    </label>
  )
}

function What({ scope, page }: { scope: SheetScope; page: SheetPage }): JSX.Element {
  return (
    <>
      <Icon name={page.icons[scope.scope] ?? 'circle'} />
      <span class="what">{scope.title}</span>
    </>
  )
}

function About({ scope, page }: { scope: SheetScope; page: SheetPage }): JSX.Element {
  const values = page.previews[scope.scope] ?? []
  return (
    <span class="about">
      {scope.purpose && <span class="why">{scope.purpose.text}</span>}
      <span class="note">{scope.description}</span>
      {values.length > 0 && (
        <span class="value">
          {values.map((value) => (
            <bdi key={value}>{value}</bdi>
          ))}
        </span>
      )}
    </span>
  )
}

function HowLong({ sheet, words }: { sheet: Sheet; words: ConsentMessages }): JSX.Element {
  return (
    <fieldset class="how-long">
      <legend>{words.duration}</legend>
      <div>
        {sheet.lifetimes.map((lifetime) => (
          <label key={lifetime}>
            <input
              type="radio"
              name="lifetime"
              value={lifetime}
              checked={lifetime === sheet.lifetime}
            />
            <span>{words.lifetimes[lifetime]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function Small({ sheet, words }: { sheet: Sheet; words: ConsentMessages }): JSX.Element {
  const { merchant, wallet, recipients, policyUrl, termsUrl } = sheet
  return (
    <>
      <p class="note">
        {words.receivedBy(isolate(merchant.name))}{' '}
        {recipients.length > 0 && `${words.sharedWith(recipients.map(isolate).join(', '))} `}
        {words.howToWithdraw(isolate(wallet.name), isolate(wallet.settingsPath))}
      </p>
      {(policyUrl !== undefined || termsUrl !== undefined) && (
        <p class="links">
          {policyUrl !== undefined && <Away url={policyUrl} text={words.policy} />}
          {termsUrl !== undefined && <Away url={termsUrl} text={words.terms} />}
        </p>
      )}
    </>
  )
}

function Away({ url, text }: { url: string; text: string }): JSX.Element {
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {text}
    </a>
  )
}
