/**
 * @module What a merchant is told, from the change in the wallet to its own server, over real sockets.
 */
import { randomInt } from 'node:crypto'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Mood, type Receiver, startReceiver } from '../support/receiver.ts'
import {
  APP_ID,
  CLIENT_ID,
  call,
  codeFor,
  OTHER_SIGNING,
  redeem,
  startTestServer,
  type TestConfig,
  type TestServer,
  testConfig,
  USER_ID,
  walletCall,
} from '../support/server.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

const EVENTS = '/v1/authorizations/events'
const DELETION = '/v1/authorizations/acknowledgeDeletion'

function configOf(client: Partial<TestConfig['clients'][number]>): TestConfig {
  const config = testConfig()
  const [first, ...others] = config.clients
  if (!first) throw new Error('the test configuration has a client')
  return {
    ...config,
    notifications: { allowPrivateAddresses: true },
    clients: [{ ...first, ...client }, ...others],
  }
}

/** One grant and one withdrawal of it. */
async function grantAndWithdraw(server: TestServer, scope = 'USER_NAME'): Promise<string> {
  const { accessToken } = await redeem(server, await codeFor(server, [scope]))
  await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID })
  return accessToken
}

describe('a merchant', () => {
  let receiver: Receiver
  let server: TestServer
  beforeAll(async () => {
    receiver = await startReceiver()
    server = await startTestServer(configOf({ notifyUrl: receiver.url }))
    receiver.listenTo(server)
  })
  afterAll(async () => {
    await server.close()
    await receiver.close()
  })
  beforeEach(() => {
    receiver.mood = () => 'well'
    receiver.acted.length = 0
    receiver.came.length = 0
  })

  const arrived = (count: number, timeout = 20_000) =>
    expect.poll(() => receiver.acted.length, { timeout, interval: 20 }).toBe(count)

  it('is told what was granted, changed, withdrawn and cancelled, in this order and once each', async () => {
    const first = await redeem(server, await codeFor(server, ['auth_base', 'USER_NAME']))
    await codeFor(server, ['USER_GENDER'])
    await walletCall(server, 'revoke', {
      userId: USER_ID,
      appId: APP_ID,
      scopes: ['USER_GENDER'],
    })
    await call(server, '/v1/authorizations/cancelToken', { accessToken: first['accessToken'] })
    await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID })
    await arrived(5)
    const told = receiver.acted.map(({ eventType, scopes, reason }) => [eventType, scopes, reason])
    expect(told).toEqual([
      ['AUTHORIZATION_GRANTED', ['auth_base', 'USER_NAME'], 'USER'],
      ['AUTHORIZATION_CHANGED', ['USER_GENDER'], 'USER'],
      ['AUTHORIZATION_WITHDRAWN', ['USER_GENDER'], 'USER'],
      ['TOKEN_CANCELLED', [], 'MERCHANT'],
      ['AUTHORIZATION_WITHDRAWN', expect.arrayContaining(['auth_base', 'USER_NAME']), 'USER'],
    ])
    for (const event of receiver.acted) {
      expect(event).toMatchObject({
        authClientId: CLIENT_ID,
        appId: APP_ID,
        userId: first['customerId'],
      })
      expect(JSON.stringify(event)).not.toContain(USER_ID)
    }
    expect(new Set(receiver.acted.map(({ eventId }) => eventId)).size).toBe(5)
  })

  it('can list what it was told, on from where it has read; others see nothing of it', async () => {
    await grantAndWithdraw(server)
    const all: string[] = []
    let cursor: string | undefined
    for (let page = 0; page < 20; page++) {
      const listed = await call(server, EVENTS, { limit: 3, ...(cursor && { cursor }) })
      if (listed['events'].length === 0) break
      all.push(...listed['events'].map(({ eventId }: { eventId: string }) => eventId))
      cursor = listed['cursor']
    }
    await arrived(2)
    expect(all.slice(-2)).toEqual(receiver.acted.map(({ eventId }) => eventId))
    expect(new Set(all).size).toBe(all.length)
    const others = await call(server, EVENTS, {}, OTHER_SIGNING)
    expect(others['events']).toEqual([])
    const wrong = await call(server, EVENTS, { cursor: "0' OR 1" })
    expect(wrong.result.resultCode).toBe('PARAM_ILLEGAL')
  })

  it('acknowledges a deletion, and the user sees it', async () => {
    const { customerId } = await redeem(server, await codeFor(server, ['auth_user']))
    await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID })
    const before = await walletCall(server, 'grants', { userId: USER_ID })
    expect(before['grants']).toEqual([])
    expect(before['withdrawn']).toMatchObject([{ appId: APP_ID }])
    expect(before['withdrawn'][0]).not.toHaveProperty('deletionAcknowledgedAt')
    const foreign = await call(server, DELETION, { userId: customerId }, OTHER_SIGNING)
    expect(foreign.result.resultCode).toBe('PARAM_ILLEGAL')
    await call(server, DELETION, { userId: customerId })
    const after = await walletCall(server, 'grants', { userId: USER_ID })
    expect(after['withdrawn'][0]).toMatchObject({
      appId: APP_ID,
      withdrawnAt: expect.stringMatching(/T/),
      deletionAcknowledgedAt: expect.stringMatching(/T/),
    })
  })

  it('is told all, in order, though it fails, hangs up, is late, forgets to say so and restarts', async () => {
    const moods: readonly Mood[] = ['well', 'fails', 'hangs up', 'is late', 'forgets to say so']
    receiver.mood = () => moods[randomInt(moods.length)] ?? 'well'
    const rounds = 30
    const restarting = (async () => {
      for (let n = 0; n < 3; n++) {
        await new Promise((resolve) => setTimeout(resolve, 400))
        await receiver.restart(300)
      }
    })()
    for (let n = 0; n < rounds; n++) await grantAndWithdraw(server)
    await restarting
    receiver.mood = () => 'well'
    await arrived(2 * rounds, 50_000)
    const kinds = receiver.acted.map(({ eventType }) => eventType)
    const turns = Array.from({ length: 2 * rounds }, (_, n) =>
      n % 2 === 0 ? 'AUTHORIZATION_GRANTED' : 'AUTHORIZATION_WITHDRAWN',
    )
    expect(kinds).toEqual(turns)
    expect(receiver.came.length).toBeGreaterThan(2 * rounds)
    // What comes again is the same, byte for byte.
    const bodies = new Map(receiver.came.map(({ eventId, body }) => [eventId, body]))
    for (const { eventId, body } of receiver.came) expect(body).toBe(bodies.get(eventId))
  })
})

