/**
 * @module What a node does when it gets five times what it can do: signed user info, open loop. The node has one core to itself
 * where the system can arrange that, and the load another, so that the load takes nothing from it.
 */
import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Request } from './caller.ts'
import { createCases, grantAll, type Send } from './cases.ts'
import { residentMebibytes } from './idle.ts'
import { askAll, median, runRound } from './load.ts'
import { type OpenLoad, type OpenRound, runOpenLoop } from './open-loop.ts'
import { startAssent } from './servers.ts'
import { openBenchStore } from './stores.ts'

const TIMES = 5
const OVERLOAD_SECONDS = 60
const HALF_SECONDS = 10
const TOKENS = 500
const CALLERS = 32
const PEAK_REQUESTS = 8000
/** As many callers as hold a connection each. */
const SOCKETS = 1000
const isDone = (body: string): boolean => body.includes('"resultStatus":"S"')

export async function measureOverload(rounds: number): Promise<void> {
  const store = await openBenchStore('sqlite')
  const assent = await startAssent(store.url)
  const isPinned = pin(assent.pid, 0) && pin(process.pid, 1)
  const send: Send = async (requests) => {
    const { bodies } = await askAll(assent.url, assent.pid, requests, CALLERS, isDone)
    return bodies.map((body) => JSON.parse(body) as Record<string, string>)
  }
  try {
    await grantAll(assent, send)
    const userInfo = createCases(assent, send).find(({ name }) => name === 'inquiryUserInfo')
    const requests = (await userInfo?.prepare(TOKENS)) ?? []
    const many = Array.from({ length: PEAK_REQUESTS }, (_, n) => requests[n % TOKENS] as Request)
    const rates: number[] = []
    for (let round = -1; round < rounds; round++) {
      const done = await runRound(assent.url, assent.pid, many, CALLERS, isDone)
      // The first round only warms up.
      if (round >= 0) rates.push(done.requestsPerSecond)
    }
    const peak = median(rates)
    const load = (times: number, seconds: number): OpenLoad => ({
      perSecond: peak * times,
      seconds,
      leadInSeconds: 0,
      requests,
      check: isDone,
      sockets: SOCKETS,
    })
    const before = await runOpenLoop(assent.url, load(0.5, HALF_SECONDS))
    const memory = watchMemory(assent.pid)
    const during = await runOpenLoop(assent.url, load(TIMES, OVERLOAD_SECONDS))
    const most = memory.stop()
    const right = await runOpenLoop(assent.url, load(0.5, HALF_SECONDS))
    const after = await runOpenLoop(assent.url, load(0.5, HALF_SECONDS))
    const share = (100 * during.goodPerSecond) / peak
    console.log(
      `\nsigned user info on one node, ${isPinned ? 'a core for the node and one for the load' : 'node and load on the same cores'}; ` +
        `peak: ${format(peak)}/s, closed loop, ${CALLERS} callers, median of ${rounds} rounds\n`,
    )
    console.log('| open loop | due/s | good/s | 503/s | given up/s | failed | p50 ms | p99 ms |')
    console.log('|---|---:|---:|---:|---:|---:|---:|---:|')
    row('half of peak', 0.5, before)
    row(`${TIMES} × peak, ${OVERLOAD_SECONDS} s`, TIMES, during)
    row('half of peak, the 10 s right after', 0.5, right)
    row('half of peak, after that', 0.5, after)
    console.log(
      `\ngoodput ${share.toFixed(0)} % of peak; memory ${most.first.toFixed(0)} MiB before, ${most.most.toFixed(0)} at most, ` +
        `${residentMebibytes(assent.pid).toFixed(0)} after`,
    )

    function row(name: string, times: number, round: OpenRound): void {
      const { goodPerSecond, shedPerSecond, givenUpPerSecond, failed, p50, p99 } = round
      const rates = [peak * times, goodPerSecond, shedPerSecond, givenUpPerSecond, failed]
      const cells = rates.map(format)
      console.log(`| ${[name, ...cells, p50.toFixed(1), p99.toFixed(1)].join(' | ')} |`)
    }
  } finally {
    await assent.stop()
    await store.stop()
  }
}

function format(rate: number): string {
  return Math.round(rate).toLocaleString('en')
}

/** All threads of a process on one core. @returns whether the system does that */
function pin(pid: number, core: number): boolean {
  const { status } = spawnSync('taskset', ['-a', '-p', '-c', String(core), String(pid)])
  return status === 0
}

function watchMemory(pid: number): { stop(): { readonly first: number; readonly most: number } } {
  const first = residentMebibytes(pid)
  let most = first
  let isStopped = false
  void (async () => {
    while (!isStopped) {
      most = Math.max(most, residentMebibytes(pid))
      await sleep(500)
    }
  })()
  return {
    stop() {
      isStopped = true
      return { first, most }
    },
  }
}
