/**
 * @module Entries of assent.yaml whose texts or images cannot be shown: they are reported and left out, and the others work.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadConfig } from '../../src/config/load.ts'
import type { LoadedConfig } from '../../src/config/loaded-config.ts'
import { TEXT_MEMBERS } from '../../src/config/rejected-entries.ts'
import { DISPLAY_TEXT_KEYWORD } from '../../src/config/schema/fields.ts'
import { type Config, ConfigSchema } from '../../src/config/schema.ts'
import { LOCALES } from '../../src/engine/consent/prompt.ts'
import { SECOND_WALLET_KEY } from '../support/keys.ts'
import { APP_ID, CLIENT_ID, OTHER_APP_ID, OTHER_CLIENT_ID, testConfig } from '../support/server.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assent-texts-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function load(config: Config, running?: LoadedConfig): LoadedConfig {
  const path = join(folder, 'assent.yaml')
  writeFileSync(path, stringify(config))
  return loadConfig(path, running)
}

type Client = Config['clients'][number]
type MiniProgram = Client['miniPrograms'][number]
type Wallet = Config['wallets'][number]

/** Changes the other merchant, whose mini program is the other one. */
function withOther(change: { client?: Partial<Client>; app?: Partial<MiniProgram> }): Config {
  const config = testConfig()
  const clients = config.clients.map((client) =>
    client.clientId === OTHER_CLIENT_ID
      ? {
          ...client,
          ...change.client,
          miniPrograms: client.miniPrograms.map((app) => ({ ...app, ...change.app })),
        }
      : client,
  )
  return { ...config, clients }
}

function withWallet(change: Partial<Wallet>): Config {
  const config = testConfig()
  return {
    ...config,
    wallets: [
      ...config.wallets,
      ...config.wallets.map((wallet) => ({
        ...wallet,
        walletId: 'second',
        keys: [{ version: 1, publicKey: SECOND_WALLET_KEY.publicKey }],
        ...change,
      })),
    ],
  }
}

function withScope(
  texts: Readonly<Record<string, { title: string; description: string }>>,
): Config {
  const config = withOther({ app: { scopes: ['auth_base', 'LOYALTY'] } })
  return { ...config, scopes: [{ scope: 'LOYALTY', fields: ['address.city'], texts }] }
}

function inEveryLanguage<T>(text: T): Record<string, T> {
  return Object.fromEntries(LOCALES.map((locale) => [locale, text]))
}

const GOOD_SCOPE = { title: 'see your level', description: 'To show what it earns.' }

function appIdsOf({ clients }: Config): readonly string[] {
  return clients.flatMap(({ miniPrograms }) => miniPrograms.map(({ appId }) => appId))
}

function reportOf({ issues }: LoadedConfig): string {
  return issues.map(({ path, message }) => `${path} ${message}`).join('\n')
}

const BAD = 'Kopi\u200bHouse'

