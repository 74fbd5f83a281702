/**
 * @module Every request beside the raw limits of the same machine in the same run; medians of the rounds, which take turns.
 */
import type { Request } from './caller.ts'
import { createCases, grantAll, type Send } from './cases.ts'
import { askAll, median, type Round, runRound } from './load.ts'
import {
  inTurn,
  medianRound,
  type OpenRound,
  requestsOfTurn,
  runTurn,
  TURN_SECONDS,
} from './open-loop.ts'
import { RSA_LIMITS } from './raw-limits.ts'
import { format, keep, type Machine, machine, table } from './results.ts'
import { startAssent, startEmptyRoute, startRawRoute } from './servers.ts'
import { openBenchStore } from './stores.ts'

export type RequestOptions = {
  /** Names of cases; none: all. */
  readonly names: readonly string[]
  /** `sqlite` or `postgres` */
  readonly store: string
  readonly workers: number
  readonly rounds: number
  readonly requests: number
  /** How many callers at once: one measurement for each number. */
  readonly callers: readonly number[]
  /** Whether the results are written to bench/results. */
  readonly keep: boolean
}

/** What a measurement found, as it is kept. */
type Results = {
  readonly machine: Machine
  readonly store: string
  readonly workers: number
  readonly rounds: number
  readonly requests: number
  readonly limits: readonly { readonly name: string; readonly perSecond: number }[]
  readonly lines: readonly Line[]
  readonly shares: readonly Share[]
  /** Open loop, at half of what is reached just before. */
  readonly halves: readonly ({ readonly request: string } & OpenRound)[]
}

type Line = {
  readonly request: string
  readonly callers: number
  readonly requestsPerSecond: number
  readonly p50: number
  readonly p99: number
  /** `null`: of several processes, or where the system does not tell. */
  readonly cpuMilliseconds: number | null
}

type Share = { readonly request: string; readonly callers: number; readonly ofRawLimit: number }

const EMPTY = 'empty Fastify route'
/** Until all is compiled: the longer a path is, the later. */
const WARM_ROUNDS = 4
/** Few: the codes that a round needs take longer to make than to ask with. */
const OPEN_ROUNDS = 15
/** How much a node can do just now is measured with so many. */
const PEAK_REQUESTS = 1000
/** Cases with a raw limit of the same parts. */
const RAW_CASES: readonly string[] = ['redeem', 'refresh']
const rawNameOf = (name: string): string => `raw limit of ${name}`
const isDone = (body: string): boolean => body.includes('"resultStatus":"S"')

export async function measureRequests(options: RequestOptions): Promise<void> {
  const { names, rounds, requests: count, workers } = options
  const store = await openBenchStore(options.store)
  const assent = await startAssent(store.url, workers)
  const empty = await startEmptyRoute()
  const raw = options.store === 'postgres' ? await startRawRoute(store.url, assent) : undefined
  const rawLimits = [...RSA_LIMITS, ...store.limits]
  const send: Send = async (requests) => {
    const { bodies } = await askAll(assent.url, assent.pid, requests, 32, isDone)
    return bodies.map((body) => JSON.parse(body) as Record<string, string>)
  }

  try {
    await grantAll(assent, send)
    const cases = createCases(assent, send).filter(
      ({ name }) => names.length === 0 || names.includes(name),
    )
    const emptyRequests: readonly Request[] = Array.from({ length: count }, () => ({
      path: '/',
      headers: { 'content-type': 'application/json' },
      body: '{"grantType":"AUTHORIZATION_CODE"}',
    }))
    const limits = new Map<string, number[]>(rawLimits.map(({ name }) => [name, []]))
    const lines: Line[] = []
    const shares: Share[] = []
    for (const callers of options.callers) {
      const measured = new Map<string, Round[]>()
      for (let round = -WARM_ROUNDS; round < rounds; round++) {
        const note = (name: string, done: Round): void => {
          if (round >= 0) measured.set(name, [...(measured.get(name) ?? []), done])
        }
        if (round >= 0)
          for (const { name, measure } of rawLimits) limits.get(name)?.push(await measure())
        note(EMPTY, await runRound(empty.url, empty.pid, emptyRequests, callers, () => true))
        for (const { name, prepare } of cases) {
          const requests = await prepare(count)
          note(name, await runRound(assent.url, assent.pid, requests, callers, isDone))
          if (!raw || !RAW_CASES.includes(name)) continue
          // The same bytes, to what has nothing of ours.
          note(rawNameOf(name), await runRound(raw.url, raw.pid, requests, callers, isDone))
        }
      }
      for (const [name, all] of measured) {
        const isOurs = cases.some((one) => one.name === name)
        lines.push(lineOf(name, callers, all, isOurs && workers > 1))
        const bare = measured.get(rawNameOf(name))
        if (bare) shares.push({ request: name, callers, ofRawLimit: shareOf(all, bare) })
      }
    }
    const halves: Results['halves'][number][] = []
    for (const { name, prepare } of cases) {
      const [fastest] = lines
        .filter(({ request }) => request === name)
        .sort((a, b) => b.requestsPerSecond - a.requestsPerSecond)
      const most = async (): Promise<number> => {
        const requests = await prepare(PEAK_REQUESTS)
        const callers = fastest?.callers ?? 0
        const done = await runRound(assent.url, assent.pid, requests, callers, isDone)
        return done.requestsPerSecond
      }
      const compared = [{ request: name, url: assent.url }]
      if (raw && RAW_CASES.includes(name)) compared.push({ request: rawNameOf(name), url: raw.url })
      const turns = await inTurn(
        OPEN_ROUNDS,
        async () => {
          const perSecond = (await most()) / 2
          return { perSecond, requests: await prepare(requestsOfTurn(perSecond)), check: isDone }
        },
        compared.map(
          ({ url }) =>
            (load) =>
              runTurn(url, load),
        ),
      )
      for (const [n, { request }] of compared.entries())
        halves.push({ request, ...medianRound(turns[n] ?? []) })
    }
    const results: Results = {
      machine: machine(),
      store: store.name,
      workers,
      rounds,
      requests: count,
      limits: [...limits].map(([name, rates]) => ({ name, perSecond: median(rates) })),
      lines,
      shares,
      halves,
    }
    console.log(markdownOf(results))
    const name = ['requests', options.store, ...(workers > 1 ? [`${workers}-workers`] : [])]
    if (options.keep) keep(name.join('-'), results, markdownOf(results))
  } finally {
    await Promise.all([assent.stop(), empty.stop(), raw?.stop()])
    await store.stop()
  }
}

