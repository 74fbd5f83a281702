/**
 * @module Starts a server in a temporary folder on a free port, and sends requests to it over real sockets.
 */
import { createPublicKey, type KeyObject, randomInt, sign, verify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  formatTime,
  parseSignatureHeader,
  type SignatureEncoding,
  signedPrefix,
  WALLET_PATHS,
  type WalletOperation,
} from '@assent/protocol'
import { pino } from 'pino'
import { expect } from 'vitest'
import { stringify } from 'yaml'
import { loadConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/schema.ts'
import { keyFolderOf } from '../../src/config/store.ts'
import { openKeyStore } from '../../src/crypto/keys/key-store.ts'
import { ACTIVE_PROMPT_SECONDS } from '../../src/engine/consent/consult.ts'
import { LOCALES } from '../../src/engine/consent/prompt.ts'
import { startServer } from '../../src/main/start-server.ts'
import { requireContract } from './contracts.ts'
import {
  createPlatformKeys,
  FORMER_MERCHANT_KEY,
  MERCHANT_KEY,
  OTHER_MERCHANT_KEY,
  SUSPENDED_MERCHANT_KEY,
  type TestKey,
  WALLET_KEY,
} from './keys.ts'
import { createTestStore } from './stores.ts'

export const CLIENT_ID = '2018103116394800000000'
export const APP_ID = 'coffee-app'
export const OTHER_CLIENT_ID = 'SANDBOX_other'
export const OTHER_APP_ID = 'other-app'
export const WALLET_ID = 'demo-wallet'
export const USER_ID = 'user-maria-5521'

export const USERS = [
  {
    walletId: WALLET_ID,
    userId: USER_ID,
    status: 'ACTIVE',
    nickName: 'Maya-canary',
    userName: { fullName: 'Maria Canary Santos', firstName: 'Maria', lastName: 'Santos' },
    avatar: 'https://pictures.example/maria.png',
    gender: 'FEMALE',
    birthDate: '1994-05-17',
    nationality: 'PH',
    mobilePhone: '+639171234567',
    email: 'maria.canary@example.com',
    address: '12 Canary Street, Manila',
    shippingAddress: '7 Canary Harbour, Cebu',
    kycStatus: 'VERIFIED',
    locale: 'en-PH',
  },
  { walletId: WALLET_ID, userId: 'user-frozen', status: 'FROZEN', nickName: 'Frosty' },
  { walletId: WALLET_ID, userId: 'user-bare', status: 'ACTIVE' },
  { walletId: WALLET_ID, userId: 'tester', status: 'ACTIVE' },
  { walletId: WALLET_ID, userId: 'user-guardian', status: 'ACTIVE' },
  {
    walletId: WALLET_ID,
    userId: 'user-minor',
    status: 'ACTIVE',
    nickName: 'Kid',
    guardianId: 'user-guardian',
  },
] as const

/** Every standard scope. */
const ALL_SCOPES = [
  'auth_base',
  'USER_ID',
  'BASE_USER_INFO',
  'auth_user',
  'USER_INFO',
  'USER_NICKNAME',
  'USER_NAME',
  'USER_AVATAR',
  'USER_GENDER',
  'USER_BIRTHDAY',
  'USER_NATIONALITY',
  'USER_LOGIN_ID',
  'PLAINTEXT_USER_LOGIN_ID',
  'HASH_LOGIN_ID',
  'USER_CONTACTINFO',
  'USER_MOBILE_PHONE',
  'PLAINTEXT_MOBILE_PHONE',
  'USER_EMAIL',
  'PLAINTEXT_EMAIL_ADDRESS',
  'USER_ADDRESS',
  'USER_SHIPPING_ADDRESS',
  'USER_KYC_STATUS',
  'CARD_LIST',
]

export type TestConfig = Config

export function testConfig(): TestConfig {
  return {
    issuer: 'http://127.0.0.1:7300',
    listen: { port: 0, metrics: { port: 0 } },
    store: 'sqlite:data/assent.db',
    // Many tests send invalid credentials on purpose.
    maxFailedAuthentications: 1_000_000,
    keys: 'keys',
    directory: { kind: 'file', path: 'users.yaml' },
    apis: [
      {
        name: 'cards',
        paths: ['/v1/cards/inquiryCardList'],
        upstream: 'http://127.0.0.1:9/cards',
        scopes: ['CARD_LIST'],
        fields: { CARD_LIST: ['cards[].brand', 'cards[].lastFour'] },
      },
    ],
    wallets: [
      {
        walletId: WALLET_ID,
        name: 'Demo Wallet',
        keys: [{ version: 1, publicKey: WALLET_KEY.publicKey }],
        customerBelongsTo: 'DEMO',
        origins: ['http://127.0.0.1:7301'],
        authorizeUrl: 'http://127.0.0.1:7301/authorize',
      },
    ],
    clients: [
      {
        clientId: CLIENT_ID,
        name: 'Kopi House Trading',
        keys: [
          { version: 1, publicKey: FORMER_MERCHANT_KEY.publicKey },
          { version: 2, publicKey: MERCHANT_KEY.publicKey },
        ],
        redirectUris: ['https://kopi.example/back'],
        miniPrograms: [
          {
            appId: APP_ID,
            name: 'Kopi House',
            domains: ['http://127.0.0.1:7302'],
            scopes: ALL_SCOPES,
            verified: true,
          },
        ],
      },
      {
        clientId: OTHER_CLIENT_ID,
        name: 'Other Trading',
        keys: [{ version: 1, publicKey: OTHER_MERCHANT_KEY.publicKey }],
        miniPrograms: [
          {
            appId: OTHER_APP_ID,
            name: 'Other',
            domains: [],
            scopes: ['auth_base', 'auth_user', 'USER_LOGIN_ID', 'HASH_LOGIN_ID'],
            verified: true,
          },
        ],
      },
      {
        clientId: 'suspended',
        name: 'Suspended Trading',
        state: 'SUSPENDED',
        keys: [{ version: 1, publicKey: SUSPENDED_MERCHANT_KEY.publicKey }],
        miniPrograms: [
          { appId: 'suspended-app', name: 'Gone', domains: [], scopes: ['auth_base'] },
        ],
      },
    ],
  }
}

/** A clock that tests set. It starts at the current time, in epoch seconds. */
export type TestClock = { now: number }

/** A server in this process or another, as clients see it. */
export type TestPlatform = {
  /** The address of a node: a random one, when there are several. */
  readonly url: string
  /** The addresses of all nodes. */
  readonly urls: readonly string[]
  readonly clock: TestClock
  /** Verifies the signatures of replies. */
  readonly platformKey: KeyObject
}

export type TestServer = TestPlatform & {
  readonly folder: string
  /** What the start of a node says while there is no administrator. */
  readonly firstOwner: string | undefined
  /** The lines of the log. */
  readonly log: string[]
  /** Reads the metrics of the first node. */
  readMetrics(): Promise<string>
  close(): Promise<void>
}

/** @param source the configuration, or a function that creates it for the server's folder */
export async function startTestServer(
  source: TestConfig | ((folder: string) => TestConfig) = testConfig(),
): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'assent-test-'))
  const config = typeof source === 'function' ? source(folder) : source
  const database = await createTestStore(config.store)
  writeFileSync(join(folder, 'assent.yaml'), stringify({ ...config, store: database.url }))
  writeFileSync(join(folder, 'users.yaml'), stringify({ users: USERS }))
  const loaded = loadConfig(join(folder, 'assent.yaml'))
  createPlatformKeys(keyFolderOf(loaded))
  const clock: TestClock = { now: Math.floor(Date.now() / 1000) }
  const log: string[] = []
  const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(line) })
  const options = { clock: () => clock.now, logger }
  // On PostgreSQL, each request goes to a random one of three nodes.
  const nodes = await Promise.all(
    Array.from({ length: database.nodes }, () => startServer(loaded, options)),
  )
  const { reply } = openKeyStore(keyFolderOf(loaded))
  return {
    get url() {
      return nodes[randomInt(nodes.length)]?.url ?? ''
    },
    urls: nodes.map((node) => node.url),
    folder,
    firstOwner: nodes.find(({ firstOwner }) => firstOwner?.includes('#'))?.firstOwner,
    clock,
    log,
    readMetrics: async () => (await fetch(nodes[0]?.metricsUrl ?? '')).text(),
    platformKey: createPublicKey(reply.current(clock.now).key),
    async close() {
      await Promise.all(nodes.map((node) => node.close()))
      await database.remove()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type RawReply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly rawHeaders: readonly string[]
  readonly body: string
}

/** Sends the body and the request target unchanged. */
export function send(
  server: Pick<TestServer, 'url'>,
  target: string,
  headers: Record<string, string | string[]>,
  body: string | Buffer,
  method = 'POST',
): Promise<RawReply> {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path: target, method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          rawHeaders: response.rawHeaders,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

export function encodeSignature(
  base64: string,
  encoding: SignatureEncoding | 'base64url-padded',
): string {
  const url = base64.replaceAll('+', '-').replaceAll('/', '_')
  if (encoding === 'percent') return encodeURIComponent(base64)
  if (encoding === 'base64') return base64
  return encoding === 'base64url' ? url.replaceAll('=', '') : url
}

export type Signing = {
  readonly clientId?: string
  readonly key?: TestKey
  readonly keyVersion?: number
  readonly time?: string
  readonly encoding?: SignatureEncoding | 'base64url-padded'
}

let requests = 0

/** Each request of a test has another time, as a client sends it: equal requests are executed once. */
export function formatUniqueTime(now: number): string {
  const fraction = (++requests % 1_000_000_000).toString().padStart(9, '0')
  return formatTime(now).replace('+', `.${fraction}+`)
}

export function signedHeaders(
  clock: TestClock,
  path: string,
  body: string | Buffer,
  {
    clientId = CLIENT_ID,
    key = MERCHANT_KEY,
    keyVersion = 2,
    time = formatUniqueTime(clock.now),
    encoding = 'percent',
  }: Signing = {},
): Record<string, string> {
  const content = Buffer.concat([
    Buffer.from(signedPrefix(path, clientId, time)),
    Buffer.from(body),
  ])
  const base64 = sign('sha256', content, key.privateKey).toString('base64')
  return {
    'Content-Type': 'application/json; charset=UTF-8',
    'Client-Id': clientId,
    'Request-Time': time,
    Signature: `algorithm=RSA256, keyVersion=${keyVersion}, signature=${encodeSignature(base64, encoding)}`,
  }
}

/** Whether the signature of a reply is valid for this path. */
export function isGenuine(
  server: Pick<TestServer, 'platformKey'>,
  path: string,
  reply: RawReply,
): boolean {
  const { headers, body } = reply
  const signature = parseSignatureHeader(String(headers['signature']))
  const prefix = signedPrefix(path, String(headers['client-id']), String(headers['response-time']))
  if (!signature) return false
  const content = Buffer.from(prefix + body)
  return verify('sha256', content, server.platformKey, Buffer.from(signature.base64, 'base64'))
}

export type JsonReply = {
  readonly result: {
    readonly resultCode: string
    readonly resultStatus: string
    readonly resultMessage: string
  }
} & Record<
  string,
  // biome-ignore lint/suspicious/noExplicitAny: tests read replies of every shape
  any
>

export async function call(
  server: TestPlatform,
  path: string,
  body: object,
  signing: Signing = {},
): Promise<JsonReply> {
  const text = JSON.stringify(body)
  const reply = await send(server, path, signedHeaders(server.clock, path, text, signing), text)
  if (reply.status !== 200)
    throw new Error(`${path} responded with status ${reply.status}: ${reply.body}`)
  if (!isGenuine(server, path, reply))
    throw new Error(`${path} responded with an invalid signature.`)
  const parsed = JSON.parse(reply.body) as JsonReply
  requireContract(path, parsed)
  return parsed
}

export const WALLET_SIGNING: Signing = { clientId: WALLET_ID, key: WALLET_KEY, keyVersion: 1 }
export const OTHER_SIGNING: Signing = {
  clientId: OTHER_CLIENT_ID,
  key: OTHER_MERCHANT_KEY,
  keyVersion: 1,
}

export function walletCall(
  server: TestPlatform,
  operation: WalletOperation,
  body: object,
): Promise<JsonReply> {
  return call(server, WALLET_PATHS[operation], body, WALLET_SIGNING)
}

export function presentContext(clock: TestClock): object {
  return { firstScreen: false, visible: true, userGestureAt: formatTime(clock.now) }
}

export function consultFor(
  server: TestPlatform,
  scopes: unknown,
  more: object = {},
): Promise<JsonReply> {
  return walletCall(server, 'consult', {
    appId: APP_ID,
    userId: USER_ID,
    scopes,
    context: presentContext(server.clock),
    ...more,
  })
}

/** The same text in every language. */
export function textsOf<T>(text: T): Readonly<Record<string, T>> {
  return Object.fromEntries(LOCALES.map((locale) => [locale, text]))
}

/** Obtains a code for these scopes, and consents when needed. A prompt that an earlier test left open expires first. */
export async function codeFor(
  server: TestPlatform,
  scopes: readonly string[],
  more: object = {},
): Promise<string> {
  const first = await consultFor(server, scopes, more)
  const isOpen = first.result.resultCode === 'CONSENT_ALREADY_OPEN'
  if (isOpen) server.clock.now += ACTIVE_PROMPT_SECONDS
  const consulted = isOpen ? await consultFor(server, scopes, more) : first
  if (consulted['status'] === 'GRANTED') return consulted['authCode']
  const { consentRequestId, sheetHash, sheet } = consulted
  const decided = await walletCall(server, 'decide', {
    consentRequestId,
    userId: USER_ID,
    sheetHash,
    granted: sheet.scopes.map(({ scope }: { scope: string }) => scope),
    ...('userId' in more && { userId: more.userId }),
  })
  return decided['authCode']
}

export function applyToken(
  server: TestPlatform,
  body: object,
  signing: Signing = {},
  path = '/v1/authorizations/applyToken',
): Promise<JsonReply> {
  return call(server, path, body, signing)
}

export function redeem(
  server: TestPlatform,
  authCode: string,
  more: object = {},
): Promise<JsonReply> {
  return applyToken(server, { grantType: 'AUTHORIZATION_CODE', authCode, ...more })
}

export function refresh(server: TestPlatform, refreshToken: string): Promise<JsonReply> {
  return applyToken(server, { grantType: 'REFRESH_TOKEN', refreshToken })
}

export function inquire(server: TestPlatform, accessToken: string): Promise<JsonReply> {
  return call(server, '/v1/users/inquiryUserInfo', { accessToken })
}

/** Waits until every node rejects the token: a revocation reaches all nodes within a second. */
export async function expectRevokedEverywhere(
  server: TestPlatform,
  accessToken: string,
): Promise<void> {
  for (const url of server.urls) {
    const readCode = async (): Promise<string> =>
      (await inquire({ ...server, url }, accessToken)).result.resultCode
    await expect.poll(readCode, { timeout: 10_000, interval: 10 }).toBe('INVALID_ACCESS_TOKEN')
  }
}
