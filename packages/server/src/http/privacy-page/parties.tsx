/**
 * @module Who gets the data of the user, and what happens with it.
 */
import type { JSX } from 'preact'
import { countryName } from '../../engine/locales/country-name.ts'
import { joinList } from '../../engine/locales/list.ts'
import type { AppEntry } from '../../engine/users/privacy-page.ts'
import { isolate } from '../html/layout.tsx'
import { type Fact, Facts, type PageView, type ViewProps } from './layout.tsx'

export function Parties({ view, app }: ViewProps & { app: AppEntry }): JSX.Element {
  const { privacy } = view.messages
  const { merchant, miniProgram, scopes, grant } = app
  return (
    <aside class="column">
      <h2>{privacy.recipient}</h2>
      <div class="panel parties">
        <Facts
          facts={[
            ...merchantFacts(view, merchant),
            ...handlingFacts(view, miniProgram),
            { label: privacy.userId, value: <span class="code">{grant.subject}</span> },
          ]}
        />
        <PolicyLinks view={view} {...miniProgram} />
        {scopes.length > 0 && <p class="note">{privacy.deletionOnStop(isolate(merchant.name))}</p>}
      </div>
    </aside>
  )
}

/** The legal name and the country of the merchant, and how to reach it. */
export function merchantFacts(
  view: PageView,
  merchant: {
    readonly name: string
    readonly country?: string | undefined
    readonly contact?: string | undefined
  },
): readonly (Fact | undefined)[] {
  const { privacy } = view.messages
  const { name, country, contact } = merchant
  return [
    {
      label: privacy.who,
      value: (
        <>
          <bdi>{name}</bdi>
          {country !== undefined && ` · ${countryName(view.locale, country)}`}
        </>
      ),
    },
    contact === undefined
      ? undefined
      : { label: privacy.contact, value: <Contact contact={contact} /> },
  ]
}

/** The contact is a web address or an e-mail address. */
function Contact({ contact }: { contact: string }): JSX.Element {
  const href = /^https:\/\//.test(contact) ? contact : `mailto:${contact}`
  return (
    <a class="text-link" href={href} target="_blank" rel="noopener noreferrer">
      <bdi>{contact}</bdi>
    </a>
  )
}

/** Who else gets the data, for how long it is kept, and where. */
export function handlingFacts(
  { messages, locale }: PageView,
  handling: {
    readonly recipients: readonly string[]
    readonly retention?: string | undefined
    readonly storageLocation?: string | undefined
  },
): readonly (Fact | undefined)[] {
  const { privacy } = messages
  const { recipients, retention, storageLocation } = handling
  const shared = joinList(locale, recipients.map(isolate))
  return [
    recipients.length > 0 ? { label: privacy.sharedWith, value: shared } : undefined,
    retention === undefined
      ? undefined
      : { label: privacy.retention, value: <bdi>{retention}</bdi> },
    storageLocation === undefined
      ? undefined
      : { label: privacy.storedIn, value: <bdi>{storageLocation}</bdi> },
  ]
}

export function PolicyLinks(
  props: ViewProps & { policyUrl?: string | undefined; termsUrl?: string | undefined },
): JSX.Element | null {
  const { consent } = props.view.messages
  const { policyUrl, termsUrl } = props
  if (policyUrl === undefined && termsUrl === undefined) return null
  return (
    <p class="policies">
      {policyUrl !== undefined && <ExternalLink url={policyUrl} text={consent.policy} />}
      {termsUrl !== undefined && <ExternalLink url={termsUrl} text={consent.terms} />}
    </p>
  )
}

function ExternalLink({ url, text }: { url: string; text: string }): JSX.Element {
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {text}
    </a>
  )
}
