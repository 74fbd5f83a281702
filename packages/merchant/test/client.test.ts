/**
 * @module The SDK against a platform that misbehaves in every way that matters.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  formatSignatureHeader,
  formatTime,
  parseSignatureHeader,
  type SignatureEncoding,
  signedPrefix,
} from '@assent/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  AuthorizationRequiredError,
  createMemoryTokenStore,
  createMerchantClient,
  type MerchantClient,
  OutcomeUnknownError,
  ReplySignatureError,
  ResultError,
  ScopesMissingError,
  type TokenStore,
  type Tokens,
  UnavailableError,
} from '../src/index.ts'

const merchantKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const platformKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const CLIENT_ID = 'merchant-1'

type Received = { readonly path: string; readonly request: Record<string, string> }
type Handler = (received: Received, response: ServerResponse) => void

let server: Server
let baseUrl: string
let handle: Handler
let received: Received[]

beforeAll(async () => {
  server = createServer((request, response) => {
    void readBody(request).then((body) => {
      expect(isSigned(request, body)).toBe(true)
      const one = { path: request.url ?? '', request: JSON.parse(body) as Record<string, string> }
      received.push(one)
      handle(one, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  received = []
})

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function isSigned({ headers, url = '' }: IncomingMessage, body: string): boolean {
  const signature = parseSignatureHeader(String(headers['signature']))
  const prefix = signedPrefix(url, String(headers['client-id']), String(headers['request-time']))
  return (
    signature !== undefined &&
    verify(
      'sha256',
      Buffer.from(prefix + body),
      merchantKeys.publicKey,
      Buffer.from(signature.base64, 'base64'),
    )
  )
}

type Twist = {
  readonly encoding?: SignatureEncoding
  readonly clientId?: string
  readonly tamper?: boolean
  readonly time?: number
}

function reply(
  path: string,
  response: ServerResponse,
  data: object,
  { encoding = 'base64url', clientId = CLIENT_ID, tamper, time }: Twist = {},
): void {
  const body = JSON.stringify(data)
  const responseTime = formatTime(time ?? Math.floor(Date.now() / 1000))
  const signature = sign(
    'sha256',
    Buffer.from(signedPrefix(path, clientId, responseTime) + body),
    platformKeys.privateKey,
  )
  response.writeHead(200, {
    'client-id': clientId,
    'response-time': responseTime,
    signature: formatSignatureHeader(1, signature.toString('base64'), encoding),
    'trace-id': 'trace-7',
  })
  response.end(tamper ? body.replace('SUCCESS', 'success') : body)
}

const ok = { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'success' }
const no = (resultCode: string, resultStatus = 'F'): object => ({
  result: { resultStatus, resultCode, resultMessage: 'No.' },
})

/** One second for the whole file: two calls with the same arguments are equal, whatever the clock does in between. */
const now = Math.floor(Date.now() / 1000)

function tokens(n: number, expiresIn = 3600): Tokens {
  return {
    accessToken: `at_${n}`,
    accessTokenExpiryTime: formatTime(now + expiresIn),
    refreshToken: `rt_${n}`,
    refreshTokenExpiryTime: formatTime(now + 86_400),
    customerId: 'customer-1',
    scope: 'auth_base',
  }
}

function clientOf(more: Partial<Parameters<typeof createMerchantClient>[0]> = {}): MerchantClient {
  return createMerchantClient({
    baseUrl,
    clientId: CLIENT_ID,
    privateKey: merchantKeys.privateKey,
    platformPublicKey: platformKeys.publicKey,
    timeoutMilliseconds: 300,
    ...more,
  })
}

