/**
 * @module Every documented path in all four signature encodings: replies are signed in the same encoding, with the result codes of the
 * path's dialect. The table is not derived from the code that it checks.
 *
 * @see docs/merchant-api.md#dialects
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  APP_ID,
  CLIENT_ID,
  codeFor,
  isGenuine,
  type JsonReply,
  OTHER_APP_ID,
  OTHER_SIGNING,
  type RawReply,
  redeem,
  type Signing,
  send,
  signedHeaders,
  startTestServer,
  type TestServer,
  USER_ID,
  walletCall,
} from '../support/server.ts'

type Family = 'v1' | 'v2' | 'ams'
type Row = readonly [path: string, family: Family]

const APPLY_TOKEN: readonly Row[] = [
  ['/v1/authorizations/applyToken', 'v1'],
  ['/v1/authorizations/applyToken.htm', 'v1'],
  ['/v2/authorizations/applyToken', 'v2'],
  ['/v2/authorizations/applyTokenSigned', 'v2'],
  ['/acl/api/v1/authorizations/applyToken', 'v1'],
  ['/api/v1/authorizations/applyToken', 'v1'],
  ['/api/open/v2/authorizations/applyToken', 'v2'],
  ['/miniprogram/api/v2/authorizations/applyToken', 'v2'],
  ['/ams/api/v1/authorizations/applyToken', 'ams'],
  ['/ams/sandbox/api/v1/authorizations/applyToken', 'ams'],
  ['/aps/api/v1/authorizations/applyToken', 'ams'],
]

const INQUIRY: readonly Row[] = [
  ['/v1/users/inquiryUserInfo', 'v1'],
  ['/v2/users/inquiryUserInfo', 'v2'],
  ['/v1/customers/user/inquiryUserInfoByAccessToken', 'v1'],
  ['/v1/customers/user/inquiryUserInfoByAccessToken.htm', 'v1'],
  ['/v2/customers/user/inquiryUserInfo', 'v2'],
  ['/ams/api/v1/users/inquiryUserInfo', 'ams'],
  ['/acl/api/v1/users/inquiryUserInfo', 'v1'],
  ['/acl/api/v1/customers/user/inquiryUserInfoByAccessToken', 'v1'],
  ['/acl/api/v1/customers/user/inquiryUserInfoByAccessToken.htm', 'v1'],
  ['/api/v1/users/inquiryUserInfo', 'v1'],
  ['/api/v1/customers/user/inquiryUserInfoByAccessToken', 'v1'],
  ['/api/v1/customers/user/inquiryUserInfoByAccessToken.htm', 'v1'],
  ['/api/open/v2/users/inquiryUserInfo', 'v2'],
  ['/api/open/v2/customers/user/inquiryUserInfo', 'v2'],
  ['/miniprogram/api/v2/users/inquiryUserInfo', 'v2'],
  ['/miniprogram/api/v2/customers/user/inquiryUserInfo', 'v2'],
  ['/ams/sandbox/api/v1/users/inquiryUserInfo', 'ams'],
  ['/aps/api/v1/users/inquiryUserInfo', 'ams'],
]

const CANCEL: readonly Row[] = [
  ['/v1/authorizations/cancelToken', 'v1'],
  ['/v2/authorizations/revoke', 'v2'],
  ['/ams/api/v1/authorizations/revoke', 'ams'],
  ['/aps/api/v1/authorizations/cancelToken', 'ams'],
  ['/aps/api/v1/authorizations/revoke', 'ams'],
]

/** The members of the reply of `prepare` beside `result`, as the clients of each wallet read them. */
const PREPARE: readonly (readonly [path: string, members: readonly string[]])[] = [
  ['/v1/authorizations/prepare', ['authUrl', 'authURL', 'authId', 'authClientId']],
  ['/acl/api/v1/authorizations/prepare', ['authUrl', 'authURL', 'authId', 'authClientId']],
  ['/api/v1/authorizations/prepare', ['authUrl', 'authURL', 'authId', 'authClientId']],
  ['/v2/authorizations/prepare', ['authUrl']],
  ['/ams/api/v1/authorizations/consult', ['authUrl', 'normalUrl']],
  ['/aps/api/v1/authorizations/prepare', ['authUrl', 'normalUrl']],
  ['/aps/api/v1/authorizations/consult', ['authUrl', 'normalUrl']],
]

