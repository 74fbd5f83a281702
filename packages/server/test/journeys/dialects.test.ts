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
  presentContext,
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
]

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

describe('peculiarities of existing clients', () => {
  const path = '/v1/authorizations/applyToken'
  const body = '{"grantType":"AUTHORIZATION_CODE","authCode":"nothing"}'

  async function codeOf(
    target: string,
    headers: Record<string, string | string[]>,
    text: string,
  ): Promise<string> {
    const reply = await send(server, target, headers, text)
    expect(isGenuine(server, target.replace(/^http:\/\/[^/]+/, ''), reply)).toBe(true)
    return (JSON.parse(reply.body) as JsonReply).result.resultCode
  }

  it.each([
    ['indented', '{\n  "grantType" : "AUTHORIZATION_CODE",\n\t"authCode": "nothing"\n}'],
    ['escaped slashes', '{"grantType":"AUTHORIZATION_CODE","authCode":"no\\/thing"}'],
    ['unicode escapes', '{"grantType":"AUTHORIZATION\\u005fCODE","authCode":"\\u6e2c"}'],
    ['other order of keys', '{"authCode":"nothing","grantType":"AUTHORIZATION_CODE"}'],
    ['lower case grant type', '{"grantType":"authorization_code","authCode":"nothing"}'],
    [
      'explicit nulls',
      '{"grantType":"AUTHORIZATION_CODE","authCode":"nothing","refreshToken":null,"appId":null}',
    ],
    [
      'unknown fields',
      '{"grantType":"AUTHORIZATION_CODE","authCode":"nothing","env":{"os":"x"},"list":[1,2]}',
    ],
    [
      'extendInfo as an object',
      '{"grantType":"AUTHORIZATION_CODE","authCode":"nothing","extendInfo":{"customerBelongsTo":"GCASH"}}',
    ],
    [
      'extendInfo as text',
      '{"grantType":"AUTHORIZATION_CODE","authCode":"nothing","extendInfo":"{\\"a\\":1}"}',
    ],
  ])('%s', async (_name, text) => {
    expect(await codeOf(path, signedHeaders(server.clock, path, text), text)).toBe('INVALID_CODE')
  })

  it('referenceClientId as a number beyond 2^53', async () => {
    const code = await codeFor(server, ['auth_base'])
    const text = `{"grantType":"AUTHORIZATION_CODE","authCode":"${code}","referenceClientId":${CLIENT_ID}}`
    expect(await codeOf(path, signedHeaders(server.clock, path, text), text)).toBe('SUCCESS')
  })

  it('the target in absolute form, only the path signed', async () => {
    expect(
      await codeOf(`http://assent.example${path}`, signedHeaders(server.clock, path, body), body),
    ).toBe('INVALID_CODE')
  })

  it('a query string, signed with the path', async () => {
    const target = `${path}?a=1&b=%20x`
    expect(await codeOf(target, signedHeaders(server.clock, target, body), body)).toBe(
      'INVALID_CODE',
    )
  })

  it.each([
    ['epoch milliseconds', (now: number) => String(now * 1000 + 7)],
    [
      '+08:00',
      (now: number) => new Date((now + 8 * 3600) * 1000).toISOString().replace('Z', '+08:00'),
    ],
    [
      '+0800',
      (now: number) => new Date((now + 8 * 3600) * 1000).toISOString().replace('Z', '+0800'),
    ],
    ['no fraction', (now: number) => new Date(now * 1000).toISOString().replace('.000Z', 'Z')],
    [
      'nine digits',
      (now: number) => new Date(now * 1000).toISOString().replace('.000Z', '.123456789Z'),
    ],
    ['no seconds', (now: number) => `${new Date(now * 1000).toISOString().slice(0, 16)}Z`],
  ])('Request-Time: %s', async (_name, format) => {
    const time = format(server.clock.now)
    expect(await codeOf(path, signedHeaders(server.clock, path, body, { time }), body)).toBe(
      'INVALID_CODE',
    )
  })

  it.each([
    ['no Content-Type', { 'Content-Type': undefined }],
    ['a malformed Content-Type', { 'Content-Type': 'json' }],
    [
      'two Content-Types',
      { 'Content-Type': ['application/json', 'application/json;charset=UTF-8'] },
    ],
    ['an empty Agent-Token', { 'Agent-Token': '' }],
    ['an Accept of text only', { Accept: 'text/plain,text/xml,text/javascript,text/html' }],
  ])('%s', async (_name, more) => {
    const headers = Object.entries({ ...signedHeaders(server.clock, path, body), ...more }).filter(
      ([, value]) => value !== undefined,
    )
    expect(await codeOf(path, Object.fromEntries(headers) as Record<string, string>, body)).toBe(
      'INVALID_CODE',
    )
  })

  it.each([
    [
      'SHA256withRSA, upper case names, no version',
      (value: string) => `Algorithm=SHA256withRSA, signature=${value}`,
    ],
    [
      'lower case, no spaces',
      (value: string) => `algorithm=rsa256,keyversion=2,signature=${value}`,
    ],
    [
      'lower-case hexadecimal',
      (value: string) =>
        `algorithm=RSA256, keyVersion=2, signature=${value.replaceAll(/%../g, (hex) => hex.toLowerCase())}`,
    ],
  ])('Signature: %s', async (_name, format) => {
    const headers = signedHeaders(server.clock, path, body)
    const value = String(headers['Signature']).split('signature=')[1] ?? ''
    expect(await codeOf(path, { ...headers, Signature: format(value) }, body)).toBe('INVALID_CODE')
  })

  it('the older key of a rotation, by its version', async () => {
    expect(
      await codeOf(
        path,
        signedHeaders(server.clock, path, body, {
          ...OTHER_SIGNING,
          clientId: CLIENT_ID,
          keyVersion: 1,
        }),
        body,
      ),
    ).toBe('INVALID_CODE')
  })

  it('names the user differently for another merchant, and the same for the same', async () => {
    const [first, second, other] = [
      await tokensOf({}),
      await tokensOf({}),
      await tokensOf(OTHER_SIGNING),
    ]
    expect(first['customerId']).toBe(second['customerId'])
    expect(first['customerId']).not.toBe(other['customerId'])
    expect(presentContext(server.clock)).toHaveProperty('userGestureAt')
  })
})
