/**
 * @module Introspection, revocation, token exchange and client credentials.
 *
 * @see docs/oauth.md#supported-specifications
 */
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  basic,
  get,
  ISSUER,
  introspect,
  issueWebTokens,
  postForm,
  RESOURCE,
  SECRET,
  startOAuthServer,
  token,
} from '../../support/oauth.ts'
import { APP_ID, codeFor, type JsonReply, type TestServer } from '../../support/server.ts'

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

describe('introspection', () => {
  it('describes a token to its client', async () => {
    const given = await issueWebTokens(server, { resource: RESOURCE })
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
    const given = await issueWebTokens(server, { resource: RESOURCE })
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
    const given = await issueWebTokens(server)
    const accept = 'application/token-introspection+jwt'
    const reply = await introspect(server, given['access_token'], { ...basic(), accept })
    expect(reply.headers['content-type']).toContain(accept)
    const claims = await verified(reply.body, 'web')
    expect(claims['token_introspection']).toMatchObject({ active: true, client_id: 'web' })
  })

  it('requires client authentication', async () => {
    const given = await issueWebTokens(server)
    const form = { token: given['access_token'], client_id: 'spa' }
    const reply = await postForm(server, '/oauth2/introspect', form)
    expect([reply.status, reply.json['error']]).toEqual([400, 'unauthorized_client'])
  })
})

describe('revocation', () => {
  it.each(['access_token', 'refresh_token'])('of the %s revokes both tokens', async (name) => {
    const given = await issueWebTokens(server)
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
    const given = await issueWebTokens(server)
    const text = name === 'an unknown token' ? 'at_nothing' : given['access_token']
    const reply = await postForm(server, '/oauth2/revoke', { token: text }, headers)
    expect([reply.status, reply.body]).toEqual([200, '{}'])
    expect((await userinfo(given['access_token'])).status).toBe(200)
  })
})

describe('token exchange', () => {
  it('issues a narrower and shorter-lived token for a resource, which is revoked with its parent', async () => {
    const parent = await issueWebTokens(server, {
      scope: 'openid auth_user email',
      resource: RESOURCE,
    })
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
    const parent = await issueWebTokens(server)
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
    ['the type of an actor token', { actor_token_type: ACCESS_TOKEN }, 'invalid_request'],
    ['a foreign audience', { audience: 'https://elsewhere.example/' }, 'invalid_target'],
    ['a resource that was not granted', { resource: RESOURCE }, 'invalid_target'],
  ])('rejects %s', async (_name, more, error) => {
    const parent = await issueWebTokens(server)
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
    const given = await issueWebTokens(server)
    const { sub } = (await userinfo(given['access_token'])).json
    const own = await token(server, { grant_type: 'client_credentials' })
    const headers = bearer(own.json['access_token'])
    const done = await postForm(server, '/oauth2/deletions', { sub }, headers)
    expect([done.status, done.body]).toEqual([204, ''])
    const unknown = await postForm(server, '/oauth2/deletions', { sub: 'nobody' }, headers)
    expect([unknown.status, unknown.json['error']]).toEqual([404, 'not_found'])
  })
})
