/**
 * @module What balancers, proxies and broken connections answer instead of the platform: calls that may be repeated are, a code is
 * never sent twice, and the error says what came.
 */
import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type MerchantClient,
  OutcomeUnknownError,
  ReplySignatureError,
  UnavailableError,
} from '../src/index.ts'
import { retryAfterSeconds } from '../src/unsigned-reply.ts'
import {
  APP_ID,
  createClient,
  type FakePlatform,
  reply,
  SUCCESS,
  startPlatform,
} from './support/platform.ts'

const HTML = { 'content-type': 'text/html' }
const NOW = 'Sat, 28 Nov 2026 12:00:00 GMT'

type Answer = {
  readonly name: string
  readonly respond: (response: ServerResponse) => unknown
  readonly says: RegExp
  readonly status?: number
  readonly retryAfter?: number
}

/** The outcome is not known: the call may have reached the platform. */
const UNKNOWN: readonly Answer[] = [
  ...[500, 502, 504, 520, 404, 401, 403, 405, 408, 413].map((status) => ({
    name: `the status ${status} with a page`,
    respond: (response: ServerResponse) =>
      response.writeHead(status, HTML).end('<html>\n<title>Bad  Gateway</title>'),
    says: new RegExp(`status ${status} and a body that begins with "<html> <title>Bad Gateway<`),
    status,
  })),
  {
    name: 'the status 200 with a page',
    respond: (response) => response.writeHead(200, HTML).end('<!doctype html>Welcome'),
    says: /without a signature: status 200 and a body that begins with "<!doctype html>Welcome"/,
    status: 200,
  },
  {
    name: 'the status 200 with JSON and no signature',
    respond: (response) =>
      response.end(JSON.stringify({ result: SUCCESS, accessToken: 'at_secret' })),
    says: /"accessToken":"at_…"/,
    status: 200,
  },
  {
    name: 'an empty body',
    respond: (response) => response.end(),
    says: /an empty body/,
    status: 200,
  },
  {
    name: 'the status 204',
    respond: (response) => response.writeHead(204).end(),
    says: /204/,
    status: 204,
  },
  ...[301, 302, 307, 308].map((status) => ({
    name: `the redirect ${status}`,
    respond: (response: ServerResponse) =>
      response.writeHead(status, { location: 'https://www.wallet.example/' }).end(),
    says: /redirects to https:\/\/www\.wallet\.example\/: set baseUrl/,
    status,
  })),
  {
    name: 'the status 502 with Retry-After',
    respond: (response) => response.writeHead(502, { 'retry-after': '0' }).end(),
    says: /502/,
    status: 502,
    retryAfter: 0,
  },
  {
    name: 'a reset connection',
    respond: (response) => response.destroy(),
    says: /No response arrived/,
  },
  {
    name: 'a body that is cut off',
    respond: (response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{')
      setTimeout(() => response.destroy(), 20)
    },
    says: /status 200, is incomplete/,
    status: 200,
  },
  {
    name: 'a chunked body that is cut off',
    respond: (response) => {
      response.write('{')
      setTimeout(() => response.destroy(), 20)
    },
    says: /is incomplete/,
    status: 200,
  },
]

/** The call was not carried out. */
const REFUSED: readonly Answer[] = [
  {
    name: 'the status 503',
    respond: (response) => response.writeHead(503).end(),
    says: /status 503 and an empty body\. Try again after 1 s/,
    status: 503,
    retryAfter: 1,
  },
  {
    name: 'the status 503 with Retry-After',
    respond: (response) => response.writeHead(503, { 'retry-after': '0' }).end(),
    says: /Try again after 0 s/,
    status: 503,
    retryAfter: 0,
  },
  {
    name: 'the status 429 with Retry-After as a date',
    respond: (response) =>
      response
        .writeHead(429, { date: NOW, 'retry-after': 'Sat, 28 Nov 2026 12:00:01 GMT' })
        .end('slow down'),
    says: /status 429 and a body that begins with "slow down"\. Try again after 1 s/,
    status: 429,
    retryAfter: 1,
  },
]

const CASES = [
  ...UNKNOWN.map((answer) => ({
    ...answer,
    error: OutcomeUnknownError,
  })),
  ...REFUSED.map((answer) => ({ ...answer, error: UnavailableError })),
]

let platform: FakePlatform
let client: MerchantClient
/** How often each case was called. */
const calls = new Map<string, number>()
beforeAll(async () => {
  platform = await startPlatform()
  client = createClient(platform.baseUrl)
  // Cases run at once, so the request names its case.
  platform.handle = ({ path, request }, response) => {
    const name = request['authCode'] ?? request['cursor'] ?? ''
    const count = (calls.get(name) ?? 0) + 1
    calls.set(name, count)
    if (request['cursor'] && count > 1)
      return reply(path, response, { result: SUCCESS, events: [], cursor: '9' })
    return void CASES.find((one) => name.startsWith(`${one.name}:`))?.respond(response)
  }
})
afterAll(() => platform.close())

describe.concurrent('after an answer that is not the platform’s', () => {
  it.each(CASES)(
    'a code is not sent again: $name',
    async ({ name, error, says, status, retryAfter }) => {
      const authCode = `${name}:`
      const rejected = await client
        .applyToken({ appId: APP_ID, authCode })
        .catch((reason) => reason)
      expect(rejected).toBeInstanceOf(error)
      expect(rejected).not.toBeInstanceOf(ReplySignatureError)
      expect(rejected.message).toMatch(says)
      expect(rejected).toMatchObject({ status, retryAfterSeconds: retryAfter })
      // Longer than the first back-off, so that a retry would have arrived.
      await new Promise((resolve) => setTimeout(resolve, 400))
      expect(calls.get(authCode)).toBe(1)
    },
  )

  it.each(CASES)('a call that may be repeated is: $name', async ({ name }) => {
    const cursor = `${name}:again`
    expect(await client.listEvents({ cursor })).toEqual({ events: [], cursor: '9' })
    expect(calls.get(cursor)).toBe(2)
  })
})

describe('without any answer', () => {
  it.each([
    { name: 'a closed port', baseUrl: 'closed', says: /ECONNREFUSED/ },
    {
      name: 'a host that does not exist',
      baseUrl: 'https://assent.invalid',
      says: /ENOTFOUND|EAI_AGAIN/,
    },
    {
      name: 'a server without TLS',
      baseUrl: 'no TLS',
      says: /No response arrived from .*: ERR_SSL|EPROTO/,
    },
  ])('the outcome is unknown: $name', async ({ baseUrl, says }) => {
    const closed = await startPlatform()
    closed.close()
    const urls: Record<string, string> = {
      closed: closed.baseUrl,
      'no TLS': platform.baseUrl.replace('http:', 'https:'),
    }
    const other = createClient(urls[baseUrl] ?? baseUrl)
    const rejected = await other
      .applyToken({ appId: APP_ID, authCode: 'ac_1' })
      .catch((reason: unknown) => reason)
    expect(rejected).toBeInstanceOf(OutcomeUnknownError)
    expect(rejected).toMatchObject({ message: expect.stringMatching(says), status: undefined })
  })

  it('the outcome is unknown: a server that takes too long', async () => {
    const other = createClient(platform.baseUrl, { timeoutMilliseconds: 50 })
    await expect(other.applyToken({ appId: APP_ID, authCode: 'silent' })).rejects.toThrow(
      'it took longer than 50 ms',
    )
  })
})

it('a call is not repeated before the time that Retry-After names', async () => {
  const respond = platform.handle
  const arrivals: number[] = []
  platform.handle = ({ path }, response) => {
    arrivals.push(performance.now())
    if (arrivals.length === 1) return void response.writeHead(429, { 'retry-after': '1' }).end()
    return reply(path, response, { result: SUCCESS, events: [], cursor: '9' })
  }
  await client.listEvents()
  platform.handle = respond
  // Timers may fire a millisecond early.
  expect((arrivals[1] ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(990)
})

it('a call that has to wait for long fails at once, with the time', async () => {
  const respond = platform.handle
  platform.reset()
  platform.handle = (_request, response) =>
    void response.writeHead(503, { 'retry-after': '120' }).end()
  await expect(client.listEvents()).rejects.toMatchObject({ retryAfterSeconds: 120 })
  platform.handle = respond
  expect(platform.received).toHaveLength(1)
})

describe(retryAfterSeconds, () => {
  const inAMinute = 'Sat, 28 Nov 2026 12:01:00 GMT'
  it.each([
    { headers: {}, seconds: undefined },
    { headers: { 'retry-after': '7' }, seconds: 7 },
    { headers: { 'retry-after': ' 0 ' }, seconds: 0 },
    { headers: { 'retry-after': inAMinute, date: NOW }, seconds: 60 },
    { headers: { 'retry-after': NOW, date: inAMinute }, seconds: 0 },
    { headers: { 'retry-after': 'soon' }, seconds: undefined },
    { headers: { 'retry-after': '' }, seconds: undefined },
  ])('$headers → $seconds', ({ headers, seconds }) => {
    expect(retryAfterSeconds(new Headers(headers as Record<string, string>))).toBe(seconds)
  })

  it('counts from now when the answer has no date', () => {
    const date = new Date(Date.now() + 30_000).toUTCString()
    expect(retryAfterSeconds(new Headers({ 'retry-after': date }))).toBeGreaterThan(25)
  })
})
