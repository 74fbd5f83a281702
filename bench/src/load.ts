/**
 * @module A closed-loop load: so many callers, each sends its next request when the last is answered.
 */
import { readFileSync } from 'node:fs'
import { Caller, type Request } from './caller.ts'

export type Round = {
  readonly requestsPerSecond: number
  readonly p50: number
  readonly p99: number
  /** Of the server's process, user and system; `undefined` where the system does not tell. */
  readonly cpuMilliseconds: number | undefined
}

/** Figures alone: whoever kept the answers of all rounds would measure its own memory in the later ones. */
export async function runRound(...load: Parameters<typeof askAll>): Promise<Round> {
  return (await askAll(...load)).round
}

/** @throws {Error} when any answer is not what `check` wants */
export async function askAll(
  url: string,
  pid: number,
  requests: readonly Request[],
  callers: number,
  check: (body: string) => boolean,
): Promise<{ readonly round: Round; readonly bodies: readonly string[] }> {
  const latencies: number[] = []
  const bodies: string[] = new Array(requests.length)
  let next = 0

  async function work(caller: Caller): Promise<void> {
    for (let index = next++; index < requests.length; index = next++) {
      const request = requests[index] as Request
      const startedAt = performance.now()
      const { status, body } = await caller.ask(request)
      latencies.push(performance.now() - startedAt)
      if (status !== 200 || !check(body)) throw new Error(`${request.path}: ${body.slice(0, 200)}`)
      bodies[index] = body
    }
  }

  const all = await connectAll(url, callers)
  const cpuBefore = cpuSeconds(pid)
  const startedAt = performance.now()
  await Promise.all(all.map(work))
  const seconds = (performance.now() - startedAt) / 1000
  const cpuAfter = cpuSeconds(pid)
  for (const caller of all) caller.close()
  latencies.sort((a, b) => a - b)
  const round = {
    requestsPerSecond: requests.length / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    cpuMilliseconds:
      cpuBefore === undefined || cpuAfter === undefined
        ? undefined
        : ((cpuAfter - cpuBefore) * 1000) / requests.length,
  }
  return { round, bodies }
}

/** Before the load begins: how soon a node accepts many at once is another question. */
export function connectAll(url: string, count: number): Promise<readonly Caller[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const caller = new Caller(url)
      await caller.connect()
      return caller
    }),
  )
}

export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0
}

const CLOCK_TICKS_PER_SECOND = 100

/** Linux: /proc/PID/stat, fields 14 and 15. */
function cpuSeconds(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND
  } catch {
    return undefined
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
