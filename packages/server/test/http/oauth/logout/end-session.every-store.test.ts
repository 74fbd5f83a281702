/**
 * @module OpenID Connect RP-Initiated Logout and Back-Channel Logout. The tests have the names of the modules of the OpenID conformance
 * suite that do the same.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  CLIENT_KEY,
  get,
  ISSUER,
  issueWebTokens,
  postForm,
  startOAuthServer,
} from '../../../support/oauth.ts'
import type { RawReply, TestConfig, TestServer } from '../../../support/server.ts'

const AFTER_LOGOUT = 'https://kopi.example/goodbye'
const WITH_QUERY = 'https://kopi.example/goodbye?shop=1'
const OTHERS = 'https://other.example/goodbye'

let receiver: Server
let server: TestServer
/** The logout tokens that arrived, by path. */
const arrived: { readonly path: string; readonly token: string }[] = []
let idToken: string

/** @param logoutUrl of the wallet */
function configOf(config: TestConfig, receiverUrl: string, logoutUrl?: string): TestConfig {
  const [wallet, ...wallets] = config.wallets
  if (!wallet) throw new Error('The test configuration has no wallet.')
  return {
    ...config,
    notifications: { allowPrivateAddresses: true },
    wallets: [{ ...wallet, ...(logoutUrl !== undefined && { logoutUrl }) }, ...wallets],
    clients: config.clients.map((client) => ({
      ...client,
      ...(client.oauth && {
        oauth: client.oauth.map((one) => ({
          ...one,
          ...(['web', 'spa', 'foreign'].includes(one.clientId) && {
            backchannelLogoutUri: `${receiverUrl}/${one.clientId}`,
          }),
          ...(one.clientId === 'web' && { postLogoutRedirectUris: [AFTER_LOGOUT, WITH_QUERY] }),
          ...(one.clientId === 'foreign' && { postLogoutRedirectUris: [OTHERS] }),
        })),
      }),
    })),
  }
}

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk))
    request.on('end', () => {
      const parameters = new URLSearchParams(body)
      arrived.push({ path: request.url ?? '', token: parameters.get('logout_token') ?? '' })
      expect([...parameters.keys()]).toEqual(['logout_token'])
      expect(request.headers['content-type']).toBe('application/x-www-form-urlencoded')
      response.writeHead(200, { 'cache-control': 'no-store' }).end()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const { port } = receiver.address() as AddressInfo
  server = await startOAuthServer((config) => configOf(config, `http://127.0.0.1:${port}`))
  idToken = await login()
})
afterAll(async () => {
  await server.close()
  await new Promise((resolve) => receiver.close(resolve))
})
beforeEach(() => {
  arrived.length = 0
})

async function login(at: TestServer = server): Promise<string> {
  return String((await issueWebTokens(at))['id_token'])
}

function logout(parameters: Record<string, string>, at: TestServer = server): Promise<RawReply> {
  return get(at, `/oauth2/logout?${new URLSearchParams(parameters)}`, { accept: 'text/html' })
}

function expectQuestion({ status, body, headers }: RawReply): void {
  expect([status, headers['location']]).toEqual([200, undefined])
  expect(body).toContain('Log out?')
}

function expectErrorPage({ status, body, headers }: RawReply, problem: string): void {
  expect([status, headers['location']]).toEqual([400, undefined])
  expect(headers['content-type']).toContain('text/html')
  expect(body).toContain(problem)
}

function tamper(jwt: string): string {
  const [header, , signature] = jwt.split('.')
  const claims = { ...decodeJwt(jwt), sub: 'someone-else' }
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
}

function signedByClient(): Promise<string> {
  return new SignJWT(decodeJwt(idToken))
    .setProtectedHeader({ ...decodeProtectedHeader(idToken), alg: 'ES256' })
    .sign(CLIENT_KEY.privateKey)
}

