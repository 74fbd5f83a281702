/**
 * @module Refreshing tokens: single flight, stored before used, and what each failure means for the stored tokens.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  AuthorizationRequiredError,
  createMemoryTokenStore,
  type TokenStore,
} from '../src/index.ts'
import { createTokenRefresher } from '../src/token-refresh.ts'
import {
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
    await tokenStore.set('customer-1', tokens(1, expiresInSeconds))
    platform.handle = issueTokens()
    const client = createClient(platform.baseUrl, { tokenStore })
    const users = await Promise.all(
      Array.from({ length: 20 }, () => client.inquiryUserInfo('customer-1')),
    )
    expect(users.map(({ nickName }) => nickName)).toEqual(Array.from({ length: 20 }, () => 'N'))
    expect(platform.received.filter(({ path }) => path.endsWith('applyToken'))).toHaveLength(1)
    expect((await tokenStore.get('customer-1'))?.accessToken).toBe('at_2')
  })

  it('stores new tokens before it uses them', async () => {
    const order: string[] = []
    const slowStore: TokenStore = {
      ...tokenStore,
      async set(customerId, value) {
        await new Promise((resolve) => setTimeout(resolve, 30))
        await tokenStore.set(customerId, value)
        order.push(`stored ${value.accessToken}`)
      },
    }
    await tokenStore.set('customer-1', tokens(1, 0))
    const respond = issueTokens()
    platform.handle = (request, response) => {
      const { accessToken } = request.request
      if (accessToken) order.push(`used ${accessToken}`)
      respond(request, response)
    }
    await createClient(platform.baseUrl, { tokenStore: slowStore }).inquiryUserInfo('customer-1')
    expect(order).toEqual(['stored at_2', 'used at_2'])
  })

  it('does not refresh after ACCESS_DENIED', async () => {
    await tokenStore.set('customer-1', tokens(1))
    platform.handle = ({ path }, response) => reply(path, response, failure('ACCESS_DENIED'))
    const client = createClient(platform.baseUrl, { tokenStore })
    await expect(client.inquiryUserInfo('customer-1')).rejects.toMatchObject({
      resultCode: 'ACCESS_DENIED',
    })
    expect(platform.received).toHaveLength(1)
  })
})

describe('a refresh', () => {
  it('whose response is lost is repeated with the same refresh token', async () => {
    await tokenStore.set('customer-1', tokens(1))
    platform.handle = ({ path }, response) => {
      if (platform.received.length === 1) response.destroy()
      else reply(path, response, { result: SUCCESS, ...tokens(2) })
    }
    const client = createClient(platform.baseUrl, { tokenStore })
    expect((await client.refresh('customer-1')).accessToken).toBe('at_2')
    expect(platform.received.map(({ request }) => request['refreshToken'])).toEqual([
      'rt_1',
      'rt_1',
    ])
  })

  it.each(['INVALID_REFRESH_TOKEN', 'EXPIRED_REFRESH_TOKEN', 'USED_REFRESH_TOKEN'])(
    'that fails with %s requires authorization and deletes the tokens',
    async (resultCode) => {
      await tokenStore.set('customer-1', tokens(1))
      platform.handle = ({ path }, response) => reply(path, response, failure(resultCode))
      const client = createClient(platform.baseUrl, { tokenStore })
      await expect(client.refresh('customer-1')).rejects.toThrow(AuthorizationRequiredError)
      expect(await tokenStore.get('customer-1')).toBeUndefined()
      await expect(client.inquiryUserInfo('customer-1')).rejects.toThrow(AuthorizationRequiredError)
    },
  )

  it('that fails otherwise keeps the tokens', async () => {
    await tokenStore.set('customer-1', tokens(1))
    platform.handle = ({ path }, response) => reply(path, response, failure('PARAM_ILLEGAL'))
    const client = createClient(platform.baseUrl, { tokenStore })
    await expect(client.refresh('customer-1')).rejects.toMatchObject({ code: 'RESULT' })
    expect(await tokenStore.get('customer-1')).toEqual(tokens(1))
  })
})

describe(createTokenRefresher, () => {
  it('uses the tokens that another process has stored in the meantime', async () => {
    await tokenStore.set('customer-1', tokens(2))
    const refresher = createTokenRefresher(tokenStore, () => Promise.reject(new Error('called')))
    expect(await refresher.refresh('customer-1', 'at_1')).toEqual(tokens(2))
  })

  it('starts a new refresh after one has failed', async () => {
    await tokenStore.set('customer-1', tokens(1))
    let calls = 0
    const refresher = createTokenRefresher(tokenStore, async () => {
      calls++
      if (calls === 1) throw new Error('failed')
      return tokens(2)
    })
    await expect(refresher.refresh('customer-1')).rejects.toThrow('failed')
    expect(await refresher.refresh('customer-1')).toEqual(tokens(2))
  })
})
