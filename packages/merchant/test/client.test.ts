/**
 * @module The operations of the client: the request that each sends, and the tokens that it stores.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  AuthorizationRequiredError,
  createMemoryTokenStore,
  createMerchantClient,
  ResultError,
  ScopesMissingError,
  type TokenStore,
} from '../src/index.ts'
import {
  APP_ID,
  CUSTOMER,
  createClient,
  type FakePlatform,
  failure,
  MERCHANT_KEYS,
  PLATFORM_KEYS,
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

/** Every request gets this data. */
function respondWith(data: object): void {
  platform.handle = ({ path }, response) => reply(path, response, data)
}

describe(createMerchantClient, () => {
  it('accepts PEM keys', async () => {
    respondWith({ result: SUCCESS, ...tokens(1) })
    const client = createClient(platform.baseUrl, {
      privateKey: MERCHANT_KEYS.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      platformKeys: PLATFORM_KEYS.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    })
    expect((await client.applyToken({ appId: APP_ID, authCode: 'ac_1' })).accessToken).toBe('at_1')
  })

  it('accepts key objects', async () => {
    respondWith({ result: SUCCESS, ...tokens(1) })
    const client = createClient(platform.baseUrl, {
      privateKey: createPrivateKey(
        MERCHANT_KEYS.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      ),
      platformKeys: createPublicKey(
        PLATFORM_KEYS.publicKey.export({ type: 'spki', format: 'pem' }),
      ),
    })
    expect((await client.applyToken({ appId: APP_ID, authCode: 'ac_1' })).accessToken).toBe('at_1')
  })

  it('rejects plain http to another host', () => {
    expect(() => createClient('http://assent.example')).toThrow(TypeError)
  })

  it.each([
    'https://assent.example',
    'http://127.0.0.1:7300',
    'http://[::1]:7300',
    'http://localhost',
  ])('accepts %s', (baseUrl) => {
    expect(() => createClient(baseUrl)).not.toThrow()
  })

  it.each([
    { dialect: 'v1', path: '/v1/authorizations/applyToken' },
    { dialect: 'vodapay', path: '/v2/authorizations/applyTokenSigned' },
    { dialect: 'gcash', path: '/v1/authorizations/applyToken.htm' },
  ] as const)('calls $path in the dialect $dialect', async ({ dialect, path }) => {
    respondWith({ result: SUCCESS, ...tokens(1) })
    await createClient(platform.baseUrl, { dialect }).applyToken({
      appId: APP_ID,
      authCode: 'ac_1',
    })
    expect(platform.received.map((request) => request.path)).toEqual([path])
  })
})

describe('applyToken', () => {
  it('exchanges a code for tokens and stores them', async () => {
    respondWith({ result: SUCCESS, ...tokens(1) })
    const client = createClient(platform.baseUrl, { tokenStore })
    expect(await client.applyToken({ appId: APP_ID, authCode: 'ac_1' })).toEqual({
      ...tokens(1),
      appId: APP_ID,
    })
    expect(platform.received).toEqual([
      {
        path: '/v1/authorizations/applyToken',
        request: { grantType: 'AUTHORIZATION_CODE', appId: APP_ID, authCode: 'ac_1' },
      },
    ])
    expect((await tokenStore.get(CUSTOMER))?.refreshToken).toBe('rt_1')
  })

  it('sends the code verifier and the nonce that the code is bound to', async () => {
    respondWith({ result: SUCCESS, ...tokens(1) })
    const binding = { codeVerifier: 'verifier', nonce: 'nonce' }
    await createClient(platform.baseUrl).applyToken({ appId: APP_ID, authCode: 'ac_1', ...binding })
    expect(platform.received[0]?.request).toEqual({
      grantType: 'AUTHORIZATION_CODE',
      appId: APP_ID,
      authCode: 'ac_1',
      ...binding,
    })
  })
})

describe('applyTokenAndInquiryUserInfo', () => {
  it.each([
    { name: 'with user data', userInfo: { userId: 'customer-1', nickName: 'N' } },
    { name: 'without user data', userInfo: undefined },
  ])('returns and stores tokens $name', async ({ userInfo }) => {
    respondWith({ result: SUCCESS, ...tokens(1), userInfo })
    const client = createClient(platform.baseUrl, { tokenStore })
    expect(await client.applyTokenAndInquiryUserInfo({ appId: APP_ID, authCode: 'ac_1' })).toEqual({
      tokens: { ...tokens(1), appId: APP_ID },
      userInfo,
    })
    expect(await tokenStore.get(CUSTOMER)).toEqual(tokens(1))
  })
})

