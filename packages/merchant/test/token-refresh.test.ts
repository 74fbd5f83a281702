/**
 * @module Refreshing tokens: single flight, stored before used, and what each failure means for the stored tokens.
 */
import { EventEmitter, once } from 'node:events'
import { ERRORS } from '@assent/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  AuthorizationRequiredError,
  createMemoryTokenStore,
  type TokenStore,
} from '../src/index.ts'
import { createTokenRefresher } from '../src/token-refresh.ts'
import {
  APP_ID,
  CUSTOMER,
  createClient,
  type FakePlatform,
  failure,
  type RequestHandler,
  reply,
  SUCCESS,
  startPlatform,
  tokens,
} from './support/platform.ts'

let platform: FakePlatform
let tokenStore: TokenStore
beforeAll(async () => {
  platform = await startPlatform()
})
afterAll(() => platform.close())
beforeEach(() => {
  platform.reset()
  tokenStore = createMemoryTokenStore()
})

/** Rotates refresh tokens; accepts only access tokens that it has issued. */
function issueTokens(): RequestHandler {
  const issued = new Set<string>()
  let n = 1
  return ({ path, request }, response) => {
    if (path.endsWith('applyToken')) {
      if (request['refreshToken'] !== `rt_${n}`)
        return reply(path, response, failure('INVALID_REFRESH_TOKEN'))
      n++
      issued.add(`at_${n}`)
      return reply(path, response, { result: SUCCESS, ...tokens(n) })
    }
    if (!issued.has(request['accessToken'] ?? ''))
      return reply(path, response, failure('INVALID_ACCESS_TOKEN'))
    const userInfo = { userId: 'customer-1', nickName: 'N' }
    return reply(path, response, { result: SUCCESS, userInfo, userId: 'customer-1' })
  }
}

describe('a call with an access token', () => {
  it.each([
    { name: 'that the platform rejects', expiresInSeconds: 3600 },
    { name: 'that expires within 30 seconds', expiresInSeconds: 10 },
  ])('$name refreshes once for all concurrent calls', async ({ expiresInSeconds }) => {
    await tokenStore.set(CUSTOMER, tokens(1, expiresInSeconds), undefined)
    platform.handle = issueTokens()
    const client = createClient(platform.baseUrl, { tokenStore })
    const users = await Promise.all(
      Array.from({ length: 20 }, () => client.inquiryUserInfo(CUSTOMER)),
    )
    expect(users.map(({ nickName }) => nickName)).toEqual(Array.from({ length: 20 }, () => 'N'))
    expect(platform.received.filter(({ path }) => path.endsWith('applyToken'))).toHaveLength(1)
    expect((await tokenStore.get(CUSTOMER))?.accessToken).toBe('at_2')
  })

  it('stores new tokens before it uses them', async () => {
    const order: string[] = []
    const slowStore: TokenStore = {
      ...tokenStore,
      async set(customer, next, expected) {
        await new Promise((resolve) => setTimeout(resolve, 30))
        order.push(`stored ${next.accessToken}`)
        return tokenStore.set(customer, next, expected)
      },
    }
    await tokenStore.set(CUSTOMER, tokens(1, 0), undefined)
    const respond = issueTokens()
    platform.handle = (request, response) => {
      const { accessToken } = request.request
      if (accessToken) order.push(`used ${accessToken}`)
      respond(request, response)
    }
    await createClient(platform.baseUrl, { tokenStore: slowStore }).inquiryUserInfo(CUSTOMER)
    expect(order).toEqual(['stored at_2', 'used at_2'])
  })

  it('does not refresh after ACCESS_DENIED', async () => {
    await tokenStore.set(CUSTOMER, tokens(1), undefined)
    platform.handle = ({ path }, response) => reply(path, response, failure('ACCESS_DENIED'))
    const client = createClient(platform.baseUrl, { tokenStore })
    await expect(client.inquiryUserInfo(CUSTOMER)).rejects.toMatchObject({
      resultCode: 'ACCESS_DENIED',
    })
    expect(platform.received).toHaveLength(1)
  })
})

