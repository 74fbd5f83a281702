/**
 * @module Compares code exchange, refresh, client credentials and introspection of `assent serve` with `oidc-provider` on the same
 * PostgreSQL. Both receive the same requests alternately, at the same durability.
 */
import { createHash, randomBytes } from 'node:crypto'
import { WALLET_PATHS } from '@assent/protocol'
import { median, type Round, runRound, sendAll } from './closed-loop.ts'
import type { Request } from './http-client.ts'
import { format, keep as keepResults, machine, table } from './results.ts'
import { createSigners } from './scenarios.ts'
import {
  installOAuth,
  OAUTH_CLIENT_ID,
  REDIRECT_URI,
  type Server,
  startEmptyServer,
  startNode,
  startScript,
  USERS,
} from './servers.ts'
import { openBenchStore } from './stores.ts'

export type ComparisonOptions = {
  readonly rounds: number
  readonly count: number
  /** One measurement per number: concurrency decides how many statements can be batched. */
  readonly callers: readonly number[]
  readonly keep: boolean
}

/** In this order, because each request uses the response of the previous one. */
const REQUESTS = ['code exchange', 'refresh', 'introspection', 'client credentials'] as const
type RequestName = (typeof REQUESTS)[number]

type Contestant = {
  readonly name: string
  readonly server: Server
  readonly client: { readonly client_id: string; readonly client_secret: string }
  readonly paths: { readonly token: string; readonly introspect: string }
  /** Creates unused codes. */
  readonly seed: (count: number) => Promise<readonly string[]>
}

/** One round: the empty server, and every request to both servers. */
type ComparedRound = {
  readonly limit: Round
  readonly ours: RequestRounds
  readonly theirs: RequestRounds
}
type RequestRounds = Readonly<Record<RequestName, Round>>
type Measurement = { readonly callers: number; readonly rounds: readonly ComparedRound[] }

const VERIFIER = randomBytes(32).toString('base64url')
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')
/** Requests of each kind until both servers are compiled. */
const WARM_REQUESTS = 20_000
/** Codes requested concurrently. */
const SEED_GROUP = 100

export async function measureComparison(options: ComparisonOptions): Promise<void> {
  const { rounds, count } = options
  const warmRounds = Math.ceil(WARM_REQUESTS / count)
  const store = await openBenchStore('postgres')
  const installation = installOAuth(store.url)
  const [ours, theirs] = [await startOurs(installation), await startOidcProvider(store.url)]
  const empty = await startEmptyServer()
  const measurements: Measurement[] = []
  try {
    for (const [index, callers] of options.callers.entries()) {
      const compared: ComparedRound[] = []
      for (let round = index === 0 ? -warmRounds : 0; round < rounds; round++) {
        const one = {
          limit: await runEmpty(empty, count, callers),
          ours: await runAll(ours, count, callers),
          theirs: await runAll(theirs, count, callers),
        }
        if (round >= 0) compared.push(one)
      }
      measurements.push({ callers, rounds: compared })
    }
    report(measurements, options)
  } finally {
    await Promise.all([empty, ours.server, theirs.server].map((one) => one.stop()))
    installation.remove()
    await store.stop()
  }
}

async function startOurs(installation: ReturnType<typeof installOAuth>): Promise<Contestant> {
  const server = await startNode(installation)
  const { ofWallet } = createSigners(installation)
  const query = new URLSearchParams({
    client_id: OAUTH_CLIENT_ID,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'auth_base',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  })
  /** Obtains a code as the user's browser and the wallet's page do. */
  async function codeOf(index: number): Promise<string> {
    const redirect = await fetch(`${server.url}/oauth2/authorize?${query}`, { redirect: 'manual' })
    const page = new URL(redirect.headers.get('location') ?? '')
    const { path, headers, body } = ofWallet(WALLET_PATHS.consult, {
      userId: `user-${index % USERS}`,
      authRequest: page.searchParams.get('authRequest'),
    })
    const response = await fetch(server.url + path, { method: 'POST', headers, body })
    const { redirectUrl } = (await response.json()) as { redirectUrl: string }
    return new URL(redirectUrl).searchParams.get('code') ?? ''
  }
  return {
    name: 'Assent',
    server,
    client: { client_id: OAUTH_CLIENT_ID, client_secret: installation.secret },
    paths: { token: '/oauth2/token', introspect: '/oauth2/introspect' },
    seed: (count) => inGroups(count, (from, to) => Promise.all(range(from, to).map(codeOf))),
  }
}

async function startOidcProvider(store: string): Promise<Contestant> {
  const server = await startScript('./oidc-provider-server.js', store, CHALLENGE)
  return {
    name: 'oidc-provider',
    server,
    client: { client_id: 'bench', client_secret: 'bench-secret' },
    paths: { token: '/token', introspect: '/token/introspection' },
    seed: (count) =>
      inGroups(count, async (from, to) => {
        const seeded = await fetch(`${server.url}/seed?count=${to - from}`)
        return (await seeded.json()) as readonly string[]
      }),
  }
}

