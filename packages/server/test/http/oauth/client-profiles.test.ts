/**
 * @module OAuth clients: registration, secrets, key sets, certificates, CORS, logout tokens, and the keys that sign their tokens.
 */
import { readFileSync, utimesSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { createRemoteJWKSet, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openKeyStore } from '../../../src/crypto/keys/key-store.ts'
import { createSealedCredentials } from '../../../src/crypto/sealed-credentials.ts'
import { createRemoteJwks } from '../../../src/egress/remote-jwks.ts'
import { authenticateClient } from '../../../src/http/oauth/client-authentication.ts'
import { readForm } from '../../../src/http/oauth/form-parameters.ts'
import { signEs256 } from '../../support/attacks.ts'
import { runCommand } from '../../support/command.ts'
import {
  basic,
  CERTIFICATE_HEADER,
  CLIENT_KEY,
  exchangeCode,
  get,
  ISSUER,
  oauthCode,
  postForm,
  REDIRECT_URI,
  SPA_ORIGIN,
  startOAuthServer,
  token,
  webTokens,
} from '../../support/oauth.ts'
import {
  APP_ID,
  type RawReply,
  send,
  type TestServer,
  USER_ID,
  walletCall,
} from '../../support/server.ts'

/** Self-signed certificates for these tests. In operation, the reverse proxy verifies certificates. */
const CERTIFICATES = JSON.parse(
  readFileSync(new URL('../../fixtures/certificates.json', import.meta.url), 'utf8'),
) as Readonly<Record<'right' | 'two' | 'other' | 'longer' | 'email' | 'inside', string>>

let server: TestServer
let logout: Server
/** The bodies that the logout endpoint received, and the status with which it responds. */
const logoutBodies: string[] = []
let logoutStatus = 200

beforeAll(async () => {
  logout = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk))
    request.on('end', () => {
      logoutBodies.push(body)
      response.writeHead(logoutStatus).end()
    })
  })
  await new Promise<void>((resolve) => logout.listen(0, '127.0.0.1', resolve))
  const { port } = logout.address() as { port: number }
  server = await startOAuthServer((config) => ({
    ...config,
    notifications: { allowPrivateAddresses: true },
    clients: config.clients.map((client) => ({
      ...client,
      ...(client.oauth && {
        oauth: client.oauth.map((one) =>
          one.clientId === 'web'
            ? { ...one, backchannelLogoutUri: `http://127.0.0.1:${port}/logout` }
            : one,
        ),
      }),
    })),
  }))
})
afterAll(async () => {
  await server.close()
  await new Promise((resolve) => logout.close(resolve))
})

function createInitialAccessToken(more: { appId?: string; expiresAt?: number } = {}): string {
  const { master } = openKeyStore(join(server.folder, 'keys'))
  const claims = { appId: APP_ID, expiresAt: server.clock.now + 600, ...more }
  return createSealedCredentials(master).sealRegistrationToken(claims, server.clock.now)
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
    )
    expect([command.code, command.output]).toEqual([
      2,
      expect.stringContaining('oauth/registration'),
    ])
    await closed.close()
  })
})

describe('a client secret', () => {
  const registered = ['hash of right', 'hash of the next one']

  /** @returns the hashes that were compared, and whether authentication succeeded */
  async function attempt(clientId: string, secret: string): Promise<[string[], boolean]> {
    const compared: string[] = []
    const client = {
      clientId,
      appId: 'a',
      auth: { method: 'client_secret_post', secretHashes: registered },
    }
    const miniProgram = { appId: 'a', clientId: 'merchant', active: true }
    const options = {
      ports: {
        registry: {
          oauthClients: new Map([['known', client]]),
          miniPrograms: new Map([['a', miniProgram]]),
          clients: new Map([['merchant', { active: true }]]),
        },
      },
      hashSecret: (text: string) => `hash of ${text}`,
      isSameText(one: string, other: string) {
        compared.push(other)
        return one === other
      },
    }
    const form = readForm(`client_id=${clientId}&client_secret=${secret}`)
    const isAuthenticated = await authenticateClient(
      options as never,
      { headers: {} } as never,
      form,
    ).then(
      () => true,
      () => false,
    )
    return [compared, isAuthenticated]
  }

  it('is hashed and compared even for an unknown client', async () => {
    expect(await attempt('unknown', 'x')).toEqual([['hash of x'], false])
  })

  it('is compared with every valid hash, whichever matches', async () => {
    for (const secret of ['right', 'the next one'])
      expect(await attempt('known', secret)).toEqual([Array(2).fill(`hash of ${secret}`), true])
    expect(await attempt('known', 'wrong')).toEqual([Array(2).fill('hash of wrong'), false])
  })
})

