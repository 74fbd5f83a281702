/**
 * @module Assent's engine and PostgreSQL store behind a plain OAuth-shaped route, without signatures: what a peer is compared
 * with, until the OAuth face exists. As a process of its own. `/seed?count=N` gives N codes of one client.
 */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { LIFETIMES } from '@assent/protocol'
import Fastify from 'fastify'
import { checkAccessToken } from '../../packages/server/dist/engine/check.js'
import { consult } from '../../packages/server/dist/engine/consult.js'
import type { Ports } from '../../packages/server/dist/engine/ports.js'
import { redeemCode } from '../../packages/server/dist/engine/redeem.js'
import { refreshTokens } from '../../packages/server/dist/engine/refresh.js'
import { STANDARD_SCOPES } from '../../packages/server/dist/engine/standard-scopes.js'
import { followLog, notingOwnRevocations } from '../../packages/server/dist/feed/follower.js'
import { createNearGrants, keepingGrants } from '../../packages/server/dist/feed/near-grants.js'
import { createStandings } from '../../packages/server/dist/feed/standings.js'
import { hasher, random } from '../../packages/server/dist/signing/hashes.js'
import { createMasterKeys } from '../../packages/server/dist/signing/master-keys.js'
import { createCredentials } from '../../packages/server/dist/signing/sealed-credentials.js'
import { openPostgresStore } from '../../packages/server/dist/stores/postgres/store.js'

const [port, url] = process.argv.slice(2) as [string, string]
const secret = createHash('sha256').update('bench-secret').digest()

const opened = await openPostgresStore(url)
const follower = await followLog(opened)
const grants = createNearGrants()
const store = keepingGrants(notingOwnRevocations(opened, follower), grants)
const client = {
  clientId: 'bench',
  number: await store.internClient('bench'),
  name: 'Bench',
  active: true,
  accessTokenLifetimeSeconds: 3600,
  refreshTokenLifetimeSeconds: 86_400,
  redirectUris: [],
}
const miniProgram = {
  appId: 'app',
  clientId: 'bench',
  name: 'App',
  icon: '',
  domains: [],
  scopes: new Set(['auth_base']),
  verified: true,
  testers: new Set<string>(),
  purposes: {},
  recipients: [],
  active: true,
}
const wallet = { walletId: 'w', name: 'W', customerBelongsTo: 'W', settingsPath: '', origins: [] }
const ports: Ports = {
  registry: {
    scopes: new Map(STANDARD_SCOPES.map((entry) => [entry.scope, entry])),
    clients: new Map([['bench', client]]),
    clientsByNumber: new Map([[client.number, client]]),
    miniPrograms: new Map([['app', miniProgram]]),
    oauthClients: new Map(),
    wallets: new Map([['w', wallet]]),
    apis: new Map(),
    lifetimes: { basic: LIFETIMES, sensitive: LIFETIMES, restricted: LIFETIMES },
  },
  // A silent scope is no decision.
  receipts: {
    seal: async () => '',
    read() {
      throw new Error('there are no receipts')
    },
  },
  store,
  ledger: { note: () => {}, noteSignIn: () => {} },
  funnel: { count: () => {} },
  standings: createStandings(store, follower, grants),
  credentials: createCredentials(createMasterKeys(new Map([[1, randomBytes(32)]]))),
  directory: { findUser: async () => ({ status: 'ACTIVE' }) },
  random,
  hasher,
}
const { now } = follower

async function codeFor(index: number): Promise<string> {
  const user = { walletId: 'w', userId: `user-${index}` }
  const question = { appId: 'app', scopes: [{ scope: 'auth_base' }] }
  const consulted = await consult(ports, { user, question, presence: 'prepared' }, now())
  if (consulted.kind !== 'granted') throw new Error('a silent scope was not granted')
  return consulted.authCode
}

function requireClient(form: URLSearchParams): void {
  const given = createHash('sha256')
    .update(form.get('client_secret') ?? '')
    .digest()
  if (form.get('client_id') !== 'bench' || !timingSafeEqual(given, secret))
    throw new Error('client')
}

const app = Fastify({ logger: false })
app.addContentTypeParser(
  'application/x-www-form-urlencoded',
  { parseAs: 'string' },
  (_request, body, done) => done(null, new URLSearchParams(String(body))),
)
app.get('/readyz', async () => ({}))
app.get<{ Querystring: { count: string } }>('/seed', ({ query }) =>
  Promise.all(Array.from({ length: Number(query.count) }, (_, index) => codeFor(index))),
)
app.post<{ Body: URLSearchParams }>('/token', async ({ body }) => {
  requireClient(body)
  const common = { client, reference: {} }
  const isCode = body.get('grant_type') === 'authorization_code'
  const issued = isCode
    ? await redeemCode(ports, { ...common, code: body.get('code') ?? '' }, now())
    : await refreshTokens(
        ports,
        { ...common, refreshToken: body.get('refresh_token') ?? '' },
        now(),
      )
  return {
    access_token: issued.accessToken,
    token_type: 'Bearer',
    expires_in: issued.accessTokenExpiresAt - now(),
    refresh_token: issued.refreshToken,
    scope: issued.scopes.join(' '),
  }
})
app.post<{ Body: URLSearchParams }>('/token/introspection', async ({ body }) => {
  requireClient(body)
  const accessToken = body.get('token') ?? ''
  const checked = await checkAccessToken(ports, { client, accessToken }, now())
  return { active: true, scope: checked.scopes.join(' '), sub: checked.grant.subject }
})
await app.listen({ host: '127.0.0.1', port: Number(port) })
process.once('SIGTERM', () => {
  void app
    .close()
    .then(() => follower.stop())
    .then(() => opened.close())
})
