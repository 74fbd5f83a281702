/**
 * @module The gateway over real sockets: what reaches an upstream, what comes back, and what does neither.
 */
import { connect } from 'node:net'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  APP_ID,
  CLIENT_ID,
  call,
  codeFor,
  isGenuine,
  type JsonReply,
  type RawReply,
  redeem,
  send,
  signedHeaders,
  startTestServer,
  type TestServer,
  testConfig,
  USER_ID,
  WALLET_ID,
  walletCall,
} from '../support/server.ts'
import { json, startUpstream, type Upstream } from '../support/upstream.ts'

const CARDS = '/v1/cards/inquiryCardList'
const CARD = '/v1/cards/{cardId}/limits'
const INBOX = '/v1/inbox/messages'
const SEND = '/v1/messages/sendInbox'
const RARE = '/v1/rare'

let upstream: Upstream
let healthy: Upstream
let server: TestServer
let cardToken: string
let inboxToken: string
let baseToken: string

beforeAll(async () => {
  upstream = await startUpstream()
  healthy = await startUpstream()
  const config = testConfig()
  const [client, ...others] = config.clients
  const [app] = client?.miniPrograms ?? []
  if (!client || !app) throw new Error('the test configuration has a client')
  server = await startTestServer({
    ...config,
    apis: [
      {
        name: 'cards',
        paths: [CARDS, '/v2/cards/inquiryCardList'],
        upstream: `${upstream.url}/cards`,
        scopes: ['CARD_LIST'],
        fields: { CARD_LIST: ['cards[].brand', 'cards[].lastFour'] },
        timeoutSeconds: 0.5,
        maxResponseBytes: 100_000,
        maxConcurrency: 8,
      },
      {
        name: 'card-limits',
        paths: [CARD],
        upstream: `${upstream.url}/limits/{cardId}`,
        scopes: ['CARD_LIST'],
      },
      {
        name: 'inbox',
        method: 'GET',
        paths: [INBOX],
        upstream: `${healthy.url}/inbox`,
        scopes: ['NOTIFICATION_INBOX'],
        allowBearer: true,
        query: ['page', 'size'],
        maxResponseBytes: 4_000_000,
      },
      {
        name: 'send',
        paths: [SEND],
        upstream: `${healthy.url}/send`,
        scopes: ['SEND_MESSAGE', 'NOTIFICATION_INBOX'],
        scopeMatch: 'all',
        requiresRequestId: true,
      },
      {
        name: 'rare',
        paths: [RARE],
        upstream: `${healthy.url}/rare`,
        scopes: ['NOTIFICATION_INBOX'],
        limits: { perUser: 3 },
      },
    ],
    clients: [
      {
        ...client,
        miniPrograms: [{ ...app, scopes: [...app.scopes, 'NOTIFICATION_INBOX', 'SEND_MESSAGE'] }],
      },
      ...others,
    ],
  })
  const tokenFor = async (...scopes: string[]): Promise<string> =>
    (await redeem(server, await codeFor(server, scopes)))['accessToken']
  cardToken = await tokenFor('auth_base', 'CARD_LIST')
  inboxToken = await tokenFor('NOTIFICATION_INBOX', 'SEND_MESSAGE')
  baseToken = await tokenFor('auth_base')
})
afterAll(async () => {
  await server.close()
  upstream.close()
  healthy.close()
})
beforeEach(() => {
  upstream.arrived.length = 0
  healthy.arrived.length = 0
  upstream.answer = json({
    cards: [{ brand: 'CanaryCard', lastFour: 'canary-4', number: '4000' }],
    secret: 1,
  })
  healthy.answer = json({ messages: [] })
})

function bearer(
  target: string,
  token = inboxToken,
  headers: Record<string, string | string[]> = {},
): Promise<RawReply> {
  return send(server, target, { authorization: `Bearer ${token}`, ...headers }, '', 'GET')
}

