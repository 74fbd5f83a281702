/**
 * @module Signed requests to a platform that fails in every way: lost, incomplete, altered and refused replies.
 */
import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  createMemoryTokenStore,
  type MerchantClient,
  OutcomeUnknownError,
  ReplySignatureError,
  ResultError,
} from '../src/index.ts'
import {
  APP_ID,
  CUSTOMER,
  createClient,
  type FakePlatform,
  failure,
  type ReplyOptions,
  reply,
  SUCCESS,
  startPlatform,
  tokens,
} from './support/platform.ts'

let platform: FakePlatform
beforeAll(async () => {
  platform = await startPlatform()
})
afterAll(() => platform.close())
beforeEach(() => platform.reset())

const exchange = (client: MerchantClient): Promise<unknown> =>
  client.applyToken({ appId: APP_ID, authCode: 'ac_1' })

/** Longer than the first back-off, so that a retry would have arrived. */
const waitForRetries = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 400))

describe('a call whose outcome is unknown', () => {
  it.each([
    { name: 'the connection breaks', fail: (response: ServerResponse) => response.destroy() },
    {
      name: 'the response is incomplete',
      fail: (response: ServerResponse) => {
        response.writeHead(200, { 'content-length': '100' })
        response.write('{')
        setTimeout(() => response.destroy(), 20)
      },
    },
  ])('never sends a code again when $name', async ({ fail }) => {
    platform.handle = (_request, response) => void fail(response)
    await expect(exchange(createClient(platform.baseUrl))).rejects.toThrow(OutcomeUnknownError)
    await waitForRetries()
    expect(platform.received).toHaveLength(1)
  })

  it('never sends a code again when no response arrives in time', async () => {
    let sent = 0
    const fetchForever: typeof fetch = (_url, init) => {
      sent++
      return new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
      })
    }
    const client = createClient(platform.baseUrl, { timeoutMilliseconds: 50, fetch: fetchForever })
    await expect(exchange(client)).rejects.toThrow(OutcomeUnknownError)
    await waitForRetries()
    expect(sent).toBe(1)
  })

  it('never sends a code again after the status U', async () => {
    platform.handle = ({ path }, response) =>
      reply(path, response, failure('UNKNOWN_EXCEPTION', 'U'))
    await expect(exchange(createClient(platform.baseUrl))).rejects.toMatchObject({
      code: 'RESULT',
      resultCode: 'UNKNOWN_EXCEPTION',
      traceId: 'trace-7',
    })
    await waitForRetries()
    expect(platform.received).toHaveLength(1)
  })
})

describe('an idempotent call', () => {
  const events = { result: SUCCESS, events: [], cursor: '1' }

  it.each([
    {
      name: 'a 503',
      fail: (_path: string, response: ServerResponse) => response.writeHead(503).end(),
    },
    {
      name: 'the status U',
      fail: (path: string, response: ServerResponse) =>
        reply(path, response, failure('UNKNOWN_EXCEPTION', 'U')),
    },
    {
      name: 'a lost response',
      fail: (_path: string, response: ServerResponse) => response.destroy(),
    },
  ])('is retried after $name', async ({ fail }) => {
    platform.handle = ({ path }, response) => {
      if (platform.received.length === 1) fail(path, response)
      else reply(path, response, events)
    }
    expect(await createClient(platform.baseUrl).listEvents()).toEqual({ events: [], cursor: '1' })
    expect(platform.received).toHaveLength(2)
  })

  it('fails after three attempts', async () => {
    platform.handle = ({ path }, response) =>
      reply(path, response, failure('UNKNOWN_EXCEPTION', 'U'))
    await expect(createClient(platform.baseUrl).listEvents()).rejects.toThrow(ResultError)
    expect(platform.received).toHaveLength(3)
  })

  it('is not retried after the status F', async () => {
    platform.handle = ({ path }, response) => reply(path, response, failure('PARAM_ILLEGAL'))
    await expect(createClient(platform.baseUrl).listEvents()).rejects.toThrow(ResultError)
    await waitForRetries()
    expect(platform.received).toHaveLength(1)
  })
})

describe('the signature of a reply', () => {
  it.each(['percent', 'base64', 'base64url'] as const)(
    'is accepted in the encoding %s',
    async (encoding) => {
      platform.handle = ({ path }, response) =>
        reply(path, response, { result: SUCCESS, ...tokens(1) }, { encoding })
      expect(await exchange(createClient(platform.baseUrl))).toEqual({
        ...tokens(1),
        appId: APP_ID,
      })
    },
  )

  it.each<{ name: string; path?: string; options: ReplyOptions }>([
    { name: 'whose body was altered', options: { isTampered: true } },
    { name: 'to another client', options: { clientId: 'merchant-2' } },
    { name: 'for another path', path: '/v1/users/inquiryUserInfo', options: {} },
  ])('rejects a reply $name and stores nothing', async ({ path: signedPath, options }) => {
    const tokenStore = createMemoryTokenStore()
    platform.handle = ({ path }, response) =>
      reply(signedPath ?? path, response, { result: SUCCESS, ...tokens(1) }, options)
    const client = createClient(platform.baseUrl, { tokenStore })
    await expect(exchange(client)).rejects.toThrow(ReplySignatureError)
    expect(await tokenStore.get(CUSTOMER)).toBeUndefined()
  })
})

describe('a refused call', () => {
  it('reports the clock offset with TIMESTAMP_INVALID', async () => {
    const time = Math.floor(Date.now() / 1000) + 900
    platform.handle = ({ path }, response) =>
      reply(path, response, failure('TIMESTAMP_INVALID'), { time })
    const error = await exchange(createClient(platform.baseUrl)).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ResultError)
    expect((error as ResultError).clockOffsetSeconds).toBeGreaterThan(890)
  })

  it('reports no clock offset with another code', async () => {
    platform.handle = ({ path }, response) => reply(path, response, failure('USED_CODE'))
    await expect(exchange(createClient(platform.baseUrl))).rejects.toMatchObject({
      resultCode: 'USED_CODE',
      clockOffsetSeconds: undefined,
    })
  })
})

describe('onCall', () => {
  it('reports path, code, duration and trace id, but no body', async () => {
    const calls: object[] = []
    platform.handle = ({ path }, response) => reply(path, response, failure('USED_CODE'))
    const client = createClient(platform.baseUrl, { onCall: (call) => void calls.push(call) })
    await expect(exchange(client)).rejects.toThrow(ResultError)
    expect(calls).toEqual([
      {
        path: '/v1/authorizations/applyToken',
        resultCode: 'USED_CODE',
        durationMilliseconds: expect.any(Number),
        traceId: 'trace-7',
      },
    ])
  })
})