async function inGroups(
  count: number,
  make: (from: number, to: number) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const codes: string[] = []
  while (codes.length < count) {
    codes.push(...(await make(codes.length, Math.min(count, codes.length + SEED_GROUP))))
  }
  return codes
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}

/** Measures the limit that HTTP and the framework set on this machine. */
function runEmpty(server: Server, count: number, callers: number): Promise<Round> {
  const request = { path: '/', headers: { 'content-type': 'application/json' }, body: '{}' }
  const requests = Array.from({ length: count }, () => request)
  return runRound(server.url, server.pid, requests, callers, () => true)
}

/** Runs one round: exchanges codes, refreshes their tokens, and introspects the refreshed tokens. */
async function runAll(
  contestant: Contestant,
  count: number,
  callers: number,
): Promise<RequestRounds> {
  const { server, paths } = contestant
  const run = (requests: readonly Request[], expected: string): ReturnType<typeof sendAll> =>
    sendAll(server.url, server.pid, requests, callers, (body) => body.includes(expected))
  const token = (fields: Record<string, string>): Request => form(contestant, paths.token, fields)
  const codes = await contestant.seed(count)
  const exchanged = await run(
    codes.map((code) =>
      token({
        grant_type: 'authorization_code',
        code,
        code_verifier: VERIFIER,
        redirect_uri: REDIRECT_URI,
      }),
    ),
    'refresh_token',
  )
  const refreshed = await run(
    tokensOf(exchanged.bodies).map(({ refresh_token = '' }) =>
      token({ grant_type: 'refresh_token', refresh_token }),
    ),
    'refresh_token',
  )
  const introspected = await run(
    tokensOf(refreshed.bodies).map(({ access_token: accessToken = '' }) =>
      form(contestant, paths.introspect, { token: accessToken }),
    ),
    '"active":true',
  )
  const own = await run(
    codes.map(() => token({ grant_type: 'client_credentials' })),
    'access_token',
  )
  return {
    'code exchange': exchanged.round,
    refresh: refreshed.round,
    introspection: introspected.round,
    'client credentials': own.round,
  }
}

function tokensOf(bodies: readonly string[]): readonly Record<string, string>[] {
  return bodies.map((body) => JSON.parse(body) as Record<string, string>)
}

function form({ client }: Contestant, path: string, fields: Record<string, string>): Request {
  return {
    path,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...client, ...fields }).toString(),
  }
}

function report(
  measurements: readonly Measurement[],
  { rounds, count, keep }: Pick<ComparisonOptions, 'rounds' | 'count' | 'keep'>,
): void {
  const results = measurements.map(({ callers, rounds: compared }) => ({
    callers,
    limit: median(compared.map(({ limit }) => limit.requestsPerSecond)),
    rows: REQUESTS.map((one) => rowOf(one, compared)),
  }))
  const facts = machine()
  const text = [
    `Medians of ${rounds} rounds of ${count} requests, one process each, PostgreSQL and the load on the same machine`,
    `(${facts.cores} × ${facts.processor}, Node ${facts.node}, ${facts.date}): \`npm run bench -- comparison --rounds ${rounds} --requests ${count} --callers ${results.map((one) => one.callers).join(',')}\`.`,
    'Both verify a client secret, S256 and a redirect URI, issue sealed or opaque tokens, and rotate refresh tokens.',
    ...results.flatMap(({ callers, limit, rows }) => [
      '',
      `${callers} callers. An empty server of the same framework, in the same rounds: ${format(limit)}/s.`,
      '',
      table(
        [
          'request',
          'Assent/s',
          'of the empty server',
          'oidc-provider/s',
          'times',
          'p99 ms',
          'p99 ms of oidc-provider',
        ],
        rows.map(({ request, ours, theirs, times }) => [
          request,
          format(ours.rate),
          `${Math.round((100 * ours.rate) / limit)} %`,
          format(theirs.rate),
          times.toFixed(1),
          ours.p99.toFixed(1),
          theirs.p99.toFixed(1),
        ]),
      ),
    ]),
  ].join('\n')
  console.log(`\n${text}`)
  if (keep) keepResults('comparison', { machine: facts, rounds, count, results }, text)
}

type Medians = { readonly rate: number; readonly p99: number }

function rowOf(
  request: RequestName,
  rounds: readonly ComparedRound[],
): {
  readonly request: RequestName
  readonly ours: Medians
  readonly theirs: Medians
  readonly times: number
} {
  const medians = (all: readonly Round[]): Medians => ({
    rate: median(all.map((round) => round.requestsPerSecond)),
    p99: median(all.map((round) => round.p99)),
  })
  const ratio = ({ ours, theirs }: ComparedRound): number =>
    ours[request].requestsPerSecond / theirs[request].requestsPerSecond
  return {
    request,
    ours: medians(rounds.map(({ ours }) => ours[request])),
    theirs: medians(rounds.map(({ theirs }) => theirs[request])),
    // The ratio within each round, because other activity on the machine differs between rounds.
    times: median(rounds.map(ratio)),
  }
}
