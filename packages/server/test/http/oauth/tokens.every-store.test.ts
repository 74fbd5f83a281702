/**
 * @module Authorization codes and refresh tokens of OAuth clients, and what they share with the merchant API.
 *
 * @see docs/oauth.md#the-authorization-flow
 */
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  authorize,
  authorizeQuery,
  createPkce,
  decideAtWallet,
  exchangeCode,
  get,
  ISSUER,
  introspect,
  issueWebTokens,
  oauthCode,
  REDIRECT_URI,
  startOAuthServer,
  token,
} from '../../support/oauth.ts'
import {
  APP_ID,
  applyToken,
  call,
  codeFor,
  consultFor,
  inquire,
  type JsonReply,
  OTHER_APP_ID,
  redeem,
  refresh,
  type TestServer,
  USER_ID,
  walletCall,
} from '../../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startOAuthServer()
})
afterAll(() => server.close())

function bearer(accessToken: unknown): Record<string, string> {
  return { authorization: `Bearer ${accessToken}` }
}

async function verified(jwt: string, audience: string): Promise<JWTPayload> {
  const keys = createLocalJWKSet(JSON.parse((await get(server, '/oauth2/jwks')).body))
  const currentDate = new Date(server.clock.now * 1000)
  return (await jwtVerify(jwt, keys, { issuer: ISSUER, audience, currentDate })).payload
}

async function userinfo(accessToken: unknown): Promise<{ status: number; json: JsonReply }> {
  const { status, body } = await get(server, '/oauth2/userinfo', bearer(accessToken))
  return { status, json: JSON.parse(body) }
}

describe('an authorization code', () => {
  it('is exchanged for tokens that permit the granted scopes', async () => {
    const pkce = createPkce()
    const query = authorizeQuery(pkce, { scope: 'openid auth_user email', nonce: 'n-1' })
    const authenticatedAt = new Date((server.clock.now - 30) * 1000).toISOString()
    const redirect = await authorize(server, query, { context: { authenticatedAt } })
    expect(redirect.origin + redirect.pathname).toBe(REDIRECT_URI)
    expect(redirect.searchParams.get('state')).toBe('state-1')
    expect(redirect.searchParams.get('iss')).toBe(ISSUER)
    const code = redirect.searchParams.get('code') ?? ''
    const { status, json, headers } = await exchangeCode(server, { code, verifier: pkce.verifier })
    expect([status, json]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^at_/),
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'auth_user email openid',
        refresh_token: expect.stringMatching(/^rt_/),
        id_token: expect.any(String),
        grant_id: expect.any(String),
      },
    ])
    expect(headers['cache-control']).toBe('no-store')
    const claims = await verified(json['id_token'], 'web')
    expect(claims).toMatchObject({ nonce: 'n-1', auth_time: server.clock.now - 30 })
    expect((await userinfo(json['access_token'])).json).toEqual({
      sub: claims.sub,
      nickname: 'Maya-canary',
      picture: 'https://pictures.example/maria.png',
      gender: 'female',
      nationality: 'PH',
      status: 'ACTIVE',
      email: 'maria.canary@example.com',
      email_verified: false,
    })
  })

  it.each([
    ['the difference of two clocks ahead', 60, 0],
    ['now', 0, 0],
    ['an hour ago', -3600, -3600],
  ])('carries a login %s as one that is not in the future', async (_, sent, carried) => {
    const pkce = createPkce()
    const { now } = server.clock
    const authenticatedAt = new Date((now + sent) * 1000).toISOString()
    const redirect = await authorize(server, authorizeQuery(pkce), { context: { authenticatedAt } })
    const code = redirect.searchParams.get('code') ?? ''
    const { json } = await exchangeCode(server, { code, verifier: pkce.verifier })
    expect((await verified(json['id_token'], 'web'))['auth_time']).toBe(now + carried)
  })

  it('is not issued for a login in the future', async () => {
    const authenticatedAt = new Date((server.clock.now + 61) * 1000).toISOString()
    const asked = await get(server, `/oauth2/authorize?${authorizeQuery(createPkce())}`)
    const page = new URL(String(asked.headers['location']))
    const { result } = await decideAtWallet(server, page, { context: { authenticatedAt } })
    expect(result).toMatchObject({
      resultCode: 'PARAM_ILLEGAL',
      resultMessage: expect.stringContaining('context.authenticatedAt is in the future'),
    })
  })

  it('is issued without a prompt when the scopes are already granted', async () => {
    await issueWebTokens(server)
    const asked = await get(server, `/oauth2/authorize?${authorizeQuery(createPkce())}`)
    const page = new URL(String(asked.headers['location']))
    const authRequest = page.searchParams.get('authRequest')
    const reply = await walletCall(server, 'consult', { userId: USER_ID, authRequest })
    expect(reply['status']).toBe('GRANTED')
  })

  it('of a mini program can be redeemed here with its challenge', async () => {
    const pkce = createPkce()
    const code = await codeFor(server, ['auth_base'], { codeChallenge: pkce.challenge })
    const wrong = await token(server, { grant_type: 'authorization_code', code })
    expect([wrong.status, wrong.json['error']]).toEqual([400, 'invalid_grant'])
    const given = await exchangeCode(server, { code, verifier: pkce.verifier })
    expect([given.status, given.json['scope']]).toEqual([200, 'auth_base'])
  })

  it('of a mini program without a challenge requires client authentication', async () => {
    const code = await codeFor(server, ['auth_base'])
    const form = { grant_type: 'authorization_code', code, client_id: 'spa' }
    expect((await token(server, form, {})).json['error']).toBe('invalid_grant')
    const given = await token(server, { grant_type: 'authorization_code', code })
    expect(given.status).toBe(200)
  })

  it('of an OAuth client cannot be redeemed at the merchant API', async () => {
    const { code } = await oauthCode(server)
    expect((await redeem(server, code)).result.resultCode).toBe('INVALID_CODE')
  })
})

