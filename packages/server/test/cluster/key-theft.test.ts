/**
 * @module The theft of a merchant's key, reported to one of two nodes: whatever the thief has got with it, and could still do with it, is
 * refused on both nodes.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { importPKCS8, SignJWT } from 'jose'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { withStore } from '../../src/cli/store.ts'
import { memberUpdate, organizationUpdate } from '../../src/engine/admin/records.ts'
import { DEFAULT_SESSION_LIMITS, startSession } from '../../src/engine/admin/sessions.ts'
import type { RecordDocument, RecordKind, RecordUpdate } from '../../src/engine/store/registry.ts'
import { createAdminPorts } from '../../src/main/administrators.ts'
import { referencesOf } from '../../src/registry/records/record-types.ts'
import {
  freePort,
  type Installation,
  install,
  type ServeProcess,
  serve,
} from '../support/command.ts'
import { FORMER_MERCHANT_KEY, keyPairOf, MERCHANT_KEY } from '../support/keys.ts'
import { authorizeQuery, createPkce, generateSigningKey, get, postForm } from '../support/oauth.ts'
import { createMigratedDatabase, type TestDatabase } from '../support/postgres.ts'
import {
  APP_ID,
  CLIENT_ID,
  call,
  codeFor,
  consultFor,
  type JsonReply,
  type Signing,
  type TestPlatform,
  testConfig,
  USER_ID,
  WALLET_ID,
  walletCall,
} from '../support/server.ts'

const ISSUER = 'http://127.0.0.1:7300'
const REDIRECT_URI = 'https://kopi.example/callback'
const STOLEN: Signing = { key: MERCHANT_KEY, keyVersion: 2 }
const SAFE: Signing = { key: FORMER_MERCHANT_KEY, keyVersion: 1 }
const SAFE_OAUTH_KEY = generateSigningKey('safe')
const STOLEN_JWK = {
  ...createPublicKey(MERCHANT_KEY.privateKey).export({ format: 'jwk' }),
  kid: 'stolen',
  alg: 'PS256',
}
const THEFT = { clientId: CLIENT_ID, keyVersion: 2, reason: 'Found in a repository.' }
const STEPS = [
  `Suspends key 2 of client ${CLIENT_ID}.`,
  `Ends all codes and tokens of client ${CLIENT_ID}, and tells it.`,
]

let database: TestDatabase
let installation: Installation
let nodes: ServeProcess[] = []
let session: string
let webhook: Server
/** The types of the events that the merchant was told. */
const told: string[] = []

beforeAll(async () => {
  webhook = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    told.push(JSON.parse(Buffer.concat(chunks).toString()).eventType)
    response.writeHead(500).end()
  })
  await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve))
  database = await createMigratedDatabase()
  const config = testConfig()
  installation = install({
    ...config,
    store: database.url,
    logLevel: 'fatal',
    administrators: {},
    notifications: { allowPrivateAddresses: true },
    clients: config.clients.slice(1),
  })
  nodes = [await startNode(), await startNode()]
  session = await writeRecords()
  await vi.waitFor(async () => expect(await isServed()).toBe(true), { timeout: 20_000 })
})
afterAll(async () => {
  for (const { child, ended } of nodes) {
    child.kill('SIGTERM')
    await ended
  }
  await database.remove()
  installation.remove()
  await new Promise((resolve) => webhook.close(resolve))
})

async function startNode(): Promise<ServeProcess> {
  return serve(installation, await freePort())
}

async function isServed(): Promise<boolean> {
  const replies = await Promise.all(nodes.map((node) => call(node, PATHS.query, {}, STOLEN)))
  return replies.every(({ result }) => result.resultCode === 'PARAM_ILLEGAL')
}

function record(kind: RecordKind, id: string, document: RecordDocument): RecordUpdate {
  const references = referencesOf({ kind, id }, document)
  return { kind, id, follows: 0, owner: 'registry', document, references }
}

