/**
 * @module Dynamic client registration ([RFC 7591](https://www.rfc-editor.org/rfc/rfc7591.html)).
 */
import { join } from 'node:path'
import { decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openKeyStore } from '../../../src/crypto/keys/key-store.ts'
import { createSealedCredentials } from '../../../src/crypto/sealed-credentials.ts'
import type { RegistrationClaims } from '../../../src/engine/ports/credentials.ts'
import { signEs256 } from '../../support/attacks.ts'
import { runCommand } from '../../support/command.ts'
import { INSTALLATION } from '../../support/installation.ts'
import {
  basic,
  CLIENT_KEY,
  exchangeCode,
  get,
  ISSUER,
  invitationTo,
  oauthCode,
  postForm,
  REDIRECT_URI,
  startOAuthServer,
  token,
} from '../../support/oauth.ts'
import { APP_ID, type RawReply, send, type TestServer } from '../../support/server.ts'
import { WEAK_KEYS } from '../../support/weak-keys.ts'

let server: TestServer
beforeAll(async () => {
  server = await startOAuthServer()
})
afterAll(() => server.close())

function createInitialAccessToken(more: Partial<RegistrationClaims> = {}): string {
  const { master } = openKeyStore(join(server.folder, 'keys'))
  const claims = { ...invitationTo(APP_ID, server.clock.now + 600), ...more }
  return createSealedCredentials(master, INSTALLATION).sealRegistrationToken(
    claims,
    server.clock.now,
  )
}

async function registration(
  method: string,
  path: string,
  bearer: string,
  metadata?: object,
): Promise<RawReply & { json: Record<string, unknown> }> {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }
  const body = metadata === undefined ? '' : JSON.stringify(metadata)
  const reply = await send(server, path, headers, body, method)
  return { ...reply, json: reply.body.startsWith('{') ? JSON.parse(reply.body) : {} }
}

const register = (metadata: object, bearer = createInitialAccessToken()) =>
  registration('POST', '/oauth2/register', bearer, metadata)

