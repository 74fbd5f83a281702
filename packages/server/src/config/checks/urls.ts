/**
 * @module Checks of the addresses in assent.yaml: the issuer, origins of pages, links and notification URLs.
 */
import type { Config } from '../schema.ts'
import type { ConfigIssue, YamlFile } from '../yaml.ts'

export function checkIssuer({ value, addIssue }: YamlFile<Config>): readonly ConfigIssue[] {
  if (isOrigin(value.issuer)) return []
  return [
    addIssue(
      ['issuer'],
      'must be an origin such as https://assent.example, without a path or a trailing slash',
    ),
  ]
}

/** Whether the text is an origin as browsers serialize it. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text
}

/** The origins of the pages of wallets and mini programs. */
export function checkOrigins({ value, addIssue }: YamlFile<Config>): readonly ConfigIssue[] {
  const ofWallets = value.wallets.flatMap(({ origins = [] }, wallet) =>
    origins.map((origin, index) => ({ origin, path: ['wallets', wallet, 'origins', index] })),
  )
  const ofMiniPrograms = value.clients.flatMap(({ miniPrograms }, client) =>
    miniPrograms.flatMap(({ domains }, app) =>
      domains.map((origin, index) => ({
        origin,
        path: ['clients', client, 'miniPrograms', app, 'domains', index],
      })),
    ),
  )
  return [...ofWallets, ...ofMiniPrograms]
    .filter(({ origin }) => !isOrigin(origin))
    .map(({ origin, path }) =>
      addIssue(path, `must be an origin such as https://shop.example, but is ${origin}`),
    )
}

export function checkLinks({ value, addIssue }: YamlFile<Config>): readonly ConfigIssue[] {
  return value.clients.flatMap(({ miniPrograms }, client) =>
    miniPrograms.flatMap((miniProgram, app) =>
      (['policyUrl', 'termsUrl'] as const)
        .filter((name) => !isHttpsUrl(miniProgram[name]))
        .map((name) =>
          addIssue(['clients', client, 'miniPrograms', app, name], 'must be an https URL'),
        ),
    ),
  )
}

function isHttpsUrl(url: string | undefined): boolean {
  return url === undefined || (URL.canParse(url) && /^https:/.test(url))
}

export function checkNotifyUrls({ value, addIssue }: YamlFile<Config>): readonly ConfigIssue[] {
  const schemes = value.notifications?.allowPrivateAddresses ? /^https?:$/ : /^https:$/
  return value.clients.flatMap(({ notifyUrl }, index) => {
    if (notifyUrl === undefined) return []
    const url = URL.canParse(notifyUrl) ? new URL(notifyUrl) : undefined
    const isValid = url && schemes.test(url.protocol) && !url.username && !url.password && !url.hash
    if (isValid) return []
    return [
      addIssue(
        ['clients', index, 'notifyUrl'],
        'must be an https URL without user, password and fragment',
      ),
    ]
  })
}