describe('an OpenID conformance module', () => {
  it('oidcc-rp-initiated-logout-discovery-endpoint-verification, oidcc-backchannel-logout-discovery-endpoint-verification', async () => {
    const { body } = await get(server, '/.well-known/openid-configuration')
    expect(JSON.parse(body)).toMatchObject({
      end_session_endpoint: `${ISSUER}/oauth2/logout`,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: false,
    })
  })

  it.each(['GET', 'POST'])('oidcc-rp-initiated-logout (%s)', async (method) => {
    const parameters = {
      id_token_hint: idToken,
      post_logout_redirect_uri: AFTER_LOGOUT,
      state: 'a b&c',
    }
    const reply =
      method === 'GET'
        ? await logout(parameters)
        : await postForm(server, '/oauth2/logout', parameters)
    expect(reply.status).toBe(303)
    expect(reply.headers['location']).toBe(`${AFTER_LOGOUT}?state=a+b%26c`)
    expect(String(reply.headers['set-cookie'])).toMatch(
      /^assent_page=; Path=\/privacy; .*Max-Age=0/,
    )
  })

  it('oidcc-rp-initiated-logout-no-state', async () => {
    const { headers } = await logout({
      id_token_hint: idToken,
      post_logout_redirect_uri: AFTER_LOGOUT,
    })
    expect(headers['location']).toBe(AFTER_LOGOUT)
  })

  it('oidcc-rp-initiated-logout-bad-post-logout-redirect-uri', async () => {
    for (const uri of [
      'https://evil.example/',
      OTHERS,
      `${AFTER_LOGOUT}/`,
      AFTER_LOGOUT.toUpperCase(),
      'x',
    ])
      expectErrorPage(
        await logout({ id_token_hint: idToken, post_logout_redirect_uri: uri, state: 's' }),
        'post_logout_redirect_uri must be identical',
      )
  })

  it('oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri', async () => {
    for (const uri of [`${AFTER_LOGOUT}?foo=bar`, `${WITH_QUERY}&foo=bar`])
      expectErrorPage(
        await logout({ id_token_hint: idToken, post_logout_redirect_uri: uri }),
        'post_logout_redirect_uri must be identical',
      )
    const registered = { id_token_hint: idToken, post_logout_redirect_uri: WITH_QUERY, state: 's' }
    expect((await logout(registered)).headers['location']).toBe(`${WITH_QUERY}&state=s`)
  })

  it('oidcc-rp-initiated-logout-modified-id-token-hint', async () => {
    const parameters = { post_logout_redirect_uri: AFTER_LOGOUT, state: 's' }
    for (const hint of [tamper(idToken), `${idToken}x`, idToken.slice(0, -4)])
      expectErrorPage(await logout({ ...parameters, id_token_hint: hint }), 'id_token_hint')
  })

  it('oidcc-rp-initiated-logout-bad-id-token-hint', async () => {
    const unsigned = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${idToken.split('.')[1]}.`
    const parameters = { client_id: 'web', post_logout_redirect_uri: AFTER_LOGOUT, state: 's' }
    for (const hint of [await signedByClient(), unsigned, 'nonsense'])
      expectErrorPage(await logout({ ...parameters, id_token_hint: hint }), 'id_token_hint')
  })

  it('oidcc-rp-initiated-logout-no-id-token-hint', async () => {
    const parameters = { post_logout_redirect_uri: AFTER_LOGOUT, state: 's' }
    expectErrorPage(await logout(parameters), 'needs an id_token_hint or a client_id')
    expectQuestion(await logout({ ...parameters, client_id: 'web' }))
  })

  it.each([
    ['oidcc-rp-initiated-logout-no-params', {}],
    ['oidcc-rp-initiated-logout-only-state', { state: 's' }],
  ])('%s', async (_, parameters) => {
    expectQuestion(await logout(parameters))
    expect(arrived).toEqual([])
  })

  it('oidcc-rp-initiated-logout-no-post-logout-redirect-uri', async () => {
    const { status, body, headers } = await logout({ id_token_hint: idToken, state: 's' })
    expect([status, headers['location']]).toEqual([200, undefined])
    expect(body).toContain('You are logged out')
  })

  it('oidcc-backchannel-rp-initiated-logout', async () => {
    // ID tokens of one second may be equal, and those of the other tests have ended.
    server.clock.now += 1
    const hint = await login()
    const parameters = { id_token_hint: hint, post_logout_redirect_uri: AFTER_LOGOUT, state: 's' }
    await logout(parameters)
    // The same ID token again: the same logout.
    await logout(parameters)
    await expect.poll(() => arrived.length, { timeout: 10_000 }).toBe(2)
    const jwks = createLocalJWKSet(JSON.parse((await get(server, '/oauth2/jwks')).body))
    const { sub } = decodeJwt(hint)
    for (const { path, token } of arrived) {
      const options = {
        issuer: ISSUER,
        audience: path.slice(1),
        typ: 'logout+jwt',
        requiredClaims: ['iss', 'aud', 'iat', 'exp', 'jti', 'events', 'sub'],
        currentDate: new Date(server.clock.now * 1000),
      }
      const { payload, protectedHeader } = await jwtVerify(token, jwks, options)
      expect(protectedHeader.alg).toBe(decodeProtectedHeader(hint).alg)
      expect(payload).toMatchObject({
        sub,
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      })
      expect(Object.keys(payload)).not.toContain('nonce')
      expect(Number(payload.exp) - Number(payload.iat)).toBe(120)
    }
    // The clients of the mini program, and none of another one.
    expect(arrived.map(({ path }) => path).sort()).toEqual(['/spa', '/web'])
  })
})

describe('the end session endpoint', () => {
  it('accepts an ID token that has expired', async () => {
    const hint = await login()
    server.clock.now += 86_400
    const { headers } = await logout({
      id_token_hint: hint,
      post_logout_redirect_uri: AFTER_LOGOUT,
    })
    expect(headers['location']).toBe(AFTER_LOGOUT)
  })

  it.each([
    ['another client', { client_id: 'spa' }, 'client_id must be the client'],
    ['an unknown client', { client_id: 'nobody' }, 'client_id must be the client'],
  ])('refuses the ID token of one client with %s', async (_, more, problem) => {
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: AFTER_LOGOUT, ...more }
    expectErrorPage(await logout(parameters), problem)
  })

  it('refuses an unknown client, a token that is no ID token, and repeated parameters', async () => {
    expectErrorPage(await logout({ client_id: 'nobody' }), 'Unknown client_id')
    const tokens = await issueWebTokens(server)
    expectErrorPage(
      await logout({ id_token_hint: String(tokens['access_token']) }),
      'id_token_hint',
    )
    const twice = await get(server, '/oauth2/logout?state=a&state=b', { accept: 'text/html' })
    expectErrorPage(twice, 'state was sent twice')
  })

  it('returns to the client after the user has confirmed, and tells no other client', async () => {
    const parameters = { client_id: 'web', post_logout_redirect_uri: AFTER_LOGOUT, state: '<s>' }
    const asked = await logout(parameters)
    expect(asked.body).toContain('name="state" value="&lt;s>"')
    expect(asked.headers['content-security-policy']).toContain(
      "form-action 'self' https://kopi.example;",
    )
    const form = { ...parameters, confirm: 'yes' }
    const confirmed = await postForm(server, '/oauth2/logout', form, {
      'sec-fetch-site': 'same-origin',
    })
    expect(confirmed.headers['location']).toBe(`${AFTER_LOGOUT}?state=%3Cs%3E`)
    expect(arrived).toEqual([])
  })

  it('asks again when another site claims that the user has confirmed', async () => {
    const form = { client_id: 'web', post_logout_redirect_uri: AFTER_LOGOUT, confirm: 'yes' }
    expectQuestion(await logout(form))
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }])
      expectQuestion(await postForm(server, '/oauth2/logout', form, headers))
  })

  it('speaks the language of ui_locales', async () => {
    expect((await logout({ ui_locales: 'xx es en' })).body).toContain('¿Cerrar sesión?')
    expect((await logout({ ui_locales: 'id', id_token_hint: idToken })).body).toContain(
      'Anda telah keluar',
    )
  })
})

describe('the wallet', () => {
  let withPage: TestServer
  beforeAll(async () => {
    const page = 'https://app.wallet.example/logout?from=assent'
    withPage = await startOAuthServer((config) => configOf(config, 'http://127.0.0.1:9', page))
  })
  afterAll(() => withPage.close())

  it('ends its session, and the browser returns to the client', async () => {
    const hint = await login(withPage)
    const { headers } = await logout(
      {
        id_token_hint: hint,
        post_logout_redirect_uri: AFTER_LOGOUT,
        state: 's 1',
        logout_hint: 'maria',
        ui_locales: 'ar',
      },
      withPage,
    )
    const page = new URL(String(headers['location']))
    expect(page.origin + page.pathname).toBe('https://app.wallet.example/logout')
    const { logoutRequest = '', ...hints } = Object.fromEntries(page.searchParams)
    expect(hints).toEqual({ from: 'assent', logout_hint: 'maria', ui_locales: 'ar' })
    const end = (sealed: string) =>
      get(withPage, `/oauth2/logout/end?logout_request=${sealed}`, { accept: 'text/html' })
    expect((await end(logoutRequest)).headers['location']).toBe(`${AFTER_LOGOUT}?state=s+1`)
    expectErrorPage(await end(tamper(logoutRequest)), 'logout_request is unknown')
    expectErrorPage(await end(hint), 'logout_request is unknown')
    withPage.clock.now += 601
    expectErrorPage(await end(logoutRequest), 'logout_request is unknown or older')
  })

  it('returns to a page of this server when the client has named no address', async () => {
    const { headers } = await logout({ id_token_hint: await login(withPage) }, withPage)
    const sealed = new URL(String(headers['location'])).searchParams.get('logoutRequest') ?? ''
    const { body } = await get(withPage, `/oauth2/logout/end?logout_request=${sealed}`)
    expect(body).toContain('You are logged out')
  })
})
