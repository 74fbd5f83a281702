/**
 * @module Schemathesis over every OpenAPI document: examples, the boundaries of every schema, random requests, and sequences along the
 * links. `npm run test:foreign-clients` runs it. It needs python3 and its packages.
 * @see ./schemathesis/README.md
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatTime } from '@assent/protocol'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Role } from '../../src/engine/admin/roles.ts'
import { type ApiServer, startApiServer } from '../support/admin-api.ts'
import { MERCHANT_KEY, type TestKey, WALLET_KEY } from '../support/keys.ts'
import {
  EXAMPLE_AUTHORIZATION,
  exampleClientToken,
  exampleCode,
  exampleLogoutRequest,
  exampleRequestUri,
  exampleResponse,
  exampleTokens,
  initialAccessToken,
  registeredClient,
  startExampleServer,
} from '../support/oauth-examples.ts'
import { createDatabase } from '../support/postgres.ts'
import {
  CLIENT_ID,
  codeFor,
  redeem,
  startTestServer,
  type TestServer,
  USER_ID,
  WALLET_ID,
} from '../support/server.ts'
import { serviceToken } from '../support/service-tokens.ts'
import { prepareSchemathesis, type Report, type Schemathesis } from './schemathesis/tool.ts'

const RUN_TIMEOUT_MS = 3_600_000
const SECONDS = Number(process.env['SCHEMATHESIS_SECONDS'] ?? 300)
const ROLE_SECONDS = Math.ceil(SECONDS / 5)
const MIN_CALLS = 20_000

let tool: Schemathesis
let api: ApiServer
beforeAll(async () => {
  tool = prepareSchemathesis()
  api = await startApiServer()
}, RUN_TIMEOUT_MS)
afterAll(async () => {
  await api.close()
  tool.close()
})

/** Runs the tool over the admin API. */
function runAdmin(
  { origin }: ApiServer,
  headers: Readonly<Record<string, string>>,
  ...parameters: string[]
): Promise<Report> {
  const document = '/admin/v1/openapi.json'
  const run = { origin, document, basePath: '/admin/v1', hooks: 'admin_api.py', headers }
  return tool.run({ ...run, parameters })
}

/** The cookie and headers that a browser sends. */
async function ownerHeaders(server: ApiServer): Promise<Readonly<Record<string, string>>> {
  const { memberId } = await server.callerOf('owner')
  const cookie = `__Host-assent-admin=${await server.sessionOf({ id: memberId, version: 1 })}`
  const reply = await fetch(`${server.origin}/admin/session`, { headers: { cookie } })
  const { csrfToken } = (await reply.json()) as { readonly csrfToken: string }
  return { Cookie: cookie, 'csrf-token': csrfToken, Origin: server.origin }
}

it(
  'an owner finds no fault in the admin API',
  async () => {
    const headers = await ownerHeaders(api)
    const known = await runAdmin(api, headers, '--phases=examples,coverage')
    const limit = `--max-time=${SECONDS}`
    const random = await runAdmin(api, headers, '--phases=fuzzing,stateful', limit)
    expect([...known.failures, ...random.failures]).toEqual([])
  },
  RUN_TIMEOUT_MS,
)

it(
  'an owner finds none on PostgreSQL',
  async () => {
    const database = await createDatabase()
    const onPostgres = await startApiServer({ config: { store: database.url } })
    const headers = await ownerHeaders(onPostgres)
    const limit = `--max-time=${SECONDS}`
    const { failures } = await runAdmin(onPostgres, headers, '--phases=coverage,stateful', limit)
    await onPostgres.close()
    await database.remove()
    expect(failures).toEqual([])
  },
  RUN_TIMEOUT_MS,
)

it.each<[Role, string]>([
  ['operator', 'platform'],
  ['security', 'platform'],
  ['auditor', 'platform'],
  ['developer', 'kopi'],
])(
  'a service account with the role %s of %s finds none',
  async (role, organization) => {
    const token = await serviceToken(api, { role, organization })
    const headers = { Authorization: `Bearer ${token}` }
    const limit = `--max-time=${ROLE_SECONDS}`
    const { failures } = await runAdmin(api, headers, '--max-examples=10', limit)
    expect(failures).toEqual([])
  },
  RUN_TIMEOUT_MS,
)