/** A merchant in the registry, and somebody of the role security. @returns the id of a session */
function writeRecords(): Promise<string> {
  const { port } = webhook.address() as AddressInfo
  const client = {
    clientId: CLIENT_ID,
    name: 'Kopi House Trading',
    organization: 'kopi-house',
    notifyUrl: `http://127.0.0.1:${port}/notify`,
    keys: [
      { version: 1, publicKey: keyPairOf('former-merchant').publicKey },
      { version: 2, publicKey: keyPairOf('merchant').publicKey },
    ],
  }
  const miniProgram = {
    appId: APP_ID,
    clientId: CLIENT_ID,
    name: 'Kopi House',
    domains: [],
    scopes: ['auth_base', 'auth_user', 'CARD_LIST', 'openid'],
    verified: true,
  }
  const oauthClient = {
    clientId: 'signer',
    merchantId: CLIENT_ID,
    appId: APP_ID,
    tokenEndpointAuthMethod: 'private_key_jwt',
    jwks: [STOLEN_JWK, SAFE_OAUTH_KEY.jwk],
    redirectUris: [REDIRECT_URI],
    grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
    platformScopes: ['events'],
  }
  return withStore(installation.configPath, async (store) => {
    const ports = createAdminPorts({ store })
    const now = Math.floor(Date.now() / 1000)
    const cause = { actor: 'test', source: 'command', reason: 'A test.', changedAt: now } as const
    const member = {
      organization: 'platform',
      role: 'security',
      name: 'Sam',
      state: 'active',
      identity: { method: 'passkey' },
    } as const
    const [platform] = await store.readVersions([{ kind: 'organization', id: 'platform' }])
    expect(
      await ports.write(cause, [
        ...(platform ? [] : [organizationUpdate('platform', { name: 'P', state: 'active' }, 0)]),
        organizationUpdate('kopi-house', { name: 'Kopi', state: 'active' }, 0),
        memberUpdate('sam', member, 0),
        memberUpdate('olga', { ...member, role: 'owner' }, 0),
        record('client', CLIENT_ID, client),
        record('miniProgram', APP_ID, miniProgram),
        record('oauthClient', 'signer', oauthClient),
      ]),
    ).toEqual([])
    return startSession(ports, { id: 'olga', version: 1 }, DEFAULT_SESSION_LIMITS, now)
  })
}

type AdminReply = {
  readonly status: number
  readonly etag: string | null // biome-ignore lint/suspicious/noExplicitAny: tests compare what the server sends
  readonly body: any
}