describe('a text that cannot be shown', () => {
  it.each([
    [
      'the name of a mini program',
      withOther({ app: { name: BAD } }),
      'clients/1/miniPrograms/0/name',
    ],
    [
      'a purpose',
      withOther({ app: { purposes: { auth_user: inEveryLanguage(`To greet ${BAD}`) } } }),
      'clients/1/miniPrograms/0/purposes/auth_user/en',
    ],
    [
      'a recipient',
      withOther({ app: { recipients: ['Delivery', BAD] } }),
      'clients/1/miniPrograms/0/recipients/1',
    ],
    ['the retention', withOther({ app: { retention: BAD } }), 'clients/1/miniPrograms/0/retention'],
    [
      'the place of storage',
      withOther({ app: { storageLocation: BAD } }),
      'clients/1/miniPrograms/0/storageLocation',
    ],
    ['the name of a merchant', withOther({ client: { name: BAD } }), 'clients/1/name'],
    ['a contact', withOther({ client: { contact: BAD } }), 'clients/1/contact'],
    ['the name of a wallet', withWallet({ name: BAD }), 'wallets/1/name'],
    ['a path of settings', withWallet({ settingsPath: BAD }), 'wallets/1/settingsPath'],
    [
      'the title of a scope',
      withScope({ ...inEveryLanguage(GOOD_SCOPE), id: { ...GOOD_SCOPE, title: BAD } }),
      'scopes/0/texts/id/title',
    ],
    [
      'the description of a scope',
      withScope({ ...inEveryLanguage(GOOD_SCOPE), ar: { ...GOOD_SCOPE, description: BAD } }),
      'scopes/0/texts/ar/description',
    ],
  ])('is reported, and the rest of the file is used: %s', (_, config, path) => {
    const loaded = load(config)
    expect(reportOf(loaded)).toContain(`${path} contains U+200B, which is invisible: remove it`)
    expect(appIdsOf(loaded)).toContain(APP_ID)
    expect(JSON.stringify({ ...loaded, fromFile: {}, issues: [] })).not.toContain('\u200b')
  })

  it.each([
    ['a mini program', withOther({ app: { name: BAD } }), [OTHER_CLIENT_ID], []],
    ['a merchant with its mini programs', withOther({ client: { name: BAD } }), [], []],
  ])('leaves out %s', (_, config, clients, apps) => {
    const loaded = load(config)
    expect(loaded.clients.map(({ clientId }) => clientId)).toEqual([
      CLIENT_ID,
      ...clients,
      'suspended',
    ])
    expect(appIdsOf(loaded)).toEqual([APP_ID, ...apps, 'suspended-app'])
  })

  it('leaves out the OAuth clients of its mini program', () => {
    const oauth: NonNullable<Client['oauth']> = [
      {
        clientId: 'other-web',
        appId: OTHER_APP_ID,
        tokenEndpointAuthMethod: 'none',
        redirectUris: ['https://other.example/back'],
      },
    ]
    const clientsOf = (config: Config) =>
      load(config).clients.find(({ clientId }) => clientId === OTHER_CLIENT_ID)?.oauth
    expect(clientsOf(withOther({ client: { oauth } }))).toEqual(oauth)
    expect(clientsOf(withOther({ client: { oauth }, app: { name: BAD } }))).toEqual([])
  })

  it('leaves out a scope, and the APIs that need it', () => {
    const config = withScope({ ...inEveryLanguage(GOOD_SCOPE), id: { ...GOOD_SCOPE, title: BAD } })
    const api = { upstream: 'http://127.0.0.1:9/x', scopes: ['LOYALTY'] }
    const loaded = load({
      ...config,
      apis: [...(config.apis ?? []), { ...api, name: 'loyalty', paths: ['/v1/loyalty'] }],
    })
    expect(loaded.scopes).toEqual([])
    expect(loaded.apis?.map(({ name }) => name)).toEqual(['cards'])
    expect(loaded.clients[1]?.miniPrograms[0]?.scopes).toEqual(['auth_base'])
  })

  it('refuses the file when no wallet remains', () => {
    const config = testConfig()
    const wallets = config.wallets.map((wallet) => ({ ...wallet, name: BAD }))
    expect(() => load({ ...config, wallets })).toThrow(/wallets\/0\/name contains U\+200B/)
  })

  it('is reported together with the problems of the whole file', () => {
    const config = { ...withOther({ app: { name: BAD } }), issuer: 'https://assent.example/path' }
    expect(() => load(config)).toThrow(/issuer must be an origin[\s\S]*name contains U\+200B/)
  })

  it('is stored in composed form', () => {
    const loaded = load(
      withOther({ app: { name: 'Cafe\u0301' }, client: { name: 'Cafe\u0301 Ltd' } }),
    )
    expect(loaded.issues).toEqual([])
    expect(loaded.clients[1]?.name).toBe('Caf\u00e9 Ltd')
    expect(loaded.clients[1]?.miniPrograms[0]?.name).toBe('Caf\u00e9')
  })
})

