/**
 * @module The load shedder: which requests it rejects, and that a rejection is delayed so that clients do not retry at once.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEndpointLookup, type Endpoint } from '../../src/http/endpoint.ts'
import { createLoadShedder, type LoadShedder } from '../../src/http/load-shedding.ts'

/** docs/operating.md#load-shedding */
const SHED_DELAY_MS = 500
const LIMITS = { consent: 192, token: 256, withdrawal: 1024 } as const

const ENDPOINTS: readonly Endpoint[] = [
  { path: '/consult', methods: ['POST'], sheddingClass: 'consent' },
  { path: '/token', methods: ['POST'], sheddingClass: 'token' },
  { path: '/revoke', methods: ['POST'], sheddingClass: 'withdrawal' },
  { path: '/readyz', methods: ['GET'], sheddingClass: 'exempt' },
  { path: '/page', methods: ['GET'], sheddingClass: 'consent', shedReply: 'error-page' },
]

let shedder: LoadShedder
let app: FastifyInstance
/** Finishes the requests in flight. */
let finish: () => void

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  shedder = createLoadShedder(createEndpointLookup(ENDPOINTS))
  app = Fastify()
  shedder.install(app)
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  for (const endpoint of ENDPOINTS) {
    app.route({
      method: [...endpoint.methods],
      url: endpoint.path,
      config: { endpoint },
      handler: async () => {
        await finished
        return 'done'
      },
    })
  }
})
afterEach(async () => {
  finish()
  vi.useRealTimers()
  await app.close()
})

/** Waits without advancing the fake timers. */
async function until(isReached: () => boolean): Promise<void> {
  while (!isReached()) await new Promise(setImmediate)
}

/** Starts withdrawals until this many are in flight. */
async function fill(count: number): Promise<void> {
  const missing = count - shedder.inFlight()
  for (let n = 0; n < missing; n++) void app.inject({ method: 'POST', url: '/revoke' })
  await until(() => shedder.inFlight() === count)
}

type Reply = { status: number | undefined; headers: unknown; isEnded: boolean; isServed: boolean }

/** Passes a request to the listener that runs before the router. */
function listen(url: string): Reply {
  const reply: Reply = { status: undefined, headers: undefined, isEnded: false, isServed: false }
  const response = {
    writeHead(status: number, headers: unknown) {
      Object.assign(reply, { status, headers })
      return response
    },
    end() {
      reply.isEnded = true
    },
  }
  const listener = shedder.wrapListener(() => {
    reply.isServed = true
  })
  listener({ url } as IncomingMessage, response as unknown as ServerResponse)
  return reply
}

describe('before the router', () => {
  it('replies to a rejected request after the delay, and not before', async () => {
    await fill(LIMITS.token)
    const reply = listen('/token?x=1')
    expect(shedder.shed()).toBe(1)
    vi.advanceTimersByTime(SHED_DELAY_MS - 1)
    expect(reply).toMatchObject({ isEnded: false, isServed: false })
    vi.advanceTimersByTime(1)
    expect(reply).toEqual({
      status: 503,
      headers: { 'retry-after': '1', 'content-length': '0' },
      isEnded: true,
      isServed: false,
    })
  })

  it.each([
    { url: '/consult', inFlight: LIMITS.consent - 1, isServed: true },
    { url: '/consult', inFlight: LIMITS.consent, isServed: false },
    { url: '/token', inFlight: LIMITS.token - 1, isServed: true },
    { url: '/token', inFlight: LIMITS.token, isServed: false },
    { url: '/unknown', inFlight: LIMITS.token, isServed: false },
    { url: '/revoke', inFlight: LIMITS.withdrawal - 1, isServed: true },
    { url: '/revoke', inFlight: LIMITS.withdrawal, isServed: false },
    { url: '/readyz', inFlight: LIMITS.withdrawal, isServed: true },
    { url: '/page', inFlight: LIMITS.withdrawal, isServed: true },
  ])(
    '$url with $inFlight requests in flight is served: $isServed',
    async ({ url, inFlight, isServed }) => {
      await fill(inFlight)
      expect(listen(url).isServed).toBe(isServed)
      expect(shedder.shed()).toBe(isServed ? 0 : 1)
    },
  )
})

describe('in the router', () => {
  it.each([
    { url: '/consult', method: 'POST' as const, limit: LIMITS.consent },
    { url: '/page', method: 'GET' as const, limit: LIMITS.consent },
  ])(
    'replies to a rejected request for $url after the delay, and not before',
    async ({ url, method, limit }) => {
      await fill(limit)
      let status: number | undefined
      const replied = app.inject({ method, url }).then((reply) => {
        status = reply.statusCode
      })
      await until(() => shedder.shed() === 1)
      await vi.advanceTimersByTimeAsync(SHED_DELAY_MS - 1)
      expect(status).toBeUndefined()
      await vi.advanceTimersByTimeAsync(1)
      await replied
      expect(status).toBeGreaterThanOrEqual(500)
    },
  )

  it('counts a request until it is finished, and not the exempt ones', async () => {
    await fill(2)
    void app.inject({ method: 'GET', url: '/readyz' })
    finish()
    await until(() => shedder.inFlight() === 0)
    expect(shedder.shed()).toBe(0)
  })
})
