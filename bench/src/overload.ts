/**
 * @module Overloads a node with five times its capacity: signed user info, open loop. Where the system supports it, the node and the
 * load run on separate cores. The capacity is measured immediately before and after each overload, because the speed of a machine
 * changes within minutes.
 */
import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { median, runRound, sendAll } from './closed-loop.ts'
import type { Request } from './http-client.ts'
import { residentMebibytes } from './memory.ts'
import { medianOfRounds, type OpenRound, runOpenLoop } from './open-loop.ts'
import { format, table } from './results.ts'
import { createScenarios, grantAll, type Send } from './scenarios.ts'
import { startAssent } from './servers.ts'
import { openBenchStore } from './stores.ts'

const TIMES = 5
const OVERLOAD_SECONDS = 60
const HALF_SECONDS = 10
const TOKENS = 500
const CALLERS = 32
const PEAK_REQUESTS = 8000
/** Warm-up rounds. */
const WARM_PEAKS = 2
/** Each client has one connection. */
const SOCKETS = 1000
const isSuccess = (body: string): boolean => body.includes('"resultStatus":"S"')

/** One round, with rates per second. */
type Overload = {
  readonly peakBefore: number
  readonly half: OpenRound
  readonly during: OpenRound
  readonly rightAfter: OpenRound
  readonly peakAfter: number
}

export async function measureOverload(rounds: number): Promise<void> {
  const store = await openBenchStore('sqlite')
  const assent = await startAssent(store.url)
  const isPinned = pin(assent.pid, 0) && pin(process.pid, 1)
  const send: Send = async (requests) => {
    const { bodies } = await sendAll(assent.url, assent.pid, requests, CALLERS, isSuccess)
    return bodies.map((body) => JSON.parse(body) as Record<string, string>)
  }
  try {
    await grantAll(assent, send)
    const userInfo = createScenarios(assent, send).find(({ name }) => name === 'inquiryUserInfo')
    let requests: readonly Request[] = []
    const sign = async (): Promise<void> => {
      requests = (await userInfo?.prepare(TOKENS)) ?? []
    }
    const measurePeak = async (): Promise<number> => {
      const many = Array.from({ length: PEAK_REQUESTS }, (_, n) => requests[n % TOKENS] as Request)
      return (await runRound(assent.url, assent.pid, many, CALLERS, isSuccess)).requestsPerSecond
    }
    const load = (perSecond: number, seconds: number): Promise<OpenRound> =>
      runOpenLoop(assent.url, {
        perSecond,
        seconds,
        leadInSeconds: 0,
        requests,
        check: isSuccess,
        sockets: SOCKETS,
      })
    await sign()
    for (let n = 0; n < WARM_PEAKS; n++) await measurePeak()
    const memory = watchMemory(assent.pid)
    const all: Overload[] = []
    for (let round = 0; round < rounds; round++) {
      // Signatures are valid for five minutes.
      await sign()
      const half = await load((await measurePeak()) / 2, HALF_SECONDS)
      const peakBefore = await measurePeak()
      const during = await load(peakBefore * TIMES, OVERLOAD_SECONDS)
      const rightAfter = await load(peakBefore / 2, HALF_SECONDS)
      const peakAfter = await measurePeak()
      all.push({ peakBefore, half, during, rightAfter, peakAfter })
    }
    const { first, max } = memory.stop()
    console.log(
      [
        `signed user info on one node, ${isPinned ? 'one core for the node and one for the load' : 'node and load on the same cores'}; medians of ${rounds} rounds, no call failed`,
        table(
          ['open loop', 'good/s', '503/s', 'dropped/s', 'p50 ms', 'p99 ms'],
          [
            row(
              'half of peak',
              all.map(({ half }) => half),
            ),
            row(
              `${TIMES} × peak, ${OVERLOAD_SECONDS} s`,
              all.map(({ during }) => during),
            ),
            row(
              `half of peak, the ${HALF_SECONDS} s after`,
              all.map(({ rightAfter }) => rightAfter),
            ),
          ],
        ),
        table(
          ['round', 'peak before/s', 'peak after/s', 'goodput/s', 'of peak'],
          all.map((overload, n) => [
            String(n + 1),
            format(overload.peakBefore),
            format(overload.peakAfter),
            format(overload.during.goodPerSecond),
            percent(shareOf(overload)),
          ]),
        ),
        `goodput ${percent(median(all.map(shareOf)))} of peak (closed loop, ${CALLERS} callers, the mean before and after), median of the rounds`,
        `memory ${format(first)} MiB before, ${format(max)} maximum, ${format(residentMebibytes(assent.pid))} after`,
      ].join('\n\n'),
    )
  } finally {
    await assent.stop()
    await store.stop()
  }
}

function shareOf({ peakBefore, during, peakAfter }: Overload): number {
  return during.goodPerSecond / ((peakBefore + peakAfter) / 2)
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}

function row(name: string, rounds: readonly OpenRound[]): string[] {
  const { goodPerSecond, shedPerSecond, droppedPerSecond, p50, p99 } = medianOfRounds(rounds)
  const rates = [goodPerSecond, shedPerSecond, droppedPerSecond]
  return [name, ...rates.map(format), p50.toFixed(1), p99.toFixed(1)]
}

/** Pins all threads of a process to one core. @returns whether the system supports it */
function pin(pid: number, core: number): boolean {
  const { status } = spawnSync('taskset', ['-a', '-p', '-c', String(core), String(pid)])
  return status === 0
}

function watchMemory(pid: number): { stop(): { readonly first: number; readonly max: number } } {
  const first = residentMebibytes(pid)
  let max = first
  let isStopped = false
  void (async () => {
    while (!isStopped) {
      max = Math.max(max, residentMebibytes(pid))
      await sleep(500)
    }
  })()
  return {
    stop() {
      isStopped = true
      return { first, max }
    },
  }
}