function lineOf(
  request: string,
  callers: number,
  rounds: readonly Round[],
  isOfSeveral: boolean,
): Line {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick))
  const cpu = of((round) => round.cpuMilliseconds ?? Number.NaN)
  return {
    request,
    callers,
    requestsPerSecond: of((round) => round.requestsPerSecond),
    p50: of((round) => round.p50),
    p99: of((round) => round.p99),
    cpuMilliseconds: isOfSeveral || Number.isNaN(cpu) ? null : cpu,
  }
}

/** The median of each round's own: what else the machine has to do changes from one to the next. */
function shareOf(rounds: readonly Round[], bare: readonly Round[]): number {
  return median(
    rounds.map(({ requestsPerSecond }, n) => requestsPerSecond / (bare[n]?.requestsPerSecond ?? 0)),
  )
}

function markdownOf({ machine, lines, shares, halves, ...results }: Results): string {
  return [
    `${machine.cores} × ${machine.processor}, ${machine.memoryGib} GiB, Node ${machine.node}; ${results.store}; ` +
      `${results.workers} ${results.workers === 1 ? 'process' : 'processes'} of Assent; ${machine.date}`,
    `medians of ${results.rounds} rounds of ${results.requests} requests, callers on the same machine`,
    table(
      ['raw limit of this machine', 'per second'],
      results.limits.map(({ name, perSecond }) => [name, format(perSecond)]),
    ),
    table(
      ['request', 'callers', 'requests/s', 'p50 ms', 'p99 ms', 'server CPU ms/request'],
      lines.map((line) => [
        line.request,
        String(line.callers),
        format(line.requestsPerSecond),
        line.p50.toFixed(1),
        line.p99.toFixed(1),
        line.cpuMilliseconds?.toFixed(2) ?? '–',
      ]),
    ),
    ...shares.map(
      ({ request, callers, ofRawLimit }) =>
        `${request}, ${callers} callers: ${(100 * ofRawLimit).toFixed(0)} % of its raw limit, the median of each round's own share`,
    ),
    `half of what is reached just before, open loop, medians of ${OPEN_ROUNDS} × ${TURN_SECONDS} s`,
    table(
      ['request', 'good/s', 'not good', 'p50 ms', 'p99 ms'],
      halves.map((half) => [
        half.request,
        format(half.goodPerSecond),
        format(half.failed + (half.shedPerSecond + half.givenUpPerSecond) * TURN_SECONDS),
        half.p50.toFixed(1),
        half.p99.toFixed(1),
      ]),
    ),
  ].join('\n\n')
}
