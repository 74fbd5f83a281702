/**
 * @module The servers behind the gateway: connections kept alive, each call within a time and a size, each API apart from the
 * others, so that one that hangs takes nothing from the rest.
 */
import { EventEmitter } from 'node:events'
import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  type IPolicy,
  wrap,
} from 'cockatiel'
import { type Dispatcher, Pool } from 'undici'
import { AssentError } from '../../engine/errors.ts'
import type { ApiRoute } from './api-routes.ts'

export type UpstreamCall = {
  readonly route: ApiRoute
  readonly parameters: Readonly<Record<string, string>>
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** Whether a second try does no harm. */
  readonly isRepeatable: boolean
}

export type UpstreamResponse = {
  readonly contentType: string
  /** As far as it says. */
  readonly length: number | undefined
  /** The whole body. @throws {AssentError} `UPSTREAM_UNAVAILABLE` when it breaks off, takes too long or is too large */
  text(): Promise<string>
  /** As it comes. It breaks off when it is too large. */
  stream(): AsyncIterable<Buffer>
}

export interface UpstreamClient {
  /**
   * @param use what is done with the answer; while it runs, the call is under way
   * @throws {AssentError} `UPSTREAM_REFUSED` when it answers 4xx, `UPSTREAM_UNAVAILABLE` for all else that is no answer
   */
  send<T>(call: UpstreamCall, use: (answer: UpstreamResponse) => Promise<T>): Promise<T>
  close(): Promise<void>
}

const FAILURE_THRESHOLD = 5
const HALF_OPEN_AFTER_MS = 2000
const CONNECT_MILLISECONDS = 1000
/** The client's own clock ticks twice a second, so that what hung would end all at once. Here each call has its own end. */
const NO_TIMEOUT = 0
const MAX_HEADER_BYTES = 16 * 1024
/** Of an answer that is none, so much is read to keep the connection. */
const DISCARDED_BYTES = 64 * 1024
/** What a call fails with that is ended from here, and that is so when its time is over. */
const ABORTED = 'UND_ERR_ABORTED'
const CONNECTION_ERRORS = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

export function createUpstreamClient(): UpstreamClient {
  const pools = new Map<string, Pool>()
  const guards = new Map<string, IPolicy>()

  /** Connections of its own for each API: what hangs in one is not waited for in another. */
  function poolOf(route: ApiRoute): Pool {
    const { origin, maxConcurrency, maxResponseBytes } = route
    return known(
      pools,
      route,
      () =>
        new Pool(origin, {
          connections: maxConcurrency,
          connect: { timeout: CONNECT_MILLISECONDS },
          maxHeaderSize: MAX_HEADER_BYTES,
          maxResponseSize: maxResponseBytes,
          headersTimeout: NO_TIMEOUT,
          bodyTimeout: NO_TIMEOUT,
        }),
    )
  }

  function guardOf(route: ApiRoute): IPolicy {
    return known(guards, route, () => {
      const breaker = new ConsecutiveBreaker(FAILURE_THRESHOLD)
      const halfOpenAfter = HALF_OPEN_AFTER_MS
      return wrap(
        bulkhead(route.maxConcurrency),
        circuitBreaker(handleWhen(isUnavailable), { halfOpenAfter, breaker }),
      )
    })
  }

  async function send(call: UpstreamCall, signal: EventEmitter): Promise<Dispatcher.ResponseData> {
    const { route, headers, body = null, isRepeatable } = call
    const pool = poolOf(route)
    const path = fill(route.upstreamPath, call.parameters) + call.query
    const options = { path, method: route.method, headers, body, signal }
    try {
      return await pool.request(options)
    } catch (error) {
      if (!isRepeatable || !CONNECTION_ERRORS.has(nameOf(error))) throw error
      return pool.request(options)
    }
  }

  async function answer(call: UpstreamCall, signal: EventEmitter): Promise<UpstreamResponse> {
    const { route } = call
    const response = await send(call, signal).catch((error: unknown) => failed(route, error))
    const { statusCode, headers, body } = response
    const isAnswer = statusCode >= 200 && statusCode < 300 && !headers['content-encoding']
    if (isAnswer) return authRequestKey(route, response)
    await body.dump({ limit: DISCARDED_BYTES }).catch(() => {})
    if (statusCode >= 400 && statusCode < 500) throw new AssentError('UPSTREAM_REFUSED')
    throw unavailable(route, `answered ${statusCode}`)
  }

  /** From the first byte that goes to the last that comes. */
  async function inTime<T>(
    call: UpstreamCall,
    use: (answer: UpstreamResponse) => Promise<T>,
  ): Promise<T> {
    const { route } = call
    // An AbortController for each call would be a tenth of what a call costs.
    const tooLate = new EventEmitter()
    const timer = setTimeout(() => tooLate.emit('abort'), route.timeoutSeconds * 1000)
    try {
      return await use(await answer(call, tooLate))
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    async send(call, use) {
      try {
        return await guardOf(call.route).execute(() => inTime(call, use))
      } catch (error) {
        if (error instanceof BulkheadRejectedError)
          throw unavailable(call.route, 'too many calls are under way')
        if (error instanceof BrokenCircuitError)
          throw unavailable(call.route, 'it has failed again and again, and is left alone for now')
        throw error
      }
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
    },
  }
}

/** One for each API, and another one when its settings change. */
function known<T>(all: Map<string, T>, { key }: ApiRoute, make: () => T): T {
  const one = all.get(key) ?? make()
  all.set(key, one)
  return one
}

function authRequestKey(
  route: ApiRoute,
  { headers, body }: Dispatcher.ResponseData,
): UpstreamResponse {
  const length = Number(headers['content-length'] ?? Number.NaN)
  return {
    contentType: String(headers['content-type'] ?? ''),
    length: Number.isInteger(length) ? length : undefined,
    text: () => body.text().catch((error: unknown) => failed(route, error)),
    async *stream() {
      try {
        yield* body as AsyncIterable<Buffer>
      } catch (error) {
        failed(route, error)
      }
    },
  }
}

function failed(route: ApiRoute, error: unknown): never {
  if (error instanceof AssentError) throw error
  const name = nameOf(error)
  throw unavailable(route, name === ABORTED ? 'answered too slowly' : name)
}

/** Parameters hold nothing that has to be escaped. */
function fill(upstream: string, parameters: Readonly<Record<string, string>>): string {
  if (!upstream.includes('{')) return upstream
  return upstream.replace(/\{([^}]*)\}/g, (_, name: string) => parameters[name] ?? '')
}

/** @param what without anything that the upstream has sent: it goes to the log */
export function unavailable({ name }: ApiRoute, what: string): AssentError {
  return new AssentError('UPSTREAM_UNAVAILABLE', { cause: new Error(`${name}: ${what}`) })
}

function isUnavailable(error: unknown): boolean {
  return error instanceof AssentError && error.code === 'UPSTREAM_UNAVAILABLE'
}

/** A code where there is one: messages of parsers quote what they have read. */
function nameOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.name : 'unknown'
}