describe('a refresh', () => {
  it('whose response is lost is repeated with the same refresh token', async () => {
    await tokenStore.set(CUSTOMER, tokens(1), undefined)
    platform.handle = ({ path }, response) => {
      if (platform.received.length === 1) response.destroy()
      else reply(path, response, { result: SUCCESS, ...tokens(2) })
    }
    const client = createClient(platform.baseUrl, { tokenStore })
    expect((await client.refresh(CUSTOMER)).accessToken).toBe('at_2')
    expect(platform.received.map(({ request }) => request['refreshToken'])).toEqual([
      'rt_1',
      'rt_1',
    ])
  })

  it.each(['INVALID_REFRESH_TOKEN', 'EXPIRED_REFRESH_TOKEN', 'USED_REFRESH_TOKEN'])(
    'that fails with %s requires authorization and deletes the tokens',
    async (resultCode) => {
      await tokenStore.set(CUSTOMER, tokens(1), undefined)
      platform.handle = ({ path }, response) => reply(path, response, failure(resultCode))
      const client = createClient(platform.baseUrl, { tokenStore })
      await expect(client.refresh(CUSTOMER)).rejects.toThrow(AuthorizationRequiredError)
      expect(await tokenStore.get(CUSTOMER)).toBeUndefined()
      await expect(client.inquiryUserInfo(CUSTOMER)).rejects.toThrow(AuthorizationRequiredError)
    },
  )

  it('that fails because a code was sent twice says so', async () => {
    await tokenStore.set(CUSTOMER, tokens(1), undefined)
    const { code, message } = ERRORS.AUTHORIZATION_ENDED
    platform.handle = ({ path }, response) =>
      reply(path, response, {
        result: { resultStatus: 'F', resultCode: code, resultMessage: `${message} Sent again.` },
        endReason: 'CODE_REPLAYED',
      })
    const client = createClient(platform.baseUrl, { tokenStore })
    const rejected = await client.refresh(CUSTOMER).catch((error: unknown) => error)
    expect(rejected).toBeInstanceOf(AuthorizationRequiredError)
    expect(rejected).toMatchObject({
      endReason: 'CODE_REPLAYED',
      message: expect.stringMatching(/tokens of this login were revoked.*Sent again\./),
    })
    expect(String(rejected)).not.toContain('withdrawn')
  })

  it('that fails otherwise keeps the tokens', async () => {
    await tokenStore.set(CUSTOMER, tokens(1), undefined)
    platform.handle = ({ path }, response) => reply(path, response, failure('PARAM_ILLEGAL'))
    const client = createClient(platform.baseUrl, { tokenStore })
    await expect(client.refresh(CUSTOMER)).rejects.toMatchObject({ code: 'RESULT' })
    expect(await tokenStore.get(CUSTOMER)).toEqual(tokens(1))
  })
})