describe('a key set at jwks_uri', () => {
  const publicKeys = (...kids: string[]): string =>
    JSON.stringify({ keys: kids.map((kid) => ({ ...CLIENT_KEY.jwk, kid })) })

  it('is cached, and fetched again for an unknown key id', async () => {
    let now = 0
    let fetched = 0
    let body = publicKeys('a')
    const get = async () => {
      fetched++
      return { status: 200, body }
    }
    const keys = createRemoteJwks({ get }, () => now)
    const kidsOf = async (kid: string): Promise<unknown[]> =>
      (await keys.fetch('https://c.example/keys', kid)).map((one) => one['kid'])
    expect([await kidsOf('a'), await kidsOf('a'), fetched]).toEqual([['a'], ['a'], 1])
    body = publicKeys('a', 'b')
    // Unknown key ids cannot cause a request each.
    expect([await kidsOf('b'), fetched]).toEqual([['a'], 1])
    now += 30_000
    expect([await kidsOf('b'), fetched]).toEqual([['a', 'b'], 2])
  })

  it('that cannot be fetched verifies nothing and is requested again', async () => {
    const replies = [
      { status: 500, body: '' },
      { status: 200, body: 'x' },
      { status: 200, body: '{}' },
      { status: 200, body: publicKeys('a') },
    ]
    const keys = createRemoteJwks({ get: async () => replies.shift() as never })
    for (let n = 0; n < 3; n++)
      await expect(keys.fetch('https://c.example/keys', 'a')).rejects.toThrow()
    expect(await keys.fetch('https://c.example/keys', 'a')).toHaveLength(1)
  })
})

describe('a client certificate', () => {
  const certificate = (name: keyof typeof CERTIFICATES): string =>
    encodeURIComponent(CERTIFICATES[name])
  const requestToken = (value?: string, form: Record<string, string> = {}) =>
    token(
      server,
      { grant_type: 'client_credentials', client_id: 'tls', ...form },
      value === undefined ? {} : { [CERTIFICATE_HEADER]: value },
    )

  it('authenticates the client by its DNS name', async () => {
    expect((await requestToken(certificate('right'))).status).toBe(200)
    expect((await requestToken(certificate('two'))).status).toBe(200)
  })

  it.each<[string, () => string | undefined, Record<string, string>]>([
    ['that is missing', () => undefined, {}],
    ['of another name', () => certificate('other'), {}],
    ['of a longer name', () => certificate('longer'), {}],
    ['with the name as an email address', () => certificate('email'), {}],
    ['with the name inside another', () => certificate('inside'), {}],
    ['that is malformed', () => 'x', {}],
    ['with an invalid percent-encoding', () => '%zz', {}],
    ['for another client', () => certificate('right'), { client_id: 'spa' }],
  ])('%s does not authenticate the client', async (_name, value, form) => {
    const reply = await requestToken(value(), form)
    expect(reply.json['error']).toBe('invalid_client')
    expect(reply.status).toBe(401)
  })
})

describe('CORS', () => {
  const preflight = (path: string, origin: string): Promise<RawReply> =>
    send(
      server,
      path,
      { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'dpop' },
      '',
      'OPTIONS',
    )

  it.each(['/oauth2/token', '/oauth2/revoke', '/oauth2/par', '/oauth2/userinfo'])(
    'permits %s only for origins of registered clients',
    async (path) => {
      const own = await preflight(path, SPA_ORIGIN)
      expect([own.status, own.headers['access-control-allow-origin']]).toEqual([204, SPA_ORIGIN])
      expect(own.headers['access-control-allow-headers']).toContain('DPoP')
      expect(own.headers['access-control-allow-credentials']).toBeUndefined()
      for (const origin of ['https://evil.example', 'null', `${SPA_ORIGIN}.evil.example`]) {
        const foreign = await preflight(path, origin)
        expect(foreign.status, origin).toBe(405)
        expect(foreign.headers['access-control-allow-origin'], origin).toBeUndefined()
      }
    },
  )

  it.each(['/oauth2/introspect', '/oauth2/authorize', '/oauth2/events', '/oauth2/register'])(
    'does not permit %s',
    async (path) => {
      const reply = await preflight(path, SPA_ORIGIN)
      expect(reply.status).toBe(405)
      expect(reply.headers['access-control-allow-origin']).toBeUndefined()
    },
  )

  it('permits server metadata for every origin', async () => {
    for (const path of ['openid-configuration', 'oauth-authorization-server'])
      expect(
        (await get(server, `/.well-known/${path}`)).headers['access-control-allow-origin'],
      ).toBe('*')
  })

  it('permits user info only with tokens of the client of the origin', async () => {
    const web = await webTokens(server)
    const reply = await get(server, '/oauth2/userinfo', {
      origin: SPA_ORIGIN,
      authorization: `Bearer ${web['access_token']}`,
    })
    expect(reply.status).toBe(403)
  })
})

