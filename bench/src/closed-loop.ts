/**
 * @module A closed-loop load: each client sends its next request after the previous response.
 */
import { readFileSync } from 'node:fs'
import { HttpClient, type Request } from './http-client.ts'

export type Round = {
  readonly requestsPerSecond: number
  readonly p50: number
  readonly p99: number
  /** CPU time of the server per request, user and system. `undefined` on systems without /proc. */
  readonly cpuMilliseconds: number | undefined
}

/** Returns figures only. Keeping the bodies of all rounds would distort later rounds through memory use. */
export async function runRound(...load: Parameters<typeof sendAll>): Promise<Round> {
  return (await sendAll(...load)).round
}

/** Sends all requests and returns the bodies. @throws {Error} when a response fails `check` */
export async function sendAll(
  url: string,
  pid: number,
  requests: readonly Request[],
  callers: number,
  check: (body: string) => boolean,
): Promise<{ readonly round: Round; readonly bodies: readonly string[] }> {
  const latencies: number[] = []
  const bodies: string[] = new Array(requests.length)
  let next = 0

  async function work(client: HttpClient): Promise<void> {
    for (let index = next++; index < requests.length; index = next++) {
      const request = requests[index] as Request
      const startedAt = performance.now()
      const { status, body } = await client.send(request)
      latencies.push(performance.now() - startedAt)
      if (status !== 200 || !check(body)) throw new Error(`${request.path}: ${body.slice(0, 200)}`)
      bodies[index] = body
    }
  }

  const clients = await connectAll(url, callers)
  const cpuBefore = cpuSeconds(pid)
  const startedAt = performance.now()
  await Promise.all(clients.map(work))
  const seconds = (performance.now() - startedAt) / 1000
  const cpuAfter = cpuSeconds(pid)
  for (const client of clients) client.close()
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

/** Connects before the measurement, which is about requests and not about accepting connections. */
export function connectAll(url: string, count: number): Promise<readonly HttpClient[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const client = new HttpClient(url)
      await client.connect()
      return client
    }),
  )
}

export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0
}

const CLOCK_TICKS_PER_SECOND = 100

/** Reads fields 14 and 15 of /proc/PID/stat (Linux). */
export function cpuSeconds(pid: number): number | undefined {
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
