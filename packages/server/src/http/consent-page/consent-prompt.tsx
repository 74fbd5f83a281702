/**
 * @module Renders the consent prompt. “Allow” and “decline” have the same size and style. The page works without JavaScript.
 * @see docs/consent.md#consent-prompt-rules
 */
import type { Sheet, SheetScope } from '@assent/protocol'
import type { JSX } from 'preact'
import { chooseLocale } from '../../engine/locales/choose-locale.ts'
import { countryName } from '../../engine/locales/country-name.ts'
import { MESSAGES } from '../../engine/locales/index.ts'
import { joinList } from '../../engine/locales/list.ts'
import type { ConsentMessages } from '../../engine/locales/messages.ts'
import { htmlDocument, Icon, IconTile, isolate } from '../html/layout.tsx'
import type { Theme } from '../html/theme-types.ts'
import { choiceFieldName, isImpliedByAllow, type ScopeChoice, scopeChoices } from './choices.ts'

export type ConsentPrompt = {
  readonly sheet: Sheet
  readonly sheetHash: string
  /** The secret of this page, which its answer needs. */
  readonly opener: string
  /** Where the form is sent. */
  readonly action: string
  readonly theme: Theme
  /** The icon of each scope. */
  readonly icons: Readonly<Record<string, string>>
  /** The user's own values by scope, masked. */
  readonly previews: Readonly<Record<string, readonly string[]>>
  /** The origins that the page reports the outcome to. */
  readonly origins: readonly string[]
  /** Whether the user chose “allow” without switching on any scope. */
  readonly isSelectionEmpty: boolean
  /** The mini program's icon, when this server has one. */
  readonly iconUrl?: string
  readonly logoUrl?: string
}

export function renderConsentPrompt(prompt: ConsentPrompt): string {
  const { sheet, theme, origins } = prompt
  const locale = chooseLocale(sheet.locale)
  const messages = MESSAGES[locale].consent
  const { before, after } = messages.request
  const title = `${before}${sheet.miniProgram.name}${after}…`
  return htmlDocument(
    { locale, theme, title, kind: 'overlay', origins },
    <div class="sheet" role="dialog" aria-modal="true" aria-labelledby="title">
      <ConsentForm prompt={prompt} messages={messages} />
    </div>,
  )
}

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])

type PromptProps = { prompt: ConsentPrompt; messages: ConsentMessages }

function ConsentForm({ prompt, messages }: PromptProps): JSX.Element {
  const { sheet, sheetHash, opener, action } = prompt
  const { before, after } = messages.request
  return (
    <form method="post" action={action}>
      {/* The default button has no value, so that Enter in a switch does not submit a decision. */}
      <button type="submit" name="answer" value="" hidden />
      <input type="hidden" name="sheetHash" value={sheetHash} />
      <input type="hidden" name="opener" value={opener} />
      <div class="scroll">
        <AppHeader prompt={prompt} messages={messages} />
        <h1 id="title" tabIndex={-1}>
          {before}
          <bdi>{sheet.miniProgram.name}</bdi>
          {after}
        </h1>
        {sheet.unverifiedApp && (
          <Callout
            text={messages.unverifiedApp(
              describeTarget(sheet.unverifiedApp.redirectHost, messages),
            )}
            icon="circle-alert"
          />
        )}
        {sheet.forMinor && <Callout text={messages.forMinor} icon="user" />}
        {prompt.isSelectionEmpty && (
          <Callout text={messages.nothingSelected} icon="circle-alert" isAlert />
        )}
        <ul class="rows">
          {scopeChoices(sheet).map((choice) => (
            <ScopeRow
              key={choice.scope.scope}
              choice={choice}
              prompt={prompt}
              messages={messages}
            />
          ))}
        </ul>
        <LegalNotes sheet={sheet} messages={messages} />
        <div id="end" />
      </div>
      <Answers sheet={sheet} messages={messages} />
    </form>
  )
}

