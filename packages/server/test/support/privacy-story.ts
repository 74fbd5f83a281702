/**
 * @module A user with a past: many mini programs, months of reads, decisions of every kind. For tests and screenshots of the
 * privacy page.
 */

import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import type { AccessEntry } from '../../src/engine/users/access-log.ts'
import { openSqliteStore } from '../../src/stores/sqlite/store.ts'
import { integrityOf } from './integrity.ts'
import { unusedPublicKey } from './keys.ts'
import {
  APP_ID,
  consultFor,
  startTestServer,
  type TestConfig,
  type TestServer,
  testConfig,
  textsOf,
  USER_ID,
  WALLET_ID,
  walletCall,
} from './server.ts'

const DAY_SECONDS = 86_400
/** How many mini programs the user uses, besides the first. */
const OTHER_APPS = 49
const LONG_NAME = 'Perkhidmatan Antarabangsa Bersatu Kl'
const LATIN = /^[\p{Script=Latin}\P{L}]+$/u

const NAMES = [
  'Bloom Flowers',
  'Pixel Arcade',
  'City Bikes',
  'مقهى الزاوية',
  '熊猫外卖',
  LONG_NAME,
  'Green Grocer',
  'Night Owl Books',
  'Ferry & Rail',
] as const

const SCOPES: readonly (readonly string[])[] = [
  ['auth_user'],
  ['USER_BIRTHDAY', 'PLAINTEXT_EMAIL_ADDRESS'],
  ['auth_user', 'USER_SHIPPING_ADDRESS', 'PLAINTEXT_MOBILE_PHONE'],
  ['USER_NAME'],
  ['CARD_LIST'],
]

/** A server with the mini programs of the story. */
export function storyConfig(): TestConfig {
  const config = testConfig()
  const [kopi] = config.clients
  if (!kopi) throw new Error('The test configuration has no client.')
  const [app] = kopi.miniPrograms
  if (!app) throw new Error('The test configuration has no mini program.')
  const purposes = {
    auth_user: textsOf('To greet you by name at the counter.'),
    PLAINTEXT_MOBILE_PHONE: textsOf('To call you when your order is ready.'),
  }
  return {
    ...config,
    clients: [
      {
        ...kopi,
        country: 'SG',
        contact: 'privacy@kopi.example',
        miniPrograms: [
          {
            ...app,
            purposes,
            recipients: ['Rapid Riders Pte. Ltd.'],
            policyUrl: 'https://kopi.example/privacy',
            termsUrl: 'https://kopi.example/terms',
            retention: 'Until you stop, and 30 days after.',
            storageLocation: 'Singapore',
          },
        ],
      },
      ...Array.from({ length: OTHER_APPS }, (_, index) => otherClient(index)),
    ],
  }
}

function otherClient(index: number): TestConfig['clients'][number] {
  const round = Math.floor(index / NAMES.length)
  const name = `${NAMES[index % NAMES.length]}${round > 0 ? ` ${round + 1}` : ''}`
  return {
    clientId: `story-${index}`,
    name: LATIN.test(name) ? `${name} Holdings Incorporated` : name,
    keys: [{ version: 1, publicKey: unusedPublicKey() }],
    miniPrograms: [
      {
        appId: `story-${index}`,
        name,
        domains: [],
        scopes: [...(SCOPES[index % SCOPES.length] ?? [])],
        verified: true,
      },
    ],
  }
}

export type Story = {
  readonly server: TestServer
  /** Opens the privacy page of the user with the story, or of a user without one. */
  link(options: {
    readonly locale: string
    readonly timeZone?: string
    readonly userId?: string
  }): Promise<string>
}

/** Starts the server for the tests of a file. */
export function useStory(options: { readonly entries: number }): Story {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer(storyConfig())
    await tell(server, options.entries)
  }, 120_000)
  afterAll(() => server.close())
  return {
    get server() {
      return server
    },
    async link({ userId = USER_ID, ...more }) {
      const { url } = await walletCall(server, 'createPrivacyLink', { userId, ...more })
      const { pathname, search } = new URL(url)
      return `${server.url}${pathname}${search}`
    },
  }
}

async function tell(server: TestServer, entries: number): Promise<void> {
  const { clock } = server
  const now = clock.now
  const daysAgo = (days: number): void => {
    clock.now = now - days * DAY_SECONDS
  }
  daysAgo(75)
  await decide(server, APP_ID, ['auth_user', 'USER_NAME'], ['auth_user', 'USER_NAME'])
  daysAgo(40)
  await decide(
    server,
    APP_ID,
    ['PLAINTEXT_MOBILE_PHONE', 'USER_BIRTHDAY'],
    ['PLAINTEXT_MOBILE_PHONE'],
  )
  daysAgo(20)
  await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID, scopes: ['USER_NAME'] })
  daysAgo(1)
  await decide(server, APP_ID, ['CARD_LIST'], ['CARD_LIST'])
  await decide(server, APP_ID, ['USER_GENDER'], [])
  for (let index = 0; index < OTHER_APPS; index++) {
    const appId = `story-${index}`
    const scopes = SCOPES[index % SCOPES.length] ?? []
    daysAgo(50 - index)
    await decide(server, appId, scopes, index % 11 === 3 ? [] : scopes)
    if (index % 10 === 4) await walletCall(server, 'revoke', { userId: USER_ID, appId })
  }
  clock.now = now
  await appendReads(server, entries)
}

/** The user allows these scopes on a prompt. */
async function decide(
  server: TestServer,
  appId: string,
  scopes: readonly string[],
  granted: readonly string[],
): Promise<void> {
  server.clock.now += 100
  const { consentRequestId, sheetHash } = await consultFor(server, scopes, { appId })
  await walletCall(server, 'decide', {
    userId: USER_ID,
    consentRequestId,
    sheetHash,
    granted,
    lifetime: scopes.includes('CARD_LIST') ? '30d' : 'until_withdrawn',
  })
  await walletCall(server, 'complete', { userId: USER_ID, consentRequestId })
}

/** Reads of the last two months, and a sign-in a day. */
async function appendReads({ folder, clock }: TestServer, entries: number): Promise<void> {
  const store = openSqliteStore(join(folder, 'data/assent.db'), { integrity: integrityOf(folder) })
  const grant = await store.findGrant({ walletId: WALLET_ID, userId: USER_ID }, APP_ID)
  const kinds: readonly Pick<AccessEntry, 'api' | 'fields'>[] = [
    { api: 'getAuthCode', fields: [] },
    { api: 'inquiryUserInfo', fields: ['userId', 'mobilePhone.plain'] },
    { api: 'inquiryUserInfo', fields: ['userId', 'nickName', 'avatar', 'nationality'] },
    { api: 'cards', fields: ['cards[].brand', 'cards[].lastFour'] },
  ]
  await store.appendAccessLog(
    Array.from({ length: entries }, (_, index) => ({
      grantId: grant?.grantId ?? 0,
      entryId: index + 1,
      accessedAt: clock.now - Math.floor((index * 60 * DAY_SECONDS) / entries) - 60,
      count: 1,
      ...(kinds[index % kinds.length] ?? { api: 'getAuthCode', fields: [] }),
    })),
  )
  await store.close()
}