/** The JSON type of each member of `userInfo` in the typed clients of the family. */
const USER_INFO_TYPES: Readonly<Record<string, string>> = {
  userId: 'string',
  status: 'string',
  nickName: 'string',
  userName: 'object',
  avatar: 'string',
  gender: 'string',
  birthday: 'string',
  birthDate: 'string',
  nationality: 'string',
  loginIdInfos: 'array',
  contactInfos: 'array',
  address: 'string',
  userAddresses: 'array',
  extendInfo: 'string',
}

const ENCODINGS = ['percent', 'base64', 'base64url', 'base64url-padded'] as const
/** The encoding of the reply: `%` means percent; `+`, `/` or `=` mean base64; otherwise base64url. */
const MIRRORED = {
  percent: 'percent',
  base64: 'base64',
  base64url: 'base64url',
  'base64url-padded': 'base64',
} as const

const UNKNOWN_CODE: Readonly<Record<Family, string>> = {
  v1: 'INVALID_CODE',
  v2: 'INVALID_AUTHCODE',
  ams: 'INVALID_AUTHCODE',
}

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

/** Sandbox paths accept only clients whose ids begin with SANDBOX_. */
function callerOf(path: string): Signing {
  return path.includes('/sandbox/') ? OTHER_SIGNING : {}
}

async function post(
  path: string,
  body: object,
  signing: Signing,
): Promise<RawReply & { readonly json: JsonReply }> {
  const text = JSON.stringify(body)
  const reply = await send(server, path, signedHeaders(server.clock, path, text, signing), text)
  return { ...reply, json: JSON.parse(reply.body) as JsonReply }
}

function encodingOf(signature: string): string {
  const value = signature.slice(signature.indexOf('signature=') + 'signature='.length)
  if (value.includes('%')) return 'percent'
  return /[+/=]/.test(value) ? 'base64' : 'base64url'
}

