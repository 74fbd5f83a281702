/**
 * @module Measures every scenario together with the baselines of the machine. Rounds alternate, and results are medians.
 */

import { RSA_BASELINES } from './baselines.ts'
import { median, type Round, runRound, sendAll } from './closed-loop.ts'
import type { Request } from './http-client.ts'
import {
  alternate,
  medianOfRounds,
  type OpenRound,
  requestsOfTurn,
  runTurn,
  TURN_SECONDS,
} from './open-loop.ts'
import { format, keep, type Machine, machine, table } from './results.ts'
import { createScenarios, grantAll, type Send } from './scenarios.ts'
import { startAssent, startEmptyServer, startRedeemBaseline } from './servers.ts'
import { openBenchStore } from './stores.ts'

export type RequestOptions = {
  /** Names of scenarios. Empty: all. */
  readonly names: readonly string[]
  /** `sqlite` or `postgres` */
  readonly store: string
  readonly workers: number
  readonly rounds: number
  readonly requests: number
  /** Numbers of concurrent clients, one measurement each. */
  readonly callers: readonly number[]
  /** Whether the results are written to bench/results. */
  readonly keep: boolean
}

/** The results as they are written to bench/results. */
type Results = {
  readonly machine: Machine
  readonly store: string
  readonly workers: number
  readonly rounds: number
  readonly requests: number
  readonly limits: readonly { readonly name: string; readonly perSecond: number }[]
  readonly lines: readonly Line[]
  readonly shares: readonly Share[]
  /** Open loop, at half of the rate that was reached immediately before. */
  readonly halves: readonly ({ readonly request: string } & OpenRound)[]
}

type Line = {
  readonly request: string
  readonly callers: number
  readonly requestsPerSecond: number
  readonly p50: number
  readonly p99: number
  /** `null` with several processes, and on systems without /proc. */
  readonly cpuMilliseconds: number | null
}

type Share = { readonly request: string; readonly callers: number; readonly ofBaseline: number }

const EMPTY = 'empty Fastify route'
/** Until the code is compiled. Longer code paths need more rounds. */
const WARM_ROUNDS = 4
/** Few, because preparing the codes of a round takes longer than the round. */
const OPEN_ROUNDS = 15
/** Requests that measure the current capacity. */
const PEAK_REQUESTS = 1000
/** Scenarios with a baseline of the same parts. */
const BASELINE_SCENARIOS: readonly string[] = ['redeem', 'refresh']
const baselineNameOf = (name: string): string => `baseline of ${name}`
const isSuccess = (body: string): boolean => body.includes('"resultStatus":"S"')