describe('a name that looks like another', () => {
  it.each([
    ['a mini program and a mini program', withOther({ app: { name: 'Kopi-House' } }), 'Kopi House'],
    [
      'a mini program and a merchant',
      withOther({ app: { name: 'KopiHouse Trading' } }),
      'Kopi House Trading',
    ],
    ['a merchant and a mini program', withOther({ client: { name: 'K0pi House' } }), 'Kopi House'],
    [
      'a merchant and a merchant',
      withOther({ client: { name: 'Kopi House Trading.' } }),
      'Kopi House Trading',
    ],
    ['a mini program and a wallet', withOther({ app: { name: 'Demo WaIlet' } }), 'Demo Wallet'],
    ['a merchant and a wallet', withOther({ client: { name: 'DEMO WALLET' } }), 'Demo Wallet'],
    ['two wallets', withWallet({ name: 'Demo WaIlet' }), 'Demo Wallet'],
  ])('is left out: %s', (_, config, name) => {
    const loaded = load(config)
    expect(reportOf(loaded)).toContain(` looks like ${name}, the name of `)
    expect(loaded.issues).toHaveLength(1)
    expect(appIdsOf(loaded)).toContain(APP_ID)
  })

  it('may be the name of the same merchant', () => {
    expect(load(withOther({ client: { name: 'Other' } })).issues).toEqual([])
  })

  it('may be the same name of several wallets', () => {
    expect(load(withWallet({ name: 'Demo Wallet' })).issues).toEqual([])
  })

  it('keeps the name that is in use when the file changes, wherever the new entry stands', () => {
    const running = load(testConfig())
    const [first, second, ...rest] = withOther({ app: { name: 'KOPI HOUSE' } }).clients as [
      Client,
      Client,
    ]
    const loaded = load({ ...testConfig(), clients: [second, first, ...rest] }, running)
    expect(reportOf(loaded)).toMatch(
      /^clients\/0\/miniPrograms\/0\/name KOPI HOUSE looks like Kopi House, the name of clients\/1\/miniPrograms\/0\/name: choose/,
    )
    // The other mini program keeps the name that it had.
    expect(loaded.clients.map(({ miniPrograms }) => miniPrograms[0]?.name)).toEqual([
      'Other',
      'Kopi House',
      'Gone',
    ])
  })
})

describe('an entry in use', () => {
  it('keeps its former texts, and takes over everything else', () => {
    const running = load(withOther({ client: { contact: 'help@other.example' } }))
    const loaded = load(
      withOther({
        client: { name: BAD, state: 'SUSPENDED' },
        app: { recipients: [BAD], scopes: ['auth_base'], state: 'SUSPENDED' },
      }),
      running,
    )
    expect(loaded.clients[1]).toMatchObject({
      name: 'Other Trading',
      contact: 'help@other.example',
      state: 'SUSPENDED',
      miniPrograms: [{ name: 'Other', scopes: ['auth_base'], state: 'SUSPENDED' }],
    })
    expect(loaded.clients[1]?.miniPrograms[0]).not.toHaveProperty('recipients')
  })

  it('keeps the former texts of a scope', () => {
    const running = load(withScope(inEveryLanguage(GOOD_SCOPE)))
    const texts = inEveryLanguage({ ...GOOD_SCOPE, title: BAD })
    expect(load(withScope(texts), running).scopes?.[0]?.texts).toEqual(inEveryLanguage(GOOD_SCOPE))
  })
})

it('names the members of every entry that contain texts', () => {
  const properties = (schema: object): Record<string, object> =>
    (schema as { properties: Record<string, object> }).properties
  const withTexts = (schema: object): readonly string[] =>
    Object.entries(properties(schema))
      .filter(([, member]) => JSON.stringify(member).includes(DISPLAY_TEXT_KEYWORD))
      .map(([name]) => name)
  const { wallets, scopes, clients } = ConfigSchema.properties
  const entries = ['miniPrograms']
  expect({
    wallets: withTexts(wallets.items),
    scopes: withTexts(scopes.items),
    clients: withTexts(clients.items).filter((name) => !entries.includes(name)),
    miniPrograms: withTexts(clients.items.properties.miniPrograms.items),
  }).toEqual(TEXT_MEMBERS)
})