function expectSigned(path: string, reply: RawReply, clientId: string, encoding: string): void {
  expect(reply.status).toBe(200)
  expect(isGenuine(server, path, reply)).toBe(true)
  expect(reply.headers['client-id']).toBe(clientId)
  expect(reply.headers['response-time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/)
  const names = reply.rawHeaders.filter((_, index) => index % 2 === 0)
  for (const name of ['client-id', 'response-time', 'signature']) expect(names).toContain(name)
  const signature = String(reply.headers['signature'])
  expect(signature.split(',').map((part) => part.split('=')[0])).toEqual([
    'algorithm',
    'keyVersion',
    'signature',
  ])
  expect(encodingOf(signature)).toBe(encoding)
}

async function tokensOf(signing: Signing): Promise<JsonReply> {
  if (!signing.clientId)
    return redeem(
      server,
      await codeFor(server, ['auth_user', 'USER_BIRTHDAY', 'USER_LOGIN_ID', 'HASH_LOGIN_ID']),
    )
  const more = { appId: OTHER_APP_ID, userId: USER_ID }
  const code = await codeFor(server, ['auth_user', 'USER_LOGIN_ID', 'HASH_LOGIN_ID'], more)
  return (
    await post(
      '/v1/authorizations/applyToken',
      { grantType: 'AUTHORIZATION_CODE', authCode: code },
      signing,
    )
  ).json
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value
}

/** The types of everything inside, at any depth. */
function leafTypes(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null
    ? Object.values(value).flatMap(leafTypes)
    : [typeof value]
}

describe('the names and types that typed clients read', () => {
  it.each(PREPARE)('prepare %s', async (path, members) => {
    const { json } = await post(path, { scopes: ['USER_NICKNAME'], appId: APP_ID }, {})
    expect(Object.keys(json).sort()).toEqual(['result', ...members].sort())
    for (const name of members.filter((member) => member.toLowerCase().endsWith('url')))
      expect(json[name]).toBe(json['authUrl'])
    if (members.includes('authId')) {
      expect(json['authId']).toMatch(/^[\w-]{43}$/)
      expect(json['authClientId']).toBe(CLIENT_ID)
    }
  })

  it('prepare takes the scopes of clients of TNG', async () => {
    const path = '/acl/api/v1/authorizations/prepare'
    const { json } = await post(path, { scope: ['USER_NICKNAME'], appId: APP_ID }, {})
    const authRequest = new URL(json['authURL']).searchParams.get('authRequest')
    await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID })
    const consulted = await walletCall(server, 'consult', { userId: USER_ID, authRequest })
    expect(consulted['sheet'].scopes).toMatchObject([{ scope: 'USER_NICKNAME' }])
  })

  it.each(INQUIRY.filter(([path]) => !path.includes('/sandbox/')))(
    'userInfo %s (%s)',
    async (path) => {
      const tokens = await redeem(
        server,
        await codeFor(server, [
          'auth_user',
          'USER_NAME',
          'USER_BIRTHDAY',
          'USER_SHIPPING_ADDRESS',
          'USER_KYC_STATUS',
          'PLAINTEXT_USER_LOGIN_ID',
          'PLAINTEXT_EMAIL_ADDRESS',
          'USER_ADDRESS',
        ]),
      )
      const { json } = await post(path, { accessToken: tokens['accessToken'] }, {})
      const { userInfo } = json
      for (const [name, value] of Object.entries(userInfo))
        expect([name, typeOf(value)]).toEqual([name, USER_INFO_TYPES[name]])
      expect(new Set(leafTypes(userInfo))).toEqual(new Set(['string']))
      expect(JSON.parse(userInfo.extendInfo)).toEqual({
        shippingAddress: expect.any(String),
        kycStatus: expect.any(String),
      })
      expect(userInfo.userAddresses).toEqual([{ address1: userInfo.address }])
    },
  )

  it('userInfo with the tokens has extendInfo as text, too', async () => {
    const path = '/v2/authorizations/applyTokenAndInquiryUserInfo'
    const authCode = await codeFor(server, ['USER_KYC_STATUS'])
    const { json } = await post(path, { grantType: 'AUTHORIZATION_CODE', authCode }, {})
    expect(JSON.parse(json['userInfo'].extendInfo)).toEqual({ kycStatus: expect.any(String) })
  })
})