/**
 * The duration and the buttons. The script keeps them on the screen, and keeps “allow” inactive until the user has seen the
 * rest. Without the script they come last, so that the user scrolls past everything to reach them.
 */
function Answers({ sheet, messages }: SheetProps): JSX.Element {
  return (
    <div class="footer">
      <button type="button" id="more" class="more" tabIndex={-1} hidden>
        <span class="pill">
          <Icon name="chevron-right" />
          {messages.seeAll}
        </span>
      </button>
      <p id="hint" class="visually-hidden" role="status" data-text={messages.seeAll} />
      <p id="offline" class="callout" role="alert" hidden>
        <Icon name="circle-alert" />
        {messages.offline}
      </p>
      <DurationChoice sheet={sheet} messages={messages} />
      <div class="answers">
        <button type="submit" class="answer" name="answer" value="decline">
          {messages.decline}
        </button>
        <button type="submit" class="answer" id="allow" name="answer" value="allow">
          {messages.allow}
        </button>
        <button type="submit" id="dismiss" name="answer" value="dismiss" hidden />
      </div>
    </div>
  )
}

function AppHeader({ prompt, messages }: PromptProps): JSX.Element {
  const { miniProgram, merchant, wallet, locale } = prompt.sheet
  return (
    <div class="app-header">
      <IconTile name={miniProgram.name} url={prompt.iconUrl} />
      <div class="grow">
        <p class="name">
          <bdi>{miniProgram.name}</bdi>
        </p>
        <p class="note">
          <bdi>{merchant.name}</bdi>
          {merchant.country !== undefined && ` · ${countryName(locale, merchant.country)}`}
        </p>
        <p class={miniProgram.verified ? 'note' : 'note warn'}>
          <Icon name={miniProgram.verified ? 'badge-check' : 'circle-alert'} />
          {(miniProgram.verified ? messages.verifiedBy : messages.notVerifiedBy)(
            isolate(wallet.name),
          )}
        </p>
      </div>
      {prompt.logoUrl !== undefined && <img class="logo" src={prompt.logoUrl} alt="" />}
    </div>
  )
}

function describeTarget(redirectHost: string, messages: ConsentMessages): string {
  const isOnDevice = LOOPBACK_HOSTS.has(redirectHost)
  return isOnDevice ? messages.appOnDevice(isolate(redirectHost)) : isolate(redirectHost)
}

function Callout(props: { text: string; icon: string; isAlert?: boolean }): JSX.Element {
  return (
    <p class="callout" role={props.isAlert ? 'alert' : undefined}>
      <Icon name={props.icon} />
      {props.text}
    </p>
  )
}

type ChoiceProps = PromptProps & { choice: ScopeChoice }

function ScopeRow({ choice, prompt, messages }: ChoiceProps): JSX.Element {
  const choices = scopeChoices(prompt.sheet)
  if (!isImpliedByAllow(choices, choice))
    return <OptionalScope choice={choice} prompt={prompt} messages={messages} />
  if (choice.narrower.length > 0)
    return <RequiredScopeWithAlternatives choice={choice} prompt={prompt} messages={messages} />
  return (
    <li>
      <div class="row">
        <ScopeTitle scope={choice.scope} prompt={prompt} />
        {choices.length > 1 && <span class="required">{messages.required}</span>}
        <ScopeDetails scope={choice.scope} prompt={prompt} />
      </div>
    </li>
  )
}

function OptionalScope({ choice, prompt, messages }: ChoiceProps): JSX.Element {
  return (
    <li>
      <ScopeControl kind="checkbox" name="granted" scope={choice.scope} prompt={prompt} />
      {choice.narrower.length > 0 && (
        <NarrowerAlternatives label={messages.alternative}>
          {choice.narrower.map((scope) => (
            <ScopeControl
              key={scope.scope}
              kind="checkbox"
              name="granted"
              scope={scope}
              prompt={prompt}
            />
          ))}
        </NarrowerAlternatives>
      )}
    </li>
  )
}

