/**
 * @module Who calls and how: pages, HTTP libraries with their default headers, and load balancers that add cookies. What every endpoint
 * replies to them follows from its row in the endpoint table.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  METADATA_ENDPOINTS,
  OAUTH_ENDPOINTS,
  type OAuthEndpoint,
  PATHS,
  REGISTRATION_ENDPOINTS,
} from '../../../src/http/oauth/endpoints.ts'
import {
  basic,
  exchangeCode,
  get,
  ISSUER,
  issueWebTokens,
  oauthCode,
  postForm,
  SPA_ORIGIN,
  startOAuthServer,
} from '../../support/oauth.ts'
import { type RawReply, send, type TestServer } from '../../support/server.ts'

let server: TestServer
/** A server without dynamic registration. */
let closed: TestServer
beforeAll(async () => {
  ;[server, closed] = await Promise.all([
    startOAuthServer(),
    startOAuthServer(({ oauth: _, ...config }) => ({
      ...config,
      clients: config.clients.map(({ oauth = [], ...client }) => ({
        ...client,
        oauth: oauth.filter(({ tokenEndpointAuthMethod: one }) => one !== 'tls_client_auth'),
      })),
    })),
  ])
})
afterAll(() => Promise.all([server.close(), closed.close()]))

/** `Accept` of java.net.HttpURLConnection, and of a browser. */
const ACCEPTS = [
  'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
  'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
]
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const ENDPOINTS: readonly OAuthEndpoint[] = [
  ...Object.values(OAUTH_ENDPOINTS),
  ...Object.values(REGISTRATION_ENDPOINTS),
]
const REQUESTS = ENDPOINTS.flatMap((endpoint) =>
  [...endpoint.methods, 'PATCH'].map(
    (method) => [method, endpoint.path.replaceAll(/:\w+/g, 'x'), endpoint] as const,
  ),
)

describe('errors', () => {
  it.each(REQUESTS)('of %s %s are JSON unless a person sees them', async (method, path, row) => {
    for (const accept of ACCEPTS) {
      const reply = await send(server, path, { ...FORM, accept }, '', method)
      // A page can also be a question, or lead elsewhere.
      if (row.hasErrorPage && reply.status < 400) continue
      expect(reply.status).toBeGreaterThanOrEqual(400)
      const expected = row.hasErrorPage
        ? 'text/html; charset=utf-8'
        : 'application/json; charset=utf-8'
      expect(reply.headers['content-type']).toBe(expected)
      if (!row.hasErrorPage) expect(JSON.parse(reply.body).error).toMatch(/^[a-z_]+$/)
    }
  })

  it('of the authorization endpoint are pages for browsers only', () => {
    const pages = ENDPOINTS.filter(({ hasErrorPage }) => hasErrorPage).map(({ path }) => path)
    expect(pages).toContain(PATHS.authorize)
    expect(pages.every((path) => path !== PATHS.token)).toBe(true)
  })
})

describe('a request', () => {
  const requestTokens = async (headers: Record<string, string>): Promise<number> =>
    (await exchangeCode(server, await oauthCode(server), {}, { ...basic(), ...headers })).status

  it.each<[string, Record<string, string>, number]>([
    ['with the cookie of a load balancer', { cookie: 'SERVERID=a1; AWSALB=x' }, 200],
    ['that nobody’s page made', { 'sec-fetch-site': 'none' }, 200],
    ['of the server’s own origin', { 'sec-fetch-site': 'same-origin' }, 200],
    ['with the mode that server runtimes send', { 'sec-fetch-mode': 'cors' }, 200],
    ['of a page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['of a page of a sibling domain', { 'sec-fetch-site': 'same-site' }, 403],
    ['of a page', { origin: 'https://evil.example' }, 403],
    ['of a page with a cookie', { origin: 'https://evil.example', cookie: 'a=b' }, 403],
    ['of a page without an origin', { origin: 'null' }, 403],
    ['of another client’s page', { origin: SPA_ORIGIN }, 403],
  ])('%s gets the expected status', async (_name, headers, status) => {
    expect(await requestTokens(headers)).toBe(status)
  })

  it('with a cookie also reaches introspection, revocation and user info', async () => {
    const given = await issueWebTokens(server)
    const cookie = 'lb=1'
    const authorization = `Bearer ${given['access_token']}`
    const form = { token: given['access_token'] }
    const replies = [
      await get(server, PATHS.userinfo, { authorization, cookie }),
      await postForm(server, PATHS.introspect, form, { ...basic(), cookie }),
      await postForm(server, PATHS.revoke, form, { ...basic(), cookie }),
    ]
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200])
  })
})

describe('HEAD', () => {
  it('of user info has the headers of GET and no body', async () => {
    const given = await issueWebTokens(server)
    const authorization = `Bearer ${given['access_token']}`
    const reply = await send(server, PATHS.userinfo, { authorization }, '', 'HEAD')
    expect([reply.status, reply.body]).toEqual([200, ''])
    expect(reply.headers['content-type']).toBe('application/json; charset=utf-8')
    expect((await send(server, PATHS.userinfo, {}, '', 'HEAD')).status).toBe(401)
  })

  it('is listed with GET', async () => {
    const reply = await send(server, PATHS.userinfo, {}, '', 'DELETE')
    expect([reply.status, reply.headers['allow']]).toEqual([405, 'GET, HEAD, POST'])
  })
})

