/**
 * @module Code exchange, refresh, client credentials and introspection at the OAuth face of `assent serve`, beside `oidc-provider` on the
 * same PostgreSQL: the same requests, the same durability, in turns.
 */
import { createHash, randomBytes } from 'node:crypto'
import { WALLET_PATHS } from '@assent/protocol'
import type { Request } from './caller.ts'
import { createSigners } from './cases.ts'
import { askAll, median, type Round, runRound } from './load.ts'
import { format, keep as keepResults, machine, table } from './results.ts'
import {
  installOAuth,
  OAUTH_CLIENT_ID,
  REDIRECT_URI,
  type Server,
  startEmptyRoute,
  startNode,
  startPlainServer,
  USERS,
} from './servers.ts'
import { openBenchStore } from './stores.ts'

export type PeersOptions = {
  readonly rounds: number
  readonly count: number
  /** In turn: how many there are at once decides how much of the work can be done together. */
  readonly callers: readonly number[]
  readonly keep: boolean
}

/** What is asked for, in the order in which each needs what the one before gave. */
const CASES = ['code exchange', 'refresh', 'introspection', 'client credentials'] as const
type Case = (typeof CASES)[number]

type Peer = {
  readonly name: string
  readonly server: Server
  readonly client: { readonly client_id: string; readonly client_secret: string }
  readonly paths: { readonly token: string; readonly introspect: string }
  /** Codes that nobody has used. */
  readonly seed: (count: number) => Promise<readonly string[]>
}

/** One round: the empty route, and each case of each. */
type Taken = { readonly limit: Round; readonly ours: OfCases; readonly theirs: OfCases }
type OfCases = Readonly<Record<Case, Round>>
type Measured = { readonly callers: number; readonly taken: readonly Taken[] }

const VERIFIER = randomBytes(32).toString('base64url')
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')
/** Until both are compiled: so many requests of each case. */
const WARM_REQUESTS = 20_000
/** Codes asked for at once. */
const AT_ONCE = 100

export async function measurePeers(options: PeersOptions): Promise<void> {
  const { rounds, count } = options
  const warmRounds = Math.ceil(WARM_REQUESTS / count)
  const store = await openBenchStore('postgres')
  const installation = installOAuth(store.url)
  const [ours, theirs] = [await startOurs(installation), await startOidcProvider(store.url)]
  const empty = await startEmptyRoute()
  const measured: Measured[] = []
  try {
    for (const [index, callers] of options.callers.entries()) {
      const taken: Taken[] = []
      for (let round = index === 0 ? -warmRounds : 0; round < rounds; round++) {
        const one = {
          limit: await runEmpty(empty, count, callers),
          ours: await runAll(ours, count, callers),
          theirs: await runAll(theirs, count, callers),
        }
        if (round >= 0) taken.push(one)
      }
      measured.push({ callers, taken })
    }
    report(measured, options)
  } finally {
    await Promise.all([empty, ours.server, theirs.server].map((one) => one.stop()))
    installation.remove()
    await store.stop()
  }
}

async function startOurs(installation: ReturnType<typeof installOAuth>): Promise<Peer> {
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
  /** As a user's browser and the wallet's page do it. */
  async function codeOf(index: number): Promise<string> {
    const asked = await fetch(`${server.url}/oauth2/authorize?${query}`, { redirect: 'manual' })
    const page = new URL(asked.headers.get('location') ?? '')
    const { path, headers, body } = ofWallet(WALLET_PATHS.consult, {
      userId: `user-${index % USERS}`,
      authRequest: page.searchParams.get('authRequest'),
    })
    const answered = await fetch(server.url + path, { method: 'POST', headers, body })
    const { redirectUrl } = (await answered.json()) as { redirectUrl: string }
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

async function startOidcProvider(store: string): Promise<Peer> {
  const server = await startPlainServer('./peer-oidc-provider.js', store, CHALLENGE)
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
  const made: string[] = []
  while (made.length < count) {
    made.push(...(await make(made.length, Math.min(count, made.length + AT_ONCE))))
  }
  return made
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}

/** What HTTP and the framework alone allow on this machine, in the same round. */
function runEmpty(server: Server, count: number, callers: number): Promise<Round> {
  const request = { path: '/', headers: { 'content-type': 'application/json' }, body: '{}' }
  const requests = Array.from({ length: count }, () => request)
  return runRound(server.url, server.pid, requests, callers, () => true)
}

/** One round: codes are exchanged, what they gave is refreshed, what that gave is introspected. */
async function runAll(peer: Peer, count: number, callers: number): Promise<OfCases> {
  const { server, paths } = peer
  const run = (requests: readonly Request[], answer: string): ReturnType<typeof askAll> =>
    askAll(server.url, server.pid, requests, callers, (body) => body.includes(answer))
  const token = (fields: Record<string, string>): Request => form(peer, paths.token, fields)
  const codes = await peer.seed(count)
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
      form(peer, paths.introspect, { token: accessToken }),
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

function form({ client }: Peer, path: string, fields: Record<string, string>): Request {
  return {
    path,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...client, ...fields }).toString(),
  }
}

function report(
  measured: readonly Measured[],
  { rounds, count, keep }: Pick<PeersOptions, 'rounds' | 'count' | 'keep'>,
): void {
  const results = measured.map(({ callers, taken }) => ({
    callers,
    limit: median(taken.map(({ limit }) => limit.requestsPerSecond)),
    rows: CASES.map((one) => rowOf(one, taken)),
  }))
  const facts = machine()
  const text = [
    `Medians of ${rounds} rounds of ${count} requests, one process each, PostgreSQL and the load on the same machine`,
    `(${facts.cores} × ${facts.processor}, Node ${facts.node}, ${facts.date}): \`npm run bench -- peers --rounds ${rounds} --requests ${count} --callers ${results.map((one) => one.callers).join(',')}\`.`,
    'Both check a client secret, S256 and a redirect URI, give sealed or opaque tokens, and rotate refresh tokens.',
    ...results.flatMap(({ callers, limit, rows }) => [
      '',
      `${callers} callers. An empty route of the same framework, in the same rounds: ${format(limit)}/s.`,
      '',
      table(
        [
          'request',
          'Assent/s',
          'of the empty route',
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
  if (keep) keepResults('peers', { machine: facts, rounds, count, results }, text)
}

type Medians = { readonly rate: number; readonly p99: number }

function rowOf(
  request: Case,
  taken: readonly Taken[],
): {
  readonly request: Case
  readonly ours: Medians
  readonly theirs: Medians
  readonly times: number
} {
  const medians = (all: readonly Round[]): Medians => ({
    rate: median(all.map((round) => round.requestsPerSecond)),
    p99: median(all.map((round) => round.p99)),
  })
  const ratio = ({ ours, theirs }: Taken): number =>
    ours[request].requestsPerSecond / theirs[request].requestsPerSecond
  return {
    request,
    ours: medians(taken.map(({ ours }) => ours[request])),
    theirs: medians(taken.map(({ theirs }) => theirs[request])),
    // Of each round its own: what else the machine has to do changes from one to the next.
    times: median(taken.map(ratio)),
  }
}
