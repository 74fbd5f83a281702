/**
 * @module Calls through the gateway beside the same proxy with all checks off and beside the least that a proxy can be; beside an upstream
 * that hangs; and user info with few and with many scopes registered.
 */
import { createPublicKey, randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { LOCALES } from '../../packages/server/dist/engine/consent/prompt.js'
import type { Request } from './caller.ts'
import { createCases, createSigners, grantAll, type Send } from './cases.ts'
import { askAll, median, type Round, runRound } from './load.ts'
import { inTurn, medianRound, type OpenRound, runTurn, TURN_SECONDS } from './open-loop.ts'
import { format, keep, machine, table } from './results.ts'
import {
  type AssentServer,
  type Installation,
  installAssent,
  startNode,
  startPlainServer,
} from './servers.ts'
import { openBenchStore } from './stores.ts'

const BEARER = '/v1/bench/bearer'
const SIGNED = '/v1/bench/signed'
const HANGS = '/v1/bench/hangs'
const TOKENS = 500
/** Until all is compiled: some 15,000 calls of each kind, and some more as an open loop sends them, few at a time. */
const WARM_ROUNDS = 5
const OPEN_ROUNDS = 61
/** How many calls the gateway can answer just now is measured with so many. */
const PEAK_REQUESTS = 2000
const FEW = 50
const MANY = 500
const HANGING_CALLERS = 64
const HANGERS_PAUSE_MILLISECONDS = 1000 // on average

const isAnswered = (body: string): boolean => body.includes('"brand":"Brand"')
const isDone = (body: string): boolean => body.includes('"resultStatus":"S"')

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
  const upstream = await startPlainServer('./upstream-route.js', '')
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
  const unchecked = await startPlainServer('./unchecked-server.js', upstream.url, publicKey)
  const bare = await startPlainServer('./proxy-route.js', upstream.url, publicKey)
  try {
    const send = sendTo(assent)
    await grantAll(assent, send)
    const requests = await prepare(assent, send)
    const waysOf = (kind: 'bearer' | 'signed') => [
      { name: `bare proxy, ${kind}`, server: bare, make: requests[kind] },
      { name: `checks off, ${kind}`, server: unchecked, make: requests[kind] },
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
          isAnswered,
        )
        if (round >= 0) measured.get(name)?.push(done)
      }
    }
    const rates = (name: string): readonly number[] =>
      (measured.get(name) ?? []).map((one) => one.requestsPerSecond)
    const rate = (name: string): number => median(rates(name))
    // Of each round its own: what else the machine has to do changes from one to the next.
    const share = (name: string, of: string): number =>
      median(rates(name).map((one, round) => one / (rates(of)[round] ?? 0)))
    const shares = (['bearer', 'signed'] as const).map((kind) => ({
      kind,
      ofChecksOff: share(`gateway, ${kind}`, `checks off, ${kind}`),
      ofBareProxy: share(`gateway, ${kind}`, `bare proxy, ${kind}`),
    }))
    const peak = async (make: () => readonly Request[]): Promise<number> => {
      const many = repeat(make(), PEAK_REQUESTS)
      return (await runRound(assent.url, assent.pid, many, callers, isAnswered)).requestsPerSecond
    }
    const halves: Half[] = []
    for (const kind of ['bearer', 'signed'] as const) {
      const compared = waysOf(kind)
      const turns = await inTurn(
        OPEN_ROUNDS,
        async () => (await peak(requests[kind])) / 2,
        compared.map(
          ({ server, make }) =>
            (perSecond) =>
              runTurn(server.url, { perSecond, requests: make(), check: isAnswered }),
        ),
      )
      const ofGateway = turns.at(-1) ?? []
      for (const [n, { name }] of compared.entries()) {
        const rounds = turns[n] ?? []
        const differences = ofGateway.map(({ p99 }, round) => p99 - (rounds[round]?.p99 ?? 0))
        halves.push({ name, ...medianRound(rounds), gatewayAdds: median(differences) })
      }
    }
    const atQuarter = (perSecond: number): Promise<OpenRound> =>
      runTurn(assent.url, { perSecond, requests: requests.bearer(), check: isAnswered })
    const [alone = [], beside = []] = await inTurn(
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
      beside: { alone: medianRound(alone), beside: medianRound(beside) },
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
    const { bodies } = await askAll(url, pid, requests, 32, isDone)
    return bodies.map((body) => JSON.parse(body) as Record<string, string>)
  }
}

