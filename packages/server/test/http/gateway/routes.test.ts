/**
 * @module The gateway: signed calls, calls with an access token alone, and the access log.
 */
import { createLocalJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  AGREEMENT_PATH,
  bearerCall,
  CARDS_PATH,
  INBOX_PATH,
  LIMITED_PATH,
  PAY_PATH,
  SEND_PATH,
  startTestGateway,
  type TestGateway,
} from '../../support/gateway.ts'
import {
  APP_ID,
  CLIENT_ID,
  call,
  codeFor,
  redeem,
  send,
  signedHeaders,
  USER_ID,
  WALLET_ID,
  walletCall,
} from '../../support/server.ts'
import { json } from '../../support/upstream.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
beforeEach(() => gateway.reset())
afterAll(() => gateway.close())

describe('signed calls', () => {
  it('sends the user, the client and the scopes to the upstream, and returns only the permitted fields', async () => {
    const reply = await call(gateway.server, CARDS_PATH, {
      accessToken: gateway.cardToken,
      page: 2,
    })
    expect(reply).toEqual({
      result: { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'success' },
      cards: [{ brand: 'CanaryCard', lastFour: 'canary-4' }],
    })
    const [arrived] = gateway.upstream.arrived
    expect(arrived).toMatchObject({ method: 'POST', url: '/cards', body: '{"page":2}' })
    expect(arrived?.headers).toMatchObject({
      'assent-wallet-id': WALLET_ID,
      'assent-user-id': USER_ID,
      'assent-client-id': CLIENT_ID,
      'assent-app-id': APP_ID,
      'assent-scopes': 'CARD_LIST',
    })
    expect(JSON.stringify(arrived)).not.toContain(gateway.cardToken)
    const jwks = await (await fetch(`${gateway.server.url}/oauth2/jwks`)).json()
    const { payload } = await jwtVerify(
      String(arrived?.headers['assent-assertion']),
      createLocalJWKSet(jwks),
      { issuer: 'http://127.0.0.1:7300', audience: gateway.upstream.url, algorithms: ['ES256'] },
    )
    expect(payload).toMatchObject({
      sub: USER_ID,
      wallet_id: WALLET_ID,
      client_id: CLIENT_ID,
      app_id: APP_ID,
      scope: 'CARD_LIST',
    })
  })

  it('passes none of the headers of the client on to the upstream', async () => {
    const body = JSON.stringify({ accessToken: gateway.cardToken })
    const forged = {
      'assent-user-id': 'somebody-else',
      'Assent-Assertion': 'forged',
      cookie: 'a=b',
      'x-forwarded-for': '10.0.0.1',
      'idempotency-key': 'mine',
      'accept-encoding': 'gzip',
    }
    await send(
      gateway.server,
      CARDS_PATH,
      { ...signedHeaders(gateway.server.clock, CARDS_PATH, body), ...forged },
      body,
    )
    const headers = gateway.upstream.arrived[0]?.headers ?? {}
    expect(headers['assent-user-id']).toBe(USER_ID)
    expect(headers['assent-assertion']).not.toBe('forged')
    expect(Object.keys(headers).sort()).toEqual([
      'accept',
      'assent-app-id',
      'assent-assertion',
      'assent-client-id',
      'assent-scopes',
      'assent-user-id',
      'assent-wallet-id',
      'connection',
      'content-length',
      'content-type',
      'host',
      'trace-id',
    ])
  })

  it('uses the result codes of the dialect of its path', async () => {
    const rejected = await call(gateway.server, '/v2/cards/inquiryCardList', {
      accessToken: 'at_x',
    })
    expect(rejected.result.resultCode).toBe('INVALID_ACCESS_TOKEN')
  })

  it('names the missing scopes', async () => {
    const cards = await call(gateway.server, CARDS_PATH, { accessToken: gateway.baseToken })
    expect([cards.result.resultCode, cards['missingScopes']]).toEqual([
      'ACCESS_DENIED',
      ['CARD_LIST'],
    ])
    const sent = await call(gateway.server, SEND_PATH, {
      accessToken: gateway.cardToken,
      requestId: 'r',
    })
    expect(sent['missingScopes']).toEqual(['SEND_MESSAGE', 'NOTIFICATION_INBOX'])
    expect(gateway.upstream.arrived).toEqual([])
    expect(gateway.otherUpstream.arrived).toEqual([])
  })

  it('passes path parameters on to the upstream', async () => {
    await call(gateway.server, '/v1/cards/card-1.b/limits', { accessToken: gateway.cardToken })
    expect(gateway.upstream.arrived[0]?.url).toBe('/limits/card-1.b')
  })

  it('requires a requestId for APIs that write, and sends it to the upstream as an idempotency key of the user', async () => {
    const none = await call(gateway.server, SEND_PATH, { accessToken: gateway.inboxToken })
    expect(none.result).toMatchObject({ resultCode: 'PARAM_ILLEGAL' })
    const keys: unknown[] = []
    for (const requestId of ['r-1', 'r-1', 'r-2']) {
      const sent = await call(gateway.server, SEND_PATH, {
        accessToken: gateway.inboxToken,
        requestId,
      })
      expect(sent.result.resultCode).toBe('SUCCESS')
      keys.push(gateway.otherUpstream.arrived.at(-1)?.headers['idempotency-key'])
    }
    expect(keys[0]).toMatch(/^\d+-r-1$/)
    expect(keys[1]).toBe(keys[0])
    expect(keys[2]).not.toBe(keys[0])
  })

  it('reads the token and the request id under the names that the API declares', async () => {
    const body = {
      productCode: 'P1',
      paymentAuthCode: gateway.inboxToken,
      paymentRequestId: 'order-7',
      paymentAmount: { currency: 'PHP', value: '100' },
    }
    expect((await call(gateway.server, PAY_PATH, body)).result.resultCode).toBe('SUCCESS')
    const [arrived] = gateway.otherUpstream.arrived
    expect(arrived?.headers['idempotency-key']).toMatch(/^\d+-order-7$/)
    const { paymentAuthCode: _, ...forwarded } = body
    expect(JSON.parse(arrived?.body ?? '')).toEqual(forwarded)
  })

  it('reads the token from a nested member, and removes nothing else', async () => {
    const paymentMethod = { paymentMethodType: 'WALLET', paymentMethodId: gateway.inboxToken }
    const body = { paymentMethod, order: { buyer: { name: 'A' } } }
    expect((await call(gateway.server, AGREEMENT_PATH, body)).result.resultCode).toBe('SUCCESS')
    expect(JSON.parse(gateway.otherUpstream.arrived[0]?.body ?? '')).toEqual({
      paymentMethod: { paymentMethodType: 'WALLET' },
      order: body.order,
    })
  })

  it.each([
    { sent: '{"accessToken":"T","id":9007199254740993}', arrives: '{"id":9007199254740993}' },
    { sent: '{"id":1e400,"accessToken":"T"}', arrives: '{"id":1e400}' },
    { sent: '{"b":1.0,"accessToken":"T","a":null}', arrives: '{"b":1.0,"a":null}' },
    { sent: '{"a":"\\u0041\\/","accessToken":"T"}', arrives: '{"a":"\\u0041\\/"}' },
    { sent: '{"accessToken":"T"}', arrives: '{}' },
    {
      sent: '{"2":1,"1":-0,"accessToken":"T","__proto__":{"a":[ 1E5 ]}}',
      arrives: '{"2":1,"1":-0,"__proto__":{"a":[ 1E5 ]}}',
    },
    { sent: '{"\\u0061ccessToken":"T","a":"accessToken"}', arrives: '{"a":"accessToken"}' },
    { sent: ' {\n "a" : 1 , "accessToken" : "T" } ', arrives: ' {\n "a" : 1 } ' },
  ])('the upstream receives the bytes of $sent without the token', async ({ sent, arrives }) => {
    const body = sent.replace('"T"', JSON.stringify(gateway.cardToken))
    const headers = signedHeaders(gateway.server.clock, CARDS_PATH, body)
    const reply = await send(gateway.server, CARDS_PATH, headers, body)
    expect(JSON.parse(reply.body).result.resultCode).toBe('SUCCESS')
    expect(gateway.upstream.arrived[0]?.body).toBe(arrives)
  })

  // Alternately, because responses that cannot be used open the circuit breaker.
  it.each([
    { number: '9007199254740993', isExact: false },
    { number: '9007199254740991', isExact: true },
    { number: '1e400', isExact: false },
    { number: '1e21', isExact: true },
    { number: '1e-400', isExact: false },
    { number: '1.50', isExact: true },
    { number: '-12345678901234567890', isExact: false },
    { number: '123456789012345.5', isExact: true },
    { number: '0.12345678901234567891', isExact: false },
    { number: '-0.1', isExact: true },
  ])('a response with $number is passed on: $isExact', async ({ number, isExact }) => {
    gateway.upstream.answer = (response) => {
      response.setHeader('content-type', 'application/json')
      response.end(`{"cards":[{"brand":"A","lastFour":${number}}]}`)
    }
    const reply = await call(gateway.server, CARDS_PATH, { accessToken: gateway.cardToken })
    const cards = isExact ? [{ brand: 'A', lastFour: Number(number) }] : undefined
    expect(reply['cards']).toEqual(cards)
    if (!isExact) expect(gateway.server.log.at(-2)).toContain('a number that JSON parsers round')
  })

  it.each([
    { path: PAY_PATH, body: { accessToken: 'T', requestId: 'r' }, name: 'paymentAuthCode' },
    { path: PAY_PATH, body: { paymentAuthCode: 'T', requestId: 'r' }, name: 'paymentRequestId' },
    { path: PAY_PATH, body: { paymentAuthCode: ['T'] }, name: 'paymentAuthCode' },
    { path: AGREEMENT_PATH, body: {}, name: 'paymentMethod.paymentMethodId' },
    { path: AGREEMENT_PATH, body: { paymentMethod: 'T' }, name: 'paymentMethod.paymentMethodId' },
    { path: AGREEMENT_PATH, body: { paymentMethod: [] }, name: 'paymentMethod.paymentMethodId' },
  ])('names the missing $name', async ({ path, body, name }) => {
    const text = JSON.stringify(body).replace('"T"', JSON.stringify(gateway.inboxToken))
    const { result } = await call(gateway.server, path, JSON.parse(text))
    expect(result.resultCode).toBe('PARAM_ILLEGAL')
    expect(result.resultMessage).toContain(name)
    expect(gateway.otherUpstream.arrived).toEqual([])
  })

  it('limits the calls per user', async () => {
    const codes: string[] = []
    for (let n = 0; n < 5; n++)
      codes.push(
        (await call(gateway.server, LIMITED_PATH, { accessToken: gateway.inboxToken })).result
          .resultCode,
      )
    expect(codes.slice(0, 3)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS'])
    expect(codes.slice(3)).toEqual(Array(2).fill('REQUEST_TRAFFIC_EXCEED_LIMIT'))
    expect(gateway.otherUpstream.arrived).toHaveLength(3)
  })

  it('passes on a result of the upstream only when it has the format of the platform family', async () => {
    const result = { resultStatus: 'F', resultCode: 'CARD_GONE', resultMessage: 'No such card.' }
    gateway.otherUpstream.answer = json({ result, messageId: 1 })
    const body = { accessToken: gateway.inboxToken, requestId: 'r-3' }
    expect(await call(gateway.server, SEND_PATH, body)).toEqual({ result, messageId: 1 })
    gateway.upstream.answer = json({ result: { ...result, secret: 1 }, cards: [], secret: 1 })
    expect(await call(gateway.server, CARDS_PATH, { accessToken: gateway.cardToken })).toEqual({
      result,
      cards: [],
    })
    gateway.otherUpstream.answer = json({ result: 'SUCCESS', messageId: 1 })
    expect(await call(gateway.server, SEND_PATH, body)).toMatchObject({
      result: { resultCode: 'SUCCESS' },
    })
  })

  it('rejects a token as soon as its scope is withdrawn', async () => {
    const code = await codeFor(gateway.server, ['CARD_LIST'])
    const { accessToken } = await redeem(gateway.server, code)
    await walletCall(gateway.server, 'revoke', {
      userId: USER_ID,
      appId: APP_ID,
      scopes: ['CARD_LIST'],
    })
    const rejected = await call(gateway.server, CARDS_PATH, { accessToken })
    expect(['INVALID_ACCESS_TOKEN', 'ACCESS_DENIED']).toContain(rejected.result.resultCode)
    expect(gateway.upstream.arrived).toEqual([])
    gateway.cardToken = (
      await redeem(gateway.server, await codeFor(gateway.server, ['auth_base', 'CARD_LIST']))
    )['accessToken']
  })
})

describe('access log', () => {
  const accessLog = async (more: object): Promise<readonly Record<string, unknown>[]> =>
    (await walletCall(gateway.server, 'accessLog', { userId: USER_ID, ...more }))['accessLog']

  it('records every access with its API, fields, time and count', async () => {
    const token = (
      await redeem(gateway.server, await codeFor(gateway.server, ['auth_base', 'CARD_LIST']))
    )['accessToken']
    // Wait until the entries of earlier tests are written.
    await expect
      .poll(() => gateway.server.readMetrics(), { timeout: 5000 })
      .toContain('assent_access_log_pending 0')
    const before = await accessLog({ appId: APP_ID })
    for (let n = 0; n < 5; n++) await call(gateway.server, CARDS_PATH, { accessToken: token })
    await call(gateway.server, CARDS_PATH, { accessToken: 'at_x' })
    await call(gateway.server, '/v1/users/inquiryUserInfo', { accessToken: token })
    await bearerCall(gateway, INBOX_PATH)
    const added = async () => {
      const after = await accessLog({ appId: APP_ID })
      const countOf = (all: typeof after, api: string): number =>
        all.filter((one) => one['api'] === api).reduce((sum, one) => sum + Number(one['count']), 0)
      return ['cards', 'inquiryUserInfo', 'inbox'].map(
        (api) => countOf(after, api) - countOf(before, api),
      )
    }
    await expect.poll(added, { timeout: 5000 }).toEqual([5, 1, 1])
    const all = await accessLog({})
    expect(all.find(({ api }) => api === 'cards')).toMatchObject({
      appId: APP_ID,
      fields: ['cards[].brand', 'cards[].lastFour'],
      accessedAt: expect.stringMatching(/T/),
    })
    expect(all.find(({ api }) => api === 'inbox')).toMatchObject({ fields: ['*'] })
    const own = await call(gateway.server, '/v1/authorizations/accessLog', { accessToken: token })
    expect(own['accessLog']).toEqual(await accessLog({ appId: APP_ID }))
    expect(await accessLog({ appId: 'other-app' })).toEqual([])
    const rejected = await call(gateway.server, '/v1/authorizations/accessLog', {
      accessToken: 'at_x',
    })
    expect(rejected.result.resultCode).toBe('INVALID_ACCESS_TOKEN')
  })
})

/** The challenge of the API `INBOX_PATH`. */
function challenge(error: string): string {
  return `Bearer error="${error}", ${METADATA}`
}
const METADATA = `resource_metadata="http://127.0.0.1:7300/.well-known/oauth-protected-resource${INBOX_PATH}"`

describe('calls without a credential', () => {
  it.each([
    ['GET', INBOX_PATH, {}, 401, `Bearer ${METADATA}`],
    ['GET', INBOX_PATH, { 'client-id': 'x' }, 401, `Bearer ${METADATA}`],
    ['GET', INBOX_PATH, { origin: 'https://evil.example' }, 403, `Bearer ${METADATA}`],
    ['GET', '/v1/unknown', {}, 404, undefined],
    ['PUT', INBOX_PATH, {}, 404, undefined],
    ['POST', CARDS_PATH, {}, 404, undefined],
  ] as const)('%s %s %j are told how to get one (RFC 6750 §3)', async (...row) => {
    const [method, path, headers, status, expected] = row
    const reply = await send(gateway.server, path, headers, '', method)
    expect([reply.status, reply.headers['www-authenticate']]).toEqual([status, expected])
    expect(JSON.parse(reply.body)).toMatchObject({ error: expect.any(String) })
    expect(gateway.otherUpstream.arrived).toEqual([])
  })
})

describe('calls with an access token alone', () => {
  it('need no signature when the API allows it', async () => {
    gateway.otherUpstream.answer = json({ messages: ['hi'] })
    const reply = await bearerCall(gateway, `${INBOX_PATH}?page=2`)
    expect([reply.status, reply.body]).toEqual([200, '{"messages":["hi"]}'])
    expect(reply.headers['cache-control']).toBe('no-store')
    expect(gateway.otherUpstream.arrived[0]).toMatchObject({
      method: 'GET',
      url: '/inbox?page=2',
      body: '',
    })
  })

  it.each([
    ['an API that requires a signature', CARDS_PATH, {}, 404, undefined],
    ['a method that no API has', INBOX_PATH, { method: 'DELETE' }, 404, undefined],
    ['an undeclared query parameter', `${INBOX_PATH}?admin=1`, {}, 400, undefined],
    ['a repeated query parameter', `${INBOX_PATH}?page=1&page=2`, {}, 400, undefined],
    ['a parameter after a semicolon', `${INBOX_PATH}?page=1;admin=true`, {}, 400, undefined],
    ['a fragment', `${INBOX_PATH}?page=1#&admin=true`, {}, 400, undefined],
    ['a backslash', `${INBOX_PATH}?page=1\\&size=2`, {}, 400, undefined],
    ['no token', INBOX_PATH, { authorization: 'Bearer' }, 401, challenge('invalid_token')],
    [
      'another authentication scheme',
      INBOX_PATH,
      { authorization: 'Basic eDp5' },
      401,
      challenge('invalid_token'),
    ],
    [
      'a forged token',
      INBOX_PATH,
      { authorization: 'Bearer at_x' },
      401,
      challenge('invalid_token'),
    ],
    [
      'a request of a browser',
      INBOX_PATH,
      { origin: 'https://evil.example' },
      403,
      challenge('access_denied'),
    ],
  ] as const)('are rejected: %s', async (_, target, more, status, expected) => {
    const { method = 'GET', ...headers } = more as Record<string, string>
    const all = { authorization: `Bearer ${gateway.inboxToken}`, ...headers }
    const reply = await send(gateway.server, target, all, '', method)
    expect([reply.status, reply.headers['www-authenticate']]).toEqual([status, expected])
    expect(gateway.otherUpstream.arrived).toEqual([])
    expect(gateway.upstream.arrived).toEqual([])
  })

  it('get the missing scope in the challenge (RFC 6750 §3.1)', async () => {
    const reply = await bearerCall(gateway, INBOX_PATH, gateway.cardToken)
    expect(reply.status).toBe(403)
    expect(reply.headers['www-authenticate']).toBe(
      challenge('insufficient_scope').replace(',', ', scope="NOTIFICATION_INBOX",'),
    )
    expect(JSON.parse(reply.body)).toMatchObject({ missingScopes: ['NOTIFICATION_INBOX'] })
  })

  it('get a streamed response when it is not filtered, up to the size limit', async () => {
    const large = JSON.stringify({ text: 'x'.repeat(3_000_000) })
    gateway.otherUpstream.answer = (response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(large)
    expect((await bearerCall(gateway, INBOX_PATH)).body).toBe(large)
    gateway.otherUpstream.answer = (response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('"'.padEnd(5_000_000, 'x'))
    await expect(bearerCall(gateway, INBOX_PATH)).rejects.toThrow()
  })
})
