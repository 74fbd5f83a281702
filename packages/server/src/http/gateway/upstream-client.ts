/**
 * @module HTTP client for the servers behind the gateway. Each API has its own connection pool, concurrency limit and circuit
 * breaker, so that a hanging upstream does not slow down the others.
 */
import { EventEmitter } from 'node:events'
import { type Dispatcher, Pool } from 'undici'
import { AssentError } from '../../engine/errors.ts'
import {
  type OutboundAddress,
  OutboundCallRejectedError,
  type OutboundCalls,
  type WhileWaiting,
} from '../../engine/ports/outbound-calls.ts'
import type { ApiRoute } from './api-routes.ts'

export type UpstreamCall = {
  readonly route: ApiRoute
  readonly parameters: Readonly<Record<string, string>>
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** Whether the call may be retried. */
  readonly isIdempotent: boolean
}

export type UpstreamResponse = {
  readonly contentType: string
  /** The Content-Length, when the upstream has sent one. */
  readonly length: number | undefined
  /** Reads the whole body. @throws {AssentError} `UPSTREAM_UNAVAILABLE` when it is incomplete, too slow or too large */
  text(): Promise<string>
  /** Streams the body. The stream fails when the body is too large. */
  stream(): AsyncIterable<Buffer>
}

export interface UpstreamClient {
  /**
   * @param use handles the response; the call is in flight until it is done
   * @throws {AssentError} `UPSTREAM_REFUSED` for a status of 4xx, `UPSTREAM_UNAVAILABLE` for every other failure
   */
  send<T>(call: UpstreamCall, use: (response: UpstreamResponse) => Promise<T>): Promise<T>
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 1000
/** undici checks its timeouts only twice a second, so that hanging calls would all end together. Each call has its own timer instead. */
const NO_TIMEOUT = 0
const MAX_HEADER_BYTES = 16 * 1024
/** Up to this many bytes of an error response are read, so that the connection can be reused. */
const MAX_DISCARDED_BYTES = 64 * 1024
/** The error code of a call that this module has aborted, because it took too long. */
const ABORTED = 'UND_ERR_ABORTED'
const CONNECTION_ERRORS = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

export type UpstreamClientOptions = {
  readonly outbound: OutboundCalls
  readonly whileWaiting: WhileWaiting
}

export function createUpstreamClient({
  outbound,
  whileWaiting,
}: UpstreamClientOptions): UpstreamClient {
  const pools = new Map<string, Pool>()

  /** One pool per API, so that hanging calls of one API do not block the connections of another. */
  function poolOf(route: ApiRoute): Pool {
    const { origin, maxConcurrency, maxResponseBytes } = route
    const pool =
      pools.get(route.key) ??
      new Pool(origin, {
        connections: maxConcurrency,
        connect: { timeout: CONNECT_TIMEOUT_MS },
        maxHeaderSize: MAX_HEADER_BYTES,
        maxResponseSize: maxResponseBytes,
        headersTimeout: NO_TIMEOUT,
        bodyTimeout: NO_TIMEOUT,
      })
    pools.set(route.key, pool)
    return pool
  }

  async function send(call: UpstreamCall, signal: EventEmitter): Promise<Dispatcher.ResponseData> {
    const { route, headers, body = null, isIdempotent } = call
    const pool = poolOf(route)
    const path = fillParameters(route.upstreamPath, call.parameters) + call.query
    const options = { path, method: route.method, headers, body, signal }
    try {
      return await pool.request(options)
    } catch (error) {
      if (!isIdempotent || !CONNECTION_ERRORS.has(nameOf(error))) throw error
      return pool.request(options)
    }
  }

  async function receive(call: UpstreamCall, signal: EventEmitter): Promise<UpstreamResponse> {
    const { route } = call
    const response = await whileWaiting(() => send(call, signal)).catch((error: unknown) =>
      fail(route, error),
    )
    const { statusCode, headers, body } = response
    const isUsable = statusCode >= 200 && statusCode < 300 && !headers['content-encoding']
    if (isUsable) return toUpstreamResponse(route, response, whileWaiting)
    await body.dump({ limit: MAX_DISCARDED_BYTES }).catch(() => {})
    if (statusCode >= 400 && statusCode < 500) throw new AssentError('UPSTREAM_REFUSED')
    throw unavailable(route, `the upstream responded with status ${statusCode}`)
  }

  /** Limits the time from sending the request to handling the last byte of the response. */
  async function withTimeout<T>(
    call: UpstreamCall,
    use: (response: UpstreamResponse) => Promise<T>,
  ): Promise<T> {
    const { route } = call
    // An EventEmitter, because an AbortController per call would add about 10 % to the cost of a call.
    const abortSignal = new EventEmitter()
    const timer = setTimeout(() => abortSignal.emit('abort'), route.timeoutSeconds * 1000)
    try {
      return await use(await receive(call, abortSignal))
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    async send(call, use) {
      try {
        return await outbound.run(addressOf(call.route), () => withTimeout(call, use))
      } catch (error) {
        if (error instanceof OutboundCallRejectedError) throw unavailable(call.route, error.message)
        throw error
      }
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
    },
  }
}

/** An API whose settings have changed is another address. */
function addressOf({ key, name, maxConcurrency }: ApiRoute): OutboundAddress {
  return { kind: 'api', key, name, maxInFlight: maxConcurrency, isUnavailable }
}

function toUpstreamResponse(
  route: ApiRoute,
  { headers, body }: Dispatcher.ResponseData,
  whileWaiting: WhileWaiting,
): UpstreamResponse {
  const length = Number(headers['content-length'] ?? Number.NaN)
  return {
    contentType: String(headers['content-type'] ?? ''),
    length: Number.isInteger(length) ? length : undefined,
    text: () => whileWaiting(() => body.text()).catch((error: unknown) => fail(route, error)),
    async *stream() {
      try {
        yield* body as AsyncIterable<Buffer>
      } catch (error) {
        fail(route, error)
      }
    },
  }
}

function fail(route: ApiRoute, error: unknown): never {
  if (error instanceof AssentError) throw error
  const name = nameOf(error)
  throw unavailable(route, name === ABORTED ? 'the upstream was too slow' : name)
}

/** The pattern of path parameters allows no characters that would need an escape. */
function fillParameters(upstream: string, parameters: Readonly<Record<string, string>>): string {
  if (!upstream.includes('{')) return upstream
  return upstream.replace(/\{([^}]*)\}/g, (_, name: string) => parameters[name] ?? '')
}

/** @param reason is logged; must not contain anything that the upstream has sent */
export function unavailable({ name }: ApiRoute, reason: string): AssentError {
  return new AssentError('UPSTREAM_UNAVAILABLE', { cause: new Error(`${name}: ${reason}`) })
}

function isUnavailable(error: unknown): boolean {
  return error instanceof AssentError && error.code === 'UPSTREAM_UNAVAILABLE'
}

/** The code or the name, and never the message: messages of parsers quote their input. */
function nameOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.name : 'unknown'
}