describe('callApi', () => {
  beforeEach(() => tokenStore.set(CUSTOMER, tokens(1), undefined))

  it('adds the access token of the customer and returns the reply without its result', async () => {
    respondWith({ result: SUCCESS, cards: [1] })
    const client = createClient(platform.baseUrl, { tokenStore })
    expect(await client.callApi(CUSTOMER, '/v1/cards', { page: 2 })).toEqual({ cards: [1] })
    expect(platform.received).toEqual([
      { path: '/v1/cards', request: { page: 2, accessToken: 'at_1' } },
    ])
  })

  it('lets the caller put the access token where the API expects it', async () => {
    respondWith({ result: SUCCESS })
    const client = createClient(platform.baseUrl, { tokenStore })
    await client.callApi(CUSTOMER, '/v1/payments/pay', (token) => ({ paymentAuthCode: token }))
    expect(platform.received).toEqual([
      { path: '/v1/payments/pay', request: { paymentAuthCode: 'at_1' } },
    ])
  })

  it('rejects with the scopes that the mini program has to ask for', async () => {
    respondWith({ ...failure('ACCESS_DENIED'), missingScopes: ['CARD_LIST'] })
    const call = createClient(platform.baseUrl, { tokenStore }).callApi(CUSTOMER, '/v1/cards')
    await expect(call).rejects.toBeInstanceOf(ScopesMissingError)
    await expect(call).rejects.toMatchObject({
      code: 'SCOPES_MISSING',
      missingScopes: ['CARD_LIST'],
      traceId: 'trace-7',
    })
  })
})

describe('cancelToken', () => {
  beforeEach(() => tokenStore.set(CUSTOMER, tokens(1), undefined))

  it('keeps the tokens when the platform does not revoke them', async () => {
    respondWith(failure('PROCESS_FAIL'))
    const client = createClient(platform.baseUrl, { tokenStore })
    await expect(client.cancelToken(CUSTOMER)).rejects.toThrow(ResultError)
    expect(await tokenStore.get(CUSTOMER)).toBeDefined()
  })

  it('deletes the tokens after the platform has revoked them', async () => {
    respondWith({ result: SUCCESS })
    await createClient(platform.baseUrl, { tokenStore }).cancelToken(CUSTOMER)
    expect(await tokenStore.get(CUSTOMER)).toBeUndefined()
    expect(platform.received.map(({ request }) => request)).toEqual([{ accessToken: 'at_1' }])
  })

  it('calls nothing when no tokens are stored', async () => {
    await tokenStore.delete(CUSTOMER, tokens(1))
    await createClient(platform.baseUrl, { tokenStore }).cancelToken(CUSTOMER)
    expect(platform.received).toHaveLength(0)
  })
})

describe('acknowledgeDeletion', () => {
  it('confirms the deletion and deletes the tokens', async () => {
    await tokenStore.set(CUSTOMER, tokens(1), undefined)
    respondWith({ result: SUCCESS })
    await createClient(platform.baseUrl, { tokenStore }).acknowledgeDeletion(CUSTOMER)
    expect(platform.received.map(({ request }) => request)).toEqual([{ userId: 'customer-1' }])
    expect(await tokenStore.get(CUSTOMER)).toBeUndefined()
  })
})

describe('query', () => {
  it('sends the stored access token, and returns no token', async () => {
    await tokenStore.set(CUSTOMER, tokens(1), undefined)
    respondWith({ result: SUCCESS, ...tokens(1), tokenStatusType: 'ACTIVE' })
    const client = createClient(platform.baseUrl, { tokenStore })
    expect(await client.query(CUSTOMER)).toEqual({
      tokenStatusType: 'ACTIVE',
      accessTokenExpiryTime: tokens(1).accessTokenExpiryTime,
      refreshTokenExpiryTime: tokens(1).refreshTokenExpiryTime,
    })
    expect(platform.received.map(({ request }) => request)).toEqual([{ accessToken: 'at_1' }])
  })

  it('requires authorization when no tokens are stored', async () => {
    const client = createClient(platform.baseUrl, { tokenStore })
    await expect(client.query(CUSTOMER)).rejects.toThrow(AuthorizationRequiredError)
  })
})

it.each([
  { name: 'without appId', customer: { customerId: 'customer-1' } },
  { name: 'without customerId', customer: { appId: APP_ID } },
  { name: 'with an empty appId', customer: { appId: '', customerId: 'customer-1' } },
  { name: 'as a text', customer: 'customer-1' },
])('a customer $name is rejected before anything is sent', async ({ customer }) => {
  const client = createClient(platform.baseUrl, { tokenStore })
  const incomplete = customer as never
  const calls = [
    () => client.applyToken({ authCode: 'ac_1' } as never),
    () => client.refresh(incomplete),
    () => client.inquiryUserInfo(incomplete),
    () => client.callApi(incomplete, '/v1/cards'),
    () => client.query(incomplete),
    () => client.cancelToken(incomplete),
    () => client.acknowledgeDeletion(incomplete),
  ]
  for (const call of calls) await expect(call()).rejects.toThrow('is missing. Pass both appId')
  expect(platform.received).toEqual([])
})

describe('listEvents', () => {
  it('returns the events after a cursor, and the next cursor', async () => {
    respondWith({ result: SUCCESS, events: [], cursor: '8' })
    const page = await createClient(platform.baseUrl).listEvents({ cursor: '7', limit: 10 })
    expect(page).toEqual({ events: [], cursor: '8' })
    expect(platform.received).toEqual([
      { path: '/v1/authorizations/events', request: { cursor: '7', limit: 10 } },
    ])
  })
})

describe('prepare', () => {
  it('returns the URL at which the user can authorize', async () => {
    respondWith({ result: SUCCESS, authUrl: 'https://wallet.example/authorize' })
    const client = createClient(platform.baseUrl)
    expect(await client.prepare({ appId: APP_ID, scopes: ['auth_user'] })).toMatchObject({
      authUrl: 'https://wallet.example/authorize',
    })
  })
})
