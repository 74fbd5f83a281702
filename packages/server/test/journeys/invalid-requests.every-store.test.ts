/**
 * @module Invalid requests: each row fails with its documented code, in a signed response, and changes nothing.
 */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MERCHANT_KEY, OTHER_MERCHANT_KEY } from '../support/keys.ts'
import {
  APP_ID,
  call,
  codeFor,
  consultFor,
  expectRevokedEverywhere,
  isGenuine,
  type JsonReply,
  OTHER_APP_ID,
  OTHER_SIGNING,
  redeem,
  type Signing,
  send,
  signedHeaders,
  startTestServer,
  type TestServer,
  USER_ID,
  WALLET_SIGNING,
  walletCall,
} from '../support/server.ts'

const PATH = '/v1/authorizations/applyToken'
const V2 = '/v2/authorizations/applyToken'
const INQUIRY = '/v1/users/inquiryUserInfo'
const CODE_REQUEST = '{"grantType":"AUTHORIZATION_CODE","authCode":"nothing"}'

let server: TestServer
/** A valid code and valid tokens of the first merchant. No row may consume or revoke them. */
let live: { code: string; tokens: JsonReply; otherTokens: JsonReply }

beforeAll(async () => {
  server = await startTestServer()
  const tokens = await redeem(server, await codeFor(server, ['auth_user']))
  const otherCode = await codeFor(server, ['auth_base'], { appId: OTHER_APP_ID })
  const otherTokens = await call(
    server,
    PATH,
    { grantType: 'AUTHORIZATION_CODE', authCode: otherCode },
    OTHER_SIGNING,
  )
  live = { code: await codeFor(server, ['auth_user']), tokens, otherTokens }
})
afterAll(async () => {
  await expectNothingChanged()
  await server.close()
})

/** Checks that the code and the tokens are still valid. */
async function expectNothingChanged(): Promise<void> {
  const inquired = await call(server, INQUIRY, { accessToken: live.tokens['accessToken'] })
  expect(inquired['userInfo'].nickName).toBe('Maya-canary')
  const refreshed = await call(server, PATH, {
    grantType: 'REFRESH_TOKEN',
    refreshToken: live.tokens['refreshToken'],
  })
  expect(refreshed.result.resultCode).toBe('SUCCESS')
  expect((await redeem(server, live.code)).result.resultCode).toBe('SUCCESS')
}

async function answerTo(
  path: string,
  headers: Record<string, string | string[]>,
  body: string | Buffer,
): Promise<JsonReply> {
  const reply = await send(server, path, headers, body)
  expect(reply.status).toBe(200)
  expect(isGenuine(server, path, reply)).toBe(true)
  const json = JSON.parse(reply.body) as JsonReply
  expect(json.result.resultStatus).toBe('F')
  expect(json.result.resultCode.length).toBeLessThanOrEqual(64)
  expect(json.result.resultMessage.length).toBeLessThanOrEqual(256)
  expect(Object.keys(json)).toEqual(['result'])
  return json
}

async function codeOf(path: string, body: object, signing: Signing = {}): Promise<string> {
  const text = JSON.stringify(body)
  return (await answerTo(path, signedHeaders(server.clock, path, text, signing), text)).result
    .resultCode
}

