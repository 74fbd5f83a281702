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
  OTHER_APP_ID,
  OTHER_SIGNING,
  redeem,
  type Signing,
  type TestServer,
} from '../../support/server.ts'
import {
  expectStillValid,
  rejectionCodeOf,
  startServerWithCredentials,
  type ValidCredentials,
} from '../../support/valid-credentials.ts'

const PATH = '/v1/authorizations/applyToken'
const V2 = '/v2/authorizations/applyToken'
const INQUIRY = '/v1/users/inquiryUserInfo'

let server: TestServer
/** No test may consume or revoke them. */
let valid: ValidCredentials

beforeAll(async () => {
  ;({ server, valid } = await startServerWithCredentials())
})
afterAll(async () => {
  await expectStillValid(server, valid)
  await server.close()
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
    { name: 'a truncated code', body: () => byCode(valid.code.slice(0, -1)), code: 'INVALID_CODE' },
    { name: 'a longer code', body: () => byCode(`${valid.code}A`), code: 'INVALID_CODE' },
    {
      name: 'a code with its key id flipped',
      body: () => byCode(flip(valid.code, 3)),
      code: 'INVALID_CODE',
    },
    {
      name: 'a code with its nonce flipped',
      body: () => byCode(flip(valid.code, 12)),
      code: 'INVALID_CODE',
    },
    {
      name: 'a code with its content flipped',
      body: () => byCode(flip(valid.code, 30)),
      code: 'INVALID_CODE',
    },
    {
      name: 'a code with its tag flipped',
      body: () => byCode(flip(valid.code, -1)),
      code: 'INVALID_CODE',
    },
    {
      name: 'a code without its prefix',
      body: () => byCode(valid.code.slice(3)),
      code: 'INVALID_CODE',
    },
    {
      name: 'a code in another case',
      body: () => byCode(valid.code.toLowerCase()),
      code: 'INVALID_CODE',
    },
    { name: 'a code with white space', body: () => byCode(`${valid.code} `), code: 'INVALID_CODE' },
    {
      name: 'a code of another client',
      body: () => byCode(valid.code),
      signing: OTHER_SIGNING,
      code: 'INVALID_CODE',
    },
    {
      name: 'an access token as a code',
      body: () => byCode(valid.tokens['accessToken']),
      code: 'INVALID_CODE',
    },
    {
      name: 'a refresh token as a code',
      body: () => byCode(valid.tokens['refreshToken']),
      code: 'INVALID_CODE',
    },
    {
      name: 'a code with a verifier that it is not bound to',
      body: () => ({ ...byCode(valid.code), codeVerifier: 'x' }),
      code: 'INVALID_CODE',
    },
    {
      name: 'another appId',
      body: () => ({ ...byCode(valid.code), appId: OTHER_APP_ID }),
      code: 'REFERENCE_CLIENT_ID_NOT_MATCH',
    },
    {
      name: 'another appId in v2',
      path: V2,
      body: () => ({ ...byCode(valid.code), appId: OTHER_APP_ID }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'another referenceClientId',
      body: () => ({ ...byCode(valid.code), referenceClientId: '123' }),
      code: 'REFERENCE_CLIENT_ID_NOT_MATCH',
    },
    {
      name: 'another wallet in customerBelongsTo',
      body: () => ({ ...byCode(valid.code), customerBelongsTo: 'GCASH' }),
      code: 'REFERENCE_CLIENT_ID_NOT_MATCH',
    },
    {
      name: 'an unknown refresh token',
      body: () => byRefresh('nothing'),
      code: 'INVALID_REFRESH_TOKEN',
    },
    {
      name: 'a truncated refresh token',
      body: () => byRefresh(valid.tokens['refreshToken'].slice(0, -2)),
      code: 'INVALID_REFRESH_TOKEN',
    },
    {
      name: 'a refresh token with its generation flipped',
      body: () => byRefresh(flip(valid.tokens['refreshToken'], 40)),
      code: 'INVALID_REFRESH_TOKEN',
    },
    {
      name: 'a refresh token with its last bits flipped',
      body: () => byRefresh(flip(valid.tokens['refreshToken'], -1)),
      code: 'INVALID_REFRESH_TOKEN',
    },
    {
      name: 'a refresh token of another client',
      body: () => byRefresh(valid.tokens['refreshToken']),
      signing: OTHER_SIGNING,
      code: 'INVALID_REFRESH_TOKEN',
    },
    {
      name: 'an access token as a refresh token',
      body: () => byRefresh(valid.tokens['accessToken']),
      code: 'INVALID_REFRESH_TOKEN',
    },
    {
      name: 'a code as a refresh token',
      body: () => byRefresh(valid.code),
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
      body: () => ({ accessToken: valid.tokens['accessToken'].slice(0, 60) }),
      code: 'INVALID_ACCESS_TOKEN',
    },
    {
      name: 'an access token with a bit flipped',
      path: INQUIRY,
      body: () => ({ accessToken: flip(valid.tokens['accessToken'], 50) }),
      code: 'INVALID_ACCESS_TOKEN',
    },
    {
      name: 'an access token with its last bits flipped',
      path: INQUIRY,
      body: () => ({ accessToken: flip(valid.tokens['accessToken'], -1) }),
      code: 'INVALID_ACCESS_TOKEN',
    },
    {
      name: 'an access token of another client',
      path: INQUIRY,
      body: () => ({ accessToken: valid.tokens['accessToken'] }),
      signing: OTHER_SIGNING,
      code: 'INVALID_ACCESS_TOKEN',
    },
    {
      name: 'a refresh token as an access token',
      path: INQUIRY,
      body: () => ({ accessToken: valid.tokens['refreshToken'] }),
      code: 'INVALID_ACCESS_TOKEN',
    },
    {
      name: 'a code as an access token',
      path: INQUIRY,
      body: () => ({ accessToken: valid.code }),
      code: 'INVALID_ACCESS_TOKEN',
    },
    {
      name: 'cancelling the token of another client',
      path: '/v1/authorizations/cancelToken',
      body: () => ({ accessToken: valid.tokens['accessToken'] }),
      signing: OTHER_SIGNING,
      code: 'INVALID_ACCESS_TOKEN',
    },
    {
      name: 'querying the token of another client',
      path: '/ams/api/v1/authorizations/query',
      body: () => ({ accessToken: valid.tokens['accessToken'] }),
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
    expect(await rejectionCodeOf(server, path, body(), signing)).toBe(code)
  })

  it('a used code fails with USED_CODE or USED_AUTHCODE', async () => {
    const code = await codeFor(server, ['auth_base'])
    await redeem(server, code)
    expect(await rejectionCodeOf(server, PATH, byCode(code))).toBe('USED_CODE')
    expect(await rejectionCodeOf(server, V2, byCode(code))).toBe('USED_AUTHCODE')
  })

  it('a bound code requires its verifier or nonce', async () => {
    const codeVerifier = 'a-verifier-that-only-the-merchants-server-knows-1'
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url')
    const { authCode } = await consultFor(server, 'auth_base', { codeChallenge })
    expect(await rejectionCodeOf(server, PATH, byCode(authCode))).toBe('INVALID_CODE')
    expect(
      await rejectionCodeOf(server, PATH, { ...byCode(authCode), codeVerifier: 'wrong' }),
    ).toBe('INVALID_CODE')
    expect((await redeem(server, authCode, { codeVerifier })).result.resultCode).toBe('SUCCESS')
    const bound = await consultFor(server, 'auth_base', { nonce: 'session-17' })
    expect(
      await rejectionCodeOf(server, PATH, { ...byCode(bound['authCode']), nonce: 'session-18' }),
    ).toBe('INVALID_CODE')
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
