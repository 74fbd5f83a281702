/**
 * @module What the modules of `oidcc-basic-certification-test-plan` do. The plan for `form_post` has the same modules.
 */
import { createHash } from 'node:crypto'
import { decodeProtectedHeader } from 'jose'
import { expect } from 'vitest'
import { basic, get, introspect, postForm, SECRET, token } from '../support/oauth.ts'
import { send, walletCall } from '../support/server.ts'
import {
  loggedIn,
  type OidcModules,
  postedForm,
  redeem,
  requestOf,
  responseTo,
  type Tokens,
  tokensFor,
  userinfo,
  verifiedIdToken,
} from './oidcc-parties.ts'

const SCOPE_CLAIMS = {
  profile: ['name', 'given_name', 'family_name', 'nickname', 'picture', 'gender'],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
} as const

/** Requests a scope, and expects its claims at the UserInfo endpoint and only there. */
function scopeModule(...scopes: readonly (keyof typeof SCOPE_CLAIMS)[]): OidcModules[string] {
  return async (parties) => {
    const tokens = await tokensFor(parties, { scope: ['openid', ...scopes].join(' ') })
    const claims = await userinfo(parties, tokens['access_token'])
    const expected = scopes.flatMap((scope) => SCOPE_CLAIMS[scope])
    expect(Object.keys(claims)).toEqual(expect.arrayContaining(['sub', ...expected]))
    expect(claims['sub']).toBe(tokens.claims.sub)
    for (const name of expected) expect(tokens.claims).not.toHaveProperty(name)
  }
}

/** A request that must succeed, whatever the parameter does. */
function acceptedWith(more: Readonly<Record<string, string>>): OidcModules[string] {
  return async (parties) => {
    const tokens = await tokensFor(parties, more)
    expect(tokens.claims['nonce']).toBe('nonce-1')
  }
}

/** Signs in twice, and asks for a second login. */
async function expectSecondLogin(
  parties: Parameters<OidcModules[string]>[0],
  more: Readonly<Record<string, string>>,
  waitSeconds: number,
): Promise<void> {
  const { server } = parties
  const first = await tokensFor(parties, {}, loggedIn(parties, {}, 0))
  const firstTime = new Date(server.clock.now * 1000).toISOString()
  server.clock.now += waitSeconds
  const old = { context: { authenticatedAt: firstTime } }
  await expect(responseTo(parties, more, old)).rejects.toThrow('LOGIN_REQUIRED')
  const second = await tokensFor(parties, more, loggedIn(parties, {}, 0))
  expect(second.claims['auth_time']).toBe(server.clock.now)
  expect(Number(second.claims['auth_time'])).toBeGreaterThan(Number(first.claims['auth_time']))
}

/** Redeems a code twice. */
async function expectReuseFails(
  parties: Parameters<OidcModules[string]>[0],
  waitSeconds: number,
): Promise<{ readonly accessToken: string }> {
  const code = (await responseTo(parties)).get('code')
  const { json } = await redeem(parties, code)
  parties.server.clock.now += waitSeconds
  const again = await redeem(parties, code)
  expect([again.status, again.json['error']]).toEqual([400, 'invalid_grant'])
  return { accessToken: json['access_token'] }
}