describe('headers', () => {
  const good = (): Record<string, string> => signedHeaders(server.clock, PATH, CODE_REQUEST)
  type Row = { name: string; headers: () => Record<string, string | string[]>; code: string }
  const without = (name: string) => (): Record<string, string> => {
    const { [name]: _gone, ...rest } = good()
    return rest
  }
  const signature = (change: (value: string) => string) => (): Record<string, string> => {
    const headers = good()
    return { ...headers, Signature: change(String(headers['Signature'])) }
  }
  const at = (time: string): Record<string, string> =>
    signedHeaders(server.clock, PATH, CODE_REQUEST, { time })
  const offset = (seconds: number): string =>
    new Date((server.clock.now + seconds) * 1000).toISOString()
  const rows: Row[] = [
    { name: 'no Client-Id', headers: without('Client-Id'), code: 'PARAM_ILLEGAL' },
    {
      name: 'an unknown Client-Id',
      headers: () => signedHeaders(server.clock, PATH, CODE_REQUEST, { clientId: 'nobody' }),
      code: 'INVALID_AUTH_CLIENT',
    },
    {
      name: 'a wallet as Client-Id',
      headers: () => signedHeaders(server.clock, PATH, CODE_REQUEST, WALLET_SIGNING),
      code: 'INVALID_AUTH_CLIENT',
    },
    {
      name: 'a suspended client',
      headers: () =>
        signedHeaders(server.clock, PATH, CODE_REQUEST, { clientId: 'suspended', keyVersion: 1 }),
      code: 'INVALID_AUTH_CLIENT_STATUS',
    },
    {
      name: 'Client-Id twice',
      headers: () => ({ ...good(), 'Client-Id': [String(good()['Client-Id']), 'other'] }),
      code: 'PARAM_ILLEGAL',
    },
    { name: 'no Signature', headers: without('Signature'), code: 'INVALID_SIGNATURE' },
    {
      name: 'Signature twice',
      headers: () => ({ ...good(), Signature: [String(good()['Signature']), 'x'] }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'an empty signature',
      headers: signature(() => 'algorithm=RSA256, keyVersion=2, signature='),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'no algorithm',
      headers: signature((value) => value.replace('algorithm=RSA256, ', '')),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'another algorithm',
      headers: signature((value) => value.replace('RSA256', 'none')),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'HMAC as algorithm',
      headers: signature((value) => value.replace('RSA256', 'HS256')),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'broken percent encoding',
      headers: signature(() => 'algorithm=RSA256, keyVersion=2, signature=abc%ZZ'),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'not base64',
      headers: signature(() => 'algorithm=RSA256, keyVersion=2, signature=!!!!'),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'a keyVersion that is no number',
      headers: signature((value) => value.replace('keyVersion=2', 'keyVersion=two')),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'an unknown keyVersion',
      headers: signature((value) => value.replace('keyVersion=2', 'keyVersion=9')),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'the keyVersion of another key',
      headers: signature((value) => value.replace('keyVersion=2', 'keyVersion=1')),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'the key of another merchant',
      headers: () => signedHeaders(server.clock, PATH, CODE_REQUEST, { key: OTHER_MERCHANT_KEY }),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'a signature over another path',
      headers: () => signedHeaders(server.clock, INQUIRY, CODE_REQUEST),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'a signature over another body',
      headers: () => signedHeaders(server.clock, PATH, `${CODE_REQUEST} `),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'another Request-Time than signed',
      headers: () => ({ ...good(), 'Request-Time': offset(1) }),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'no Request-Time',
      headers: () => {
        const headers = at('')
        delete headers['Request-Time']
        return headers
      },
      code: 'TIMESTAMP_INVALID',
    },
    {
      name: 'Request-Time twice',
      headers: () => ({ ...good(), 'Request-Time': [offset(0), offset(1)] }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'an unreadable Request-Time',
      headers: () => at('yesterday'),
      code: 'TIMESTAMP_INVALID',
    },
    {
      name: 'epoch seconds',
      headers: () => at(String(server.clock.now)),
      code: 'TIMESTAMP_INVALID',
    },
    {
      name: 'the 13th month',
      headers: () => at('2026-13-01T00:00:00Z'),
      code: 'TIMESTAMP_INVALID',
    },
    { name: 'six minutes ago', headers: () => at(offset(-360)), code: 'TIMESTAMP_INVALID' },
    { name: 'in six minutes', headers: () => at(offset(360)), code: 'TIMESTAMP_INVALID' },
    {
      name: 'a page of some origin',
      headers: () => ({ ...good(), Origin: 'https://kopi.example' }),
      code: 'ACCESS_DENIED',
    },
    {
      name: 'a browser',
      headers: () => ({ ...good(), 'Sec-Fetch-Site': 'none' }),
      code: 'ACCESS_DENIED',
    },
    {
      name: 'Content-Encoding',
      headers: () => ({ ...good(), 'Content-Encoding': 'gzip' }),
      code: 'PARAM_ILLEGAL',
    },
  ]
  it.each(rows)('$name fails with $code', async ({ headers, code }) => {
    expect((await answerTo(PATH, headers(), CODE_REQUEST)).result.resultCode).toBe(code)
  })

  it('fail with SIGNATURE_INVALID in the AMS dialect', async () => {
    const path = '/ams/api/v1/authorizations/applyToken'
    expect((await answerTo(path, good(), CODE_REQUEST)).result.resultCode).toBe('SIGNATURE_INVALID')
  })

  it('of a production client on a sandbox path fail with ACCESS_DENIED', async () => {
    expect(
      await codeOf('/ams/sandbox/api/v1/authorizations/applyToken', {
        grantType: 'AUTHORIZATION_CODE',
        authCode: 'x',
      }),
    ).toBe('ACCESS_DENIED')
  })
})

describe('bodies', () => {
  const code = '"grantType":"AUTHORIZATION_CODE","authCode":"nothing"'
  const deep = (depth: number): string => `{${code},"x":${'['.repeat(depth)}${']'.repeat(depth)}}`
  const rows: { name: string; body: string | Buffer }[] = [
    { name: 'empty', body: '' },
    { name: 'not JSON', body: 'grantType=AUTHORIZATION_CODE' },
    { name: 'an array', body: `[{${code}}]` },
    { name: 'a text', body: '"AUTHORIZATION_CODE"' },
    { name: 'null', body: 'null' },
    { name: 'trailing data', body: `{${code}} {}` },
    { name: 'a trailing comma', body: `{${code},}` },
    { name: 'a comment', body: `{${code}/* */}` },
    { name: 'single quotes', body: "{'grantType':'AUTHORIZATION_CODE'}" },
    { name: 'NaN', body: `{${code},"x":NaN}` },
    { name: 'a byte order mark', body: `\ufeff{${code}}` },
    { name: 'a duplicate name', body: `{${code},"authCode":"other"}` },
    { name: 'a duplicate name, escaped', body: `{${code},"auth\\u0043ode":"other"}` },
    { name: 'a duplicate name further in', body: `{${code},"x":{"a":1,"a":2}}` },
    { name: 'a lone surrogate', body: `{${code},"x":"\\ud800"}` },
    {
      name: 'invalid UTF-8',
      body: Buffer.concat([
        Buffer.from(`{${code},"x":"`),
        Buffer.from([0xc3, 0x28]),
        Buffer.from('"}'),
      ]),
    },
    {
      name: 'an overlong UTF-8',
      body: Buffer.concat([
        Buffer.from(`{${code},"x":"`),
        Buffer.from([0xc0, 0xaf]),
        Buffer.from('"}'),
      ]),
    },
    { name: 'depth 33', body: deep(32) },
    { name: 'more than 64 KiB', body: `{${code},"x":"${'a'.repeat(64 * 1024)}"}` },
  ]
  it.each(rows)('$name fails with PARAM_ILLEGAL', async ({ body }) => {
    const { result } = await answerTo(PATH, signedHeaders(server.clock, PATH, body), body)
    expect(result.resultCode).toBe('PARAM_ILLEGAL')
  })

  it('may have 32 levels', async () => {
    const body = deep(31)
    expect(
      (await answerTo(PATH, signedHeaders(server.clock, PATH, body), body)).result.resultCode,
    ).toBe('INVALID_CODE')
  })

  const fields: { name: string; body: object; code: string }[] = [
    { name: 'no grantType', body: { authCode: 'x' }, code: 'PARAM_ILLEGAL' },
    {
      name: 'an unknown grantType',
      body: { grantType: 'PASSWORD', authCode: 'x' },
      code: 'AUTH_CLIENT_UNSUPPORTED_GRANT_TYPE',
    },
    {
      name: 'a grantType that is a list',
      body: { grantType: ['AUTHORIZATION_CODE'], authCode: 'x' },
      code: 'PARAM_ILLEGAL',
    },
    { name: 'no authCode', body: { grantType: 'AUTHORIZATION_CODE' }, code: 'PARAM_ILLEGAL' },
    {
      name: 'an empty authCode',
      body: { grantType: 'AUTHORIZATION_CODE', authCode: '' },
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'an authCode that is a number',
      body: { grantType: 'AUTHORIZATION_CODE', authCode: 1 },
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'an authCode of 2000 characters',
      body: { grantType: 'AUTHORIZATION_CODE', authCode: 'a'.repeat(2000) },
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'only a refreshToken for a code',
      body: { grantType: 'AUTHORIZATION_CODE', refreshToken: 'x' },
      code: 'PARAM_ILLEGAL',
    },
    { name: 'no refreshToken', body: { grantType: 'REFRESH_TOKEN' }, code: 'PARAM_ILLEGAL' },
    {
      name: 'an appId of 33 characters',
      body: { grantType: 'AUTHORIZATION_CODE', authCode: 'x', appId: 'a'.repeat(33) },
      code: 'PARAM_ILLEGAL',
    },
  ]
  it.each(fields)('$name fails with $code', async ({ body, code: expected }) => {
    expect(await codeOf(PATH, body)).toBe(expected)
  })

  it('without accessToken fail with PARAM_ILLEGAL', async () => {
    expect(await codeOf(INQUIRY, {})).toBe('PARAM_ILLEGAL')
  })
})

describe('paths', () => {
  it.each([
    '/v1/authorizations/applytoken',
    '/v1/authorizations/applyToken/',
    '/v1//authorizations/applyToken',
    '/v1/authorizations/./applyToken',
    '/v1/authorizations/%61pplyToken',
    '/v1/authorizations/applyToken;a=b',
    '/v1/authorizations/applyToken%2f',
    '/v3/authorizations/applyToken',
    '/v1/authorizations',
  ])('%s fails with INVALID_API', async (path) => {
    expect(
      (await answerTo(path, signedHeaders(server.clock, path, CODE_REQUEST), CODE_REQUEST)).result
        .resultCode,
    ).toBe('INVALID_API')
  })

  it('require POST', async () => {
    const reply = await send(server, PATH, {}, '', 'GET')
    expect(reply.status).toBe(404)
  })
})

describe('credentials', () => {
  const flip = (text: string, index: number): string => {
    const at = index < 0 ? text.length + index : index
    return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
  }
  const byCode = (authCode: string): object => ({ grantType: 'AUTHORIZATION_CODE', authCode })
  const byRefresh = (refreshToken: string): object => ({ grantType: 'REFRESH_TOKEN', refreshToken })

  type Row = { name: string; path?: string; body: () => object; signing?: Signing; code: string }
  const rows: Row[] = [
    {
      name: 'a code that was never issued',
      body: () => byCode('202203216mHXgGwy07W0886400079314'),
      code: 'INVALID_CODE',
    },
    {
      name: 'the same in v2',
      path: V2,
      body: () => byCode('202203216mHXgGwy07W0886400079314'),
      code: 'INVALID_AUTHCODE',
    },
    { name: 'a truncated code', body: () => byCode(live.code.slice(0, -1)), code: 'INVALID_CODE' },
    { name: 'a longer code', body: () => byCode(`${live.code}A`), code: 'INVALID_CODE' },
    {
      name: 'a code with its key id flipped',
      body: () => byCode(flip(live.code, 3)),
      code: 'INVALID_CODE',
    },
    {
      name: 'a code with its nonce flipped',
      body: () => byCode(flip(live.code, 12)),
      code: 'INVALID_CODE',
    },
    {
      name: 'a code with its content flipped',
      body: () => byCode(flip(live.code, 30)),
      code: 'INVALID_CODE',
    },
    {
      name: 'a code with its tag flipped',
      body: () => byCode(flip(live.code, -1)),
      code: 'INVALID_CODE',
    },
    {
      name: 'a code without its prefix',
      body: () => byCode(live.code.slice(3)),
      code: 'INVALID_CODE',
    },
    {
      name: 'a code in another case',
      body: () => byCode(live.code.toLowerCase()),
      code: 'INVALID_CODE',
    },
    { name: 'a code with white space', body: () => byCode(`${live.code} `), code: 'INVALID_CODE' },
    {
      name: 'a code of another client',
      body: () => byCode(live.code),
      signing: OTHER_SIGNING,
      code: 'INVALID_CODE',
    },
    {
      name: 'an access token as a code',
      body: () => byCode(live.tokens['accessToken']),
      code: 'INVALID_CODE',
    },
    {
      name: 'a refresh token as a code',
      body: () => byCode(live.tokens['refreshToken']),
      code: 'INVALID_CODE',
    },
    {
      name: 'a code with a verifier that it is not bound to',
      body: () => ({ ...byCode(live.code), codeVerifier: 'x' }),
      code: 'INVALID_CODE',
    },
    {
      name: 'another appId',
      body: () => ({ ...byCode(live.code), appId: OTHER_APP_ID }),
      code: 'REFERENCE_CLIENT_ID_NOT_MATCH',
    },
    {
      name: 'another appId in v2',
      path: V2,
      body: () => ({ ...byCode(live.code), appId: OTHER_APP_ID }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'another referenceClientId',
      body: () => ({ ...byCode(live.code), referenceClientId: '123' }),
      code: 'REFERENCE_CLIENT_ID_NOT_MATCH',
    },
    {
      name: 'another wallet in customerBelongsTo',
      body: () => ({ ...byCode(live.code), customerBelongsTo: 'GCASH' }),
      code: 'REFERENCE_CLIENT_ID_NOT_MATCH',
    },
    {
      name: 'an unknown refresh token',
      body: () => byRefresh('nothing'),
      code: 'INVALID_REFRESH_TOKEN',
    },
    {
      name: 'a truncated refresh token',
      body: () => byRefresh(live.tokens['refreshToken'].slice(0, -2)),
      code: 'INVALID_REFRESH_TOKEN',
    },
    {
      name: 'a refresh token with its generation flipped',
      body: () => byRefresh(flip(live.tokens['refreshToken'], 40)),
      code: 'INVALID_REFRESH_TOKEN',
    },
    {
      name: 'a refresh token with its last bits flipped',
      body: () => byRefresh(flip(live.tokens['refreshToken'], -1)),
      code: 'INVALID_REFRESH_TOKEN',
    },
    {
      name: 'a refresh token of another client',
      body: () => byRefresh(live.tokens['refreshToken']),
      signing: OTHER_SIGNING,
      code: 'INVALID_REFRESH_TOKEN',
    },
    {
      name: 'an access token as a refresh token',
      body: () => byRefresh(live.tokens['accessToken']),
      code: 'INVALID_REFRESH_TOKEN',
    },
    {
      name: 'a code as a refresh token',
      body: () => byRefresh(live.code),
      code: 'INVALID_REFRESH_TOKEN',
    },
    {
      name: 'an unknown access token',
      path: INQUIRY,
      body: () => ({ accessToken: 'nothing' }),
      code: 'INVALID_ACCESS_TOKEN',
    },
    {
      name: 'a truncated access token',
      path: INQUIRY,
      body: () => ({ accessToken: live.tokens['accessToken'].slice(0, 60) }),
      code: 'INVALID_ACCESS_TOKEN',
    },
    {
      name: 'an access token with a bit flipped',
      path: INQUIRY,
      body: () => ({ accessToken: flip(live.tokens['accessToken'], 50) }),
      code: 'INVALID_ACCESS_TOKEN',
    },
    {
      name: 'an access token with its last bits flipped',
      path: INQUIRY,
      body: () => ({ accessToken: flip(live.tokens['accessToken'], -1) }),
      code: 'INVALID_ACCESS_TOKEN',
    },
    {
      name: 'an access token of another client',
      path: INQUIRY,
      body: () => ({ accessToken: live.tokens['accessToken'] }),
      signing: OTHER_SIGNING,
      code: 'INVALID_ACCESS_TOKEN',
    },
    {
      name: 'a refresh token as an access token',
      path: INQUIRY,
      body: () => ({ accessToken: live.tokens['refreshToken'] }),
      code: 'INVALID_ACCESS_TOKEN',
    },
    {
      name: 'a code as an access token',
      path: INQUIRY,
      body: () => ({ accessToken: live.code }),
      code: 'INVALID_ACCESS_TOKEN',
    },
    {
      name: 'cancelling the token of another client',
      path: '/v1/authorizations/cancelToken',
      body: () => ({ accessToken: live.tokens['accessToken'] }),
      signing: OTHER_SIGNING,
      code: 'INVALID_ACCESS_TOKEN',
    },
    {
      name: 'querying the token of another client',
      path: '/ams/api/v1/authorizations/query',
      body: () => ({ accessToken: live.tokens['accessToken'] }),
      signing: OTHER_SIGNING,
      code: 'INVALID_ACCESS_TOKEN',
    },
    {
      name: 'preparing with a redirect that is not registered',
      path: '/v1/authorizations/prepare',
      body: () => ({
        appId: APP_ID,
        scopes: ['auth_user'],
        authRedirectUrl: 'https://kopi.example/back/',
      }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'preparing with a scope that is not approved',
      path: '/v1/authorizations/prepare',
      body: () => ({ appId: APP_ID, scopes: ['KYC_INFO'] }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'preparing for another merchant’s mini program',
      path: '/v1/authorizations/prepare',
      body: () => ({ appId: OTHER_APP_ID, scopes: ['auth_base'] }),
      code: 'PARAM_ILLEGAL',
    },
  ]
  it.each(rows)('$name fails with $code', async ({ path = PATH, body, signing, code }) => {
    expect(await codeOf(path, body(), signing)).toBe(code)
  })

  it('a used code fails with USED_CODE or USED_AUTHCODE', async () => {
    const code = await codeFor(server, ['auth_base'])
    await redeem(server, code)
    expect(await codeOf(PATH, byCode(code))).toBe('USED_CODE')
    expect(await codeOf(V2, byCode(code))).toBe('USED_AUTHCODE')
  })

  it('a bound code requires its verifier or nonce', async () => {
    const codeVerifier = 'a-verifier-that-only-the-merchants-server-knows-1'
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url')
    const { authCode } = await consultFor(server, 'auth_base', { codeChallenge })
    expect(await codeOf(PATH, byCode(authCode))).toBe('INVALID_CODE')
    expect(await codeOf(PATH, { ...byCode(authCode), codeVerifier: 'wrong' })).toBe('INVALID_CODE')
    expect((await redeem(server, authCode, { codeVerifier })).result.resultCode).toBe('SUCCESS')
    const bound = await consultFor(server, 'auth_base', { nonce: 'session-17' })
    expect(await codeOf(PATH, { ...byCode(bound['authCode']), nonce: 'session-18' })).toBe(
      'INVALID_CODE',
    )
    expect(
      (await redeem(server, bound['authCode'], { nonce: 'session-17' })).result.resultCode,
    ).toBe('SUCCESS')
  })

  it('a token without a sufficient scope fails with ACCESS_DENIED and the missing scopes', async () => {
    const tokens = await redeem(server, await codeFor(server, ['CARD_LIST']))
    const { result } = await call(server, INQUIRY, { accessToken: tokens['accessToken'] })
    expect(result.resultCode).toBe('ACCESS_DENIED')
    expect(result.resultMessage).toContain('auth_user')
  })
})

describe('expiry', () => {
  it('ends a code after 60 seconds, an access token after an hour, and a refresh token after 180 days', async () => {
    const expiring = await startTestServer()
    const { clock } = expiring
    const codeIn = async (path: string, body: object): Promise<string> =>
      (await call(expiring, path, body)).result.resultCode
    const [early, late] = [
      await codeFor(expiring, ['auth_base']),
      await codeFor(expiring, ['auth_base']),
    ]
    clock.now += 59
    const tokens = await redeem(expiring, early)
    expect(tokens.result.resultCode).toBe('SUCCESS')
    clock.now += 1
    expect(await codeIn(PATH, { grantType: 'AUTHORIZATION_CODE', authCode: late })).toBe(
      'EXPIRED_CODE',
    )
    expect(await codeIn(V2, { grantType: 'AUTHORIZATION_CODE', authCode: late })).toBe(
      'EXPIRED_AUTHCODE',
    )
    clock.now += 3598
    expect(await codeIn(INQUIRY, { accessToken: tokens['accessToken'] })).toBe('SUCCESS')
    clock.now += 1
    expect(await codeIn(INQUIRY, { accessToken: tokens['accessToken'] })).toBe(
      'EXPIRED_ACCESS_TOKEN',
    )
    const query = await call(expiring, '/ams/api/v1/authorizations/query', {
      accessToken: tokens['accessToken'],
    })
    expect(query['tokenStatusType']).toBe('EXPIRED')
    clock.now += 180 * 86_400
    const { refreshToken } = tokens
    expect(await codeIn(PATH, { grantType: 'REFRESH_TOKEN', refreshToken })).toBe(
      'EXPIRED_REFRESH_TOKEN',
    )
    await expiring.close()
  })

  it('of the grace period: a replayed code revokes its tokens only after 10 s and with valid parameters', async () => {
    const replayed = await startTestServer()
    const code = await codeFor(replayed, ['auth_base'])
    const tokens = await redeem(replayed, code)
    const again = (signing: Signing): Promise<JsonReply> =>
      call(replayed, PATH, { grantType: 'AUTHORIZATION_CODE', authCode: code }, signing)
    const isAlive = async (): Promise<boolean> =>
      (await call(replayed, INQUIRY, { accessToken: tokens['accessToken'] })).result.resultCode ===
      'SUCCESS'
    replayed.clock.now += 10
    expect((await again({})).result.resultCode).toBe('USED_CODE')
    expect(await isAlive()).toBe(true)
    replayed.clock.now += 1
    expect((await again(OTHER_SIGNING)).result.resultCode).toBe('INVALID_CODE')
    expect(await isAlive()).toBe(true)
    expect((await again({})).result.resultCode).toBe('USED_CODE')
    await expectRevokedEverywhere(replayed, tokens['accessToken'])
    await replayed.close()
  })

  it('of the grace period: a replayed refresh token returns its successor for 60 s, then revokes the authorization', async () => {
    const reused = await startTestServer()
    const first = await redeem(reused, await codeFor(reused, ['auth_base']))
    const refreshWith = (refreshToken: string): Promise<JsonReply> =>
      call(reused, PATH, { grantType: 'REFRESH_TOKEN', refreshToken })
    const second = await refreshWith(first['refreshToken'])
    reused.clock.now += 60
    const retried = await refreshWith(first['refreshToken'])
    expect(retried['refreshToken']).toBe(second['refreshToken'])
    reused.clock.now += 1
    expect((await refreshWith(first['refreshToken'])).result.resultCode).toBe('USED_REFRESH_TOKEN')
    expect((await refreshWith(second['refreshToken'])).result.resultCode).toBe(
      'INVALID_REFRESH_TOKEN',
    )
    const grandparent = await redeem(reused, await codeFor(reused, ['auth_base']))
    const parent = await refreshWith(grandparent['refreshToken'])
    await refreshWith(parent['refreshToken'])
    expect((await refreshWith(grandparent['refreshToken'])).result.resultCode).toBe(
      'USED_REFRESH_TOKEN',
    )
    await reused.close()
  })
})

describe('the wallet API', () => {
  type Row = {
    name: string
    operation: Parameters<typeof walletCall>[1]
    body: () => object
    code: string
  }
  const present = (): object => ({
    firstScreen: false,
    visible: true,
    userGestureAt: new Date(server.clock.now * 1000).toISOString(),
  })
  const ask = (more: object): object => ({
    appId: APP_ID,
    userId: USER_ID,
    scopes: 'USER_EMAIL',
    context: present(),
    ...more,
  })
  const gesture = (ago: number): object => ({
    ...present(),
    userGestureAt: new Date((server.clock.now - ago) * 1000).toISOString(),
  })
  const rows: Row[] = [
    {
      name: 'no userId',
      operation: 'consult',
      body: () => ask({ userId: undefined }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'no appId',
      operation: 'consult',
      body: () => ask({ appId: undefined }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'an unknown mini program',
      operation: 'consult',
      body: () => ask({ appId: 'nobody' }),
      code: 'NOT_PERMITTED',
    },
    {
      name: 'a mini program of a suspended client',
      operation: 'consult',
      body: () => ask({ appId: 'suspended-app', scopes: 'auth_base' }),
      code: 'NOT_PERMITTED',
    },
    {
      name: 'scopes that are a number',
      operation: 'consult',
      body: () => ask({ scopes: 7 }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'an empty list of scopes',
      operation: 'consult',
      body: () => ask({ scopes: [] }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'a malformed scope',
      operation: 'consult',
      body: () => ask({ scopes: ['auth base'] }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: '33 scopes',
      operation: 'consult',
      body: () => ask({ scopes: Array.from({ length: 33 }, (_, n) => `s${n}`) }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'a short challenge',
      operation: 'consult',
      body: () => ask({ codeChallenge: 'abc' }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'no context',
      operation: 'consult',
      body: () => ask({ context: undefined }),
      code: 'NOT_VISIBLE',
    },
    {
      name: 'an invisible page',
      operation: 'consult',
      body: () => ask({ context: { ...present(), visible: false } }),
      code: 'NOT_VISIBLE',
    },
    {
      name: 'the first screen',
      operation: 'consult',
      body: () => ask({ context: { ...present(), firstScreen: true } }),
      code: 'FIRST_SCREEN',
    },
    {
      name: 'no gesture',
      operation: 'consult',
      body: () => ask({ context: { firstScreen: false, visible: true } }),
      code: 'NO_USER_GESTURE',
    },
    {
      name: 'a gesture 11 s ago',
      operation: 'consult',
      body: () => ask({ context: gesture(11) }),
      code: 'NO_USER_GESTURE',
    },
    {
      name: 'a gesture in the future',
      operation: 'consult',
      body: () => ask({ context: gesture(-6) }),
      code: 'NO_USER_GESTURE',
    },
    {
      name: 'an unknown user',
      operation: 'consult',
      body: () => ask({ userId: 'nobody' }),
      code: 'USER_UNKNOWN',
    },
    {
      name: 'a frozen user',
      operation: 'consult',
      body: () => ask({ userId: 'user-frozen' }),
      code: 'USER_NOT_ACTIVE',
    },
    {
      name: 'a forged prepared request',
      operation: 'consult',
      body: () => ({ userId: USER_ID, authRequest: 'pr_AAAA' }),
      code: 'AUTH_REQUEST_INVALID',
    },
    {
      name: 'deciding an unknown request',
      operation: 'decide',
      body: () => ({
        userId: USER_ID,
        consentRequestId: 'cr_nothing',
        sheetHash: 'x',
        granted: [],
      }),
      code: 'CONSENT_REQUEST_UNKNOWN',
    },
    {
      name: 'completing an unknown request',
      operation: 'complete',
      body: () => ({ userId: USER_ID, consentRequestId: 'cr_nothing' }),
      code: 'CONSENT_REQUEST_UNKNOWN',
    },
    {
      name: 'revoking malformed scopes',
      operation: 'revoke',
      body: () => ({ userId: USER_ID, appId: APP_ID, scopes: ['a b'] }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'the profile without auth_user',
      operation: 'profile',
      body: () => ({ userId: USER_ID, appId: OTHER_APP_ID }),
      code: 'ACCESS_DENIED',
    },
  ]
  it.each(rows)('$name fails with $code', async ({ operation, body, code }) => {
    const { result } = await walletCall(server, operation, body())
    expect(result.resultCode).toBe(code)
  })

  it('fails with SCOPE_NOT_APPROVED, and 40006 for each scope, when no scope is approved', async () => {
    const reply = await consultFor(server, ['KYC_INFO', 'AGREEMENT_PAY'])
    expect(reply.result.resultCode).toBe('SCOPE_NOT_APPROVED')
    expect(reply['authErrorScopes']).toEqual({ KYC_INFO: '40006', AGREEMENT_PAY: '40006' })
  })

  it('rejects requests that a merchant signed', async () => {
    const { result } = await call(server, '/wallet/v1/consult', ask({}), { key: MERCHANT_KEY })
    expect(result.resultCode).toBe('INVALID_AUTH_CLIENT')
  })

  it('rejects decisions with another hash, other scopes or another user, and late or repeated ones', async () => {
    const { consentRequestId, sheetHash } = await consultFor(server, [
      { scope: 'USER_EMAIL', required: true },
      'USER_NICKNAME',
    ])
    const decide = async (more: object): Promise<string> =>
      (
        await walletCall(server, 'decide', {
          consentRequestId,
          userId: USER_ID,
          sheetHash,
          granted: ['USER_EMAIL'],
          ...more,
        })
      ).result.resultCode
    expect(await decide({ sheetHash: 'another' })).toBe('SHEET_HASH_MISMATCH')
    expect(await decide({ granted: ['USER_EMAIL', 'USER_NAME'] })).toBe('DECISION_INVALID')
    expect(await decide({ granted: ['USER_NICKNAME'] })).toBe('DECISION_INVALID')
    expect(await decide({ userId: 'user-bare' })).toBe('CONSENT_REQUEST_UNKNOWN')
    expect(await decide({})).toBe('SUCCESS')
    expect(await decide({})).toBe('CONSENT_REQUEST_USED')
    expect(
      (await walletCall(server, 'complete', { consentRequestId, userId: USER_ID })).result
        .resultCode,
    ).toBe('CONSENT_REQUEST_USED')
  })

  it('keeps a consent request for ten minutes', async () => {
    const waiting = await startTestServer()
    const { consentRequestId, sheetHash } = await consultFor(waiting, 'USER_EMAIL')
    waiting.clock.now += 600
    const decided = await walletCall(waiting, 'decide', {
      consentRequestId,
      userId: USER_ID,
      sheetHash,
      granted: ['USER_EMAIL'],
    })
    expect(decided.result.resultCode).toBe('CONSENT_REQUEST_EXPIRED')
    await waiting.close()
  })

  it('dismisses a request that is completed without a decision', async () => {
    const { consentRequestId, sheetHash } = await consultFor(server, 'USER_ADDRESS')
    const completed = await walletCall(server, 'complete', { consentRequestId, userId: USER_ID })
    expect(completed).toMatchObject({
      status: 'DISMISSED',
      authErrorScopes: { USER_ADDRESS: '10001' },
    })
    const late = await walletCall(server, 'decide', {
      consentRequestId,
      userId: USER_ID,
      sheetHash,
      granted: ['USER_ADDRESS'],
    })
    expect(late.result.resultCode).toBe('CONSENT_REQUEST_USED')
    expect(
      await walletCall(server, 'settings', { userId: USER_ID, appId: APP_ID }),
    ).not.toHaveProperty('authSetting.USER_ADDRESS')
  })

  it('issues no code after a withdrawal between decision and completion', async () => {
    const { consentRequestId, sheetHash } = await consultFor(server, 'USER_AVATAR')
    const answer = new URLSearchParams({ answer: 'allow', sheetHash })
    const url = `${server.url}/consent/${consentRequestId}`
    const decided = await fetch(url, { method: 'POST', body: answer, redirect: 'manual' })
    expect(decided.status).toBe(303)
    const scopes = ['USER_AVATAR']
    await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID, scopes })
    const completed = await walletCall(server, 'complete', { consentRequestId, userId: USER_ID })
    expect(completed).toMatchObject({ status: 'DISMISSED' })
    expect(completed).not.toHaveProperty('authCode')
  })

  it('returns a denied scope in the settings, and issues no code', async () => {
    const { consentRequestId, sheetHash } = await consultFor(server, ['auth_base', 'USER_ADDRESS'])
    const declined = await walletCall(server, 'decide', {
      consentRequestId,
      userId: USER_ID,
      sheetHash,
      granted: [],
    })
    expect(declined).toMatchObject({
      status: 'DECLINED',
      authErrorScopes: { USER_ADDRESS: '10001' },
    })
    expect(declined).not.toHaveProperty('authCode')
    const { authSetting } = await walletCall(server, 'settings', { userId: USER_ID, appId: APP_ID })
    expect(authSetting).toMatchObject({ auth_user: true, USER_ADDRESS: false })
  })
})
