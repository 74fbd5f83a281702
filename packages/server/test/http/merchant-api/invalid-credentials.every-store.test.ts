/**
 * @module Requests with invalid codes and tokens. Each row fails with its documented code, in a signed response, and changes nothing.
 *
 * @see docs/merchant-api.md#applytoken
 */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  APP_ID,
  call,
  codeFor,
  consultFor,
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
} from '../../support/server.ts'

const PATH = '/v1/authorizations/applyToken'
const V2 = '/v2/authorizations/applyToken'
const INQUIRY = '/v1/users/inquiryUserInfo'

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