describe('a logout token', () => {
  it('is sent when a grant ends, retried until it succeeds, and signed by the server', async () => {
    logoutStatus = 500
    const given = await webTokens(server)
    const info = await get(server, '/oauth2/userinfo', {
      authorization: `Bearer ${given['access_token']}`,
    })
    const { sub } = JSON.parse(info.body)
    logoutBodies.length = 0
    await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID })
    await expect.poll(() => logoutBodies.length, { timeout: 10_000 }).toBeGreaterThan(1)
    logoutStatus = 200
    const count = logoutBodies.length
    await expect.poll(() => logoutBodies.length, { timeout: 10_000 }).toBeGreaterThan(count)
    const claims = await Promise.all(
      logoutBodies.map(async (body) => {
        const jwt = new URLSearchParams(body).get('logout_token') ?? ''
        expect(decodeProtectedHeader(jwt)).toMatchObject({ typ: 'logout+jwt', alg: 'ES256' })
        return (await verified(jwt, 'web')).payload
      }),
    )
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(1)
    expect(claims[0]).toMatchObject({
      sub,
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    })
    expect(claims[0]?.['nonce']).toBeUndefined()
  })
})

function verified(jwt: string, audience: string): Promise<{ payload: JWTPayload }> {
  const keys = createRemoteJWKSet(new URL(`${server.url}/oauth2/jwks`))
  const currentDate = new Date(server.clock.now * 1000)
  return jwtVerify(jwt, keys, { issuer: ISSUER, audience, currentDate })
}

describe('the token signing keys', () => {
  it('are published before use, and verify tokens after their replacement', async () => {
    const configPath = join(server.folder, 'assent.yaml')
    const first = (await webTokens(server))['id_token']
    const aMinuteAgo = Date.now() / 1000 - 61
    for (const [version, algorithm] of [
      [2, 'EdDSA'],
      [3, 'RS256'],
      [4, 'ES256'],
    ] as const) {
      const command = await runCommand(
        'keys',
        'rotate',
        '--config',
        configPath,
        '--key',
        'token',
        '--alg',
        algorithm,
      )
      expect(command).toMatchObject({
        code: 0,
        output: expect.stringContaining(`token-${version}.pem`),
      })
      const kids = async (): Promise<string[]> =>
        JSON.parse((await get(server, '/oauth2/jwks')).body).keys.map(
          ({ kid }: { kid: string }) => kid,
        )
      await expect.poll(kids, { timeout: 5000 }).toContain(`token-${version}`)
      const kidOf = async (): Promise<string | undefined> =>
        decodeProtectedHeader((await webTokens(server))['id_token']).kid
      expect(await kidOf()).toBe(`token-${version - 1}`)
      const file = join(server.folder, 'keys', `token-${version}.pem`)
      utimesSync(file, aMinuteAgo, aMinuteAgo)
      await expect.poll(kidOf, { timeout: 5000 }).toBe(`token-${version}`)
      const newest = (await webTokens(server))['id_token']
      expect(decodeProtectedHeader(newest).alg).toBe(algorithm)
      await verified(newest, 'web')
      expect(readFileSync(file, 'utf8')).toContain('PRIVATE KEY')
    }
    await verified(first, 'web')
    const { body } = await get(server, '/.well-known/openid-configuration')
    expect(JSON.parse(body).id_token_signing_alg_values_supported.sort()).toEqual([
      'ES256',
      'EdDSA',
      'RS256',
    ])
    const wrong = await runCommand(
      'keys',
      'rotate',
      '--config',
      configPath,
      '--key',
      'token',
      '--alg',
      'HS256',
    )
    expect([wrong.code, wrong.output]).toEqual([2, '--alg must be one of ES256, EdDSA, RS256.\n'])
  })
})

describe('the server metadata', () => {
  it('lists only endpoints that exist', async () => {
    const { body } = await get(server, '/.well-known/openid-configuration')
    const metadata = JSON.parse(body) as Record<string, string>
    expect(metadata['issuer']).toBe(ISSUER)
    const endpoints = Object.entries(metadata).filter(([name]) => /_endpoint$|_uri$/.test(name))
    expect(endpoints.length).toBeGreaterThanOrEqual(9)
    for (const [name, url] of endpoints) {
      const { status } = await send(server, new URL(url).pathname, {}, '', 'PATCH')
      expect([405, 404], name).toContain(status)
      const found = await send(server, new URL(url).pathname, {}, '', 'POST')
      if (name !== 'jwks_uri' && name !== 'grant_management_endpoint')
        expect(found.status, name).not.toBe(404)
    }
  })
})

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
