/**
 * @module Measures calls of a merchant and a wallet before and while others make the node wait: strangers who name clients whose keys
 * cannot be fetched, five slow APIs of one merchant, and a user directory that is dead, hangs or is slow.
 */
import { createServer, type Server as HttpServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { DIALECTS, WALLET_PATHS } from '@assent/protocol'
import { Agent, Pool } from 'undici'
import { quantile } from './closed-loop.ts'
import type { Request } from './http-client.ts'
import { keep as keepResults, machine, table } from './results.ts'
import { createSigners, presence, type Signers } from './scenarios.ts'
import {
  APP_ID,
  type Installation,
  installAssent,
  type Server,
  startNode,
  USERS,
  WALLET_ID,
} from './servers.ts'

const ITERATIONS = 30
const CALLERS = 8
const SLOW_APIS = 5
const CALLS_PER_API = 74
const CROWD_OF_LOGINS = 200
const THINK_TIME_MS = 5000
const CROWDS = [256, 1030]
/** Every endpoint that fetches the keys of a client that the caller only names. */
const WAITING_ENDPOINTS = [
  'POST /oauth2/token',
  'POST /oauth2/revoke',
  'POST /oauth2/introspect',
  'POST /oauth2/par',
  'GET /oauth2/authorize',
  'POST /oauth2/authorize',
] as const
const { paths } = DIALECTS.v1

type Reply = {
  readonly status: number
  readonly code: string
  readonly milliseconds: number
  readonly data: Record<string, string>
}
type Measurement = Readonly<Record<string, readonly Reply[]>>
type Outside = { readonly url: string; mode: 'normal' | 'dead' | 'hangs' | 'slow'; close(): void }
type Bench = {
  readonly server: Server
  readonly signers: Signers
  readonly send: (request: Request) => Promise<Reply>
  readonly directory: Outside
}
type Load = { stop(): Promise<unknown> | unknown }
type Phase = { readonly name: string; readonly start: (bench: Bench) => Promise<Load> }

const PHASES: readonly Phase[] = [
  { name: 'nothing else', start: async () => ({ stop() {} }) },
  ...CROWDS.flatMap((count) =>
    WAITING_ENDPOINTS.map((endpoint) => ({
      name: `${count.toLocaleString('en')} strangers at ${endpoint}`,
      start: async ({ server }: Bench) => gatherStrangers(server.url, endpoint, count),
    })),
  ),
  { name: 'five slow APIs of one merchant', start: callSlowApis },
  ...(['dead', 'hangs', 'slow'] as const).map((mode) => ({
    name: `user directory ${mode === 'hangs' ? 'that hangs' : `is ${mode}`}, ${CROWD_OF_LOGINS} logins`,
    start: (bench: Bench) => failDirectory(bench, mode),
  })),
]

export async function measureWaiting(keep: boolean): Promise<void> {
  const directory = await startOutside()
  const installation = install(directory.url)
  const server = await startNode(installation)
  const pool = new Pool(server.url, { connections: CALLERS, pipelining: 1 })
  const send = (request: Request): Promise<Reply> => timed(pool, request)
  const bench = { server, signers: createSigners(installation), send, directory }
  const measured: { name: string; before: Measurement; during: Measurement }[] = []
  try {
    await measure(bench, await prepare(bench))
    for (const { name, start } of PHASES) {
      const before = await measure(bench, await prepare(bench))
      const prepared = await prepare(bench)
      const load = await start(bench)
      const during = await measure(bench, prepared)
      await load.stop()
      directory.mode = 'normal'
      await recover(bench)
      measured.push({ name, before, during })
      console.log(describePhase(name, before, during))
    }
    const text = `# Waiting\n\n${describeMachine()}\n\n${measured.map(({ name, before, during }) => describePhase(name, before, during)).join('\n\n')}`
    if (keep)
      keepResults('waiting', { machine: machine(), measured: measured.map(summarize) }, text)
  } finally {
    await pool.destroy()
    await server.stop()
    directory.close()
    installation.remove()
  }
}

function install(directoryUrl: string): Installation {
  const clients = Array.from({ length: PHASES.length }, (_, n) => ({
    clientId: `hangs-${n}`,
    appId: APP_ID,
    tokenEndpointAuthMethod: 'private_key_jwt',
    jwksUri: `${directoryUrl}/hangs-${n}`,
    redirectUris: ['https://merchant.example/back'],
  }))
  return installAssent(
    'sqlite:data/assent.db',
    {
      notifications: { allowPrivateAddresses: true },
      directory: { kind: 'http', url: `${directoryUrl}/users`, cacheSeconds: 0 },
      apis: Array.from({ length: SLOW_APIS }, (_, n) => ({
        name: `slow-${n}`,
        paths: [`/v1/bench/slow-${n}`],
        upstream: `${directoryUrl}/hangs-api-${n}`,
        scopes: ['auth_user'],
        timeoutSeconds: 30,
      })),
    },
    { oauth: clients },
  )
}

/** The addresses outside: the user directory, and below `/hangs…` everything that never responds. */
async function startOutside(): Promise<Outside> {
  const user = JSON.stringify({ user: { status: 'ACTIVE', nickName: 'User' } })
  const respond = (response: ServerResponse): void => void response.writeHead(200).end(user)
  const server: HttpServer = createServer(({ url = '' }, response) => {
    if (url.startsWith('/hangs') || outside.mode === 'hangs') return
    if (outside.mode === 'dead') response.destroy()
    else if (outside.mode === 'slow') setTimeout(() => respond(response), 1500)
    else respond(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const outside: Outside = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mode: 'normal',
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
  return outside
}

async function timed(pool: Pool, { path, headers, body }: Request): Promise<Reply> {
  const startedAt = performance.now()
  const response = await pool.request({ path, method: 'POST', headers, body })
  const text = await response.body.text()
  const milliseconds = performance.now() - startedAt
  const data = text.startsWith('{') ? JSON.parse(text) : {}
  return { status: response.statusCode, code: data.result?.resultCode ?? '', milliseconds, data }
}

type Prepared = readonly { readonly authCode: string; readonly accessToken: string }[]

const userOf = (n: number): string => `user-${n % USERS}`

function consult({ signers }: Bench, userId: string): Request {
  return signers.ofWallet(WALLET_PATHS.consult, {
    appId: APP_ID,
    userId,
    scopes: ['auth_base'],
    context: presence(),
  })
}

function redeem({ signers }: Bench, authCode = ''): Request {
  return signers.ofMerchant(paths.applyToken[0], { grantType: 'AUTHORIZATION_CODE', authCode })
}

/** A code and an access token for each iteration, because each is used once. */
async function prepare(bench: Bench): Promise<Prepared> {
  const prepared: { authCode: string; accessToken: string }[] = []
  for (let n = 0; n < ITERATIONS; n++) {
    const used = await bench.send(consult(bench, userOf(n)))
    const { accessToken = '' } = (await bench.send(redeem(bench, used.data['authCode']))).data
    const { authCode = '' } = (await bench.send(consult(bench, userOf(n)))).data
    prepared.push({ authCode, accessToken })
  }
  return prepared
}

async function measure(bench: Bench, prepared: Prepared): Promise<Measurement> {
  const { signers, send } = bench
  const replies: Record<string, Reply[]> = {
    login: [],
    redeem: [],
    list: [],
    cancelToken: [],
    revoke: [],
  }
  let next = 0
  const call = async (name: string, request: Request): Promise<void> =>
    void replies[name]?.push(await send(request))
  const run = async (): Promise<void> => {
    for (let n = next++; n < ITERATIONS; n = next++) {
      const { authCode, accessToken } = prepared[n] ?? {}
      const userId = userOf(n)
      await call('login', consult(bench, userId))
      await call('redeem', redeem(bench, authCode))
      await call('list', signers.ofWallet(WALLET_PATHS.grants, { userId }))
      await call('cancelToken', signers.ofMerchant(paths.cancelToken[0], { accessToken }))
      const withdrawn = { appId: APP_ID, userId, scopes: ['USER_GENDER'] }
      await call('revoke', signers.ofWallet(WALLET_PATHS.revoke, withdrawn))
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, run))
  return replies
}

let strangers = 0

/** Each connection sends again five seconds after its response. */
async function gatherStrangers(url: string, endpoint: string, count: number): Promise<Load> {
  const [method = '', path] = endpoint.split(' ')
  const agent = new Agent({ connections: count, pipelining: 1 })
  const clientId = `hangs-${strangers++}`
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { iss: clientId, sub: clientId, client_id: clientId }
  const jwt = `${encode({ alg: 'ES256', kid: 'x' })}.${encode(claims)}.${'x'.repeat(86)}`
  const form = new URLSearchParams({
    client_id: clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: jwt,
    request: jwt,
    grant_type: 'client_credentials',
    token: 'x',
  }).toString()
  const request =
    method === 'GET'
      ? { origin: url, path: `${path}?${form}`, method: 'GET' as const }
      : {
          origin: url,
          path: path ?? '',
          method: 'POST' as const,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: form,
        }
  let hasStopped = false
  const run = async (): Promise<void> => {
    while (!hasStopped) {
      await agent
        .request(request)
        .then((response) => response.body.dump())
        .catch(() => {})
      await sleep(THINK_TIME_MS)
    }
  }
  for (let n = 0; n < count; n++) void run()
  await sleep(200)
  return {
    async stop() {
      hasStopped = true
      await agent.destroy()
    },
  }
}

async function callSlowApis({ server, signers, send }: Bench): Promise<Load> {
  const consulted = await send(
    signers.ofWallet(WALLET_PATHS.consult, {
      appId: APP_ID,
      userId: 'user-0',
      scopes: ['auth_user'],
      context: presence(),
    }),
  )
  const { consentRequestId, sheetHash } = consulted.data
  const decision = { consentRequestId, sheetHash, userId: 'user-0', granted: ['auth_user'] }
  const decided = await send(signers.ofWallet(WALLET_PATHS.decide, decision))
  const bench = { signers } as Bench
  const { accessToken } = (await send(redeem(bench, decided.data['authCode']))).data
  const agent = new Agent({ connections: SLOW_APIS * CALLS_PER_API, pipelining: 1 })
  for (let n = 0; n < SLOW_APIS * CALLS_PER_API; n++) {
    const path = `/v1/bench/slow-${n % SLOW_APIS}`
    const request = signers.ofMerchant(path, { accessToken, n })
    void agent.request({ origin: server.url, method: 'POST', ...request }).catch(() => {})
  }
  await sleep(500)
  return { stop: () => agent.destroy() }
}

async function failDirectory(bench: Bench, mode: Outside['mode']): Promise<Load> {
  const { server, directory } = bench
  directory.mode = mode
  const agent = new Agent({ connections: CROWD_OF_LOGINS, pipelining: 1 })
  let hasStopped = false
  const run = async (first: number): Promise<void> => {
    for (let n = first; !hasStopped; n += CROWD_OF_LOGINS) {
      const request = consult(bench, `stranger-${n}`)
      await agent
        .request({ origin: server.url, method: 'POST', ...request })
        .then((response) => response.body.dump())
        .catch(() => {})
      await sleep(THINK_TIME_MS)
    }
  }
  for (let n = 0; n < CROWD_OF_LOGINS; n++) void run(n)
  await sleep(500)
  return {
    async stop() {
      hasStopped = true
      await agent.destroy()
    },
  }
}

/** Waits until the node uses the directory again. */
async function recover(bench: Bench): Promise<void> {
  while ((await bench.send(consult(bench, 'user-0'))).code !== 'SUCCESS') await sleep(500)
}

function describeMachine(): string {
  const { cores, processor, memoryGib, node, date } = machine()
  return `${cores} cores (${processor}), ${memoryGib} GiB, Node ${node}, ${date}. Wallet ${WALLET_ID}, ${CALLERS} callers, ${ITERATIONS} calls of each kind before and during. Milliseconds.\nLogins need the user directory, so they fail while it is away.`
}

function describePhase(name: string, before: Measurement, during: Measurement): string {
  const rows = Object.keys(before).map((call) => {
    const [one = [], other = []] = [before[call], during[call]]
    const failed = other.filter(({ status, code }) => status !== 200 || code !== 'SUCCESS')
    return [
      call,
      ...latencies(one),
      ...latencies(other),
      String(other.filter(({ status }) => status === 503).length),
      String(failed.length),
    ]
  })
  const titles = ['call', 'p50 before', 'p99 before', 'p50 during', 'p99 during', '503', 'failed']
  return `## ${name}\n\n${table(titles, rows)}`
}

function latencies(replies: readonly Reply[]): readonly string[] {
  const sorted = replies.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b)
  return [0.5, 0.99].map((q) => quantile(sorted, q).toFixed(1))
}

function summarize(phase: {
  readonly name: string
  readonly before: Measurement
  readonly during: Measurement
}): object {
  const only = (measurement: Measurement): object =>
    Object.fromEntries(
      Object.entries(measurement).map(([call, replies]) => [
        call,
        {
          milliseconds: latencies(replies),
          unavailable: replies.filter(({ status }) => status === 503).length,
          failed: replies.filter(({ code }) => code !== 'SUCCESS').length,
        },
      ]),
    )
  return { name: phase.name, before: only(phase.before), during: only(phase.during) }
}
