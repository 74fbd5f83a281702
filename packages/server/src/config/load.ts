/**
 * @module The only reader of assent.yaml. What it returns has been checked as a whole.
 */
import { dirname, resolve } from 'node:path'
import { readPublicKey } from '../crypto/keys/public-keys.ts'
import { LOCALES } from '../engine/consent/prompt.ts'
import { STANDARD_SCOPES } from '../engine/standard-scopes.ts'
import { checkApis } from './checks/apis.ts'
import { checkOAuthClients } from './checks/oauth-clients.ts'
import { issuesOfText } from './checks/plain-language.ts'
import { type Config, ConfigSchema } from './schema.ts'
import { contrast } from './themes.ts'
import { ConfigError, type ConfigIssue, readYamlFile, type YamlFile } from './yaml.ts'

export type LoadedConfig = Config & {
  /** The file. */
  readonly path: string
  /** The folder of the file: its relative paths begin here. */
  readonly folder: string
}

export const DEFAULT_ACCESS_TOKEN_SECONDS = 3600
export const DEFAULT_REFRESH_TOKEN_SECONDS = 180 * 86_400

/** @throws {ConfigError} listing all that is wrong */
export function loadConfig(path: string): LoadedConfig {
  const file = readYamlFile(path, ConfigSchema)
  const folder = dirname(resolve(path))
  const problems = [
    ...checkIssuer(file),
    ...checkUnique(file),
    ...checkScopes(file),
    ...checkPurposes(file),
    ...checkNames(file),
    ...checkLinks(file),
    ...checkThemes(file),
    ...checkApis(file),
    ...checkLifetimes(file),
    ...checkOrigins(file),
    ...checkNotifyUrls(file),
    ...checkOAuthClients(file),
    ...checkKeys(file, folder),
  ]
  if (problems.length > 0) throw new ConfigError(path, problems)
  return { ...file.value, path: resolve(path), folder }
}

type File = YamlFile<Config>

function checkIssuer({ value, addIssue }: File): readonly ConfigIssue[] {
  return isOrigin(value.issuer)
    ? []
    : [
        addIssue(
          ['issuer'],
          'is not an origin such as https://assent.example: no path, no slash at the end',
        ),
      ]
}

/** An origin as browsers spell it. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text
}

function checkUnique({ value, addIssue }: File): readonly ConfigIssue[] {
  const apps = value.clients.flatMap(({ miniPrograms }, client) =>
    miniPrograms.map(({ appId }, index) => ({
      name: appId,
      path: ['clients', client, 'miniPrograms', index, 'appId'],
    })),
  )
  const wallets = value.wallets.map(({ walletId }, index) => ({
    name: walletId,
    path: ['wallets', index, 'walletId'],
  }))
  const clients = value.clients.map(({ clientId }, index) => ({
    name: clientId,
    path: ['clients', index, 'clientId'],
  }))
  return [apps, wallets, clients].flatMap((names) => {
    const seen = new Set<string>()
    return names.flatMap(({ name, path }) => {
      const isTwice = seen.has(name)
      seen.add(name)
      return isTwice ? [addIssue(path, `${name} is there twice`)] : []
    })
  })
}

function checkScopes({ value, addIssue }: File): readonly ConfigIssue[] {
  const added = value.scopes ?? []
  const standard = new Set(STANDARD_SCOPES.map(({ scope }) => scope))
  const known = new Set([...standard, ...added.map(({ scope }) => scope)])
  const unknown = value.clients.flatMap(({ miniPrograms }, client) =>
    miniPrograms.flatMap(({ scopes }, app) =>
      scopes.flatMap((scope, index) =>
        known.has(scope)
          ? []
          : [
              addIssue(
                ['clients', client, 'miniPrograms', app, 'scopes', index],
                `${scope} is not a scope`,
              ),
            ],
      ),
    ),
  )
  const incomplete = added.flatMap(({ scope, texts }, index) => {
    const missing = LOCALES.filter((locale) => !standard.has(scope) && !texts?.[locale])
    return missing.length > 0
      ? [addIssue(['scopes', index], `needs texts in ${missing.join(', ')}`)]
      : []
  })
  const wordy = added.flatMap(({ texts = {} }, index) =>
    LOCALES.flatMap((locale) =>
      Object.entries(texts[locale] ?? {}).flatMap(([name, text]) =>
        issuesOfText(text, locale).map((what) =>
          addIssue(['scopes', index, 'texts', locale, name], what),
        ),
      ),
    ),
  )
  return [...unknown, ...incomplete, ...wordy]
}

/** What users know others by: nothing in it that cannot be seen, and no two that look the same (requirement R061). */
function checkNames({ value, addIssue }: File): readonly ConfigIssue[] {
  const names = value.clients.flatMap(({ name, miniPrograms }, client) => [
    { name, path: ['clients', client, 'name'], of: '' },
    ...miniPrograms.map((one, app) => ({
      name: one.name,
      path: ['clients', client, 'miniPrograms', app, 'name'],
      of: one.appId,
    })),
  ])
  const seen = new Map<string, string>()
  return names.flatMap(({ name, path, of }) => {
    if (/\p{C}/u.test(name)) return [addIssue(path, 'has characters that cannot be seen')]
    if (of === '') return []
    const look = lookOf(name)
    const other = seen.get(look)
    seen.set(look, name)
    return other === undefined ? [] : [addIssue(path, `${name} looks like ${other}`)]
  })
}