describe('applyToken', () => {
  it.each(['percent', 'base64', 'base64url'] as const)(
    'trades a code for tokens and stores them (%s)',
    async (encoding) => {
      const tokenStore = createMemoryTokenStore()
      handle = ({ path }, response) =>
        reply(path, response, { result: ok, ...tokens(1) }, { encoding })
      expect(await clientOf({ tokenStore }).applyToken({ authCode: 'ac_1' })).toEqual(tokens(1))
      expect(received).toEqual([
        {
          path: '/v1/authorizations/applyToken',
          request: { grantType: 'AUTHORIZATION_CODE', authCode: 'ac_1' },
        },
      ])
      expect((await tokenStore.get('customer-1'))?.refreshToken).toBe('rt_1')
    },
  )

  it('speaks the dialect that it is told', async () => {
    handle = ({ path }, response) => reply(path, response, { result: ok, ...tokens(1) })
    await clientOf({ dialect: 'vodapay' }).applyToken({ authCode: 'ac_1' })
    await clientOf({ dialect: 'gcash' }).applyToken({ authCode: 'ac_1' })
    expect(received.map(({ path }) => path)).toEqual([
      '/v2/authorizations/applyTokenSigned',
      '/v1/authorizations/applyToken.htm',
    ])
  })

  it.each([
    { name: 'no answer', behave: () => undefined },
    { name: 'a connection that breaks', behave: (response: ServerResponse) => response.destroy() },
    {
      name: 'an answer that breaks off',
      behave: (response: ServerResponse) => {
        response.writeHead(200, { 'content-length': '100' })
        response.write('{')
        setTimeout(() => response.destroy(), 20)
      },
    },
  ])('$name: OutcomeUnknownError, and the code is never sent again', async ({ behave }) => {
    handle = (_received, response) => void behave(response)
    await expect(clientOf().applyToken({ authCode: 'ac_1' })).rejects.toThrow(OutcomeUnknownError)
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(received).toHaveLength(1)
  })

  it('U for a code is not repeated either', async () => {
    handle = ({ path }, response) => reply(path, response, no('UNKNOWN_EXCEPTION', 'U'))
    await expect(clientOf().applyToken({ authCode: 'ac_1' })).rejects.toMatchObject({
      code: 'RESULT',
      resultCode: 'UNKNOWN_EXCEPTION',
      traceId: 'trace-7',
    })
    expect(received).toHaveLength(1)
  })

  it.each([
    { name: 'a changed body', twist: { tamper: true } },
    { name: 'the reply to another client', twist: { clientId: 'merchant-2' } },
  ])('$name: ReplySignatureError, and nothing is stored', async ({ twist }) => {
    const tokenStore = createMemoryTokenStore()
    handle = ({ path }, response) => reply(path, response, { result: ok, ...tokens(1) }, twist)
    await expect(clientOf({ tokenStore }).applyToken({ authCode: 'ac_1' })).rejects.toThrow(
      ReplySignatureError,
    )
    expect(await tokenStore.get('customer-1')).toBeUndefined()
  })

  it('an unsigned reply, and one for another path', async () => {
    handle = (_received, response) =>
      void response.end(JSON.stringify({ result: ok, ...tokens(1) }))
    await expect(clientOf().applyToken({ authCode: 'ac_1' })).rejects.toThrow(ReplySignatureError)
    handle = (_received, response) =>
      reply('/v1/users/inquiryUserInfo', response, { result: ok, ...tokens(1) })
    await expect(clientOf().applyToken({ authCode: 'ac_1' })).rejects.toThrow(ReplySignatureError)
  })

  it('TIMESTAMP_INVALID says how far the clock is off', async () => {
    const theirs = Math.floor(Date.now() / 1000) + 900
    handle = ({ path }, response) =>
      reply(path, response, no('TIMESTAMP_INVALID'), { time: theirs })
    const error = await clientOf()
      .applyToken({ authCode: 'ac_1' })
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ResultError)
    expect((error as ResultError).clockOffsetSeconds).toBeGreaterThan(890)
  })

  it('503: UnavailableError with the time to wait', async () => {
    handle = (_received, response) => void response.writeHead(503, { 'retry-after': '7' }).end()
    await expect(clientOf().applyToken({ authCode: 'ac_1' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryAfterSeconds: 7,
    })
    expect(new UnavailableError(7).name).toBe('UnavailableError')
  })
})