describe('the name of a client', () => {
  it.each<[string, object, RegExp]>([
    ['an invisible character', { client_name: 'Kopi\u200bApp' }, /^client_name contains U\+200B/],
    ['an override', { 'client_name#ar': '\u202eKopi' }, /^client_name#ar contains U\+202E/],
    ['a number', { client_name: 7 }, /^client_name must be text/],
    ['the name of a wallet', { client_name: 'DEMO-WALLET' }, /^client_name looks like Demo Wallet/],
    [
      'the name of a merchant',
      { client_name: 'OTHER TRADING' },
      /^client_name looks like Other Trading/,
    ],
    [
      'the name of a mini program',
      { 'client_name#en': '0ther' },
      /^client_name#en looks like Other/,
    ],
  ])('is refused when it has %s', async (_, metadata, description) => {
    const { status, json } = await register({ redirect_uris: [REDIRECT_URI], ...metadata })
    expect([status, json['error']]).toEqual([400, 'invalid_client_metadata'])
    expect(json['error_description']).toMatch(description)
  })

  it.each(['Kopi House', 'Kopi House Trading', 'Claude Code', 'コピ・アプリ'])(
    'may be its own: %s',
    async (name) => {
      const { status } = await register({ redirect_uris: [REDIRECT_URI], client_name: name })
      expect(status).toBe(201)
    },
  )
})

describe('dynamic client registration', () => {
  it('returns a client id, a secret, and a token that manages the client', async () => {
    const { status, json } = await register({ redirect_uris: [REDIRECT_URI] })
    expect([status, json]).toEqual([
      201,
      {
        client_id: expect.stringMatching(/^dc_/),
        client_id_issued_at: server.clock.now,
        client_secret: expect.stringMatching(/^cs_/),
        client_secret_expires_at: 0,
        registration_client_uri: `${ISSUER}/oauth2/register/${json['client_id']}`,
        registration_access_token: expect.stringMatching(/^rg_/),
        token_endpoint_auth_method: 'client_secret_basic',
        redirect_uris: [REDIRECT_URI],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        require_pushed_authorization_requests: false,
        require_signed_request_object: false,
        dpop_bound_access_tokens: false,
        id_token_signed_response_alg: 'RS256',
        introspection_signed_response_alg: 'RS256',
        subject_type: 'pairwise',
      },
    ])
    const clientId = String(json['client_id'])
    const path = `/oauth2/register/${clientId}`
    const managing = String(json['registration_access_token'])
    const code = await oauthCode(server, { client_id: clientId })
    const headers = basic(clientId, String(json['client_secret']))
    const given = await exchangeCode(server, code, {}, headers)
    expect(given.status).toBe(200)

    const read = await registration('GET', path, managing)
    expect([read.status, read.json['client_secret']]).toEqual([200, undefined])
    const changed = await registration('PUT', path, managing, {
      client_id: clientId,
      redirect_uris: ['https://kopi.example/other'],
    })
    expect([changed.status, changed.json['redirect_uris']]).toEqual([
      200,
      ['https://kopi.example/other'],
    ])
    const refreshed = { grant_type: 'refresh_token', refresh_token: given.json['refresh_token'] }
    const again = await token(server, refreshed, headers)
    expect(again.status).toBe(200)
    const dropped = await registration('DELETE', path, managing)
    expect(dropped.status).toBe(204)
    const late = await token(
      server,
      { ...refreshed, refresh_token: again.json['refresh_token'] },
      headers,
    )
    expect([late.status, late.json['error']]).toEqual([401, 'invalid_client'])
    const info = await get(server, '/oauth2/userinfo', {
      authorization: `Bearer ${again.json['access_token']}`,
    })
    expect(info.status).toBe(401)
    expect((await registration('GET', path, managing)).status).toBe(401)
  })

  it.each<[string, object, string]>([
    ['a redirect URI in http', { redirect_uris: ['http://kopi.example/'] }, 'invalid_redirect_uri'],
    ['no redirect URI', {}, 'invalid_redirect_uri'],
    [
      'a redirect URI with a fragment',
      { redirect_uris: [`${REDIRECT_URI}#x`] },
      'invalid_redirect_uri',
    ],
    [
      'a grant type that only operators can allow',
      { redirect_uris: [REDIRECT_URI], grant_types: ['client_credentials'] },
      'invalid_client_metadata',
    ],
    [
      'an unsupported grant type',
      { redirect_uris: [REDIRECT_URI], grant_types: ['password'] },
      'invalid_client_metadata',
    ],
    [
      'a private key',
      {
        redirect_uris: [REDIRECT_URI],
        jwks: { keys: [CLIENT_KEY.privateKey.export({ format: 'jwk' })] },
      },
      'invalid_client_metadata',
    ],
    [
      'a shared key',
      { redirect_uris: [REDIRECT_URI], jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } },
      'invalid_client_metadata',
    ],
    ...Object.entries(WEAK_KEYS).map(([name, jwk]): [string, object, string] => [
      `a key with ${name}`,
      { redirect_uris: [REDIRECT_URI], jwks: { keys: [jwk] } },
      'invalid_client_metadata',
    ]),
    [
      'missing keys',
      { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'private_key_jwt' },
      'invalid_client_metadata',
    ],
    [
      'both jwks and jwks_uri',
      {
        redirect_uris: [REDIRECT_URI],
        jwks: { keys: [CLIENT_KEY.jwk] },
        jwks_uri: 'https://kopi.example/keys',
      },
      'invalid_client_metadata',
    ],
    [
      'an unsupported authentication method',
      { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'client_secret_jwt' },
      'invalid_client_metadata',
    ],
    [
      'an unsigned ID token',
      { redirect_uris: [REDIRECT_URI], id_token_signed_response_alg: 'none' },
      'invalid_client_metadata',
    ],
    [
      'an algorithm without a key',
      { redirect_uris: [REDIRECT_URI], introspection_signed_response_alg: 'PS512' },
      'invalid_client_metadata',
    ],
    [
      'an unsupported response type',
      { redirect_uris: [REDIRECT_URI], response_types: ['token'] },
      'invalid_client_metadata',
    ],
  ])('rejects %s and explains why', async (_name, metadata, error) => {
    const { status, json } = await register(metadata)
    expect([status, json['error']]).toEqual([400, error])
    expect(String(json['error_description']).length).toBeGreaterThan(10)
  })

  it('requires a valid initial access token', async () => {
    const metadata = { redirect_uris: [REDIRECT_URI] }
    for (const bearer of [
      'ir_x',
      '',
      createInitialAccessToken({ expiresAt: server.clock.now }),
      createInitialAccessToken({ appId: 'nobody' }),
    ])
      expect((await register(metadata, bearer)).status).toBe(401)
  })

  it('registers one client, however many requests use the token at once', async () => {
    const bearer = createInitialAccessToken()
    const invalid = await register({ redirect_uris: ['http://kopi.example/'] }, bearer)
    expect(invalid.status).toBe(400)
    const metadata = { redirect_uris: [REDIRECT_URI] }
    const replies = await Promise.all(Array.from({ length: 20 }, () => register(metadata, bearer)))
    const registered = replies.filter(({ status }) => status === 201)
    expect(registered).toHaveLength(1)
    const refused = replies.filter(({ status }) => status === 401)
    expect(refused).toHaveLength(19)
    expect(refused[0]?.json).toMatchObject({
      error: 'invalid_token',
      error_description: expect.stringContaining('registered a client already'),
    })
    const path = `/oauth2/register/${registered[0]?.json['client_id']}`
    const managing = String(registered[0]?.json['registration_access_token'])
    expect((await registration('DELETE', path, managing)).status).toBe(204)
    expect((await register(metadata, bearer)).status).toBe(401)
  })

  it.each<[string, string[], string[], number]>([
    ['a named host', ['kopi.example'], [REDIRECT_URI], 201],
    ['another host', ['kopi.example'], ['https://evil.example/callback'], 400],
    ['a subdomain', ['kopi.example'], ['https://app.kopi.example/callback'], 400],
    ['a host that only begins the same', ['kopi.example'], ['https://kopi.example.evil/'], 400],
    ['one of two', ['kopi.example'], [REDIRECT_URI, 'https://evil.example/'], 400],
    ['a loopback address', ['kopi.example'], ['http://127.0.0.1/callback'], 400],
    ['a named loopback address', ['127.0.0.1'], ['http://127.0.0.1:8080/callback'], 201],
    ['a private-use scheme', ['kopi.example'], ['com.evil.app:/callback'], 400],
    ['a named private-use scheme', ['com.kopi.app'], ['com.kopi.app:/callback'], 201],
  ])('permits the redirect URIs of the token: %s', async (_name, redirectHosts, uris, status) => {
    const bearer = createInitialAccessToken({ redirectHosts })
    const reply = await register(
      { redirect_uris: uris, token_endpoint_auth_method: 'none' },
      bearer,
    )
    expect(reply.status).toBe(status)
    if (status === 400) expect(reply.json['error']).toBe('invalid_redirect_uri')
  })

  it('permits logout URIs on the hosts of the token only, and returns them', async () => {
    const metadata = {
      redirect_uris: ['https://kopi.example/back'],
      token_endpoint_auth_method: 'none',
      backchannel_logout_uri: 'https://kopi.example/logout',
      post_logout_redirect_uris: ['https://kopi.example/goodbye'],
    }
    const bearer = () => createInitialAccessToken({ redirectHosts: ['kopi.example'] })
    const reply = await register(metadata, bearer())
    expect(reply.status).toBe(201)
    expect(reply.json).toMatchObject(metadata)
    for (const change of [
      { backchannel_logout_uri: 'https://evil.example/logout' },
      { post_logout_redirect_uris: ['https://evil.example/goodbye'] },
      { post_logout_redirect_uris: ['http://kopi.example/goodbye'] },
    ])
      expect((await register({ ...metadata, ...change }, bearer())).status).toBe(400)
  })

  it('keeps to the redirect hosts of the token when it is changed', async () => {
    const { json } = await register({ redirect_uris: [REDIRECT_URI] })
    const clientId = String(json['client_id'])
    const changed = await registration(
      'PUT',
      `/oauth2/register/${clientId}`,
      String(json['registration_access_token']),
      { client_id: clientId, redirect_uris: ['https://evil.example/'] },
    )
    expect([changed.status, changed.json['error']]).toEqual([400, 'invalid_redirect_uri'])
  })

  it('does not manage other clients', async () => {
    const [one, other] = await Promise.all(
      [1, 2].map(() => register({ redirect_uris: [REDIRECT_URI] })),
    )
    const path = `/oauth2/register/${one?.json['client_id']}`
    const foreign = String(other?.json['registration_access_token'])
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const reply = await registration(method, path, foreign, method === 'PUT' ? {} : undefined)
      expect(reply.status, method).toBe(401)
    }
  })

  it('is available only when the operator enables it', async () => {
    const closed = await startOAuthServer(({ oauth: _, ...config }) => ({
      ...config,
      clients: config.clients.map(({ oauth: __, ...client }) => client),
    }))
    const reply = await send(closed, '/oauth2/register', {}, '{}')
    const { body } = await get(closed, '/.well-known/oauth-authorization-server')
    expect([reply.status, JSON.parse(body).registration_endpoint]).toEqual([404, undefined])
    const command = await runCommand(
      'oauth',
      'initial-access-token',
      '--config',
      join(closed.folder, 'assent.yaml'),
      '--app',
      APP_ID,
      '--redirect-hosts',
      'kopi.example',
    )
    expect([command.code, command.output]).toEqual([
      2,
      expect.stringContaining('oauth/dynamicRegistration'),
    ])
    await closed.close()
  })
})