/** Letters alone, without marks, case and spaces; digits that pass for letters are these. */
function lookOf(name: string): string {
  const folded = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}|[^\p{L}\p{N}]/gu, '')
  return [...folded].map((letter) => LOOKALIKES[letter] ?? letter).join('')
}

/** Of Cyrillic and Greek those that are drawn as Latin letters are (UTS #39, the common ones). */
const LOOKALIKES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [...'аеорсухіјѕԁӏвнкмт'].map((letter, n) => [letter, [...'aeopcyxijsdlbhkmt'][n] ?? '']),
  ),
  ...Object.fromEntries([...'αεικνορτυχ'].map((letter, n) => [letter, [...'aeiknoptux'][n] ?? ''])),
  '0': 'o',
  '1': 'l',
  ı: 'i',
}

/** Every purpose in every language, in plain words, of a scope that the mini program may ask for. */
function checkPurposes({ value, addIssue }: File): readonly ConfigIssue[] {
  return value.clients.flatMap(({ miniPrograms }, client) =>
    miniPrograms.flatMap(({ scopes, purposes = {} }, app) =>
      Object.entries(purposes).flatMap(([scope, texts]) => {
        const path = ['clients', client, 'miniPrograms', app, 'purposes', scope]
        if (!scopes.includes(scope)) return [addIssue(path, `${scope} is not among its scopes`)]
        const missing = LOCALES.filter((locale) => !texts[locale])
        return [
          ...(missing.length > 0 ? [addIssue(path, `needs texts in ${missing.join(', ')}`)] : []),
          ...LOCALES.flatMap((locale) =>
            issuesOfText(texts[locale] ?? 'missing', locale).map((what) =>
              addIssue([...path, locale], what),
            ),
          ),
        ]
      }),
    ),
  )
}

function checkLinks({ value, addIssue }: File): readonly ConfigIssue[] {
  return value.clients.flatMap(({ miniPrograms }, client) =>
    miniPrograms.flatMap((miniProgram, app) =>
      (['policyUrl', 'termsUrl'] as const).flatMap((name) => {
        const url = miniProgram[name]
        const isRight = url === undefined || (URL.canParse(url) && /^https:/.test(url))
        const path = ['clients', client, 'miniPrograms', app, name]
        return isRight ? [] : [addIssue(path, 'is not an https URL')]
      }),
    ),
  )
}

/** A wallet's own colour has to be read by everybody (WCAG 2.2 §1.4.3). */
function checkThemes({ value, addIssue }: File): readonly ConfigIssue[] {
  return value.wallets.flatMap(({ theme }, wallet) =>
    (['accent', 'accentDark'] as const).flatMap((name) => {
      const color = theme?.[name]
      if (color === undefined) return []
      const ratio = contrast(color, BACKGROUNDS[name])
      if (ratio >= MIN_CONTRAST) return []
      const found = `${color} on ${BACKGROUNDS[name]} has a contrast of ${ratio.toFixed(1)}`
      return [addIssue(['wallets', wallet, 'theme', name], `${found}: ${MIN_CONTRAST} is needed`)]
    }),
  )
}

const MIN_CONTRAST = 4.5
const BACKGROUNDS = { accent: '#ffffff', accentDark: '#12151a' } as const

function checkLifetimes({ value, addIssue }: File): readonly ConfigIssue[] {
  return value.clients.flatMap((client, index) => {
    const { refreshTokenLifetimeSeconds: refresh, accessTokenLifetimeSeconds: access = 0 } = client
    const isShort = refresh !== undefined && refresh < access
    return isShort
      ? [
          addIssue(
            ['clients', index, 'refreshTokenLifetimeSeconds'],
            'is less than accessTokenLifetimeSeconds',
          ),
        ]
      : []
  })
}

function checkOrigins({ value, addIssue }: File): readonly ConfigIssue[] {
  const origins = [
    ...value.wallets.flatMap((wallet, index) =>
      (wallet.origins ?? []).map((origin, at) => ({
        origin,
        path: ['wallets', index, 'origins', at],
      })),
    ),
    ...value.clients.flatMap((client, index) =>
      client.miniPrograms.flatMap(({ domains }, app) =>
        domains.map((origin, at) => ({
          origin,
          path: ['clients', index, 'miniPrograms', app, 'domains', at],
        })),
      ),
    ),
  ]
  return origins.flatMap(({ origin, path }) =>
    isOrigin(origin)
      ? []
      : [addIssue(path, `${origin} is not an origin such as https://shop.example`)],
  )
}

function checkNotifyUrls({ value, addIssue }: File): readonly ConfigIssue[] {
  const schemes = value.notifications?.allowPrivateAddresses ? /^https?:$/ : /^https:$/
  return value.clients.flatMap(({ notifyUrl }, index) => {
    if (notifyUrl === undefined) return []
    const url = URL.canParse(notifyUrl) ? new URL(notifyUrl) : undefined
    const isRight = url && schemes.test(url.protocol) && !url.username && !url.password && !url.hash
    return isRight ? [] : [addIssue(['clients', index, 'notifyUrl'], 'is not an https URL')]
  })
}

function checkKeys({ value, addIssue }: File, folder: string): readonly ConfigIssue[] {
  return (['wallets', 'clients'] as const).flatMap((kind) =>
    value[kind].flatMap(({ keys }, party) =>
      keys.flatMap(({ publicKey }, index) => {
        try {
          readPublicKey(publicKey, folder)
          return []
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error)
          return [addIssue([kind, party, 'keys', index, 'publicKey'], message)]
        }
      }),
    ),
  )
}
