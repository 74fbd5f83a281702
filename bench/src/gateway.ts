/**
 * @module Measures calls through the gateway, compared with the gateway without checks and with a minimal proxy. Also measures calls while
 * another upstream hangs, and user info with few and with many registered scopes.
 */
import { createPublicKey, randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { LOCALES } from '../../packages/server/dist/engine/consent/prompt.js'
import { median, type Round, runRound, sendAll } from './closed-loop.ts'
import type { Request } from './http-client.ts'
import { alternate, medianOfRounds, type OpenRound, runTurn, TURN_SECONDS } from './open-loop.ts'
import { format, keep, machine, table } from './results.ts'
import { createScenarios, createSigners, grantAll, type Send } from './scenarios.ts'
import {
  type AssentServer,
  type Installation,
  installAssent,
  startNode,
  startScript,
} from './servers.ts'
import { openBenchStore } from './stores.ts'

const BEARER = '/v1/bench/bearer'
const SIGNED = '/v1/bench/signed'
const HANGS = '/v1/bench/hangs'
const TOKENS = 500
/** Until the code is compiled: about 15,000 calls of each kind, and more in the open loop with few calls in flight. */
const WARM_ROUNDS = 5
const OPEN_ROUNDS = 61
/** Calls that measure the current capacity. */
const PEAK_REQUESTS = 2000
const FEW = 50
const MANY = 500
const HANGING_CALLERS = 64
const MEAN_PAUSE_MS = 1000

const hasItems = (body: string): boolean => body.includes('"brand":"Brand"')
const isSuccess = (body: string): boolean => body.includes('"resultStatus":"S"')

type Options = {
  readonly rounds: number
  readonly requests: number
  readonly callers: number
  readonly keep: boolean
}

export async function measureGateway({
  rounds,
  requests: count,
  callers,
  keep: isKept,
}: Options): Promise<void> {
  const store = await openBenchStore('sqlite')
  const upstream = await startScript('./upstream-server.js', '')
  const api = (path: string, at: string, more: object): object => ({
    name: path.split('/').at(-1),
    paths: [path],
    upstream: upstream.url + at,
    scopes: ['auth_user'],
    fields: { auth_user: ['items[].id', 'items[].brand'] },
    ...more,
  })
  const installation = installAssent(store.url, {
    apis: [
      api(BEARER, '/items', { allowBearer: true }),
      api(SIGNED, '/items', {}),
      api(HANGS, '/hangs', { allowBearer: true, timeoutSeconds: 1 }),
    ],
  })
  const assent: AssentServer = { ...(await startNode(installation)), ...installation }
  const publicKey = createPublicKey(installation.merchantKey)
    .export({ type: 'spki', format: 'pem' })
    .toString()
  const unchecked = await startScript('./unchecked-gateway.js', upstream.url, publicKey)
  const bare = await startScript('./baseline-proxy.js', upstream.url, publicKey)
  try {
    const send = sendTo(assent)
    await grantAll(assent, send)
    const requests = await prepare(assent, send)
    const waysOf = (kind: 'bearer' | 'signed') => [
      { name: `minimal proxy, ${kind}`, server: bare, make: requests[kind] },
      { name: `without checks, ${kind}`, server: unchecked, make: requests[kind] },
      { name: `gateway, ${kind}`, server: assent, make: requests[kind] },
    ]
    const ways = [...waysOf('bearer'), ...waysOf('signed')]
    const measured = new Map<string, Round[]>(ways.map(({ name }) => [name, []]))
    for (let round = -WARM_ROUNDS; round < rounds; round++) {
      for (const { name, server, make } of ways) {
        const done = await runRound(
          server.url,
          server.pid,
          repeat(make(), count),
          callers,
          hasItems,
        )
        if (round >= 0) measured.get(name)?.push(done)
      }
    }
    const rates = (name: string): readonly number[] =>
      (measured.get(name) ?? []).map((one) => one.requestsPerSecond)
    const rate = (name: string): number => median(rates(name))
    // The share within each round, because other activity on the machine differs between rounds.
    const share = (name: string, of: string): number =>
      median(rates(name).map((one, round) => one / (rates(of)[round] ?? 0)))
    const shares = (['bearer', 'signed'] as const).map((kind) => ({
      kind,
      ofUnchecked: share(`gateway, ${kind}`, `without checks, ${kind}`),
      ofMinimalProxy: share(`gateway, ${kind}`, `minimal proxy, ${kind}`),
    }))
    const peak = async (make: () => readonly Request[]): Promise<number> => {
      const many = repeat(make(), PEAK_REQUESTS)
      return (await runRound(assent.url, assent.pid, many, callers, hasItems)).requestsPerSecond
    }
    const halves: Half[] = []
    for (const kind of ['bearer', 'signed'] as const) {
      const compared = waysOf(kind)
      const turns = await alternate(
        OPEN_ROUNDS,
        async () => (await peak(requests[kind])) / 2,
        compared.map(
          ({ server, make }) =>
            (perSecond) =>
              runTurn(server.url, { perSecond, requests: make(), check: hasItems }),
        ),
      )
      const ofGateway = turns.at(-1) ?? []
      for (const [n, { name }] of compared.entries()) {
        const rounds = turns[n] ?? []
        const differences = ofGateway.map(({ p99 }, round) => p99 - (rounds[round]?.p99 ?? 0))
        halves.push({ name, ...medianOfRounds(rounds), gatewayAdds: median(differences) })
      }
    }
    const atQuarter = (perSecond: number): Promise<OpenRound> =>
      runTurn(assent.url, { perSecond, requests: requests.bearer(), check: hasItems })
    const [alone = [], beside = []] = await alternate(
      OPEN_ROUNDS,
      async () => (await peak(requests.bearer)) / 4,
      [
        atQuarter,
        (perSecond) => whileOneHangs(assent.url, requests.hanging(), () => atQuarter(perSecond)),
      ],
    )
    const scopes = await manyScopes(rounds, count, callers)
    const results = {
      machine: machine(),
      rounds,
      requests: count,
      callers,
      rates: ways.map(({ name }) => ({ name, perSecond: rate(name) })),
      shares,
      halves,
      beside: { alone: medianOfRounds(alone), beside: medianOfRounds(beside) },
      scopes,
    }
    const markdown = markdownOf(results)
    console.log(markdown)
    if (isKept) keep('gateway', results, markdown)
  } finally {
    await Promise.all([assent, unchecked, bare, upstream].map((server) => server.stop()))
    installation.remove()
    await store.stop()
  }
}

function sendTo({ url, pid }: Pick<AssentServer, 'url' | 'pid'>): Send {
  return async (requests) => {
    const { bodies } = await sendAll(url, pid, requests, 32, isSuccess)
    return bodies.map((body) => JSON.parse(body) as Record<string, string>)
  }
}

/** Creates the requests of each round, because signatures expire. */
type Prepared = Record<'bearer' | 'signed' | 'hanging', () => readonly Request[]>

async function prepare(assent: AssentServer, send: Send): Promise<Prepared> {
  const redeem = createScenarios(assent, send).find(({ name }) => name === 'redeem')
  const tokens = await send((await redeem?.prepare(TOKENS)) ?? [])
  const { ofMerchant } = createSigners(assent)
  const bearer = (path: string) => (): readonly Request[] =>
    tokens.map(({ accessToken }) => ({
      path,
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: '{"page":1}',
    }))
  return {
    bearer: bearer(BEARER),
    hanging: bearer(HANGS),
    signed: () => tokens.map(({ accessToken }) => ofMerchant(SIGNED, { accessToken, page: 1 })),
  }
}

function repeat(requests: readonly Request[], count: number): readonly Request[] {
  return Array.from({ length: count }, (_, n) => requests[n % requests.length] as Request)
}

/**
 * Measures while other clients continuously call an API that hangs. Their pauses are random, so that they act like independent
 * clients and do not synchronize after a stall of this process.
 */
async function whileOneHangs<T>(
  url: string,
  hanging: readonly Request[],
  measure: () => Promise<T>,
): Promise<T> {
  let isOver = false
  const pool = new Pool(url, { connections: HANGING_CALLERS })
  const hangingClients = Promise.all(
    Array.from({ length: HANGING_CALLERS }, async (_, n) => {
      const { path, headers, body } = hanging[n] as Request
      while (!isOver) {
        // The gateway rejects calls above the API's concurrency limit immediately, so pause before each call.
        await sleep(randomInt(2 * MEAN_PAUSE_MS))
        const response = await pool.request({ path, method: 'POST', headers, body })
        await response.body.dump()
      }
    }),
  )
  const measured = await measure()
  isOver = true
  await hangingClients
  await pool.close()
  return measured
}

/** Measures user info with 50 and with 500 additional scopes. */
async function manyScopes(
  rounds: number,
  count: number,
  callers: number,
): Promise<{ readonly few: number; readonly many: number }> {
  // A new object each time: the YAML parser rejects files with hundreds of aliases.
  const text = () => ({ title: 'do something', description: 'For the benchmark.' })
  const installations: Installation[] = []
  const servers: AssentServer[] = []
  const stores = [await openBenchStore('sqlite'), await openBenchStore('sqlite')]
  for (const [index, size] of [FEW, MANY].entries()) {
    const scopes = Array.from({ length: size }, (_, n) => ({
      scope: `BENCH_${n}`,
      fields: ['nickName'],
      texts: Object.fromEntries(LOCALES.map((locale) => [locale, text()])),
    }))
    const installation = installAssent(stores[index]?.url ?? '', { scopes })
    installations.push(installation)
    servers.push({ ...(await startNode(installation)), ...installation })
  }
  const rates: number[][] = [[], []]
  try {
    const prepared: (readonly Request[])[] = []
    for (const server of servers) {
      const send = sendTo(server)
      await grantAll(server, send)
      const userInfo = createScenarios(server, send).find(({ name }) => name === 'inquiryUserInfo')
      prepared.push((await userInfo?.prepare(TOKENS)) ?? [])
    }
    for (let round = -WARM_ROUNDS; round < rounds; round++) {
      for (const [index, server] of servers.entries()) {
        const many = repeat(prepared[index] ?? [], count)
        const done = await runRound(server.url, server.pid, many, callers, isSuccess)
        if (round >= 0) rates[index]?.push(done.requestsPerSecond)
      }
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    for (const installation of installations) installation.remove()
    await Promise.all(stores.map((one) => one.stop()))
  }
  return { few: median(rates[0] ?? []), many: median(rates[1] ?? []) }
}

/** The p99 of the gateway minus the p99 of this server: the median of the differences within each round. */
type Half = { readonly name: string; readonly gatewayAdds: number } & OpenRound

type Results = {
  readonly machine: ReturnType<typeof machine>
  readonly rounds: number
  readonly requests: number
  readonly callers: number
  readonly rates: readonly { readonly name: string; readonly perSecond: number }[]
  readonly shares: readonly {
    readonly kind: string
    readonly ofUnchecked: number
    readonly ofMinimalProxy: number
  }[]
  readonly halves: readonly Half[]
  readonly beside: { readonly alone: OpenRound; readonly beside: OpenRound }
  readonly scopes: { readonly few: number; readonly many: number }
}

function markdownOf({
  machine: facts,
  shares,
  halves,
  beside,
  scopes,
  ...results
}: Results): string {
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`
  const latencies = (name: string, round: OpenRound): readonly string[] => [
    name,
    format(round.goodPerSecond),
    format(round.failed + (round.shedPerSecond + round.droppedPerSecond) * TURN_SECONDS),
    round.p50.toFixed(1),
    round.p99.toFixed(1),
  ]
  const titles = ['good/s', 'failed or shed', 'p50 ms', 'p99 ms']
  return [
    `${facts.cores} × ${facts.processor}, ${facts.memoryGib} GiB, Node ${facts.node}; ${facts.date}`,
    `medians of ${results.rounds} rounds of ${results.requests} calls, ${results.callers} callers; gateway, upstream and callers on the same machine`,
    table(
      ['call', 'per second'],
      results.rates.map(({ name, perSecond }) => [name, format(perSecond)]),
    ),
    'throughput of the gateway as a share of the gateway without checks and of a minimal proxy, medians of the rounds; signed calls verify and sign with RSA in all three',
    table(
      ['call', 'of the gateway without checks', 'of the minimal proxy'],
      shares.map(({ kind, ofUnchecked, ofMinimalProxy }) => [
        kind,
        percent(ofUnchecked),
        percent(ofMinimalProxy),
      ]),
    ),
    `at half of the rate that the gateway reached immediately before, open loop, medians of ${OPEN_ROUNDS} × ${TURN_SECONDS} s`,
    table(
      ['call', ...titles, 'the gateway adds to p99'],
      halves.map(({ name, gatewayAdds, ...round }) => [
        ...latencies(name, round),
        name.startsWith('gateway') ? '' : gatewayAdds.toFixed(1),
      ]),
    ),
    'half of that, alone and while other clients continuously call an API that hangs',
    table(
      ['gateway, bearer', ...titles],
      [latencies('alone', beside.alone), latencies('while another API hangs', beside.beside)],
    ),
    table(
      ['user info', 'per second'],
      [
        [`${FEW} additional scopes`, format(scopes.few)],
        [`${MANY} additional scopes`, format(scopes.many)],
      ],
    ),
  ].join('\n\n')
}