describe('a login during a refresh', () => {
  const login = { ...tokens(9), scope: 'auth_base auth_user' }

  /** Answers refreshes when `finish` is called, and codes at once. */
  function holdRefreshes(answer: object): { started: Promise<unknown>; finish: () => void } {
    const signals = new EventEmitter()
    const [started, held] = [once(signals, 'started'), once(signals, 'finish')]
    platform.handle = ({ path, request }, response) => {
      if (request['grantType'] === 'AUTHORIZATION_CODE')
        return reply(path, response, { result: SUCCESS, ...login })
      signals.emit('started')
      return void held.then(() => reply(path, response, answer))
    }
    return { started, finish: () => void signals.emit('finish') }
  }

  it.each([
    { name: 'succeeds', answer: { result: SUCCESS, ...tokens(2) } },
    { name: 'is rejected', answer: failure('INVALID_REFRESH_TOKEN') },
  ])('keeps its tokens when the refresh $name', async ({ answer }) => {
    await tokenStore.set(CUSTOMER, tokens(1), undefined)
    const { started, finish } = holdRefreshes(answer)
    const client = createClient(platform.baseUrl, { tokenStore })
    const refreshed = client.refresh(CUSTOMER)
    await started
    await client.applyToken({ appId: APP_ID, authCode: 'ac_9' })
    finish()
    expect(await refreshed).toEqual(login)
    expect(await tokenStore.get(CUSTOMER)).toEqual(login)
  })

  it('is not undone by a cancellation of the earlier tokens', async () => {
    await tokenStore.set(CUSTOMER, tokens(1), undefined)
    const { started, finish } = holdRefreshes({ result: SUCCESS })
    const client = createClient(platform.baseUrl, { tokenStore })
    const cancelled = client.cancelToken(CUSTOMER)
    await started
    await client.applyToken({ appId: APP_ID, authCode: 'ac_9' })
    finish()
    await cancelled
    expect(await tokenStore.get(CUSTOMER)).toEqual(login)
  })

  it('is stored also when others store first', async () => {
    let interferences = 5
    const contended: TokenStore = {
      ...tokenStore,
      async set(customer, next, expected) {
        if (interferences-- > 0) await tokenStore.set(customer, tokens(interferences), expected)
        return tokenStore.set(customer, next, expected)
      },
    }
    holdRefreshes({})
    const client = createClient(platform.baseUrl, { tokenStore: contended })
    await client.applyToken({ appId: APP_ID, authCode: 'ac_9' })
    expect(await tokenStore.get(CUSTOMER)).toEqual(login)
  })

  it('fails when the store never stores', async () => {
    holdRefreshes({})
    const broken = { ...tokenStore, set: async () => false }
    const client = createClient(platform.baseUrl, { tokenStore: broken })
    await expect(client.applyToken({ appId: APP_ID, authCode: 'ac_9' })).rejects.toThrow(
      'tokenStore.set returned false',
    )
  })
})

it('a cancellation during a refresh leaves no tokens', async () => {
  await tokenStore.set(CUSTOMER, tokens(1), undefined)
  const refresher = createTokenRefresher(tokenStore, async () => {
    await tokenStore.delete(CUSTOMER, tokens(1))
    return tokens(2)
  })
  await expect(refresher.refresh(CUSTOMER)).rejects.toThrow(AuthorizationRequiredError)
  expect(await tokenStore.get(CUSTOMER)).toBeUndefined()
})

describe(createTokenRefresher, () => {
  it('uses the tokens that another process has stored in the meantime', async () => {
    await tokenStore.set(CUSTOMER, tokens(2), undefined)
    const refresher = createTokenRefresher(tokenStore, () => Promise.reject(new Error('called')))
    expect(await refresher.refresh(CUSTOMER, 'at_1')).toEqual(tokens(2))
  })

  it('starts a new refresh after one has failed', async () => {
    await tokenStore.set(CUSTOMER, tokens(1), undefined)
    let calls = 0
    const refresher = createTokenRefresher(tokenStore, async () => {
      calls++
      if (calls === 1) throw new Error('failed')
      return tokens(2)
    })
    await expect(refresher.refresh(CUSTOMER)).rejects.toThrow('failed')
    expect(await refresher.refresh(CUSTOMER)).toEqual(tokens(2))
  })
})

it('two mini programs refresh, log in and cancel independently', async () => {
  const other = { ...CUSTOMER, appId: 'app-2' }
  await tokenStore.set(CUSTOMER, tokens(1), undefined)
  platform.handle = ({ path }, response) => reply(path, response, { result: SUCCESS, ...tokens(5) })
  const client = createClient(platform.baseUrl, { tokenStore })
  await client.applyToken({ appId: other.appId, authCode: 'ac_5' })
  expect(await tokenStore.get(CUSTOMER)).toEqual(tokens(1))
  expect(await tokenStore.get(other)).toEqual(tokens(5))
  await client.cancelToken(other)
  expect(await tokenStore.get(CUSTOMER)).toEqual(tokens(1))
  expect(await tokenStore.get(other)).toBeUndefined()
})