/** Privacy by default: the narrowest alternative is preselected (docs/consent.md#what-is-preselected). */
function RequiredScopeWithAlternatives({ choice, prompt, messages }: ChoiceProps): JSX.Element {
  const { scope, narrower } = choice
  const name = choiceFieldName(scope.scope)
  const narrowest = narrower.at(-1)
  const isMarked = scope.required && scopeChoices(prompt.sheet).length > 1
  return (
    <li>
      <p class="note choice-label">
        {isMarked && `${messages.required} · `}
        {messages.chooseOne}
      </p>
      <div role="radiogroup" aria-label={scope.title}>
        <ScopeControl kind="radio" name={name} scope={scope} prompt={prompt} />
        <NarrowerAlternatives label={messages.alternative}>
          {narrower.map((alternative) => (
            <ScopeControl
              key={alternative.scope}
              kind="radio"
              name={name}
              scope={alternative}
              prompt={prompt}
              isSelected={alternative === narrowest}
            />
          ))}
        </NarrowerAlternatives>
      </div>
    </li>
  )
}

function NarrowerAlternatives(props: {
  label: string
  children: readonly JSX.Element[]
}): JSX.Element {
  return (
    <div class="narrower">
      <p class="note">{props.label}</p>
      {props.children}
    </div>
  )
}

function ScopeControl(props: {
  kind: 'checkbox' | 'radio'
  name: string
  scope: SheetScope
  prompt: ConsentPrompt
  isSelected?: boolean
}): JSX.Element {
  const { kind, name, scope, prompt, isSelected } = props
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the rule does not see a control inside a conditional expression
    <label class="row">
      <ScopeTitle scope={scope} prompt={prompt} />
      {kind === 'checkbox' ? (
        <input class="switch" type="checkbox" role="switch" name={name} value={scope.scope} />
      ) : (
        <input class="radio" type="radio" name={name} value={scope.scope} checked={isSelected} />
      )}
      <ScopeDetails scope={scope} prompt={prompt} />
    </label>
  )
}

type ScopeProps = { scope: SheetScope; prompt: ConsentPrompt }

function ScopeTitle({ scope, prompt }: ScopeProps): JSX.Element {
  return (
    <>
      <Icon name={prompt.icons[scope.scope] ?? 'circle'} />
      <span class="title">{scope.title}</span>
    </>
  )
}

function ScopeDetails({ scope, prompt }: ScopeProps): JSX.Element {
  const values = prompt.previews[scope.scope] ?? []
  return (
    <span class="details">
      {scope.purpose && <span class="purpose">{scope.purpose.text}</span>}
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

type SheetProps = { sheet: Sheet; messages: ConsentMessages }

function DurationChoice({ sheet, messages }: SheetProps): JSX.Element {
  return (
    <fieldset class="duration">
      <legend>{messages.duration}</legend>
      <div>
        {sheet.lifetimes.map((lifetime) => (
          <label key={lifetime}>
            <input
              type="radio"
              name="lifetime"
              value={lifetime}
              checked={lifetime === sheet.lifetime}
            />
            <span>{messages.lifetimes[lifetime]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function LegalNotes({ sheet, messages }: SheetProps): JSX.Element {
  const { locale, merchant, wallet, recipients, policyUrl, termsUrl } = sheet
  return (
    <>
      <p class="note">
        {messages.receivedBy(isolate(merchant.name))}{' '}
        {recipients.length > 0 &&
          `${messages.sharedWith(joinList(locale, recipients.map(isolate)))} `}
        {messages.howToWithdraw(isolate(wallet.name), isolate(wallet.settingsPath))}
      </p>
      {(policyUrl !== undefined || termsUrl !== undefined) && (
        <p class="links">
          {policyUrl !== undefined && <ExternalLink url={policyUrl} text={messages.policy} />}
          {termsUrl !== undefined && <ExternalLink url={termsUrl} text={messages.terms} />}
        </p>
      )}
    </>
  )
}

function ExternalLink({ url, text }: { url: string; text: string }): JSX.Element {
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {text}
    </a>
  )
}