describe('other shapes', () => {
  let receiver: Upstream
  beforeAll(async () => {
    receiver = await startUpstream()
  })
  afterAll(() => receiver.close())
  beforeEach(() => {
    receiver.arrived.length = 0
  })

  async function told(format: 'ams' | 'set', status: number): Promise<TestServer> {
    receiver.answer = (response) =>
      response.writeHead(status).end('{"result":{"resultStatus":"S","resultCode":"SUCCESS"}}')
    const server = await startTestServer(
      configOf({ notifyUrl: `${receiver.url}/notify`, notifyFormat: format }),
    )
    await grantAndWithdraw(server)
    await expect.poll(() => receiver.arrived.length, { timeout: 10_000 }).toBe(2)
    return server
  }

  it('that of AMS', async () => {
    const server = await told('ams', 200)
    const bodies = receiver.arrived.map(({ body }) => JSON.parse(body))
    expect(bodies).toMatchObject([
      { authorizationNotifyType: 'TOKEN_CREATED', authClientId: CLIENT_ID, reason: 'USER' },
      { authorizationNotifyType: 'TOKEN_CANCELED', authClientId: CLIENT_ID, reason: 'USER' },
    ])
    await server.close()
  })

  it('a Security Event Token (RFC 8417), pushed (RFC 8935)', async () => {
    const server = await told('set', 202)
    const jwks = createLocalJWKSet(await (await fetch(`${server.url}/oauth2/jwks`)).json())
    const [, withdrawn] = receiver.arrived
    expect(withdrawn?.headers['content-type']).toBe('application/secevent+jwt')
    const { payload, protectedHeader } = await jwtVerify(withdrawn?.body ?? '', jwks, {
      issuer: 'http://127.0.0.1:7300',
      audience: CLIENT_ID,
      typ: 'secevent+jwt',
    })
    expect(protectedHeader.alg).toBe('ES256')
    expect(payload.jti).toMatch(/./)
    expect(payload['events']).toMatchObject({
      'https://schemas.openid.net/secevent/oauth/event-type/tokens-revoked': {
        scopes: ['USER_NAME'],
      },
    })
    await server.close()
  })

  it('Security Event Tokens that are fetched (RFC 8936)', async () => {
    const server = await startTestServer(configOf({ notifyFormat: 'set' }))
    await grantAndWithdraw(server)
    const poll = (body: object, signing = {}) =>
      call(server, '/v1/authorizations/pollEvents', body, signing)
    const waiting = async () => Object.keys((await poll({}))['sets'])
    await expect.poll(async () => (await waiting()).length, { timeout: 10_000 }).toBe(2)
    const first = await poll({ maxEvents: 1 })
    expect(first['moreAvailable']).toBe(true)
    const [[jti, token] = ['', '']] = Object.entries(first['sets'] as Record<string, string>)
    const jwks = createLocalJWKSet(await (await fetch(`${server.url}/oauth2/jwks`)).json())
    const { payload } = await jwtVerify(token, jwks, { typ: 'secevent+jwt', audience: CLIENT_ID })
    expect(payload.jti).toBe(jti)
    expect((await poll({ ack: [jti] }, OTHER_SIGNING))['sets']).toEqual({})
    expect(await waiting()).toContain(jti)
    const rest = await poll({ ack: [jti] })
    expect(Object.keys(rest['sets'])).toHaveLength(1)
    expect(rest['moreAvailable']).toBe(false)
    expect((await poll({ ack: Object.keys(rest['sets']) }))['sets']).toEqual({})
    await server.close()
  })
})
