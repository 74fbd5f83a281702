/**
 * @module Code exchange, refresh and introspection through a plain OAuth-shaped route, beside `oidc-provider` on the same
 * PostgreSQL: the same requests, the same durability, in turns.
 */
import { median, type Request, type Round, runRound } from './load.ts'
import { type Server, startPlainServer } from './servers.ts'
import { openBenchStore } from './stores.ts'

const CLIENT = { client_id: 'bench', client_secret: 'bench-secret' }
const REDIRECT_URI = 'https://merchant.example/back'
/** Codes asked for at once. */
const AT_ONCE = 200
const CASES = ['code exchange', 'refresh', 'introspection'] as const

type Case = (typeof CASES)[number]
type Rounds = Map<string, Round[]>

export async function measurePeers(rounds: number, count: number, callers: number): Promise<void> {
  const store = await openBenchStore('postgres')
  const servers = {
    Assent: await startPlainServer('./plain-route.js', store.url),
    'oidc-provider': await startPlainServer('./peer-oidc-provider.js', store.url),
  }
  const measured: Rounds = new Map()
  try {
    for (let round = -1; round < rounds; round++) {
      for (const [name, server] of Object.entries(servers)) {
        const taken = await runAll(server, count, callers)
        // The first round only warms up.
        if (round < 0) continue
        for (const one of CASES) {
          const key = `${one}: ${name}`
          measured.set(key, [...(measured.get(key) ?? []), taken[one]])
        }
      }
    }
    print(measured, rounds, count, callers)
  } finally {
    await Promise.all(Object.values(servers).map((server) => server.stop()))
    await store.stop()
  }
}

/** One round: codes are exchanged, what they gave is refreshed, what that gave is introspected. */
async function runAll(
  server: Server,
  count: number,
  callers: number,
): Promise<Readonly<Record<Case, Round>>> {
  const codes = await seed(server, count)
  const run = (requests: readonly Request[], answer: string): Promise<Round> =>
    runRound(server.url, server.pid, requests, callers, (body) => body.includes(answer))
  const exchanged = await run(
    codes.map((code) =>
      form('/token', { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI }),
    ),
    'refresh_token',
  )
  const refreshed = await run(
    tokensOf(exchanged).map(({ refresh_token = '' }) =>
      form('/token', { grant_type: 'refresh_token', refresh_token }),
    ),
    'refresh_token',
  )
  const introspected = await run(
    tokensOf(refreshed).map(({ access_token: token = '' }) =>
      form('/token/introspection', { token }),
    ),
    '"active":true',
  )
  return { 'code exchange': exchanged, refresh: refreshed, introspection: introspected }
}

async function seed({ url }: Server, count: number): Promise<readonly string[]> {
  const codes: string[] = []
  while (codes.length < count) {
    const seeded = await fetch(`${url}/seed?count=${Math.min(AT_ONCE, count - codes.length)}`)
    codes.push(...((await seeded.json()) as readonly string[]))
  }
  return codes
}

function tokensOf({ bodies }: Round): readonly Record<string, string>[] {
  return bodies.map((body) => JSON.parse(body) as Record<string, string>)
}

function form(path: string, fields: Record<string, string>): Request {
  return {
    path,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...CLIENT, ...fields }).toString(),
  }
}

function print(measured: Rounds, rounds: number, count: number, callers: number): void {
  console.log(
    `\nmedians of ${rounds} rounds of ${count} requests, ${callers} callers, PostgreSQL on this machine\n`,
  )
  console.log(
    '| request | Assent/s | oidc-provider/s | times | p99 ms, each |\n|---|---:|---:|---:|---|',
  )
  for (const one of CASES) {
    const of = (name: string, pick: (round: Round) => number): number =>
      median((measured.get(`${one}: ${name}`) ?? []).map(pick))
    const [ours, theirs] = ['Assent', 'oidc-provider'].map((name) => ({
      rate: of(name, (round) => round.requestsPerSecond),
      p99: of(name, (round) => round.p99),
    })) as [{ rate: number; p99: number }, { rate: number; p99: number }]
    const rates = [ours.rate, theirs.rate].map((rate) => Math.round(rate).toLocaleString('en'))
    const times = (ours.rate / theirs.rate).toFixed(1)
    console.log(
      `| ${one} | ${rates.join(' | ')} | ${times} | ${ours.p99.toFixed(1)}, ${theirs.p99.toFixed(1)} |`,
    )
  }
}
