/**
 * @module Every request beside the raw limits of the same machine in the same run; medians of the rounds, which take turns.
 */
import { cpus, totalmem } from 'node:os'
import { createCases, grantAll, type Send } from './cases.ts'
import { median, type Request, type Round, runRound } from './load.ts'
import { RSA_LIMITS } from './raw-limits.ts'
import { startAssent, startEmptyRoute } from './servers.ts'
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

const isDone = (body: string): boolean => body.includes('"resultStatus":"S"')

export async function measureRequests(options: RequestOptions): Promise<void> {
  const { names, rounds, requests: count, callers } = options
  const store = await openBenchStore(options.store)
  const assent = await startAssent(store.url)
  const empty = await startEmptyRoute()
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
    const raw = new Map<string, number[]>(rawLimits.map(({ name }) => [name, []]))
    const measured = new Map<string, Round[]>(
      [...cases.map(({ name }) => name), 'empty Fastify route'].map((name) => [name, []]),
    )
    for (let round = -1; round < rounds; round++) {
      for (const { name, measure } of rawLimits) {
        const rate = await measure()
        if (round >= 0) raw.get(name)?.push(rate)
      }
      const emptyRound = await runRound(empty.url, empty.pid, emptyRequests, callers, () => true)
      if (round >= 0) measured.get('empty Fastify route')?.push(emptyRound)
      for (const { name, prepare } of cases) {
        const done = await runRound(assent.url, assent.pid, await prepare(count), callers, isDone)
        // The first round only warms up.
        if (round >= 0) measured.get(name)?.push(done)
      }
    }
    print(options, store.name, raw, measured)
  } finally {
    await Promise.all([assent.stop(), empty.stop()])
    await store.stop()
  }
}

function print(
  { rounds, requests: count, callers }: RequestOptions,
  storeName: string,
  raw: ReadonlyMap<string, readonly number[]>,
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
  for (const [name, rates] of raw) console.log(`| ${name} | ${format(median(rates))} |`)
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
}

function format(rate: number): string {
  return Math.round(rate).toLocaleString('en')
}
