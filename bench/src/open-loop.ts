/**
 * @module An open-loop load: requests come when their time has come, whether or not earlier ones are answered, as from many
 * callers that know nothing of each other; a caller that finds every socket taken gives up. Latency counts from the moment at
 * which a request was due.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Caller, Request } from './caller.ts'
import { connectAll, median, quantile } from './load.ts'

export type OpenRound = {
  /** Answered as the check wants, per second of the load. */
  readonly goodPerSecond: number
  /** 503 with Retry-After, per second of the load. */
  readonly shedPerSecond: number
  /** Never sent: every socket was waiting for an answer. Per second of the load. */
  readonly givenUpPerSecond: number
  /** Any other answer, or none. */
  readonly failed: number
  /** Of those that were answered well. */
  readonly p50: number
  readonly p99: number
}

export type OpenLoad = {
  readonly perSecond: number
  readonly seconds: number
  /** So long it runs before that, and nothing counts: what the load was made of is cleared away then, on the same cores. */
  readonly leadInSeconds: number
  /** Each at its time; from the beginning again when there are not enough. */
  readonly requests: readonly Request[]
  readonly check: (body: string) => boolean
  /** How many may be on their way at once: as many as sockets. */
  readonly sockets: number
}

const TICK_MILLISECONDS = 1
const WARM_ROUNDS = 6
export const TURN_SECONDS = 1
const TURN_LEAD_IN_SECONDS = 0.5
/** What a load of so much a second asks for in its turn. */
export const requestsOfTurn = (perSecond: number): number =>
  Math.ceil(perSecond * (TURN_LEAD_IN_SECONDS + TURN_SECONDS))
/** More than ever wait at half of what a node can do. */
const TURN_SOCKETS = 64

export async function runOpenLoop(url: string, load: OpenLoad): Promise<OpenRound> {
  const { perSecond, seconds, leadInSeconds, requests, check, sockets } = load
  const latencies: number[] = []
  const tally = { shed: 0, givenUp: 0, failed: 0 }
  const underWay = new Set<Promise<void>>()

  async function send(caller: Caller, index: number, dueAt: number): Promise<void> {
    const counts = index >= leadIn
    try {
      const answer = await caller.ask(requests[index % requests.length] as Request)
      if (!counts) return
      if (answer.status === 200 && check(answer.body)) latencies.push(performance.now() - dueAt)
      else if (isShed(answer)) tally.shed++
      else tally.failed++
    } catch {
      if (counts) tally.failed++
    } finally {
      idle.push(caller)
    }
  }

  const all = await connectAll(url, sockets)
  const idle = [...all]
  const startedAt = performance.now()
  const leadIn = Math.floor(perSecond * leadInSeconds)
  const total = leadIn + Math.floor(perSecond * seconds)
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1000) * perSecond))
    for (; sent < due; sent++) {
      const caller = idle.pop()
      if (!caller) {
        if (sent >= leadIn) tally.givenUp++
        continue
      }
      const sending = send(caller, sent, startedAt + (sent / perSecond) * 1000)
      underWay.add(sending)
      void sending.finally(() => underWay.delete(sending))
    }
    await sleep(TICK_MILLISECONDS)
  }
  const lasted = (performance.now() - startedAt) / 1000 - leadInSeconds
  await Promise.all(underWay)
  for (const caller of all) caller.close()
  const sorted = latencies.sort((a, b) => a - b)
  return {
    goodPerSecond: sorted.length / lasted,
    shedPerSecond: tally.shed / lasted,
    givenUpPerSecond: tally.givenUp / lasted,
    failed: tally.failed,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
  }
}

function isShed({ status, headers }: Answer): boolean {
  return status === 503 && headers.some((name) => name.toLowerCase() === 'retry-after')
}

/**
 * Each of the loads once, then all again: what the machine has to do besides meets each of them alike. Its speed halves or doubles from
 * one minute to the next, so each round has its own pace. Rounds are many and short: now and then the machine stands still for some
 * 20 ms, whoever is asked; that is the p99 of a few short rounds, and would be that of half the long ones.
 * @param prepare what the loads of a round are given
 * @returns of each load its rounds
 */
export async function inTurn<Given>(
  rounds: number,
  prepare: () => Promise<Given>,
  loads: readonly ((given: Given) => Promise<OpenRound>)[],
): Promise<readonly (readonly OpenRound[])[]> {
  const measured = loads.map((): OpenRound[] => [])
  for (let round = -WARM_ROUNDS; round < rounds; round++) {
    const given = await prepare()
    for (const [n, load] of loads.entries()) {
      const done = await load(given)
      if (round >= 0) measured[n]?.push(done)
    }
  }
  return measured
}

/** One load's turn. */
export function runTurn(
  url: string,
  load: Pick<OpenLoad, 'perSecond' | 'requests' | 'check'>,
): Promise<OpenRound> {
  return runOpenLoop(url, {
    ...load,
    seconds: TURN_SECONDS,
    leadInSeconds: TURN_LEAD_IN_SECONDS,
    sockets: TURN_SOCKETS,
  })
}

/** Each figure's own median. @throws {Error} when a call has failed in any of them: a median would not tell */
export function medianRound(rounds: readonly OpenRound[]): OpenRound {
  const of = (name: keyof OpenRound): number => median(rounds.map((round) => round[name]))
  const failed = rounds.reduce((sum, round) => sum + round.failed, 0)
  if (failed > 0) throw new Error(`${failed} calls have failed`)
  return {
    goodPerSecond: of('goodPerSecond'),
    shedPerSecond: of('shedPerSecond'),
    givenUpPerSecond: of('givenUpPerSecond'),
    failed,
    p50: of('p50'),
    p99: of('p99'),
  }
}