describe('a refresh token', () => {
  it('is rotated, can be retried, and can narrow but not widen the scope', async () => {
    const first = await issueWebTokens(server, { scope: 'openid auth_user email' })
    const form = { grant_type: 'refresh_token', refresh_token: first['refresh_token'] }
    const narrow = await token(server, { ...form, scope: 'auth_user' })
    expect([narrow.status, narrow.json['scope']]).toEqual([200, 'auth_user'])
    expect(narrow.json['id_token']).toBeUndefined()
    expect((await userinfo(narrow.json['access_token'])).json['email']).toBeUndefined()
    const repeated = await token(server, form)
    expect(repeated.json['refresh_token']).toBe(narrow.json['refresh_token'])
    const whole = await token(server, { ...form, refresh_token: narrow.json['refresh_token'] })
    expect(whole.json['scope']).toBe('auth_user email openid')
    const wide = await token(server, {
      ...form,
      refresh_token: whole.json['refresh_token'],
      scope: 'auth_user USER_NAME',
    })
    expect([wide.status, wide.json['error']]).toEqual([400, 'invalid_scope'])
  })

  it('that was already replaced twice revokes the authorization when it is used', async () => {
    const first = await issueWebTokens(server)
    const form = { grant_type: 'refresh_token', refresh_token: first['refresh_token'] }
    const second = await token(server, form)
    const third = await token(server, { ...form, refresh_token: second.json['refresh_token'] })
    expect((await token(server, form)).json['error']).toBe('invalid_grant')
    const last = await token(server, { ...form, refresh_token: third.json['refresh_token'] })
    expect(last.json['error']).toBe('invalid_grant')
    // Another node receives the revocation within a second.
    const readStatus = async (): Promise<number> =>
      (await userinfo(third.json['access_token'])).status
    await expect.poll(readStatus, { timeout: 1000, interval: 20 }).toBe(401)
  })
})

describe('OAuth and the merchant API', () => {
  it('show the same prompt, write the same receipt, and are revoked together', async () => {
    await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID })
    const scopes = ['USER_AVATAR', 'USER_EMAIL']
    const page = await consultFor(server, scopes)
    server.clock.now += 60
    const query = authorizeQuery(createPkce(), { scope: scopes.join(' ') })
    const asked = await get(server, `/oauth2/authorize?${query}`)
    const authRequest = new URL(String(asked.headers['location'])).searchParams.get('authRequest')
    const oauth = await walletCall(server, 'consult', { userId: USER_ID, authRequest })
    expect(oauth['sheet']).toEqual(page['sheet'])
    expect(oauth['sheetHash']).toBe(page['sheetHash'])
    server.clock.now += 60
    const given = await issueWebTokens(server, { scope: scopes.join(' ') })
    const signed = await redeem(server, await codeFor(server, scopes))
    const info = await inquire(server, signed['accessToken'])
    expect(info['userInfo'].userId).toBe((await userinfo(given['access_token'])).json['sub'])
    const { receipts } = await walletCall(server, 'receipts', { userId: USER_ID, limit: 1 })
    const record = JSON.parse(
      Buffer.from(receipts[0].document.split('.')[1], 'base64url').toString(),
    )
    expect(record.notice.hash).toBe(oauth['sheetHash'])
    await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID })
    const oauthEnded = async (): Promise<number> => (await userinfo(given['access_token'])).status
    const signedEnded = async (): Promise<string> =>
      (await inquire(server, signed['accessToken'])).result.resultCode
    await expect.poll(oauthEnded, { timeout: 1000, interval: 20 }).toBe(401)
    await expect.poll(signedEnded, { timeout: 1000, interval: 20 }).toBe('INVALID_ACCESS_TOKEN')
    const form = { grant_type: 'refresh_token', refresh_token: given['refresh_token'] }
    const refreshes = async (): Promise<unknown> => (await token(server, form)).json['error']
    await expect.poll(refreshes, { timeout: 1000, interval: 20 }).toBe('invalid_grant')
  })

  it('do not accept each other’s tokens', async () => {
    const given = await issueWebTokens(server)
    const signed = await redeem(server, await codeFor(server, ['auth_base']))
    const accessToken = given['access_token']
    expect((await inquire(server, accessToken)).result.resultCode).toBe('INVALID_ACCESS_TOKEN')
    const cancelled = await call(server, '/v1/authorizations/cancelToken', { accessToken })
    expect(cancelled.result.resultCode).toBe('INVALID_ACCESS_TOKEN')
    expect((await refresh(server, given['refresh_token'])).result.resultCode).toBe(
      'INVALID_REFRESH_TOKEN',
    )
    const form = { grant_type: 'refresh_token', refresh_token: signed['refreshToken'] }
    expect((await token(server, form)).json['error']).toBe('invalid_grant')
    expect((await introspect(server, signed['accessToken'])).json).toEqual({ active: false })
    const both = { grantType: 'AUTHORIZATION_CODE', authCode: (await oauthCode(server)).code }
    expect((await applyToken(server, both)).result.resultCode).toBe('INVALID_CODE')
  })

  it('do not accept codes of other mini programs', async () => {
    const code = await codeFor(server, ['auth_base'], { appId: OTHER_APP_ID })
    const reply = await token(server, { grant_type: 'authorization_code', code })
    expect([reply.status, reply.json['error']]).toEqual([400, 'invalid_grant'])
  })
})