describe('tokens', () => {
  function platform(valid: Set<string>): Handler {
    let n = 1
    return ({ path, request }, response) => {
      if (path.endsWith('applyToken')) {
        if (request['refreshToken'] !== `rt_${n}`)
          return reply(path, response, no('INVALID_REFRESH_TOKEN'))
        n++
        valid.add(`at_${n}`)
        return reply(path, response, { result: ok, ...tokens(n) })
      }
      const isValid = valid.has(request['accessToken'] ?? '')
      return reply(
        path,
        response,
        isValid
          ? { result: ok, userInfo: { userId: 'customer-1', nickName: 'N' }, userId: 'customer-1' }
          : no('INVALID_ACCESS_TOKEN'),
      )
    }
  }

  it('an expired or refused access token is refreshed once for all who wait', async () => {
    for (const expiresIn of [3600, 10]) {
      received = []
      const tokenStore = createMemoryTokenStore()
      await tokenStore.set('customer-1', tokens(1, expiresIn))
      handle = platform(new Set())
      const client = clientOf({ tokenStore })
      const infos = await Promise.all(
        Array.from({ length: 20 }, () => client.inquiryUserInfo('customer-1')),
      )
      expect(infos.every(({ nickName }) => nickName === 'N')).toBe(true)
      expect(received.filter(({ path }) => path.endsWith('applyToken'))).toHaveLength(1)
      expect((await tokenStore.get('customer-1'))?.accessToken).toBe('at_2')
    }
  })

  it('a new token is stored before it is used', async () => {
    const order: string[] = []
    const memory = createMemoryTokenStore()
    const tokenStore: TokenStore = {
      ...memory,
      async set(customerId, value) {
        await new Promise((resolve) => setTimeout(resolve, 30))
        await memory.set(customerId, value)
        order.push(`stored ${value.accessToken}`)
      },
    }
    await memory.set('customer-1', tokens(1, 0))
    const answer = platform(new Set())
    handle = (one, response) => {
      if (one.request['accessToken']) order.push(`used ${one.request['accessToken']}`)
      answer(one, response)
    }
    await clientOf({ tokenStore }).inquiryUserInfo('customer-1')
    expect(order).toEqual(['stored at_2', 'used at_2'])
  })

  it('a refresh whose answer is lost is repeated with the same token', async () => {
    const tokenStore = createMemoryTokenStore()
    await tokenStore.set('customer-1', tokens(1))
    handle = ({ path }, response) => {
      if (received.length === 1) response.destroy()
      else reply(path, response, { result: ok, ...tokens(2) })
    }
    expect((await clientOf({ tokenStore }).refresh('customer-1')).accessToken).toBe('at_2')
    expect(received.map(({ request }) => request['refreshToken'])).toEqual(['rt_1', 'rt_1'])
  })

  it.each(['INVALID_REFRESH_TOKEN', 'EXPIRED_REFRESH_TOKEN', 'USED_REFRESH_TOKEN'])(
    '%s: the user has to be asked, and the token is forgotten',
    async (resultCode) => {
      const tokenStore = createMemoryTokenStore()
      await tokenStore.set('customer-1', tokens(1))
      handle = ({ path }, response) => reply(path, response, no(resultCode))
      await expect(clientOf({ tokenStore }).refresh('customer-1')).rejects.toThrow(
        AuthorizationRequiredError,
      )
      expect(await tokenStore.get('customer-1')).toBeUndefined()
      await expect(clientOf({ tokenStore }).inquiryUserInfo('customer-1')).rejects.toThrow(
        AuthorizationRequiredError,
      )
    },
  )

  it('ACCESS_DENIED is no reason to refresh', async () => {
    const tokenStore = createMemoryTokenStore()
    await tokenStore.set('customer-1', tokens(1))
    handle = ({ path }, response) => reply(path, response, no('ACCESS_DENIED'))
    await expect(clientOf({ tokenStore }).inquiryUserInfo('customer-1')).rejects.toMatchObject({
      resultCode: 'ACCESS_DENIED',
    })
    expect(received).toHaveLength(1)
  })

  it('cancels at the platform first, then forgets', async () => {
    const tokenStore = createMemoryTokenStore()
    await tokenStore.set('customer-1', tokens(1))
    handle = ({ path }, response) => reply(path, response, no('PROCESS_FAIL'))
    await expect(clientOf({ tokenStore }).cancelToken('customer-1')).rejects.toThrow(ResultError)
    expect(await tokenStore.get('customer-1')).toBeDefined()
    handle = ({ path }, response) => reply(path, response, { result: ok })
    await clientOf({ tokenStore }).cancelToken('customer-1')
    expect(await tokenStore.get('customer-1')).toBeUndefined()
    await clientOf({ tokenStore }).cancelToken('customer-1')
    expect(received).toHaveLength(2)
  })
})

describe('options', () => {
  it('takes PEM keys', async () => {
    handle = ({ path }, response) => reply(path, response, { result: ok, ...tokens(1) })
    const client = clientOf({
      privateKey: createPrivateKey(
        merchantKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      ),
      platformPublicKey: createPublicKey(
        platformKeys.publicKey.export({ type: 'spki', format: 'pem' }),
      )
        .export({ type: 'spki', format: 'pem' })
        .toString(),
    })
    expect((await client.applyToken({ authCode: 'ac_1' })).accessToken).toBe('at_1')
  })

  it('refuses plain http to another machine', () => {
    expect(() => clientOf({ baseUrl: 'http://assent.example' })).toThrow(TypeError)
    expect(() => clientOf({ baseUrl: 'https://assent.example' })).not.toThrow()
  })

  it('tells an observer what was called, without bodies', async () => {
    const calls: object[] = []
    handle = ({ path }, response) => reply(path, response, no('USED_CODE'))
    await clientOf({ onCall: (call) => void calls.push(call) })
      .applyToken({ authCode: 'ac_1' })
      .catch(() => undefined)
    expect(calls).toEqual([
      {
        path: '/v1/authorizations/applyToken',
        resultCode: 'USED_CODE',
        milliseconds: expect.any(Number),
        traceId: 'trace-7',
      },
    ])
  })
})

describe('callApi', () => {
  const tokenStore = createMemoryTokenStore()

  it('calls an API of the wallet with the token of the customer, and gives what it answers', async () => {
    await tokenStore.set('customer-1', tokens(1))
    handle = ({ path }, response) => reply(path, response, { result: ok, cards: [1] })
    const answer = await clientOf({ tokenStore }).callApi('customer-1', '/v1/cards', { page: 2 })
    expect(answer).toEqual({ cards: [1] })
    expect(received).toEqual([{ path: '/v1/cards', request: { page: 2, accessToken: 'at_1' } }])
  })

  it('says what the mini program has to ask for', async () => {
    handle = ({ path }, response) =>
      reply(path, response, { ...no('ACCESS_DENIED'), missingScopes: ['CARD_LIST'] })
    const refused = clientOf({ tokenStore }).callApi('customer-1', '/v1/cards')
    await expect(refused).rejects.toBeInstanceOf(ScopesMissingError)
    await expect(refused).rejects.toMatchObject({
      code: 'SCOPES_MISSING',
      missingScopes: ['CARD_LIST'],
      traceId: 'trace-7',
    })
  })
})