export async function measureRequests(options: RequestOptions): Promise<void> {
  const { names, rounds, requests: count, workers } = options
  const store = await openBenchStore(options.store)
  const assent = await startAssent(store.url, workers)
  const empty = await startEmptyServer()
  const redeemBaseline =
    options.store === 'postgres' ? await startRedeemBaseline(store.url, assent) : undefined
  const baselines = [...RSA_BASELINES, ...store.baselines]
  const send: Send = async (requests) => {
    const { bodies } = await sendAll(assent.url, assent.pid, requests, 32, isSuccess)
    return bodies.map((body) => JSON.parse(body) as Record<string, string>)
  }

  try {
    await grantAll(assent, send)
    const scenarios = createScenarios(assent, send).filter(
      ({ name }) => names.length === 0 || names.includes(name),
    )
    const emptyRequests: readonly Request[] = Array.from({ length: count }, () => ({
      path: '/',
      headers: { 'content-type': 'application/json' },
      body: '{"grantType":"AUTHORIZATION_CODE"}',
    }))
    const limits = new Map<string, number[]>(baselines.map(({ name }) => [name, []]))
    const lines: Line[] = []
    const shares: Share[] = []
    for (const callers of options.callers) {
      const measured = new Map<string, Round[]>()
      for (let round = -WARM_ROUNDS; round < rounds; round++) {
        const record = (name: string, done: Round): void => {
          if (round >= 0) measured.set(name, [...(measured.get(name) ?? []), done])
        }
        if (round >= 0)
          for (const { name, measure } of baselines) limits.get(name)?.push(await measure())
        record(EMPTY, await runRound(empty.url, empty.pid, emptyRequests, callers, () => true))
        for (const { name, prepare } of scenarios) {
          const requests = await prepare(count)
          record(name, await runRound(assent.url, assent.pid, requests, callers, isSuccess))
          if (!redeemBaseline || !BASELINE_SCENARIOS.includes(name)) continue
          // The same bytes, sent to a server without any code of Assent.
          record(
            baselineNameOf(name),
            await runRound(redeemBaseline.url, redeemBaseline.pid, requests, callers, isSuccess),
          )
        }
      }
      for (const [name, all] of measured) {
        const isScenario = scenarios.some((one) => one.name === name)
        lines.push(lineOf(name, callers, all, isScenario && workers > 1))
        const bare = measured.get(baselineNameOf(name))
        if (bare) shares.push({ request: name, callers, ofBaseline: shareOf(all, bare) })
      }
    }
    const halves: Results['halves'][number][] = []
    for (const { name, prepare } of scenarios) {
      const [fastest] = lines
        .filter(({ request }) => request === name)
        .sort((a, b) => b.requestsPerSecond - a.requestsPerSecond)
      const measurePeak = async (): Promise<number> => {
        const requests = await prepare(PEAK_REQUESTS)
        const callers = fastest?.callers ?? 0
        const done = await runRound(assent.url, assent.pid, requests, callers, isSuccess)
        return done.requestsPerSecond
      }
      const compared = [{ request: name, url: assent.url }]
      if (redeemBaseline && BASELINE_SCENARIOS.includes(name))
        compared.push({ request: baselineNameOf(name), url: redeemBaseline.url })
      const turns = await alternate(
        OPEN_ROUNDS,
        async () => {
          const perSecond = (await measurePeak()) / 2
          return { perSecond, requests: await prepare(requestsOfTurn(perSecond)), check: isSuccess }
        },
        compared.map(
          ({ url }) =>
            (load) =>
              runTurn(url, load),
        ),
      )
      for (const [n, { request }] of compared.entries())
        halves.push({ request, ...medianOfRounds(turns[n] ?? []) })
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
    await Promise.all([assent.stop(), empty.stop(), redeemBaseline?.stop()])
    await store.stop()
  }
}

function lineOf(
  request: string,
  callers: number,
  rounds: readonly Round[],
  isCluster: boolean,
): Line {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick))
  const cpu = of((round) => round.cpuMilliseconds ?? Number.NaN)
  return {
    request,
    callers,
    requestsPerSecond: of((round) => round.requestsPerSecond),
    p50: of((round) => round.p50),
    p99: of((round) => round.p99),
    cpuMilliseconds: isCluster || Number.isNaN(cpu) ? null : cpu,
  }
}

/** The median of the share within each round, because other activity on the machine differs between rounds. */
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
      ['baseline of this machine', 'per second'],
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
      ({ request, callers, ofBaseline }) =>
        `${request}, ${callers} callers: ${(100 * ofBaseline).toFixed(0)} % of its baseline, median of the rounds`,
    ),
    `half of the rate reached immediately before, open loop, medians of ${OPEN_ROUNDS} × ${TURN_SECONDS} s`,
    table(
      ['request', 'good/s', 'failed or shed', 'p50 ms', 'p99 ms'],
      halves.map((half) => [
        half.request,
        format(half.goodPerSecond),
        format(half.failed + (half.shedPerSecond + half.droppedPerSecond) * TURN_SECONDS),
        half.p50.toFixed(1),
        half.p99.toFixed(1),
      ]),
    ),
  ].join('\n\n')
}