it.each([
  [{}, 'RS256'],
  [{ id_token_signed_response_alg: 'ES256' }, 'ES256'],
])(
  'signs the ID tokens of a registered client with the algorithm that it chose: %j',
  async (chosen, algorithm) => {
    const { json } = await register({ redirect_uris: [REDIRECT_URI], ...chosen })
    expect(json['id_token_signed_response_alg']).toBe(algorithm)
    const clientId = String(json['client_id'])
    const code = await oauthCode(server, { client_id: clientId })
    const given = await exchangeCode(
      server,
      code,
      {},
      basic(clientId, String(json['client_secret'])),
    )
    expect(decodeProtectedHeader(given.json['id_token']).alg).toBe(algorithm)
  },
)

it('verifies assertions of a registered client with its registered keys', async () => {
  const { json } = await register({
    redirect_uris: [REDIRECT_URI],
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [CLIENT_KEY.jwk] },
  })
  const clientId = String(json['client_id'])
  const { now } = server.clock
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: ISSUER,
    jti: `${now}`,
    iat: now,
    exp: now + 60,
  }
  const form = {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: signEs256(CLIENT_KEY.privateKey, { alg: 'ES256', kid: 'client-1' }, claims),
  }
  const code = await oauthCode(server, { client_id: clientId })
  expect((await exchangeCode(server, code, form, {})).status).toBe(200)
  const replayed = await postForm(server, '/oauth2/introspect', { token: 'x', ...form })
  expect(replayed.status).toBe(401)
})