describe('a protected resource', () => {
  const metadataOf = (path: string): string =>
    `${ISSUER}/.well-known/oauth-protected-resource${path}`

  it.each<[string, string, string, Record<string, string>, string]>([
    ['GET', PATHS.userinfo, 'Bearer', {}, ''],
    ['POST', PATHS.userinfo, 'Bearer', {}, ''],
    ['GET', PATHS.events, 'Bearer', {}, ''],
    ['POST', PATHS.deletions, 'Bearer', {}, ''],
    ['GET', `${PATHS.grants}/1`, 'Bearer', {}, ''],
    ['GET', PATHS.userinfo, 'Bearer', { authorization: 'Bearer at_x' }, 'error="invalid_token", '],
  ])('%s %s challenges with its metadata: %s %j', async (method, path, scheme, headers, error) => {
    const reply = await send(server, path, headers, '', method)
    expect(reply.status).toBe(401)
    expect(reply.headers['www-authenticate']).toBe(
      `${scheme} ${error}resource_metadata="${metadataOf(path)}"`,
    )
  })

  it('names the scope that is missing (RFC 6750 §3.1)', async () => {
    const own = await postForm(
      server,
      PATHS.token,
      { grant_type: 'client_credentials', scope: 'events' },
      basic(),
    )
    const authorization = `Bearer ${own.json['access_token']}`
    const reply = await get(server, `${PATHS.grants}/1`, { authorization })
    expect(reply.status).toBe(403)
    expect(reply.headers['www-authenticate']).toContain(
      'error="insufficient_scope", scope="grants"',
    )
  })

  it('has metadata for exactly the URL that was called (RFC 9728 §3.3)', async () => {
    for (const path of ['', PATHS.userinfo, '/v1/cards/list']) {
      const reply = await get(server, metadataOf(path).slice(ISSUER.length))
      expect(JSON.parse(reply.body)).toMatchObject({
        resource: `${ISSUER}${path}`,
        authorization_servers: [ISSUER],
      })
    }
  })

  it('does not put other characters of a path into a header', async () => {
    const reply = await send(server, `${PATHS.grants}/a",x="`, {}, '', 'GET')
    expect(reply.headers['www-authenticate']).toBe(`Bearer resource_metadata="${metadataOf('')}"`)
  })
})

describe('pages', () => {
  const preflight = (at: TestServer, path: string, origin: string): Promise<RawReply> =>
    send(at, path, { origin, 'access-control-request-method': 'POST' }, '', 'OPTIONS')

  const DOCUMENTS = [
    ...Object.values(METADATA_ENDPOINTS).map(({ path }) => path.replace('*', 'oauth2/userinfo')),
    PATHS.jwks,
    '/.well-known/assent/reply-keys',
  ]

  it.each(DOCUMENTS)('of every origin may read %s, with headers of their own', async (path) => {
    const origin = 'https://anybody.example'
    const asked = await send(
      server,
      path,
      { origin, 'access-control-request-headers': 'mcp-protocol-version' },
      '',
      'OPTIONS',
    )
    expect([asked.status, asked.headers['access-control-allow-headers']]).toEqual([204, '*'])
    for (const method of ['GET', 'HEAD']) {
      const reply = await send(server, path, { origin }, '', method)
      expect([reply.status, reply.headers['access-control-allow-origin']]).toEqual([200, '*'])
    }
  })

  const ORIGINS_OF_CLIENTS = [PATHS.token, PATHS.revoke, PATHS.pushedRequest, PATHS.userinfo]
  it.each(ORIGINS_OF_CLIENTS)('of clients alone may call %s', async (path) => {
    const own = await preflight(closed, path, SPA_ORIGIN)
    expect([own.status, own.headers['access-control-allow-origin']]).toEqual([204, SPA_ORIGIN])
    expect(own.headers['access-control-allow-headers']).toContain('DPoP')
    expect(own.headers['access-control-allow-credentials']).toBeUndefined()
    for (const origin of ['https://evil.example', 'null', `${SPA_ORIGIN}.evil.example`]) {
      const foreign = await preflight(closed, path, origin)
      expect(foreign.status, origin).toBe(405)
      expect(foreign.headers['access-control-allow-origin'], origin).toBeUndefined()
    }
  })

  it.each([PATHS.introspect, PATHS.authorize, PATHS.events])('may not call %s', async (path) => {
    const reply = await preflight(server, path, SPA_ORIGIN)
    expect(reply.status).toBe(405)
    expect(reply.headers['access-control-allow-origin']).toBeUndefined()
  })

  it('may read why their request was rejected', async () => {
    const headers = { origin: SPA_ORIGIN }
    const replies = [
      await send(server, PATHS.token, headers, '', 'GET'),
      await send(server, PATHS.token, { ...headers, 'content-type': 'text/plain' }, 'x'),
      await send(server, PATHS.token, { ...headers, ...FORM }, 'x'.repeat(40_000)),
      await postForm(server, PATHS.token, { client_id: 'web' }, headers),
      await get(server, PATHS.userinfo, headers),
    ]
    for (const { status, headers: replied } of replies) {
      expect(status).toBeGreaterThanOrEqual(400)
      expect(replied['access-control-allow-origin']).toBe(SPA_ORIGIN)
    }
  })

  it('of any web origin may register themselves where clients can', async () => {
    const origin = 'https://inspector.example'
    for (const path of [PATHS.register, PATHS.token, `${PATHS.register}/x`]) {
      const allowed = await preflight(server, path, origin)
      expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([
        204,
        origin,
      ])
      expect(
        (await preflight(closed, path, origin)).headers['access-control-allow-origin'],
      ).toBeUndefined()
    }
    for (const wrong of ['null', 'http://evil.example', 'https://a.example/x'])
      expect((await preflight(server, PATHS.register, wrong)).status, wrong).toBe(405)
  })
})