export const OIDCC_MODULES: OidcModules = {
  async 'oidcc-server'(parties) {
    const { claims, ...tokens } = await tokensFor(parties, { scope: 'openid profile' })
    expect(claims).toMatchObject({
      nonce: 'nonce-1',
      exp: expect.any(Number),
      iat: expect.any(Number),
    })
    expect((await userinfo(parties, tokens['access_token']))['sub']).toBe(claims.sub)
  },
  async 'oidcc-response-type-missing'(parties) {
    const query = requestOf(parties, { response_type: '' })
    const { headers } = await get(parties.server, `/oauth2/authorize?${query}`)
    const url = new URL(String(headers['location']))
    const response =
      parties.responseMode === 'query' ? url.searchParams : await postedForm(parties, url)
    expect(Object.fromEntries(response)).toMatchObject({
      error: 'invalid_request',
      state: 'state-1',
    })
  },
  async 'oidcc-idtoken-signature'(parties) {
    const { id_token: idToken } = await tokensFor(parties)
    expect(decodeProtectedHeader(idToken)).toMatchObject({ alg: 'RS256', kid: expect.any(String) })
  },
  async 'oidcc-userinfo-get'(parties) {
    const { access_token: accessToken, claims } = await tokensFor(parties)
    expect(await userinfo(parties, accessToken)).toEqual({ sub: claims.sub })
  },
  async 'oidcc-userinfo-post-header'(parties) {
    const { access_token: accessToken, claims } = await tokensFor(parties)
    const headers = { authorization: `Bearer ${accessToken}` }
    const { body } = await send(parties.server, '/oauth2/userinfo', headers, '')
    expect(JSON.parse(body)).toEqual({ sub: claims.sub })
  },
  async 'oidcc-userinfo-post-body'(parties) {
    const { access_token: accessToken, claims } = await tokensFor(parties)
    const form = { access_token: accessToken }
    const reply = await postForm(parties.server, '/oauth2/userinfo', form)
    expect(reply.json).toEqual({ sub: claims.sub })
    const headers = { authorization: `Bearer ${accessToken}` }
    const twice = await postForm(parties.server, '/oauth2/userinfo', form, headers)
    expect([twice.status, twice.json['error']]).toEqual([400, 'invalid_request'])
  },
  async 'oidcc-ensure-request-without-nonce-succeeds-for-code-flow'(parties) {
    const { claims } = await tokensFor(parties, { nonce: '' })
    expect(claims).not.toHaveProperty('nonce')
  },
  'oidcc-scope-profile': scopeModule('profile'),
  'oidcc-scope-email': scopeModule('email'),
  'oidcc-scope-address': scopeModule('address'),
  'oidcc-scope-phone': scopeModule('phone'),
  'oidcc-scope-all': scopeModule('profile', 'email', 'address', 'phone'),
  async 'oidcc-alternate-happy-flow'(parties) {
    const reversed = [...requestOf(parties, { scope: 'email openid' })].toReversed()
    await tokensFor(parties, Object.fromEntries(reversed))
  },
  'oidcc-display-page': acceptedWith({ display: 'page' }),
  'oidcc-display-popup': acceptedWith({ display: 'popup' }),
  'oidcc-prompt-login': (parties) => expectSecondLogin(parties, { prompt: 'login' }, 1),
  async 'oidcc-prompt-none-not-logged-in'(parties) {
    const { server } = parties
    const query = requestOf(parties, { prompt: 'none' })
    const { headers } = await get(server, `/oauth2/authorize?${query}`)
    const authRequest = new URL(String(headers['location'])).searchParams.get('authRequest')
    const { redirectUrl } = await walletCall(server, 'reject', {
      authRequest,
      reason: 'login_required',
    })
    const url = new URL(redirectUrl)
    const response =
      parties.responseMode === 'query' ? url.searchParams : await postedForm(parties, url)
    expect(Object.fromEntries(response)).toMatchObject({
      error: 'login_required',
      state: 'state-1',
    })
  },
  async 'oidcc-prompt-none-logged-in'(parties) {
    const first = await tokensFor(parties)
    const second = await tokensFor(parties, { prompt: 'none' })
    expect(pick(second, 'sub', 'auth_time')).toEqual(pick(first, 'sub', 'auth_time'))
  },
  'oidcc-max-age-1': (parties) => expectSecondLogin(parties, { max_age: '1' }, 2),
  async 'oidcc-max-age-10000'(parties) {
    const first = await tokensFor(parties)
    const second = await tokensFor(parties, { max_age: '10000' })
    expect(pick(second, 'sub', 'auth_time')).toEqual(pick(first, 'sub', 'auth_time'))
    expect(second.claims['auth_time']).toEqual(expect.any(Number))
  },
  'oidcc-ensure-request-with-unknown-parameter-succeeds': acceptedWith({ extra: 'foobar' }),
  async 'oidcc-id-token-hint'(parties) {
    const first = await tokensFor(parties)
    const hint = { prompt: 'none', id_token_hint: first['id_token'] }
    const second = await tokensFor(parties, hint)
    expect(pick(second, 'sub', 'auth_time')).toEqual(pick(first, 'sub', 'auth_time'))
  },
  'oidcc-login-hint': acceptedWith({ login_hint: 'maria@example.com' }),
  'oidcc-ui-locales': acceptedWith({ ui_locales: 'se' }),
  'oidcc-claims-locales': acceptedWith({ claims_locales: 'se' }),
  async 'oidcc-ensure-request-with-acr-values-succeeds'(parties) {
    const action = loggedIn(parties, { context: { acr: '1' } })
    const { claims } = await tokensFor(parties, { acr_values: '1 2' }, action)
    expect(claims['acr']).toBe('1')
  },
  async 'oidcc-codereuse'(parties) {
    await expectReuseFails(parties, 0)
  },
  async 'oidcc-codereuse-30seconds'(parties) {
    const { accessToken } = await expectReuseFails(parties, 30)
    expect((await introspect(parties.server, accessToken)).json).toEqual({ active: false })
  },
  async 'oidcc-ensure-registered-redirect-uri'(parties) {
    const query = requestOf(parties, { redirect_uri: 'https://kopi.example/callback/x' })
    const { status, headers } = await get(parties.server, `/oauth2/authorize?${query}`)
    expect([status, headers['location']]).toEqual([400, undefined])
  },
  async 'oidcc-ensure-post-request-succeeds'(parties) {
    const reply = await postForm(parties.server, '/oauth2/authorize', requestOf(parties))
    expect([reply.status, reply.headers['location']]).toEqual([
      303,
      expect.stringContaining('authRequest='),
    ])
  },
  async 'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported'(parties) {
    const query = requestOf(parties, { request_uri: 'https://kopi.example/request.jwt' })
    await expectRedirectedError(parties, query, 'request_uri_not_supported')
  },
  async 'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported'(parties) {
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`
    const query = requestOf(parties, { request: unsigned })
    await expectRedirectedError(parties, query, 'invalid_request_object')
  },
  async 'oidcc-claims-essential'(parties) {
    const claims = JSON.stringify({ userinfo: { name: { essential: true } } })
    const tokens = await tokensFor(parties, { claims })
    expect(await userinfo(parties, tokens['access_token'])).toHaveProperty('name')
    expect(tokens.claims).not.toHaveProperty('name')
  },
  async 'oidcc-ensure-request-object-with-redirect-uri'(parties) {
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`
    const query = requestOf(parties, { request: unsigned, redirect_uri: 'https://evil.example' })
    const { status, headers } = await get(parties.server, `/oauth2/authorize?${query}`)
    expect([status, headers['location']]).toEqual([400, undefined])
  },
  async 'oidcc-refresh-token'(parties) {
    const first = await tokensFor(parties)
    const form = { grant_type: 'refresh_token', refresh_token: first['refresh_token'] }
    const stolen = await token(
      parties.server,
      { ...form, client_id: 'post', client_secret: SECRET },
      {},
    )
    expect(stolen.json['error']).toBe('invalid_grant')
    const { json } = await token(parties.server, form)
    const claims = await verifiedIdToken(parties, json['id_token'])
    expect(pick({ claims } as Tokens, 'sub', 'auth_time')).toEqual(pick(first, 'sub', 'auth_time'))
    expect(await userinfo(parties, json['access_token'])).toEqual({ sub: claims.sub })
  },
  async 'oidcc-ensure-request-with-valid-pkce-succeeds'(parties) {
    const verifier = 'v'.repeat(43)
    const challenge = {
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }
    const code = (await responseTo(parties, challenge)).get('code')
    const without = await redeem(parties, code)
    expect(without.json['error']).toBe('invalid_grant')
    const { status } = await redeem(parties, code, basic(), { code_verifier: verifier })
    expect(status).toBe(200)
  },
}

function pick({ claims }: Pick<Tokens, 'claims'>, ...names: readonly string[]): object {
  return Object.fromEntries(names.map((name) => [name, claims[name]]))
}

async function expectRedirectedError(
  parties: Parameters<OidcModules[string]>[0],
  query: URLSearchParams,
  error: string,
): Promise<void> {
  const { headers } = await get(parties.server, `/oauth2/authorize?${query}`)
  const url = new URL(String(headers['location']))
  const response =
    parties.responseMode === 'query' ? url.searchParams : await postedForm(parties, url)
  expect(Object.fromEntries(response)).toMatchObject({ error, state: 'state-1' })
}