/** Made anew for each round: who signs says when, and that is not true for long. */
type Prepared = Record<'bearer' | 'signed' | 'hanging', () => readonly Request[]>

async function prepare(assent: AssentServer, send: Send): Promise<Prepared> {
  const redeem = createCases(assent, send).find(({ name }) => name === 'redeem')
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
 * While another API hangs and is asked all the time. Callers that know nothing of each other do not come in the same millisecond,
 * and whom a stall of this process has brought together must part again: so each of their pauses has its own length.
 */
async function whileOneHangs<T>(
  url: string,
  hanging: readonly Request[],
  measure: () => Promise<T>,
): Promise<T> {
  let isOver = false
  const pool = new Pool(url, { connections: HANGING_CALLERS })
  const hangers = Promise.all(
    Array.from({ length: HANGING_CALLERS }, async (_, n) => {
      const { path, headers, body } = hanging[n] as Request
      while (!isOver) {
        // Refused at once when its share is taken; who is refused waits a little.
        await sleep(randomInt(2 * HANGERS_PAUSE_MILLISECONDS))
        const answer = await pool.request({ path, method: 'POST', headers, body })
        await answer.body.dump()
      }
    }),
  )
  const measured = await measure()
  isOver = true
  await hangers
  await pool.close()
  return measured
}

/** User info where 50 scopes are registered beside the standard ones, and where 500 are. */
async function manyScopes(
  rounds: number,
  count: number,
  callers: number,
): Promise<{ readonly few: number; readonly many: number }> {
  // Each its own object: a file with hundreds of references to one is refused.
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
      const userInfo = createCases(server, send).find(({ name }) => name === 'inquiryUserInfo')
      prepared.push((await userInfo?.prepare(TOKENS)) ?? [])
    }
    for (let round = -WARM_ROUNDS; round < rounds; round++) {
      for (const [index, server] of servers.entries()) {
        const many = repeat(prepared[index] ?? [], count)
        const done = await runRound(server.url, server.pid, many, callers, isDone)
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

/** What the gateway adds to the p99 of this way: the median of each round's own difference. */
type Half = { readonly name: string; readonly gatewayAdds: number } & OpenRound

type Results = {
  readonly machine: ReturnType<typeof machine>
  readonly rounds: number
  readonly requests: number
  readonly callers: number
  readonly rates: readonly { readonly name: string; readonly perSecond: number }[]
  readonly shares: readonly {
    readonly kind: string
    readonly ofChecksOff: number
    readonly ofBareProxy: number
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
    format(round.failed + (round.shedPerSecond + round.givenUpPerSecond) * TURN_SECONDS),
    round.p50.toFixed(1),
    round.p99.toFixed(1),
  ]
  const titles = ['good/s', 'not good', 'p50 ms', 'p99 ms']
  return [
    `${facts.cores} × ${facts.processor}, ${facts.memoryGib} GiB, Node ${facts.node}; ${facts.date}`,
    `medians of ${results.rounds} rounds of ${results.requests} calls, ${results.callers} callers; gateway, upstream and callers on the same machine`,
    table(
      ['call', 'per second'],
      results.rates.map(({ name, perSecond }) => [name, format(perSecond)]),
    ),
    "what the gateway does of what is done without its checks, and by a bare proxy: medians of each round's own share; signed calls verify and sign with RSA in all three",
    table(
      ['call', 'of checks off', 'of the bare proxy'],
      shares.map(({ kind, ofChecksOff, ofBareProxy }) => [
        kind,
        percent(ofChecksOff),
        percent(ofBareProxy),
      ]),
    ),
    `at half of what the gateway does just before, open loop, medians of ${OPEN_ROUNDS} × ${TURN_SECONDS} s`,
    table(
      ['call', ...titles, 'the gateway adds to p99'],
      halves.map(({ name, gatewayAdds, ...round }) => [
        ...latencies(name, round),
        name.startsWith('gateway') ? '' : gatewayAdds.toFixed(1),
      ]),
    ),
    'half of that, alone and while another API hangs and is asked all the time',
    table(
      ['gateway, bearer', ...titles],
      [latencies('alone', beside.alone), latencies('beside one that hangs', beside.beside)],
    ),
    table(
      ['user info', 'per second'],
      [
        [`${FEW} more scopes registered`, format(scopes.few)],
        [`${MANY} more scopes registered`, format(scopes.many)],
      ],
    ),
  ].join('\n\n')
}
