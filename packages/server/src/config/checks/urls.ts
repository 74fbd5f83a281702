/**
 * @module Checks of the addresses in assent.yaml: the issuer, the directory, origins of pages, redirect URIs, links and notification
 * URLs.
 */
import { isAppScheme, isPageOrigin } from '../../engine/oauth-clients/client-rules.ts'
import { problemOfDatabaseUrl } from '../../stores/postgres/database-url.ts'
import type { Config } from '../schema.ts'
import type { NodeSettings, Sections } from '../sections.ts'
import type { ConfigIssue, YamlFile } from '../yaml.ts'

export function checkIssuer({ value, addIssue }: YamlFile<Config>): readonly ConfigIssue[] {
  if (!isOrigin(value.issuer))
    return [
      addIssue(
        ['issuer'],
        'must be an origin such as https://assent.example, without a path or a trailing slash',
      ),
    ]
  if (isHttps(value.issuer) || isOnThisMachine(value.issuer)) return []
  return [
    addIssue(
      ['issuer'],
      'must be https: codes, tokens and cookies go to this address. http is for 127.0.0.1, [::1] and localhost only; put a TLS proxy in front of the server',
    ),
  ]
}

export function checkDirectoryUrl({ value, addIssue }: YamlFile<Config>): readonly ConfigIssue[] {
  const { directory } = value
  if (directory.kind !== 'http' || schemeOf(directory.url)?.startsWith('http')) return []
  return [addIssue(['directory', 'url'], 'must be an https or http URL')]
}

/** Where users are sent with the response to a request: pages of merchants and wallets, or their apps. */
export function checkRedirects({ value, addIssue }: YamlFile<Sections>): readonly ConfigIssue[] {
  const ofWallets = value.wallets.flatMap((one, wallet) =>
    (['authorizeUrl', 'logoutUrl'] as const).map((name) => ({
      url: one[name],
      path: ['wallets', wallet, name],
    })),
  )
  const ofClients = value.clients.flatMap(({ redirectUris = [] }, client) =>
    redirectUris.map((url, index) => ({ url, path: ['clients', client, 'redirectUris', index] })),
  )
  return [...ofWallets, ...ofClients].flatMap(({ url, path }) =>
    url === undefined || isRedirect(url)
      ? []
      : [
          addIssue(
            path,
            `must be an https URL, an http URL of this machine, or the scheme of an app, without a fragment, but is ${url}`,
          ),
        ],
  )
}

/** An app's scheme never runs code or reads files. */
function isRedirect(url: string): boolean {
  const scheme = schemeOf(url)
  if (scheme === undefined || url.includes('#')) return false
  if (scheme === 'http:') return isOnThisMachine(url)
  return scheme === 'https:' || isAppScheme(scheme.slice(0, -1))
}

/** @returns the scheme in lower case with its colon; `undefined` for a text that is no URL */
function schemeOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).protocol : undefined
}

function isHttps(url: string): boolean {
  return schemeOf(url) === 'https:'
}

function isOnThisMachine(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}

export function checkDatabaseUrl({ value, addIssue }: YamlFile<Config>): readonly ConfigIssue[] {
  const { store } = value
  const problem = store.startsWith('sqlite:') ? undefined : problemOfDatabaseUrl(store)
  return problem === undefined ? [] : [addIssue(['store'], problem)]
}

/** Whether the text is an origin of the web as browsers serialize it. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text
}

/** The origins of the pages of wallets and mini programs. */
export function checkOrigins({ value, addIssue }: YamlFile<Sections>): readonly ConfigIssue[] {
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
    .filter(({ origin }) => !isOrigin(origin) && !isPageOrigin(origin))
    .map(({ origin, path }) =>
      addIssue(path, `must be an origin such as https://shop.example, but is ${origin}`),
    )
}

export function checkLinks({ value, addIssue }: YamlFile<Sections>): readonly ConfigIssue[] {
  return value.clients.flatMap(({ miniPrograms }, client) =>
    miniPrograms.flatMap((miniProgram, app) =>
      (['policyUrl', 'termsUrl'] as const)
        .filter((name) => miniProgram[name] !== undefined && !isHttps(miniProgram[name]))
        .map((name) =>
          addIssue(['clients', client, 'miniPrograms', app, name], 'must be an https URL'),
        ),
    ),
  )
}

export function checkNotifyUrls(
  { value, addIssue }: YamlFile<Sections>,
  { notifications }: NodeSettings,
): readonly ConfigIssue[] {
  const schemes = notifications?.allowPrivateAddresses ? /^https?:$/ : /^https:$/
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
