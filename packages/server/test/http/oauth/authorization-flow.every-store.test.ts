/**
 * @module The OAuth endpoints with plain requests: every flow, and what they share with the merchant API.
 */
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  authorize,
  authorizeQuery,
  basic,
  createPkce,
  exchangeCode,
  get,
  ISSUER,
  introspect,
  oauthCode,
  postForm,
  REDIRECT_URI,
  RESOURCE,
  SECRET,
  startOAuthServer,
  token,
  type UserAction,
  webTokens,
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
  send,
  type TestServer,
  USER_ID,
  walletCall,
} from '../../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startOAuthServer()
})
afterAll(() => server.close())

const AUTH_CODE = 'urn:assent:params:oauth:token-type:auth_code'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

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
    })
  })

  it('is issued without a prompt when the scopes are already granted', async () => {
    await webTokens(server)
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

describe('the redirect', () => {
  it.each<[string, Record<string, string>, UserAction, string]>([
    ['a denied request', { scope: 'USER_NAME' }, { decision: 'decline' }, 'access_denied'],
    ['a scope that was denied recently', { scope: 'USER_NAME' }, {}, 'access_denied'],
    ['a closed prompt', { scope: 'USER_GENDER' }, { decision: 'close' }, 'access_denied'],
    ['a frozen user', {}, { userId: 'user-frozen' }, 'access_denied'],
    ['an unapproved scope', { scope: 'CARD_LIST_2' }, {}, 'invalid_scope'],
    ['prompt=none', { prompt: 'none', scope: 'USER_ADDRESS' }, {}, 'consent_required'],
    ['prompt=none without a login', { prompt: 'none', max_age: '60' }, {}, 'login_required'],
    ['an unsupported response type', { response_type: 'token' }, {}, 'unsupported_response_type'],
    ['a plain challenge', { code_challenge_method: 'plain' }, {}, 'invalid_request'],
    ['contradictory prompts', { prompt: 'none login' }, {}, 'invalid_request'],
    ['a foreign resource', { resource: 'https://elsewhere.example/' }, {}, 'invalid_target'],
    [
      'authorization details of an unknown type',
      { authorization_details: '[{"type":"x"}]' },
      {},
      'invalid_authorization_details',
    ],
  ])('reports %s to the client', async (_name, more, action, error) => {
    const redirect = await authorize(server, authorizeQuery(createPkce(), more), action)
    expect([redirect.origin + redirect.pathname, redirect.searchParams.get('error')]).toEqual([
      REDIRECT_URI,
      error,
    ])
    expect(redirect.searchParams.get('state')).toBe('state-1')
    expect(redirect.searchParams.get('iss')).toBe(ISSUER)
  })

  it('reports a rejection by the wallet, which is possible once', async () => {
    const asked = await get(server, `/oauth2/authorize?${authorizeQuery(createPkce())}`)
    const authRequest = new URL(String(asked.headers['location'])).searchParams.get('authRequest')
    const rejected = await walletCall(server, 'reject', { authRequest, reason: 'login_required' })
    expect(new URL(rejected['redirectUrl']).searchParams.get('error')).toBe('login_required')
    const again = await walletCall(server, 'reject', { authRequest })
    expect(again.result.resultCode).toBe('AUTH_REQUEST_INVALID')
    const late = await walletCall(server, 'consult', { userId: USER_ID, authRequest })
    expect(late.result.resultCode).toBe('AUTH_REQUEST_INVALID')
  })
})

describe('user authentication', () => {
  const authenticated = (secondsAgo: number): UserAction => ({
    context: {
      authenticatedAt: new Date((server.clock.now - secondsAgo) * 1000).toISOString(),
    },
  })

  it.each<[string, Record<string, string>, number, boolean]>([
    ['is recent enough for max_age', { max_age: '60' }, 70, true],
    ['is too old for max_age', { max_age: '60' }, 71, false],
    ['is too old for prompt=login', { prompt: 'login' }, 11, false],
    ['is recent enough for prompt=login', { prompt: 'login' }, 0, true],
    ['may have any age without max_age and prompt', {}, 86_400, true],
  ])('%s', async (_name, more, secondsAgo, isAccepted) => {
    const authorization = authorize(
      server,
      authorizeQuery(createPkce(), more),
      authenticated(secondsAgo),
    )
    if (isAccepted) expect((await authorization).searchParams.has('code')).toBe(true)
    else await expect(authorization).rejects.toThrow('LOGIN_REQUIRED')
  })

  it('hints are passed to the wallet’s page', async () => {
    const hints = { prompt: 'select_account', login_hint: 'maria', ui_locales: 'fil', max_age: '5' }
    const asked = await get(server, `/oauth2/authorize?${authorizeQuery(createPkce(), hints)}`)
    const page = new URL(String(asked.headers['location']))
    expect(page.origin + page.pathname).toBe('http://127.0.0.1:7301/authorize')
    const { authRequest: _, ...received } = Object.fromEntries(page.searchParams)
    expect(received).toEqual(hints)
  })

  it('prompts again for granted scopes with prompt=consent', async () => {
    await webTokens(server)
    const query = authorizeQuery(createPkce(), { prompt: 'consent' })
    const asked = await get(server, `/oauth2/authorize?${query}`)
    const authRequest = new URL(String(asked.headers['location'])).searchParams.get('authRequest')
    const reply = await walletCall(server, 'consult', { userId: USER_ID, authRequest })
    expect(reply['status']).toBe('CONSENT_REQUIRED')
    server.clock.now += 60
  })
})

describe('authorization details', () => {
  it('specify required scopes and their duration', async () => {
    const details = [
      { type: 'user_authorization', scopes: ['USER_EMAIL'], required: true, lifetime: 'once' },
    ]
    const query = authorizeQuery(createPkce(), { authorization_details: JSON.stringify(details) })
    const asked = await get(server, `/oauth2/authorize?${query}`)
    const authRequest = new URL(String(asked.headers['location'])).searchParams.get('authRequest')
    const reply = await walletCall(server, 'consult', { userId: USER_ID, authRequest })
    expect(reply['sheet']).toMatchObject({
      lifetimes: ['once'],
      scopes: [expect.objectContaining({ scope: 'USER_EMAIL', required: true })],
    })
    server.clock.now += 60
  })
})

describe('a refresh token', () => {
  it('is rotated, can be retried, and can narrow but not widen the scope', async () => {
    const first = await webTokens(server, { scope: 'openid auth_user email' })
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
    const first = await webTokens(server)
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

describe('introspection', () => {
  it('describes a token to its client', async () => {
    const given = await webTokens(server, { resource: RESOURCE })
    const { json } = await introspect(server, given['access_token'])
    expect(json).toMatchObject({
      active: true,
      iss: ISSUER,
      client_id: 'web',
      scope: 'auth_user openid',
      token_type: 'Bearer',
      aud: RESOURCE,
      sub: expect.any(String),
    })
    const refreshToken = await introspect(server, given['refresh_token'])
    expect(refreshToken.json).toMatchObject({ active: true, client_id: 'web' })
  })

  it.each([
    ['active to the resource server of the token', 'api', true],
    ['inactive to another client of the same merchant', 'post', false],
    ['inactive to a client of another merchant', 'foreign', false],
  ])('reports a token as %s', async (_name, clientId, active) => {
    const given = await webTokens(server, { resource: RESOURCE })
    const form = { token: given['access_token'], client_id: clientId, client_secret: '' }
    const reply =
      clientId === 'post'
        ? await postForm(server, '/oauth2/introspect', {
            ...form,
            client_secret: SECRET,
          })
        : await introspect(server, given['access_token'], basic(clientId))
    expect([reply.status, reply.json['active']]).toEqual([200, active])
  })

  it('returns a signed response when the client accepts one', async () => {
    const given = await webTokens(server)
    const accept = 'application/token-introspection+jwt'
    const reply = await introspect(server, given['access_token'], { ...basic(), accept })
    expect(reply.headers['content-type']).toContain(accept)
    const claims = await verified(reply.body, 'web')
    expect(claims['token_introspection']).toMatchObject({ active: true, client_id: 'web' })
  })

  it('requires client authentication', async () => {
    const given = await webTokens(server)
    const form = { token: given['access_token'], client_id: 'spa' }
    const reply = await postForm(server, '/oauth2/introspect', form)
    expect([reply.status, reply.json['error']]).toEqual([400, 'unauthorized_client'])
  })
})

describe('revocation', () => {
  it.each(['access_token', 'refresh_token'])('of the %s revokes both tokens', async (name) => {
    const given = await webTokens(server)
    const revoked = await postForm(server, '/oauth2/revoke', { token: given[name] }, basic())
    expect([revoked.status, revoked.body]).toEqual([200, '{}'])
    const sequence = String(revoked.headers['assent-revocation-sequence'])
    const reply = await get(server, '/oauth2/userinfo', {
      ...bearer(given['access_token']),
      'assent-min-sequence': sequence,
    })
    expect(reply.status).toBe(401)
    expect((await introspect(server, given['refresh_token'])).json).toEqual({ active: false })
  })

  it.each([
    ['the token of another client', basic('foreign')],
    ['an unknown token', basic()],
  ])('of %s has no effect and succeeds', async (name, headers) => {
    const given = await webTokens(server)
    const text = name === 'an unknown token' ? 'at_nothing' : given['access_token']
    const reply = await postForm(server, '/oauth2/revoke', { token: text }, headers)
    expect([reply.status, reply.body]).toEqual([200, '{}'])
    expect((await userinfo(given['access_token'])).status).toBe(200)
  })
})

describe('token exchange', () => {
  it('issues a narrower and shorter-lived token for another resource, which is revoked with its parent', async () => {
    const parent = await webTokens(server, { scope: 'openid auth_user email' })
    const child = await token(server, {
      grant_type: EXCHANGE,
      subject_token: parent['access_token'],
      subject_token_type: ACCESS_TOKEN,
      scope: 'email',
      resource: RESOURCE,
    })
    expect([child.status, child.json]).toEqual([
      200,
      {
        access_token: expect.any(String),
        issued_token_type: ACCESS_TOKEN,
        token_type: 'Bearer',
        expires_in: 300,
        scope: 'email',
      },
    ])
    const seen = await introspect(server, child.json['access_token'], basic('api'))
    expect(seen.json).toMatchObject({ active: true, aud: RESOURCE, scope: 'email' })
    expect((await userinfo(child.json['access_token'])).status).toBe(401)
    await postForm(server, '/oauth2/revoke', { token: parent['refresh_token'] }, basic())
    const introspectChild = async (): Promise<unknown> =>
      (await introspect(server, child.json['access_token'], basic('api'))).json
    await expect.poll(introspectChild, { timeout: 5000 }).toEqual({ active: false })
  })

  it.each([
    ['another client of the same merchant', { client_id: 'post', client_secret: SECRET }],
    ['another merchant', { client_id: 'foreign', client_secret: SECRET }],
  ])('rejects the token of a different client: %s', async (_name, client) => {
    const parent = await webTokens(server)
    const form = {
      grant_type: EXCHANGE,
      subject_token: parent['access_token'],
      subject_token_type: ACCESS_TOKEN,
      ...client,
    }
    const reply = await token(server, form, {})
    expect(reply.status).toBeGreaterThanOrEqual(400)
    expect(reply.json['access_token']).toBeUndefined()
  })

  it('accepts a mini program’s code, which an invalid request does not consume', async () => {
    const code = await codeFor(server, ['auth_base', 'auth_user'])
    const wide = await token(server, {
      grant_type: EXCHANGE,
      subject_token: code,
      subject_token_type: AUTH_CODE,
      scope: 'auth_user USER_NAME',
    })
    expect([wide.status, wide.json['error']]).toEqual([400, 'invalid_scope'])
    const child = await token(server, {
      grant_type: EXCHANGE,
      subject_token: code,
      subject_token_type: AUTH_CODE,
      scope: 'auth_user',
    })
    expect([child.status, child.json['scope'], child.json['refresh_token']]).toEqual([
      200,
      'auth_user',
      undefined,
    ])
    expect((await userinfo(child.json['access_token'])).json['nickname']).toBe('Maya-canary')
  })

  it.each<[string, Record<string, string>, string]>([
    ['a wider scope', { scope: 'openid USER_NAME' }, 'invalid_scope'],
    ['a foreign resource', { resource: 'https://elsewhere.example/' }, 'invalid_target'],
    ['an unsupported requested token type', { requested_token_type: AUTH_CODE }, 'invalid_request'],
    ['an unsupported subject token type', { subject_token_type: 'urn:x' }, 'invalid_request'],
    ['a refresh token', { subject_token: 'refresh_token' }, 'invalid_request'],
    ['an actor token', { actor_token: 'x' }, 'invalid_request'],
  ])('rejects %s', async (_name, more, error) => {
    const parent = await webTokens(server)
    const given = more['subject_token'] ?? 'access_token'
    const reply = await token(server, {
      grant_type: EXCHANGE,
      subject_token_type: ACCESS_TOKEN,
      ...more,
      subject_token: parent[given],
    })
    expect(reply.json['error']).toBe(error)
    expect(reply.status).toBeGreaterThanOrEqual(400)
  })
})

describe('client credentials', () => {
  it('permit the client’s platform scopes', async () => {
    const given = await token(server, { grant_type: 'client_credentials', scope: 'events' })
    expect([given.status, given.json]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^ct_/),
        token_type: 'Bearer',
        expires_in: 600,
        scope: 'events',
      },
    ])
    const events = await get(server, '/oauth2/events', bearer(given.json['access_token']))
    expect(events.status).toBe(200)
    expect(JSON.parse(events.body).events[0]).toMatchObject({ appId: APP_ID })
    const other = await get(server, '/oauth2/grants/1', bearer(given.json['access_token']))
    expect([other.status, JSON.parse(other.body).error]).toEqual([403, 'insufficient_scope'])
    expect((await userinfo(given.json['access_token'])).status).toBe(401)
    await postForm(server, '/oauth2/revoke', { token: given.json['access_token'] }, basic())
    const after = await get(server, '/oauth2/events', bearer(given.json['access_token']))
    expect(after.status).toBe(401)
  })

  it('permit only registered scopes and grant types', async () => {
    const wide = await token(server, { grant_type: 'client_credentials', scope: 'auth_user' })
    expect([wide.status, wide.json['error']]).toEqual([400, 'invalid_scope'])
    const none = await token(server, { grant_type: 'client_credentials' }, basic('foreign'))
    expect([none.status, none.json['error']]).toEqual([400, 'unauthorized_client'])
  })

  it('acknowledge a deletion', async () => {
    const given = await webTokens(server)
    const { sub } = (await userinfo(given['access_token'])).json
    const own = await token(server, { grant_type: 'client_credentials' })
    const headers = bearer(own.json['access_token'])
    const done = await postForm(server, '/oauth2/deletions', { sub }, headers)
    expect([done.status, done.body]).toEqual([204, ''])
    const unknown = await postForm(server, '/oauth2/deletions', { sub: 'nobody' }, headers)
    expect([unknown.status, unknown.json['error']]).toEqual([404, 'not_found'])
  })
})

describe('a grant id', () => {
  it('lets its client read and revoke the grant', async () => {
    const given = await webTokens(server)
    const own = await token(server, { grant_type: 'client_credentials', scope: 'grants' })
    const headers = bearer(own.json['access_token'])
    const path = `/oauth2/grants/${given['grant_id']}`
    const read = await get(server, path, headers)
    expect(read.status).toBe(200)
    const scopes = JSON.parse(read.body).scopes.map(({ scope }: { scope: string }) => scope)
    expect(scopes).toEqual(expect.arrayContaining(['openid', 'auth_user']))
    const ended = await send(server, path, headers, '', 'DELETE')
    expect(ended.status).toBe(204)
    expect((await get(server, path, headers)).status).toBe(404)
    const readStatus = async (): Promise<number> => (await userinfo(given['access_token'])).status
    await expect.poll(readStatus, { timeout: 5000 }).toBe(401)
    const { receipts } = await walletCall(server, 'receipts', { userId: USER_ID, limit: 1 })
    const [, body = ''] = receipts[0].document.split('.')
    const record = JSON.parse(Buffer.from(body, 'base64url').toString())
    expect(record.event).toMatchObject({ type: 'withdrawn', actor: 'merchant' })
  })

  it('with the action replace withdraws scopes that are no longer requested', async () => {
    const first = await webTokens(server, { scope: 'openid auth_user email' })
    const more = { grant_management_action: 'replace', grant_id: first['grant_id'] }
    const second = await webTokens(server, { scope: 'openid auth_user', ...more })
    expect([second['scope'], second['grant_id']]).toEqual(['auth_user openid', first['grant_id']])
    const emailOf = async (): Promise<unknown> =>
      (await userinfo(first['access_token'])).json['email']
    await expect.poll(emailOf, { timeout: 5000 }).toBeUndefined()
    expect((await userinfo(second['access_token'])).json['nickname']).toBe('Maya-canary')
    const { grants } = await walletCall(server, 'grants', { userId: USER_ID, appId: APP_ID })
    expect(grants[0].scopes.map(({ scope }: { scope: string }) => scope)).not.toContain('email')
  })

  it('with the action merge keeps the granted scopes', async () => {
    const first = await webTokens(server, { scope: 'openid auth_user' })
    const more = { grant_management_action: 'merge', grant_id: first['grant_id'] }
    await webTokens(server, { scope: 'phone', ...more })
    expect((await userinfo(first['access_token'])).json['nickname']).toBe('Maya-canary')
  })

  it.each<[string, Record<string, string>, string]>([
    [
      'the id of another grant',
      { grant_management_action: 'merge', grant_id: '1' },
      'invalid_grant_id',
    ],
    ['a malformed id', { grant_management_action: 'merge', grant_id: '..' }, 'invalid_grant_id'],
    ['a missing id', { grant_management_action: 'replace' }, 'invalid_request'],
    ['a second grant', { grant_management_action: 'create' }, 'invalid_request'],
  ])('reports %s to the client', async (_name, more, error) => {
    const redirect = await authorize(server, authorizeQuery(createPkce(), more))
    expect(redirect.searchParams.get('error')).toBe(error)
  })

  it.each(['0', 'zzzzzzzzzz', '..', 'a'.repeat(11), '-1'])('does not exist as %j', async (id) => {
    const own = await token(server, { grant_type: 'client_credentials', scope: 'grants' })
    const reply = await get(server, `/oauth2/grants/${id}`, bearer(own.json['access_token']))
    expect(reply.status).toBe(404)
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
    const given = await webTokens(server, { scope: scopes.join(' ') })
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
    const given = await webTokens(server)
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
