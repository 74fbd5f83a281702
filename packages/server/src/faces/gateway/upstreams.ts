/**
 * @module The servers behind the gateway: connections kept alive, each call within a time and a size, each API apart from the
 * others, so that one that hangs takes nothing from the rest.
 */
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
import { Agent, type Dispatcher } from 'undici'
import { Refusal } from '../../engine/refusal.ts'
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

export type UpstreamAnswer = {
  readonly contentType: string
  /** As far as it says. */
  readonly length: number | undefined
  /** The whole body. @throws {Refusal} `UPSTREAM_UNAVAILABLE` when it breaks off, takes too long or is too large */
  text(): Promise<string>
  /** As it comes. It breaks off when it is too large. */
  stream(): AsyncIterable<Buffer>
}

export interface Upstreams {
  /**
   * @param use what is done with the answer; while it runs, the call is under way
   * @throws {Refusal} `UPSTREAM_REFUSED` when it answers 4xx, `UPSTREAM_UNAVAILABLE` for all else that is no answer
   */
  ask<T>(call: UpstreamCall, use: (answer: UpstreamAnswer) => Promise<T>): Promise<T>
  close(): Promise<void>
}

const FAILURES_THAT_OPEN = 5
const CLOSED_AGAIN_MILLISECONDS = 2000
const CONNECT_MILLISECONDS = 1000
const MAX_HEADER_BYTES = 16 * 1024
/** Of an answer that is none, so much is read to keep the connection. */
const DISCARDED_BYTES = 64 * 1024
const BROKEN_CONNECTION = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

export function createUpstreams(): Upstreams {
  const agents = new Map<string, Agent>()
  const guards = new Map<string, IPolicy>()

  /** Connections of its own for each API: what hangs in one is not waited for in another. */
  function agentOf(route: ApiRoute): Agent {
    const { maxUnderWay, maxAnswerBytes } = route
    return known(
      agents,
      route,
      () =>
        new Agent({
          connections: maxUnderWay,
          connect: { timeout: CONNECT_MILLISECONDS },
          maxHeaderSize: MAX_HEADER_BYTES,
          maxResponseSize: maxAnswerBytes,
        }),
    )
  }

  function guardOf(route: ApiRoute): IPolicy {
    return known(guards, route, () => {
      const breaker = new ConsecutiveBreaker(FAILURES_THAT_OPEN)
      const halfOpenAfter = CLOSED_AGAIN_MILLISECONDS
      return wrap(
        bulkhead(route.maxUnderWay),
        circuitBreaker(handleWhen(isUnavailable), { halfOpenAfter, breaker }),
      )
    })
  }

  async function send(call: UpstreamCall): Promise<Dispatcher.ResponseData> {
    const { route, headers, body = null, isRepeatable } = call
    const milliseconds = route.timeoutSeconds * 1000
    const agent = agentOf(route)
    const options = {
      origin: route.origin,
      path: fill(route.upstreamPath, call.parameters) + call.query,
      method: route.method,
      headers,
      body,
      headersTimeout: milliseconds,
      bodyTimeout: milliseconds,
    }
    try {
      return await agent.request(options)
    } catch (error) {
      if (!isRepeatable || !BROKEN_CONNECTION.has(nameOf(error))) throw error
      return agent.request(options)
    }
  }

  async function answer(call: UpstreamCall): Promise<UpstreamAnswer> {
    const { route } = call
    const response = await send(call).catch((error: unknown) => {
      throw unavailable(route, nameOf(error))
    })
    const { statusCode, headers, body } = response
    const isAnswer = statusCode >= 200 && statusCode < 300 && !headers['content-encoding']
    if (isAnswer) return answerOf(route, response)
    await body.dump({ limit: DISCARDED_BYTES }).catch(() => {})
    if (statusCode >= 400 && statusCode < 500) throw new Refusal('UPSTREAM_REFUSED')
    throw unavailable(route, `answered ${statusCode}`)
  }

  return {
    async ask(call, use) {
      try {
        return await guardOf(call.route).execute(async () => use(await answer(call)))
      } catch (error) {
        if (error instanceof BulkheadRejectedError)
          throw unavailable(call.route, 'too many calls are under way')
        if (error instanceof BrokenCircuitError)
          throw unavailable(call.route, 'it has failed again and again, and is left alone for now')
        throw error
      }
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()))
    },
  }
}

/** One for each API, and another one when its settings change. */
function known<T>(all: Map<string, T>, { key }: ApiRoute, make: () => T): T {
  const one = all.get(key) ?? make()
  all.set(key, one)
  return one
}

function answerOf(route: ApiRoute, { headers, body }: Dispatcher.ResponseData): UpstreamAnswer {
  const length = Number(headers['content-length'] ?? Number.NaN)
  /** Each chunk comes in time; so has the whole to. */
  const timer = setTimeout(
    () => body.destroy(unavailable(route, 'answered too slowly')),
    route.timeoutSeconds * 1000,
  )
  body.once('close', () => clearTimeout(timer))

  function failed(error: unknown): never {
    throw error instanceof Refusal ? error : unavailable(route, nameOf(error))
  }

  return {
    contentType: String(headers['content-type'] ?? ''),
    length: Number.isInteger(length) ? length : undefined,
    text: () => body.text().catch(failed),
    async *stream() {
      try {
        yield* body as AsyncIterable<Buffer>
      } catch (error) {
        failed(error)
      }
    },
  }
}

/** Parameters hold nothing that has to be escaped. */
function fill(upstream: string, parameters: Readonly<Record<string, string>>): string {
  return upstream.replace(/\{([^}]*)\}/g, (_, name: string) => parameters[name] ?? '')
}

/** @param what without anything that the upstream has sent: it goes to the log */
export function unavailable({ name }: ApiRoute, what: string): Refusal {
  return new Refusal('UPSTREAM_UNAVAILABLE', { cause: new Error(`${name}: ${what}`) })
}

function isUnavailable(error: unknown): boolean {
  return error instanceof Refusal && error.refusal === 'UPSTREAM_UNAVAILABLE'
}

/** A code where there is one: messages of parsers quote what they have read. */
function nameOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.name : 'unknown'
}