/** A call of the admin API, as a browser with a session sends it. */
async function admin(
  node: TestPlatform,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<AdminReply> {
  const cookie = `__Host-assent-admin=${session}`
  const signedIn = await fetch(`${node.url}/admin/session`, { headers: { cookie } })
  const { csrfToken } = (await signedIn.json()) as { csrfToken: string }
  const reply = await fetch(`${node.url}/admin/v1${path}`, {
    method,
    headers: {
      cookie,
      origin: ISSUER,
      'csrf-token': csrfToken,
      ...(body && {
        'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await reply.text()
  return {
    status: reply.status,
    etag: reply.headers.get('etag'),
    body: text === '' ? undefined : JSON.parse(text),
  }
}

const PATHS = {
  applyToken: '/v1/authorizations/applyToken',
  inquire: '/v1/users/inquiryUserInfo',
  query: '/v1/authorizations/query',
  prepare: '/v1/authorizations/prepare',
  cards: '/v1/cards/inquiryCardList',
} as const

function redeemWith(node: TestPlatform, authCode: string, signing: Signing): Promise<JsonReply> {
  return call(node, PATHS.applyToken, { grantType: 'AUTHORIZATION_CODE', authCode }, signing)
}

function refreshWith(
  node: TestPlatform,
  refreshToken: string,
  signing: Signing,
): Promise<JsonReply> {
  return call(node, PATHS.applyToken, { grantType: 'REFRESH_TOKEN', refreshToken }, signing)
}

let assertions = 0

/** An assertion of the OAuth client, signed with the stolen key or the other one. */
async function assertionWith(kid: 'stolen' | 'safe'): Promise<Record<string, string>> {
  const isStolen = kid === 'stolen'
  const key = isStolen
    ? await importPKCS8(keyPairOf('merchant').privateKey, 'PS256')
    : SAFE_OAUTH_KEY.privateKey
  const jwt = new SignJWT({ jti: `${kid}-${assertions++}` })
    .setProtectedHeader({ alg: isStolen ? 'PS256' : 'ES256', kid })
    .setIssuer('signer')
    .setSubject('signer')
    .setAudience(ISSUER)
    .setIssuedAt()
    .setExpirationTime('1m')
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await jwt.sign(key),
  }
}

async function clientCredentials(node: TestPlatform, kid: 'stolen' | 'safe') {
  const form = { grant_type: 'client_credentials', scope: 'events', ...(await assertionWith(kid)) }
  return postForm(node, '/oauth2/token', form)
}

async function isActive(node: TestPlatform, token: string): Promise<boolean> {
  const form = { token, ...(await assertionWith('safe')) }
  const { json } = await postForm(node, '/oauth2/introspect', form)
  return (json as unknown as { active: boolean }).active
}

async function prepare(node: TestPlatform, signing: Signing): Promise<string> {
  const body = { appId: APP_ID, scopes: ['auth_user'], walletId: WALLET_ID }
  const { authUrl, ...reply } = await call(node, PATHS.prepare, body, signing)
  return new URL(authUrl ?? JSON.stringify(reply)).searchParams.get('authRequest') ?? ''
}

/** What a thief has got with the key. */
type Loot = {
  readonly accessToken: string
  readonly refreshToken: string
  readonly codes: readonly string[]
  readonly authRequest: string
  readonly oauthRequest: string
  readonly clientToken: string
}

async function plunder(node: TestPlatform): Promise<Loot> {
  const tokens = await redeemWith(node, await codeFor(node, ['auth_user', 'CARD_LIST']), STOLEN)
  const { json } = await clientCredentials(node, 'stolen')
  const query = authorizeQuery(createPkce(), { client_id: 'signer', redirect_uri: REDIRECT_URI })
  const page = await get(node, `/oauth2/authorize?${query}`)
  return {
    accessToken: tokens['accessToken'],
    refreshToken: tokens['refreshToken'],
    codes: [await codeFor(node, ['auth_user']), await codeFor(node, ['auth_user'])],
    authRequest: await prepare(node, STOLEN),
    oauthRequest: new URL(String(page.headers['location'])).searchParams.get('authRequest') ?? '',
    clientToken: json['access_token'],
  }
}

const codeOf = async (reply: Promise<JsonReply>): Promise<string> => (await reply).result.resultCode

/** What works before the theft is reported, and what its refusal is afterwards. */
const ATTEMPTS: readonly (readonly [
  title: string,
  attempt: (node: TestPlatform, loot: Loot) => Promise<unknown>,
  refusal: unknown,
])[] = [
  [
    'a request that the stolen key signs',
    (node, { accessToken }) => codeOf(call(node, PATHS.inquire, { accessToken }, STOLEN)),
    expect.stringMatching(/KEY|SIGNATURE/),
  ],
  [
    'an assertion that the stolen key signs',
    async (node) => (await clientCredentials(node, 'stolen')).json['error'],
    'invalid_client',
  ],
  [
    'an access token',
    (node, { accessToken }) => codeOf(call(node, PATHS.inquire, { accessToken }, SAFE)),
    'INVALID_ACCESS_TOKEN',
  ],
  [
    'an access token at the gateway',
    (node, { accessToken }) => codeOf(call(node, PATHS.cards, { accessToken }, SAFE)),
    'INVALID_ACCESS_TOKEN',
  ],
  [
    'a token of the client itself, at introspection',
    (node, { clientToken }) => isActive(node, clientToken),
    false,
  ],
  [
    'a refresh token',
    (node, { refreshToken }) => codeOf(refreshWith(node, refreshToken, SAFE)),
    'INVALID_REFRESH_TOKEN',
  ],
  [
    'a code that was not redeemed',
    (node, { codes }) => codeOf(redeemWith(node, codes[nodes.indexOf(node as never)] ?? '', SAFE)),
    expect.stringMatching(/INVALID_CODE|AUTH_CODE|INVALID/),
  ],
  [
    'a prepared request that no user has opened',
    (node, { authRequest }) =>
      codeOf(walletCall(node, 'consult', { userId: USER_ID, authRequest, context: {} })),
    'AUTH_REQUEST_INVALID',
  ],
  [
    'an OAuth request that no user has opened',
    (node, { oauthRequest }) =>
      codeOf(
        walletCall(node, 'consult', { userId: USER_ID, authRequest: oauthRequest, context: {} }),
      ),
    'AUTH_REQUEST_INVALID',
  ],
]

/** @returns when a node refuses it */
async function whenRefused(attempt: () => Promise<unknown>, refusal: unknown): Promise<number> {
  await expect.poll(attempt, { timeout: 20_000, interval: 20 }).toEqual(refusal)
  return performance.now()
}

async function emergencyLines(node: TestPlatform): Promise<readonly (readonly string[])[]> {
  const { body } = await admin(node, 'GET', '/changes?source=emergency&limit=200')
  const items: readonly { actor: string; reason: string }[] = body.items
  return items.toReversed().map(({ actor, reason }) => [actor, reason])
}

const LINES = STEPS.map((step) => ['member olga', `${step} ${THEFT.reason}`])

describe('after the report of the theft on one node', () => {
  let loot: Loot
  let reportedAt = 0
  beforeAll(async () => {
    const [first, second] = nodes as [ServeProcess, ServeProcess]
    loot = await plunder(second)
    expect(await isActive(first, loot.clientToken)).toBe(true)
    const reply = await admin(first, 'POST', '/emergencies/key-thefts', THEFT)
    reportedAt = performance.now()
    expect([reply.status, reply.body.steps]).toEqual([200, STEPS])
  })

  it('everything is refused: at once on this node, and soon on the other', async () => {
    const [first, second] = nodes as [ServeProcess, ServeProcess]
    // In force on the node that replied, before it replied.
    const refused = await Promise.all(ATTEMPTS.map(([, attempt]) => attempt(first, loot)))
    expect(refused).toEqual(ATTEMPTS.map(([, , refusal]) => refusal))
    const milliseconds = await Promise.all(
      ATTEMPTS.map(([, attempt, refusal]) => whenRefused(() => attempt(second, loot), refusal)),
    )
    const last = Math.round(Math.max(...milliseconds) - reportedAt)
    console.info(`The other node refused everything within ${last} ms after the reply.`)
  })

  it.each(ATTEMPTS)('%s stays refused on both nodes', async (_title, attempt, refusal) => {
    for (const node of nodes) expect(await attempt(node, loot)).toEqual(refusal)
  })

  it('each step is one line of the change log, in order, with who and why', async () => {
    for (const node of nodes) expect(await emergencyLines(node)).toEqual(LINES)
  })

  it('the merchant is told', async () => {
    await expect.poll(() => told, { timeout: 20_000 }).toContain('KEY_COMPROMISED')
  })

  it('users are asked again, and a new key works', async () => {
    const [first, second] = nodes as [ServeProcess, ServeProcess]
    const keys = `/clients/${CLIENT_ID}/keys`
    const key = keyPairOf('new-merchant')
    const announced = { version: 3, publicKey: key.publicKey, state: 'ANNOUNCED' }
    expect((await admin(first, 'POST', keys, announced)).status).toBe(201)
    const { etag } = await admin(first, 'GET', `${keys}/3`)
    const active = await admin(first, 'PATCH', `${keys}/3`, { state: 'ACTIVE' }, match(etag))
    expect(active.status).toBe(200)
    const removed = await admin(first, 'DELETE', `${keys}/2`, undefined, match(active.etag))
    expect(removed.status).toBe(204)
    // A revocation has the resolution of a second.
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const asked = await consultFor(second, ['auth_user'])
    expect(asked['status']).toBe('CONSENT_REQUIRED')
    await walletCall(second, 'complete', {
      consentRequestId: asked['consentRequestId'],
      userId: USER_ID,
    })
    const signing: Signing = {
      key: { privateKey: createPrivateKey(key.privateKey), publicKey: key.publicKey },
      keyVersion: 3,
    }
    const authCode = await codeFor(second, ['auth_user'])
    const tokens = await redeemWith(second, authCode, signing)
    const { accessToken } = tokens
    expect(await codeOf(call(first, PATHS.inquire, { accessToken }, signing))).toBe('SUCCESS')
  })

  it('the stolen key is refused under another version, too, and as the key of the OAuth client', async () => {
    const [first, second] = nodes as [ServeProcess, ServeProcess]
    const again = { version: 4, publicKey: keyPairOf('merchant').publicKey }
    expect((await admin(first, 'POST', `/clients/${CLIENT_ID}/keys`, again)).status).toBe(201)
    for (const node of [first, second]) {
      const code = await codeOf(call(node, PATHS.query, {}, { ...STOLEN, keyVersion: 4 }))
      expect(code).toMatch(/KEY|SIGNATURE/)
      expect((await clientCredentials(node, 'stolen')).json['error']).toBe('invalid_client')
      expect((await clientCredentials(node, 'safe')).status).toBe(200)
    }
  })
})

function match(etag: string | null): Record<string, string> {
  return { 'if-match': etag ?? '' }
}

it('a node that is killed between two steps leaves the lines of its steps, and the call can be repeated', async () => {
  const [first, second] = nodes as [ServeProcess, ServeProcess]
  const body = { kind: 'client', id: 'SANDBOX_other', reason: 'A rehearsal.' }
  const before = await emergencyLines(second)
  const blocker = new pg.Client({ connectionString: database.url })
  await blocker.connect()
  // The second step waits for this table.
  await blocker.query('BEGIN; LOCK TABLE revocations IN EXCLUSIVE MODE')
  const interrupted = admin(first, 'POST', '/emergencies/suspensions', body).catch(() => undefined)
  await expect
    .poll(async () => (await emergencyLines(second)).length, { timeout: 20_000 })
    .toBe(before.length + 2)
  first.child.kill('SIGKILL')
  await first.ended
  await interrupted
  await blocker.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  )
  await blocker.query('ROLLBACK')
  await blocker.end()
  const steps = [
    'Suspends client SANDBOX_other.',
    'Ends all codes and tokens of client SANDBOX_other, and tells it.',
  ]
  const lines = steps.map((step) => ['member olga', `${step} ${body.reason}`])
  expect(await emergencyLines(second)).toEqual([...before, ...lines])
  const repeated = await admin(second, 'POST', '/emergencies/suspensions', body)
  expect([repeated.status, repeated.body.steps]).toEqual([200, steps])
  expect(await emergencyLines(second)).toEqual([...before, ...lines, ...lines])
})
