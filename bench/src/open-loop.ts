/**
 * @module An open-loop load: requests are sent on schedule, whether or not earlier ones have been answered, as independent clients
 * would send them. A request is dropped when all sockets are busy. Latency counts from the scheduled time.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAll, median, quantile } from './closed-loop.ts'
import type { HttpClient, HttpResponse, Request } from './http-client.ts'

export type OpenRound = {
  /** Responses that pass the check, per second. */
  readonly goodPerSecond: number
  /** Responses with 503 and Retry-After, per second. */
  readonly shedPerSecond: number
  /** Requests that were not sent because all sockets were busy, per second. */
  readonly droppedPerSecond: number
  /** All other responses, and broken connections. */
  readonly failed: number
  /** Latency of responses that pass the check, in milliseconds. */
  readonly p50: number
  readonly p99: number
}

export type OpenLoad = {
  readonly perSecond: number
  readonly seconds: number
  /** Uncounted time at the start, in which the garbage of the preparation is collected. */
  readonly leadInSeconds: number
  /** Sent in order, and repeated when there are too few. */
  readonly requests: readonly Request[]
  readonly check: (body: string) => boolean
  /** The maximum number of requests in flight. */
  readonly sockets: number
}

const TICK_MILLISECONDS = 1
const WARM_ROUNDS = 6
export const TURN_SECONDS = 1
const TURN_LEAD_IN_SECONDS = 0.5
/** The number of requests in one turn at this rate. */
export const requestsOfTurn = (perSecond: number): number =>
  Math.ceil(perSecond * (TURN_LEAD_IN_SECONDS + TURN_SECONDS))
/** More than are ever in flight at half of the capacity. */
const TURN_SOCKETS = 64

export async function runOpenLoop(url: string, load: OpenLoad): Promise<OpenRound> {
  const { perSecond, seconds, leadInSeconds, requests, check, sockets } = load
  const latencies: number[] = []
  const tally = { shed: 0, dropped: 0, failed: 0 }
  const inFlight = new Set<Promise<void>>()

  async function send(client: HttpClient, index: number, dueAt: number): Promise<void> {
    const isCounted = index >= leadIn
    try {
      const response = await client.send(requests[index % requests.length] as Request)
      if (!isCounted) return
      if (response.status === 200 && check(response.body)) latencies.push(performance.now() - dueAt)
      else if (isShed(response)) tally.shed++
      else tally.failed++
    } catch {
      if (isCounted) tally.failed++
    } finally {
      idle.push(client)
    }
  }

  const clients = await connectAll(url, sockets)
  const idle = [...clients]
  const startedAt = performance.now()
  const leadIn = Math.floor(perSecond * leadInSeconds)
  const total = leadIn + Math.floor(perSecond * seconds)
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1000) * perSecond))
    for (; sent < due; sent++) {
      const client = idle.pop()
      if (!client) {
        if (sent >= leadIn) tally.dropped++
        continue
      }
      const sending = send(client, sent, startedAt + (sent / perSecond) * 1000)
      inFlight.add(sending)
      void sending.finally(() => inFlight.delete(sending))
    }
    await sleep(TICK_MILLISECONDS)
  }
  const duration = (performance.now() - startedAt) / 1000 - leadInSeconds
  await Promise.all(inFlight)
  for (const client of clients) client.close()
  const sorted = latencies.sort((a, b) => a - b)
  return {
    goodPerSecond: sorted.length / duration,
    shedPerSecond: tally.shed / duration,
    droppedPerSecond: tally.dropped / duration,
    failed: tally.failed,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
  }
}

function isShed({ status, headers }: HttpResponse): boolean {
  return status === 503 && headers.some((name) => name.toLowerCase() === 'retry-after')
}

/**
 * Runs the loads alternately, so that other activity on the machine affects all of them equally. The speed of the machine can halve
 * or double within minutes, so `prepare` determines the pace of each round separately. Rounds are many and short: the machine occasionally
 * stalls for about 20 ms, which then affects the p99 of only a few rounds.
 *
 * @param prepare creates the input of all loads in a round
 * @returns the rounds of each load
 */
export async function alternate<Given>(
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

/** Runs one load for one turn. */
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

/** Returns the median of each figure. @throws {Error} when a call failed in any round, because a median would hide it */
export function medianOfRounds(rounds: readonly OpenRound[]): OpenRound {
  const of = (name: keyof OpenRound): number => median(rounds.map((round) => round[name]))
  const failed = rounds.reduce((sum, round) => sum + round.failed, 0)
  if (failed > 0) throw new Error(`${failed} calls failed. A benchmark must have no failures.`)
  return {
    goodPerSecond: of('goodPerSecond'),
    shedPerSecond: of('shedPerSecond'),
    droppedPerSecond: of('droppedPerSecond'),
    failed,
    p50: of('p50'),
    p99: of('p99'),
  }
}