describe.each(ENCODINGS)('signatures in %s', (encoding) => {
  it.each(APPLY_TOKEN)('applyToken %s (%s)', async (path, family) => {
    const signing = { ...callerOf(path), encoding }
    const unknown = await post(
      path,
      { grantType: 'AUTHORIZATION_CODE', authCode: 'nothing' },
      signing,
    )
    expectSigned(path, unknown, signing.clientId ?? CLIENT_ID, MIRRORED[encoding])
    expect(unknown.json.result).toMatchObject({
      resultStatus: 'F',
      resultCode: UNKNOWN_CODE[family],
    })

    const more = signing.clientId ? { appId: OTHER_APP_ID } : {}
    const code = await codeFor(server, ['USER_LOGIN_ID'], more)
    const done = await post(path, { grantType: 'AUTHORIZATION_CODE', authCode: code }, signing)
    expectSigned(path, done, signing.clientId ?? CLIENT_ID, MIRRORED[encoding])
    expect(done.json.result.resultCode).toBe('SUCCESS')
    expect(Object.keys(done.json).sort()).toEqual(
      [
        'result',
        'accessToken',
        'accessTokenExpiryTime',
        'refreshToken',
        'refreshTokenExpiryTime',
        'scope',
        'customerId',
        ...(family === 'ams' ? ['userLoginId'] : []),
      ].sort(),
    )
    for (const name of ['accessToken', 'refreshToken']) {
      expect(done.json[name]).toMatch(/^[A-Za-z0-9._-]{1,128}$/)
    }
    expect(code).toMatch(/^[A-Za-z0-9._-]{1,64}$/)
    expect(done.json['accessTokenExpiryTime']).toMatch(/[+-]\d\d:\d\d$/)
  })

  it.each(INQUIRY)('inquiryUserInfo %s (%s)', async (path, family) => {
    const signing = { ...callerOf(path), encoding }
    const { accessToken, customerId } = await tokensOf(callerOf(path))
    const reply = await post(path, { accessToken }, signing)
    expectSigned(path, reply, signing.clientId ?? CLIENT_ID, MIRRORED[encoding])
    const { userInfo } = reply.json
    expect(reply.json['userId']).toBe(customerId)
    expect(userInfo).toMatchObject({ userId: customerId, nickName: 'Maya-canary' })
    if (!signing.clientId) {
      expect(userInfo.birthDate).toBe('1994-05-17')
      expect('birthday' in userInfo).toBe(family === 'v1')
    }
    expect('userLoginId' in reply.json).toBe(family === 'ams')
    // MD5 of the login id: `printf '+639171234567' | md5sum`.
    expect(reply.json['hashUserLoginId']).toBe(
      family === 'ams' ? '4f8e51bab45696211f68ecc3dd06aa64' : undefined,
    )
  })

  it.each(CANCEL)('cancelToken %s (%s)', async (path) => {
    const { accessToken } = await tokensOf({})
    const reply = await post(path, { accessToken }, { encoding })
    expectSigned(path, reply, CLIENT_ID, MIRRORED[encoding])
    expect(reply.json).toEqual({
      result: { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'success' },
    })
    const after = await post('/v1/users/inquiryUserInfo', { accessToken }, {})
    expect(after.json.result.resultCode).toBe('INVALID_ACCESS_TOKEN')
  })

  it('applyTokenAndInquiryUserInfo, by code, by refresh token, by access token', async () => {
    const path = '/v2/authorizations/applyTokenAndInquiryUserInfo'
    const authCode = await codeFor(server, ['auth_user'])
    const byCode = await post(path, { grantType: 'AUTHORIZATION_CODE', authCode }, { encoding })
    expectSigned(path, byCode, CLIENT_ID, MIRRORED[encoding])
    expect(byCode.json['userInfo'].nickName).toBe('Maya-canary')
    const { refreshToken } = byCode.json
    const byRefresh = await post(path, { grantType: 'REFRESH_TOKEN', refreshToken }, { encoding })
    expect(byRefresh.json['userInfo'].nickName).toBe('Maya-canary')
    expect(byRefresh.json['refreshToken']).not.toBe(refreshToken)
    const { accessToken } = byRefresh.json
    const byAccess = await post(path, { accessToken }, { encoding })
    expect(Object.keys(byAccess.json)).toEqual(['result', 'userInfo'])
  })

  it('query (ams)', async () => {
    const path = '/ams/api/v1/authorizations/query'
    const { accessToken, refreshToken } = await tokensOf({})
    const reply = await post(path, { accessToken }, { encoding })
    expectSigned(path, reply, CLIENT_ID, MIRRORED[encoding])
    expect(reply.json).toMatchObject({ accessToken, refreshToken, tokenStatusType: 'ACTIVE' })
  })

  it.each(['/v1/authorizations/prepare', '/ams/api/v1/authorizations/consult'])(
    'prepare %s',
    async (path) => {
      const request = {
        scopes: ['USER_NICKNAME'],
        appId: APP_ID,
        authRedirectUrl: 'https://kopi.example/back',
        authState: 's-1',
      }
      const reply = await post(path, request, { encoding })
      expectSigned(path, reply, CLIENT_ID, MIRRORED[encoding])
      const url = new URL(reply.json['authUrl'])
      expect(url.origin + url.pathname).toBe('http://127.0.0.1:7301/authorize')
      const authRequest = url.searchParams.get('authRequest')
      await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID })
      const consulted = await walletCall(server, 'consult', { userId: USER_ID, authRequest })
      expect(consulted).toMatchObject({ status: 'CONSENT_REQUIRED' })
      const { consentRequestId, sheetHash } = consulted
      const decided = await walletCall(server, 'decide', {
        consentRequestId,
        userId: USER_ID,
        sheetHash,
        granted: ['USER_NICKNAME'],
      })
      const back = new URL(decided['redirectUrl'])
      expect(back.origin + back.pathname).toBe('https://kopi.example/back')
      expect(Object.fromEntries(back.searchParams)).toEqual({
        authCode: decided['authCode'],
        authState: 's-1',
      })
      expect((await redeem(server, decided['authCode'])).result.resultCode).toBe('SUCCESS')
    },
  )
})
