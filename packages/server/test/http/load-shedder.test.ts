/**
 * @module The load shedder: which requests it rejects, and that a rejection is delayed so that clients do not retry at once.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEndpointLookup, type Endpoint } from '../../src/http/endpoint.ts'
import { createLoadShedder, type LoadShedder } from '../../src/http/load-shedding.ts'

/** docs/operating.md#load-shedding */
const SHED_DELAY_MS = 500
const LIMITS = { consent: 384, token: 512, withdrawal: 1024 } as const
const WAITING_LIMIT = 1536
/** Nobody has more than this part of a limit. */
const shareOf = (limit: number): number => Math.floor(limit / 3)

const SIGNED = { methods: ['POST'], callerProof: 'signature' } as const
const ENDPOINTS: readonly Endpoint[] = [
  { ...SIGNED, path: '/consult', sheddingClass: 'consent' },
  { ...SIGNED, path: '/token', sheddingClass: 'token' },
  { ...SIGNED, path: '/revoke', sheddingClass: 'withdrawal' },
  {
    path: '/grant',
    methods: ['GET', 'DELETE'],
    sheddingClass: 'token',
    withdrawalMethods: ['DELETE'],
    callerProof: 'optional-signature',
  },
  { path: '/oauth-token', methods: ['POST'], sheddingClass: 'token' },
  { path: '/oauth-revoke', methods: ['POST'], sheddingClass: 'withdrawal' },
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
      async handler(request) {
        const { caller, waits } = request.query as { caller?: string; waits?: string }
        if (caller !== undefined) await shedder.identify(request, caller)
        if (waits === undefined) await finished
        else await shedder.whileWaiting(() => finished)
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

/** Sends requests without waiting for their replies. */
function start(url: string, count = 1): Promise<number>[] {
  return Array.from({ length: count }, () =>
    app.inject({ method: 'POST', url }).then(({ statusCode }) => statusCode),
  )
}

/** Lets the time pass until a request is rejected. */
async function rejectOne(): Promise<void> {
  while (shedder.shed() === 0) {
    await arrive()
    await vi.advanceTimersByTimeAsync(SHED_DELAY_MS / 10)
  }
}

/** Waits until requests that were sent have reached the router. */
async function arrive(): Promise<void> {
  for (let n = 0; n < 20; n++) await new Promise(setImmediate)
}

/** Starts withdrawals of many callers until this many are in flight. */
async function fill(count: number): Promise<void> {
  const missing = count - shedder.inFlight()
  for (let n = 0; n < missing; n++) start(`/revoke?caller=c${n % 10}`)
  await until(() => shedder.inFlight() === count)
}

type Reply = { status: number | undefined; headers: unknown; isEnded: boolean; isServed: boolean }

/** Passes a request to the listener that runs before the router. */
function listen(url: string, method = 'POST', headers = {}): Reply {
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
  listener({ url, method, headers } as IncomingMessage, response as unknown as ServerResponse)
  return reply
}

describe('before the router', () => {
  it('replies to a rejected request after the delay, and not before', async () => {
    await fill(LIMITS.token)
    const reply = listen('/token?x=1')
    await vi.advanceTimersByTimeAsync(SHED_DELAY_MS - 1)
    expect(reply).toMatchObject({ isEnded: false, isServed: false })
    expect(shedder.shed()).toBe(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(shedder.shed()).toBe(1)
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
    },
  )
})

describe('a request without a place', () => {
  it.each(['/token', '/page', '/oauth-token'])(
    'gets the first one that is free before it is rejected: %s',
    async (url) => {
      await fill(LIMITS.token)
      const reply = app.inject({ method: url === '/page' ? 'GET' : 'POST', url })
      const early = listen(url)
      await arrive()
      finish()
      await until(() => shedder.inFlight() === 0)
      await vi.advanceTimersByTimeAsync(SHED_DELAY_MS / 2)
      expect((await reply).statusCode).toBe(200)
      expect([early.isServed, early.isEnded, shedder.shed()]).toEqual([true, false, 0])
    },
  )

  it('of a caller that has used up its share gets one of its own', async () => {
    const limit = shareOf(LIMITS.token)
    for (let n = 0; n < limit; n++) {
      start('/oauth-token?caller=a')
      await until(() => shedder.inFlight() === n + 1)
    }
    const [excess] = start('/oauth-token?caller=a')
    await arrive()
    // It does not count for strangers meanwhile.
    expect(shedder.inFlight()).toBe(limit)
    finish()
    await until(() => shedder.inFlight() === 0)
    await vi.advanceTimersByTimeAsync(SHED_DELAY_MS / 2)
    expect(await excess).toBe(200)
  })
})

describe('a caller', () => {
  it.each([
    { path: '/consult', caller: 'a', limit: shareOf(LIMITS.consent) },
    { path: '/token', caller: 'a', limit: shareOf(LIMITS.token) },
    { path: '/revoke', caller: 'a', limit: shareOf(LIMITS.withdrawal) },
    { path: '/oauth-token', caller: undefined, limit: shareOf(LIMITS.token) },
    // Only callers who have proven who they are may use the limit of withdrawals.
    { path: '/oauth-revoke', caller: undefined, limit: shareOf(LIMITS.token) },
    { path: '/oauth-revoke', caller: 'a', limit: shareOf(LIMITS.withdrawal) },
  ])(
    'of $path ($caller) has at most $limit requests in flight',
    async ({ path, caller, limit }) => {
      const url = caller === undefined ? path : `${path}?caller=${caller}`
      for (let n = 0; n < limit; n++) {
        start(url)
        await until(() => shedder.inFlight() === n + 1)
      }
      const [excess] = start(url)
      await rejectOne()
      const others = [...start('/consult?caller=b'), ...start('/token?caller=c')]
      const withdrawals = [...start('/oauth-revoke?caller=d'), ...start('/revoke?caller=d')]
      await until(() => shedder.inFlight() >= limit + 3)
      await vi.advanceTimersByTimeAsync(SHED_DELAY_MS)
      expect(await excess).toBeGreaterThanOrEqual(500)
      finish()
      expect(await Promise.all(others)).toEqual([200, 200])
      expect((await Promise.all(withdrawals)).at(-1)).toBe(200)
    },
  )

  it('is a stranger until it is identified', async () => {
    start('/oauth-token', shareOf(LIMITS.token))
    await until(() => shedder.inFlight() === shareOf(LIMITS.token))
    expect(listen('/oauth-token').isServed).toBe(false)
    expect(listen('/oauth-revoke').isServed).toBe(false)
    expect(listen('/grant', 'DELETE').isServed).toBe(false)
    expect(listen('/grant', 'DELETE', { 'client-id': 'x' }).isServed).toBe(true)
    for (const url of ['/consult', '/token', '/revoke']) expect(listen(url).isServed).toBe(true)
  })

  it('withdraws with one method while other methods are rejected', async () => {
    await fill(LIMITS.token)
    expect(listen('/grant', 'GET').isServed).toBe(false)
    expect(listen('/grant', 'DELETE').isServed).toBe(true)
  })
})

describe('a request that waits for an outside address', () => {
  it('is not in flight, and is again when the response has arrived', async () => {
    const replies = start('/oauth-token?waits', shareOf(WAITING_LIMIT))
    await until(() => shedder.waiting() === shareOf(WAITING_LIMIT))
    expect(shedder.inFlight()).toBe(0)
    expect(listen('/oauth-token').isServed).toBe(true)
    finish()
    expect(new Set(await Promise.all(replies))).toEqual(new Set([200]))
    expect([shedder.inFlight(), shedder.waiting(), shedder.shed()]).toEqual([0, 0, 0])
  })

  it('takes no more than a third of those that may wait from the others', async () => {
    start('/oauth-token?waits', shareOf(WAITING_LIMIT))
    await until(() => shedder.waiting() === shareOf(WAITING_LIMIT))
    const [excess] = start('/oauth-token?waits')
    expect(await excess).toBe(500)
    const other = start('/token?waits&caller=a')
    await until(() => shedder.waiting() === shareOf(WAITING_LIMIT) + 1)
    finish()
    expect(await Promise.all(other)).toEqual([200])
  })
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
      await arrive()
      await vi.advanceTimersByTimeAsync(SHED_DELAY_MS - 1)
      expect(status).toBeUndefined()
      await vi.advanceTimersByTimeAsync(1)
      await replied
      expect(status).toBeGreaterThanOrEqual(500)
    },
  )

  it('counts a request whose client has disconnected until it is finished', async () => {
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('POST /oauth-token HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'),
    )
    await until(() => shedder.inFlight() === 1)
    const isClosed = new Promise((resolve) => socket.on('close', resolve))
    socket.destroy()
    await isClosed
    await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(200) }).catch(
      () => {},
    )
    expect(shedder.inFlight()).toBe(1)
    finish()
    await until(() => shedder.inFlight() === 0)
  })

  it('counts a request until it is finished, and not the exempt ones', async () => {
    await fill(2)
    void app.inject({ method: 'GET', url: '/readyz' })
    finish()
    await until(() => shedder.inFlight() === 0)
    expect(shedder.shed()).toBe(0)
  })
})
