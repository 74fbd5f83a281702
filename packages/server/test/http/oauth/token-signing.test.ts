/**
 * @module CORS, logout tokens, token signing keys and the server metadata.
 */
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { createRemoteJWKSet, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../support/command.ts'
import {
  basic,
  exchangeCode,
  get,
  ISSUER,
  introspect,
  issueWebTokens,
  oauthCode,
  RESOURCE,
  SPA_ORIGIN,
  startOAuthServer,
} from '../../support/oauth.ts'
import { APP_ID, send, type TestServer, USER_ID, walletCall } from '../../support/server.ts'

/** Clients, what they declare, and the algorithms of what they get. */
const CHOICES = [
  ['default', {}, { tokens: 'RS256', introspection: 'RS256' }],
  ['es256', { idTokenSignedResponseAlg: 'ES256' }, { tokens: 'ES256', introspection: 'RS256' }],
  ['eddsa', { idTokenSignedResponseAlg: 'EdDSA' }, { tokens: 'EdDSA', introspection: 'RS256' }],
  [
    'introspects',
    { introspectionSignedResponseAlg: 'ES256' },
    { tokens: 'RS256', introspection: 'ES256' },
  ],
] as const

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
        oauth: client.oauth.flatMap((one) =>
          one.clientId === 'web'
            ? [
                { ...one, backchannelLogoutUri: `http://127.0.0.1:${port}/logout` },
                ...CHOICES.map(([clientId, declared]) => ({
                  ...one,
                  ...declared,
                  clientId,
                  accessTokenFormat: 'jwt' as const,
                })),
              ]
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

describe('CORS', () => {
  it('permits user info only with tokens of the client of the origin', async () => {
    const web = await issueWebTokens(server)
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
    const given = await issueWebTokens(server)
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
        expect(decodeProtectedHeader(jwt)).toMatchObject({ typ: 'logout+jwt', alg: 'RS256' })
        return (await verified(jwt, 'web')).payload
      }),
    )
    // A client that refuses a repeated jti accepts each attempt. The event is the same.
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(claims.length)
    expect(new Set(claims.map((one) => one['txn'])).size).toBe(1)
    expect(claims[0]).toMatchObject({
      sub,
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    })
    expect(claims[0]?.['nonce']).toBeUndefined()
  })
})

function verified(
  jwt: string,
  audience: string,
  algorithms: string[] = ['RS256'],
): Promise<{ payload: JWTPayload }> {
  const keys = createRemoteJWKSet(new URL(`${server.url}/oauth2/jwks`))
  const currentDate = new Date(server.clock.now * 1000)
  return jwtVerify(jwt, keys, { issuer: ISSUER, audience, currentDate, algorithms })
}

/** Whether the key of a token is still published. */
function verifiedAt(jwt: string): ReturnType<typeof jwtVerify> {
  const keys = createRemoteJWKSet(new URL(`${server.url}/oauth2/jwks`))
  return jwtVerify(jwt, keys, { currentDate: new Date(0) })
}

describe('the token signing keys', () => {
  it('are published before use, and verify tokens after their replacement', async () => {
    const configPath = join(server.folder, 'assent.yaml')
    const first = (await issueWebTokens(server))['id_token']
    const rotated = await runCommand(
      'keys',
      'rotate',
      '--config',
      configPath,
      '--key',
      'token',
      '--alg',
      'RS256',
    )
    expect(rotated).toMatchObject({ code: 0, output: expect.stringContaining('token-4') })
    const kids = async (): Promise<string[]> =>
      JSON.parse((await get(server, '/oauth2/jwks')).body).keys.map(
        ({ kid }: { kid: string }) => kid,
      )
    await expect.poll(kids, { timeout: 5000 }).toContain('token-4')
    const kidOf = async (): Promise<string | undefined> =>
      decodeProtectedHeader((await issueWebTokens(server))['id_token']).kid
    expect(await kidOf()).toBe('token-1')
    server.clock.now += 120
    expect(await kidOf()).toBe('token-4')
    await verified((await issueWebTokens(server))['id_token'], 'web')
    // The retired key is published for a year, and then no longer.
    server.clock.now += 365 * 86_400
    expect(await kids()).toEqual(expect.arrayContaining(['token-1', 'token-4']))
    expect((await verifiedAt(first)).protectedHeader.kid).toBe('token-1')
    server.clock.now += 2 * 86_400
    expect(await kids()).not.toContain('token-1')
    server.clock.now -= 367 * 86_400
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
    expect([wrong.code, wrong.output]).toEqual([2, '--alg must be one of RS256, ES256, EdDSA.\n'])
  })
})

describe('the algorithm of a token', () => {
  it.each(CHOICES)('is that of the client: %s', async (clientId, _declared, expected) => {
    const code = await oauthCode(server, { client_id: clientId, resource: RESOURCE })
    const { json } = await exchangeCode(server, code, {}, basic(clientId))
    // As libraries do that were told of this algorithm only.
    await verified(json['id_token'], clientId, [expected.tokens])
    await verified(json['access_token'], RESOURCE, [expected.tokens])
    const headers = { ...basic(clientId), accept: 'application/token-introspection+jwt' }
    const { body } = await introspect(server, json['access_token'], headers)
    await verified(body, clientId, [expected.introspection])
  })

  it('is one of those that the metadata lists, and there is a key for each', async () => {
    const metadata = JSON.parse((await get(server, '/.well-known/openid-configuration')).body)
    const { keys } = JSON.parse((await get(server, '/oauth2/jwks')).body)
    const ofTokens = keys.filter(({ kid }: { kid: string }) => kid.startsWith('token-'))
    const published = new Set(ofTokens.map(({ alg }: { alg: string }) => alg))
    expect(metadata.id_token_signing_alg_values_supported).toEqual(['RS256', 'ES256', 'EdDSA'])
    expect([...published].sort()).toEqual(['ES256', 'EdDSA', 'RS256'])
    expect(metadata.introspection_signing_alg_values_supported).toEqual(
      metadata.id_token_signing_alg_values_supported,
    )
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