describe('a signed call', () => {
  it('reaches the upstream with who calls, and brings back what the scope opens', async () => {
    const reply = await call(server, CARDS, { accessToken: cardToken, page: 2 })
    expect(reply).toEqual({
      result: { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'success' },
      cards: [{ brand: 'CanaryCard', lastFour: 'canary-4' }],
    })
    const [arrived] = upstream.arrived
    expect(arrived).toMatchObject({ method: 'POST', url: '/cards', body: '{"page":2}' })
    expect(arrived?.headers).toMatchObject({
      'assent-wallet-id': WALLET_ID,
      'assent-user-id': USER_ID,
      'assent-client-id': CLIENT_ID,
      'assent-app-id': APP_ID,
      'assent-scopes': 'CARD_LIST',
    })
    expect(JSON.stringify(arrived)).not.toContain(cardToken)
    const jwks = await (await fetch(`${server.url}/oauth2/jwks`)).json()
    const { payload } = await jwtVerify(
      String(arrived?.headers['assent-assertion']),
      createLocalJWKSet(jwks),
      { issuer: 'http://127.0.0.1:7300', audience: upstream.url, algorithms: ['ES256'] },
    )
    expect(payload).toMatchObject({
      sub: USER_ID,
      wallet_id: WALLET_ID,
      client_id: CLIENT_ID,
      app_id: APP_ID,
      scope: 'CARD_LIST',
    })
  })

  it('carries none of the headers that the caller sent', async () => {
    const body = JSON.stringify({ accessToken: cardToken })
    const forged = {
      'assent-user-id': 'somebody-else',
      'Assent-Assertion': 'forged',
      cookie: 'a=b',
      'x-forwarded-for': '10.0.0.1',
      'idempotency-key': 'mine',
      'accept-encoding': 'gzip',
    }
    await send(server, CARDS, { ...signedHeaders(server.clock, CARDS, body), ...forged }, body)
    const headers = upstream.arrived[0]?.headers ?? {}
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

  it('is answered in the words of its path', async () => {
    const refused = await call(server, '/v2/cards/inquiryCardList', { accessToken: 'at_x' })
    expect(refused.result.resultCode).toBe('INVALID_ACCESS_TOKEN')
  })

  it('says which scopes are missing, so that they can be asked for', async () => {
    const cards = await call(server, CARDS, { accessToken: baseToken })
    expect([cards.result.resultCode, cards['missingScopes']]).toEqual([
      'ACCESS_DENIED',
      ['CARD_LIST'],
    ])
    const sent = await call(server, SEND, { accessToken: cardToken, requestId: 'r' })
    expect(sent['missingScopes']).toEqual(['SEND_MESSAGE', 'NOTIFICATION_INBOX'])
    expect(upstream.arrived).toEqual([])
    expect(healthy.arrived).toEqual([])
  })

  it('passes what is in the path to the upstream', async () => {
    await call(server, '/v1/cards/card-1.b/limits', { accessToken: cardToken })
    expect(upstream.arrived[0]?.url).toBe('/limits/card-1.b')
  })

  it('that writes needs a requestId, which the upstream gets as a key of this user', async () => {
    const none = await call(server, SEND, { accessToken: inboxToken })
    expect(none.result).toMatchObject({ resultCode: 'PARAM_ILLEGAL' })
    const keys: unknown[] = []
    for (const requestId of ['r-1', 'r-1', 'r-2']) {
      const sent = await call(server, SEND, { accessToken: inboxToken, requestId })
      expect(sent.result.resultCode).toBe('SUCCESS')
      keys.push(healthy.arrived.at(-1)?.headers['idempotency-key'])
    }
    expect(keys[0]).toMatch(/^\d+-r-1$/)
    expect(keys[1]).toBe(keys[0])
    expect(keys[2]).not.toBe(keys[0])
  })

  it('is counted for each user', async () => {
    const codes: string[] = []
    for (let n = 0; n < 5; n++)
      codes.push((await call(server, RARE, { accessToken: inboxToken })).result.resultCode)
    expect(codes.slice(0, 3)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS'])
    expect(codes.slice(3)).toEqual(Array(2).fill('REQUEST_TRAFFIC_EXCEED_LIMIT'))
    expect(healthy.arrived).toHaveLength(3)
  })

  it('lets an upstream of the family say itself how it went, and nothing else say so', async () => {
    const result = { resultStatus: 'F', resultCode: 'CARD_GONE', resultMessage: 'No such card.' }
    healthy.answer = json({ result, messageId: 1 })
    const body = { accessToken: inboxToken, requestId: 'r-3' }
    expect(await call(server, SEND, body)).toEqual({ result, messageId: 1 })
    upstream.answer = json({ result: { ...result, secret: 1 }, cards: [], secret: 1 })
    expect(await call(server, CARDS, { accessToken: cardToken })).toEqual({ result, cards: [] })
    healthy.answer = json({ result: 'SUCCESS', messageId: 1 })
    expect(await call(server, SEND, body)).toMatchObject({ result: { resultCode: 'SUCCESS' } })
  })

  it('is refused at once after a withdrawal', async () => {
    const code = await codeFor(server, ['CARD_LIST'])
    const { accessToken } = await redeem(server, code)
    await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID, scopes: ['CARD_LIST'] })
    const refused = await call(server, CARDS, { accessToken })
    expect(['INVALID_ACCESS_TOKEN', 'ACCESS_DENIED']).toContain(refused.result.resultCode)
    expect(upstream.arrived).toEqual([])
    cardToken = (await redeem(server, await codeFor(server, ['auth_base', 'CARD_LIST'])))[
      'accessToken'
    ]
  })
})

describe('what was read', () => {
  const accessLog = async (more: object): Promise<readonly Record<string, unknown>[]> =>
    (await walletCall(server, 'accessLog', { userId: USER_ID, ...more }))['accessLog']

  it('is there for the user a moment later: by whom, what, when and how often', async () => {
    const token = (await redeem(server, await codeFor(server, ['auth_base', 'CARD_LIST'])))[
      'accessToken'
    ]
    // What other tests have read is written by then.
    const metrics = async () => (await fetch(`${server.url}/metrics`)).text()
    await expect.poll(metrics, { timeout: 5000 }).toContain('assent_access_log_pending 0')
    const before = await accessLog({ appId: APP_ID })
    for (let n = 0; n < 5; n++) await call(server, CARDS, { accessToken: token })
    await call(server, CARDS, { accessToken: 'at_x' })
    await call(server, '/v1/users/inquiryUserInfo', { accessToken: token })
    await bearer(INBOX)
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
    const own = await call(server, '/v1/authorizations/accessLog', { accessToken: token })
    expect(own['accessLog']).toEqual(await accessLog({ appId: APP_ID }))
    expect(await accessLog({ appId: 'other-app' })).toEqual([])
    const refused = await call(server, '/v1/authorizations/accessLog', { accessToken: 'at_x' })
    expect(refused.result.resultCode).toBe('INVALID_ACCESS_TOKEN')
  })
})

describe('a call with a bearer token', () => {
  it('needs no signature where the API allows it', async () => {
    healthy.answer = json({ messages: ['hi'] })
    const reply = await bearer(`${INBOX}?page=2`)
    expect([reply.status, reply.body]).toEqual([200, '{"messages":["hi"]}'])
    expect(reply.headers['cache-control']).toBe('no-store')
    expect(healthy.arrived[0]).toMatchObject({ method: 'GET', url: '/inbox?page=2', body: '' })
  })

  it.each([
    ['an API that wants a signature', CARDS, {}, 404, undefined],
    ['another method', INBOX, { method: 'DELETE' }, 404, undefined],
    ['a parameter that is not declared', `${INBOX}?admin=1`, {}, 400, undefined],
    ['a parameter twice', `${INBOX}?page=1&page=2`, {}, 400, undefined],
    ['no token', INBOX, { authorization: 'Bearer' }, 401, 'Bearer error="invalid_token"'],
    ['another scheme', INBOX, { authorization: 'Basic eDp5' }, 401, 'Bearer error="invalid_token"'],
    [
      'a forged token',
      INBOX,
      { authorization: 'Bearer at_x' },
      401,
      'Bearer error="invalid_token"',
    ],
    ['a browser', INBOX, { origin: 'https://evil.example' }, 403, 'Bearer error="access_denied"'],
  ] as const)('is refused: %s', async (_, target, more, status, challenge) => {
    const { method = 'GET', ...headers } = more as Record<string, string>
    const all = { authorization: `Bearer ${inboxToken}`, ...headers }
    const reply = await send(server, target, all, '', method)
    expect([reply.status, reply.headers['www-authenticate']]).toEqual([status, challenge])
    expect(healthy.arrived).toEqual([])
    expect(upstream.arrived).toEqual([])
  })

  it('is told which scope would do (RFC 6750 §3.1)', async () => {
    const reply = await bearer(INBOX, cardToken)
    expect(reply.status).toBe(403)
    expect(reply.headers['www-authenticate']).toBe(
      'Bearer error="insufficient_scope", scope="NOTIFICATION_INBOX"',
    )
    expect(JSON.parse(reply.body)).toMatchObject({ missingScopes: ['NOTIFICATION_INBOX'] })
  })

  it('streams an answer that passes whole, up to its limit', async () => {
    const large = JSON.stringify({ text: 'x'.repeat(3_000_000) })
    healthy.answer = (response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(large)
    expect((await bearer(INBOX)).body).toBe(large)
    healthy.answer = (response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('"'.padEnd(5_000_000, 'x'))
    await expect(bearer(INBOX)).rejects.toThrow()
  })
})

/** Other ways to write a path, each of which some server, somewhere, takes for the same. */
function spellingsOf(path: string): readonly string[] {
  const segments = path.split('/').slice(1)
  const at = (index: number, text: string): string =>
    `/${segments.map((segment, n) => (n === index ? text : segment)).join('/')}`
  const each = segments.flatMap((segment, index) => {
    const first = `%${segment.charCodeAt(0).toString(16)}`
    return [
      at(index, first + segment.slice(1)),
      at(index, first.toUpperCase() + segment.slice(1)),
      at(index, `%25${first.slice(1)}${segment.slice(1)}`),
      at(index, `${segment.slice(0, -1)}%${segment.charCodeAt(segment.length - 1).toString(16)}`),
      at(index, [...segment].map((one) => `%${one.charCodeAt(0).toString(16)}`).join('')),
      at(index, segment.toUpperCase()),
      at(index, `${segment[0]?.toUpperCase()}${segment.slice(1)}`),
      at(index, `./${segment}`),
      at(index, `%2e/${segment}`),
      at(index, `x/../${segment}`),
      at(index, `x/%2e%2e/${segment}`),
      at(index, `x/..%2f${segment}`),
      at(index, `/${segment}`),
      at(index, `%2f${segment}`),
      at(index, `${segment};a=b`),
      at(index, `${segment}%3b`),
      at(index, `${segment}%00`),
      at(index, `${segment}%20`),
      at(index, `${segment}.`),
      at(index, `${segment}%2e`),
      at(index, `${segment}\\`),
      at(index, `${segment}%5c`),
      at(index, `${segment}%0a`),
      at(index, `${segment}%c0%af`),
      at(index, `${segment}+`),
      at(index, `${segment}~`),
      at(index, `${segment}*`),
      at(index, `${segment}%e2%80%8b`),
      at(index, `${segment},`),
      at(index, `${segment}'`),
      at(index, `${segment}%ef%bc%8f`),
      at(index, `${segment}%09`),
      at(index, `%ef%bd%96${segment}`),
      at(index, `${segment}:80`),
      at(index, `${segment}@`),
      at(index, `${segment}&`),
      at(index, `${segment}=`),
      at(index, `${segment}$`),
      at(index, `${segment}!`),
      at(index, `(${segment})`),
      at(index, `${segment}|`),
      at(index, `${segment}%7c`),
      at(index, `${segment}^`),
      at(index, `"${segment}"`),
      at(index, `<${segment}>`),
      at(index, `[${segment}]`),
      at(index, `{${segment}}`),
      at(index, `${segment}%0d%0aX-A:b`),
      at(index, `${segment}%u002f`),
      at(index, `${segment}%`),
      at(index, `${segment}%2`),
      at(index, `${segment}%zz`),
      at(index, `\`${segment}`),
    ]
  })
  const whole = [
    `${path}/`,
    `${path}//`,
    `${path}/.`,
    `${path}/..`,
    `${path}/%2e`,
    `${path}.json`,
    `${path}.htm`,
    `${path}?`,
    `${path}?a=b`,
    `${path}?accessToken=x`,
    `${path}#a`,
    `${path}%23`,
    `${path}%3f`,
    `${path}%3fa=b`,
    `/${path}`,
    `//x${path}`,
    `/.${path}`,
    `/..${path}`,
    `/x/..${path}`,
    `/%2e%2e${path}`,
    `/;${path}`,
    `/api${path}`,
    path.replaceAll('/', '\\'),
    path.replaceAll('/', '%2f'),
    path.replaceAll('/', '%5c'),
    path.replaceAll('/', '//'),
    path.toUpperCase(),
    path.replace('v1', 'v01'),
    path.replace('v1', 'v1.0'),
    path.replace('v1', 'V1'),
    path.slice(1),
    path.slice(0, -1),
    `${path}${path}`,
    `*${path}`,
    path.split('').reverse().join(''),
  ]
  return [...new Set([...each, ...whole])].filter((one) => one !== path)
}

describe('other spellings of a path', () => {
  it.each([
    [CARDS, () => cardToken, false],
    ['/v1/cards/card1/limits', () => cardToken, false],
    [SEND, () => inboxToken, false],
    [RARE, () => inboxToken, false],
    [INBOX, () => inboxToken, true],
  ] as const)('of %s are none: at least 200', async (path, token, isBearer) => {
    const spellings = spellingsOf(path)
    // A path of two segments has fewer; those with an extra segment in front make up for it.
    const more = spellings.flatMap((one) => [`/acl${one}`, `${one}/x`])
    const isOtherCard = (one: string): boolean => /^\/v1\/cards\/[\w.~-]+\/limits$/.test(one)
    const all = [...new Set([...spellings, ...more])].filter(
      (one) => !/\s/.test(one) && !isOtherCard(one),
    )
    expect(all.length).toBeGreaterThanOrEqual(200)
    const taken: string[] = []
    for (const target of all) {
      const status = await (isBearer
        ? bearer(target, token())
        : sendSigned(target, { accessToken: token(), requestId: 'r' })
      ).then(
        ({ status: given, body }) =>
          given === 200 && body.includes('"resultStatus":"S"') ? 'taken' : `${given}`,
        () => 'no answer',
      )
      if (status === 'taken') taken.push(target)
    }
    expect(taken).toEqual([])
    const reached = [...upstream.arrived, ...healthy.arrived].map(({ url }) => url)
    expect(reached).toEqual([])
  })

  async function sendSigned(target: string, body: object): Promise<RawReply> {
    const text = JSON.stringify(body)
    const reply = await send(server, target, signedHeaders(server.clock, target, text), text)
    const { result } = JSON.parse(reply.body || '{}') as Partial<JsonReply>
    // Every reply to a call that came so far is signed for the path as it was written.
    if (result && !isGenuine(server, target, reply)) throw new Error('not signed')
    return reply
  }
})

describe('requests that two servers could read differently', () => {
  const head = (more: readonly string[], body = '', target = INBOX, method = 'GET'): string =>
    [
      `${method} ${target} HTTP/1.1`,
      'Host: x',
      `Authorization: Bearer ${inboxToken}`,
      ...more,
      '',
      body,
    ].join('\r\n')
  const smuggled = (): string => head([])

  it.each<readonly [string, () => string]>([
    [
      'Content-Length before Transfer-Encoding',
      () =>
        head(
          ['Content-Length: 4', 'Transfer-Encoding: chunked'],
          `0\r\n\r\n${smuggled()}`,
          INBOX,
          'POST',
        ),
    ],
    [
      'Transfer-Encoding before Content-Length',
      () =>
        head(
          ['Transfer-Encoding: chunked', 'Content-Length: 4'],
          `0\r\n\r\n${smuggled()}`,
          INBOX,
          'POST',
        ),
    ],
    ['two Content-Lengths', () => head(['Content-Length: 0', 'Content-Length: 5'], 'hello')],
    ['a list of Content-Lengths', () => head(['Content-Length: 0, 5'], 'hello')],
    ['a signed Content-Length', () => head(['Content-Length: +0'])],
    ['an obscured Transfer-Encoding', () => head(['Transfer-Encoding: xchunked'], smuggled())],
    [
      'two Transfer-Encodings',
      () => head(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], `0\r\n\r\n`),
    ],
    ['a space before the colon', () => head(['Content-Length : 5'], 'hello')],
    ['a folded header', () => head(['X: a', ' Transfer-Encoding: chunked'])],
    [
      'a bare line feed',
      () => `GET ${INBOX} HTTP/1.1\nHost: x\nAuthorization: Bearer ${inboxToken}\n\n`,
    ],
    ['a null byte in a header', () => head(['X: a\0b'])],
    [
      'a chunk size with a sign',
      () => head(['Transfer-Encoding: chunked'], '+0\r\n\r\n', INBOX, 'POST'),
    ],
    ['a second Authorization', () => head(['Authorization: Bearer at_x'])],
    [
      'an absolute target of another host with another path',
      () => head([], '', `http://evil.example/x${INBOX}`),
    ],
    ['a target with a user', () => head([], '', `http://a:b@evil.example/x`)],
    ['an upgrade', () => head(['Connection: Upgrade', 'Upgrade: websocket'], '', '/v1/x')],
    [
      'an upgrade to HTTP/2',
      () =>
        head(
          [
            'Connection: Upgrade, HTTP2-Settings',
            'Upgrade: h2c',
            'HTTP2-Settings: AAMAAABkAAQAAP__',
          ],
          '',
          '/v1/x',
        ),
    ],
    ['the preface of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['CONNECT', () => head([], '', 'evil.example:443', 'CONNECT')],
    ['TRACE', () => head([], '', INBOX, 'TRACE')],
    ['no host', () => `GET ${INBOX} HTTP/1.1\r\nAuthorization: Bearer ${inboxToken}\r\n\r\n`],
    ['two hosts', () => head(['Host: y'])],
    ['HTTP/0.9', () => `GET ${INBOX}\r\n\r\n`],
    ['HTTP/3.0', () => `GET ${INBOX} HTTP/3.0\r\nHost: x\r\n\r\n`],
  ])('do not reach an upstream: %s', async (_, request) => {
    const answer = await raw(request())
    expect(answer).not.toMatch(/^HTTP\/1\.1 (2|101)/m)
    expect(healthy.arrived).toEqual([])
    expect(upstream.arrived).toEqual([])
  })

  it('an absolute target is its path, and reaches the upstream once', async () => {
    const answer = await raw(head(['Connection: close'], '', `http://x${INBOX}`))
    expect(answer).toMatch(/^HTTP\/1\.1 200/)
    expect(healthy.arrived).toHaveLength(1)
  })

  function raw(request: string): Promise<string> {
    const { hostname, port } = new URL(server.url)
    return new Promise((resolve) => {
      const socket = connect(Number(port), hostname)
      let text = ''
      const done = (): void => {
        socket.destroy()
        resolve(text)
      }
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1')
      })
      socket.on('end', done)
      socket.on('error', done)
      socket.setTimeout(700, done)
      socket.write(request, 'latin1')
    })
  }
})

describe('an upstream that is not well', () => {
  const ask = () => call(server, CARDS, { accessToken: cardToken })
  const large = Buffer.alloc(64 * 1024, 'x')

  it.each<readonly [string, Upstream['answer']]>([
    ['hangs', () => {}],
    ['hangs up', (response) => response.destroy()],
    ['fails', json({ cards: [] }, 500)],
    ['is away', json({}, 503)],
    ['redirects', (response) => response.writeHead(302, { location: '/elsewhere' }).end()],
    [
      'answers in another language',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    ],
    [
      'answers half a JSON',
      (response) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"cards":['),
    ],
    ['answers a list', json([1])],
    ['answers nothing', (response) => response.writeHead(204).end()],
    [
      'breaks off',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
        response.write('{')
        setTimeout(() => response.destroy(), 20)
      },
    ],
    [
      'trickles',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        const timer = setInterval(() => response.write(' '), 20)
        response.on('close', () => clearInterval(timer))
      },
    ],
    [
      'never ends',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        const more = (): void => {
          while (!response.destroyed && response.write(large));
          if (!response.destroyed) response.once('drain', more)
        }
        more()
      },
    ],
    [
      'compresses what is a bomb',
      (response) =>
        response
          .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
          .end(large),
    ],
    [
      'sends endless headers',
      (response) => {
        for (let n = 0; n < 40; n++) response.setHeader(`x-${n}`, 'y'.repeat(1024))
        response.end('{}')
      },
    ],
    [
      'speaks no HTTP',
      (response) => {
        response.socket?.write('hello\r\n\r\n')
        response.socket?.end()
      },
    ],
  ])('is answered for with a documented code, in time: %s', async (_, answer) => {
    upstream.answer = answer
    const startedAt = performance.now()
    const { result, ...data } = await ask()
    expect(result).toMatchObject({ resultStatus: 'U', resultCode: 'PROCESS_FAIL' })
    expect(data).toEqual({})
    expect(performance.now() - startedAt).toBeLessThan(1500)
    // Known to be ill, it is left alone for a while; here that is over at once.
    upstream.answer = json({ cards: [] })
    await expect
      .poll(async () => (await ask()).result.resultCode, { timeout: 5000, interval: 100 })
      .toBe('SUCCESS')
  })

  it.each<readonly [string, Upstream['answer']]>([
    ['never begins', () => {}],
    ['never ends', (response) => void response.writeHead(200).write(' ')],
  ])('is called too slow in the log when its answer %s', async (_, answer) => {
    upstream.answer = answer
    const before = server.log.length
    await ask()
    await expect
      .poll(() => server.log.slice(before).join(''))
      .toContain('cards: answered too slowly')
    upstream.answer = json({ cards: [] })
    expect((await ask()).result.resultCode).toBe('SUCCESS')
  })

  it('says that it refuses, and stays open to others', async () => {
    for (let n = 0; n < 10; n++) {
      upstream.answer = json({ error: 'SECRET' }, 400)
      const reply = await ask()
      expect(reply.result).toMatchObject({ resultStatus: 'F', resultCode: 'PROCESS_FAIL' })
      expect(JSON.stringify(reply)).not.toContain('SECRET')
    }
    upstream.answer = json({ cards: [] })
    expect((await ask()).result.resultCode).toBe('SUCCESS')
  })

  it('is left alone after five failures, and asked again after two seconds', async () => {
    upstream.answer = json({}, 500)
    for (let n = 0; n < 8; n++) await ask()
    expect(upstream.arrived.length).toBe(5)
    upstream.answer = json({ cards: [] })
    await expect
      .poll(async () => (await ask()).result.resultCode, { timeout: 5000, interval: 200 })
      .toBe('SUCCESS')
  })

  it('takes no more than its share: others are served while all of its calls hang', async () => {
    upstream.answer = () => {}
    const hanging = Array.from({ length: 40 }, ask)
    await expect.poll(() => upstream.arrived.length).toBeGreaterThanOrEqual(8)
    const replies = await Promise.all(Array.from({ length: 20 }, () => bearer(INBOX)))
    expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(200))
    const codes = (await Promise.all(hanging)).map(({ result }) => result.resultStatus)
    expect(new Set(codes)).toEqual(new Set(['U']))
    expect(upstream.arrived.length).toBe(8)
  })

  it('leaves nothing of itself, of the user or of the token in the log', () => {
    const log = server.log.join('')
    expect(log).toContain('"route":"cards"')
    for (const secret of [cardToken, inboxToken, 'SECRET', 'CanaryCard', 'canary-4'])
      expect(log).not.toContain(secret)
  })
})
