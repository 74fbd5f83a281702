/**
 * @module Every request beside the raw limits of the same machine in the same run; medians of the rounds, which take turns.
 */
import { cpus, totalmem } from 'node:os'
import { createCases, grantAll, type Send } from './cases.ts'
import { median, type Request, type Round, runRound } from './load.ts'
import { type OpenRound, runOpenLoop } from './open-loop.ts'
import { RSA_LIMITS } from './raw-limits.ts'
import { startAssent, startEmptyRoute, startRawRoute } from './servers.ts'
import { openBenchStore } from './stores.ts'

export type RequestOptions = {
  /** Names of cases; none: all. */
  readonly names: readonly string[]
  /** `sqlite` or `postgres` */
  readonly store: string
  readonly rounds: number
  readonly requests: number
  readonly callers: number
}

const EMPTY = 'empty Fastify route'
const HALF_SECONDS = 5
/** More than ever wait at half of what a node can do. */
const SOCKETS = 64
/** Cases with a raw limit of the same parts. */
const RAW_CASES: readonly string[] = ['redeem', 'refresh']
const rawNameOf = (name: string): string => `raw limit of ${name}`
const isDone = (body: string): boolean => body.includes('"resultStatus":"S"')

export async function measureRequests(options: RequestOptions): Promise<void> {
  const { names, rounds, requests: count, callers } = options
  const store = await openBenchStore(options.store)
  const assent = await startAssent(store.url)
  const empty = await startEmptyRoute()
  const raw = options.store === 'postgres' ? await startRawRoute(store.url, assent) : undefined
  const rawLimits = [...RSA_LIMITS, ...store.limits]
  const send: Send = async (requests) => {
    const { bodies } = await runRound(assent.url, assent.pid, requests, callers, isDone)
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
    const measured = new Map<string, Round[]>(
      [...cases.map(({ name }) => name), ...(raw ? RAW_CASES.map(rawNameOf) : []), EMPTY].map(
        (name) => [name, []],
      ),
    )
    for (let round = -1; round < rounds; round++) {
      for (const { name, measure } of rawLimits) {
        const rate = await measure()
        if (round >= 0) limits.get(name)?.push(rate)
      }
      const emptyRound = await runRound(empty.url, empty.pid, emptyRequests, callers, () => true)
      if (round >= 0) measured.get(EMPTY)?.push(emptyRound)
      for (const { name, prepare } of cases) {
        const requests = await prepare(count)
        const done = await runRound(assent.url, assent.pid, requests, callers, isDone)
        // The first round only warms up.
        if (round >= 0) measured.get(name)?.push(done)
        if (!raw || !RAW_CASES.includes(name)) continue
        // The same bytes, to what has nothing of ours.
        const limit = await runRound(raw.url, raw.pid, requests, callers, isDone)
        if (round >= 0) measured.get(rawNameOf(name))?.push(limit)
      }
    }
    const halves = new Map<string, OpenRound>()
    for (const { name, prepare } of cases) {
      const perSecond = rateOf(measured.get(name)) / 2
      const requests = await prepare(Math.ceil(perSecond * HALF_SECONDS))
      const load = { perSecond, seconds: HALF_SECONDS, requests, check: isDone, sockets: SOCKETS }
      halves.set(name, await runOpenLoop(assent.url, load))
    }
    print(options, store.name, limits, measured)
    printHalves(halves)
  } finally {
    await Promise.all([assent.stop(), empty.stop(), raw?.stop()])
    await store.stop()
  }
}

function print(
  { rounds, requests: count, callers }: RequestOptions,
  storeName: string,
  limits: ReadonlyMap<string, readonly number[]>,
  measured: ReadonlyMap<string, readonly Round[]>,
): void {
  const [cpu] = cpus()
  const gib = Math.round(totalmem() / 2 ** 30)
  console.log(
    `\n${cpus().length} × ${cpu?.model}, ${gib} GiB, Node ${process.version}; ${storeName}`,
  )
  console.log(
    `medians of ${rounds} rounds of ${count} requests, ${callers} callers on the same machine\n`,
  )
  console.log('| raw limit of this machine | per second |\n|---|---:|')
  for (const [name, rates] of limits) console.log(`| ${name} | ${format(median(rates))} |`)
  console.log(
    '\n| request | requests/s | p50 ms | p99 ms | server CPU ms/request |\n|---|---:|---:|---:|---:|',
  )
  for (const [name, all] of measured) {
    const of = (pick: (round: Round) => number | undefined): number =>
      median(all.map((round) => pick(round) ?? Number.NaN))
    const cells = [
      format(of((r) => r.requestsPerSecond)),
      of((r) => r.p50).toFixed(1),
      of((r) => r.p99).toFixed(1),
      of((r) => r.cpuMilliseconds).toFixed(2),
    ]
    console.log(`| ${name} | ${cells.join(' | ')} |`)
  }
  for (const name of RAW_CASES.filter((one) => measured.has(one) && measured.has(rawNameOf(one)))) {
    const share = (100 * rateOf(measured.get(name))) / rateOf(measured.get(rawNameOf(name)))
    console.log(`\n${name}: ${share.toFixed(0)} % of its raw limit`)
  }
}

function rateOf(rounds: readonly Round[] = []): number {
  return median(rounds.map(({ requestsPerSecond }) => requestsPerSecond))
}

function printHalves(halves: ReadonlyMap<string, OpenRound>): void {
  console.log(
    `\nhalf of that, open loop, ${HALF_SECONDS} s\n\n| request | good/s | not good | p50 ms | p99 ms |\n|---|---:|---:|---:|---:|`,
  )
  for (const [
    name,
    { goodPerSecond, failed, shedPerSecond, givenUpPerSecond, p50, p99 },
  ] of halves) {
    const bad = failed + (shedPerSecond + givenUpPerSecond) * HALF_SECONDS
    const cells = [format(goodPerSecond), format(bad), p50.toFixed(1), p99.toFixed(1)]
    console.log(`| ${name} | ${cells.join(' | ')} |`)
  }
}

function format(rate: number): string {
  return Math.round(rate).toLocaleString('en')
}