const CODES = 100

async function times<T>(count: number, create: () => Promise<T> | T): Promise<readonly T[]> {
  const values: T[] = []
  for (let index = 0; index < count; index++) values.push(await create())
  return values
}

/** Valid values of parameters, and of `initialAccessToken`. */
async function oauthCredentials(server: TestServer): Promise<object> {
  const tokens = await exampleTokens(server)
  return {
    code: await times(CODES, () => exampleCode(server)),
    initialAccessToken: await times(CODES, () => initialAccessToken(server)),
    client_id: 'kopi-server',
    redirect_uri: 'https://kopi.example/callback',
    scope: 'openid auth_user',
    refresh_token: tokens['refresh_token'],
    token: tokens['access_token'],
    subject_token: tokens['access_token'],
    id_token_hint: tokens['id_token'],
    request_uri: await exampleRequestUri(server),
    response: await exampleResponse(server),
    logout_request: await exampleLogoutRequest(server),
    post_logout_redirect_uri: 'https://kopi.example/goodbye',
  }
}

it(
  'a client finds no fault in the OAuth endpoints',
  async () => {
    const server = await startExampleServer()
    const folder = mkdtempSync(join(tmpdir(), 'assent-oauth-'))
    const file = join(folder, 'credentials.json')
    writeFileSync(file, JSON.stringify(await oauthCredentials(server)))
    const client = await registeredClient(server)
    const tokens = await exampleTokens(server)
    const { failures } = await tool.run({
      origin: server.url,
      document: '/docs/contracts/oauth.openapi.json',
      hooks: 'oauth.py',
      environment: {
        OAUTH_CREDENTIALS: file,
        BASIC_CREDENTIALS: EXAMPLE_AUTHORIZATION['authorization'] ?? '',
        USER_TOKEN: tokens['access_token'],
        CLIENT_TOKEN: await exampleClientToken(server),
        REGISTRATION_TOKEN: client['registration_access_token'],
      },
      parameters: ['--phases=examples,coverage,fuzzing', `--max-time=${SECONDS}`],
    })
    await server.close()
    rmSync(folder, { recursive: true })
    expect(failures).toEqual([])
  },
  RUN_TIMEOUT_MS,
)

type Signer = { readonly id: string; readonly key: TestKey; readonly keyVersion: number }

/** What the hooks sign with. */
function signingEnvironment(
  { clock }: TestServer,
  { id, key, keyVersion }: Signer,
): Readonly<Record<string, string>> {
  return {
    SIGNING_CLIENT_ID: id,
    SIGNING_KEY_VERSION: String(keyVersion),
    SIGNING_KEY: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    SIGNING_TIME: formatTime(clock.now),
  }
}

it.each<[string, Signer]>([
  ['merchant-api', { id: CLIENT_ID, key: MERCHANT_KEY, keyVersion: 2 }],
  ['wallet-api', { id: WALLET_ID, key: WALLET_KEY, keyVersion: 1 }],
])(
  'a caller that signs finds no fault in the %s',
  async (name, signer) => {
    const server = await startTestServer()
    const tokens = await redeem(server, await codeFor(server, ['auth_user']))
    const { failures } = await tool.run({
      origin: server.url,
      document: `/docs/contracts/${name}.openapi.json`,
      hooks: 'signature.py',
      environment: {
        ...signingEnvironment(server, signer),
        VALUE_accessToken: tokens['accessToken'],
        VALUE_refreshToken: tokens['refreshToken'],
        VALUE_userId: USER_ID,
        VALUE_appId: 'coffee-app',
      },
      parameters: ['--phases=examples,coverage,fuzzing', `--max-time=${SECONDS}`],
    })
    await server.close()
    expect(failures).toEqual([])
  },
  RUN_TIMEOUT_MS,
)

it('these are more than 20,000 calls', () => {
  expect(tool.calls).toBeGreaterThan(MIN_CALLS)
})
