/**
 * @module Interoperability of `assent serve` with unmodified client libraries: `openid-client` and `oauth4webapi`.
 */
import { writeFileSync } from 'node:fs'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import {
  freePort,
  type Installation,
  install,
  runCommand,
  type ServeProcess,
  serve,
} from '../../support/command.ts'
import {
  authorize,
  CLIENT_KEY,
  foreignClients,
  oauthClients,
  REDIRECT_URI,
  RESOURCE,
} from '../../support/oauth.ts'
import { APP_ID, testConfig } from '../../support/server.ts'

let installation: Installation
let server: ServeProcess
let secret: string
let issuer: URL
let clientKey: CryptoKey

beforeAll(async () => {
  const port = await freePort()
  const config = { ...testConfig(), issuer: `http://127.0.0.1:${port}` }
  installation = install(config)
  // As an operator does: create the secret first, then add its hash to the configuration.
  const made = await runCommand('oauth', 'create-secret', '--config', installation.configPath)
  const [shown = '', hash = ''] = made.output.split('\n').map((line) => line.split(' ')[0] ?? '')
  secret = shown
  const [kopi, other, ...rest] = config.clients
  const oidc = ['openid', 'profile', 'email', 'phone', 'address']
  const clients = [
    {
      ...kopi,
      miniPrograms: kopi?.miniPrograms.map((one) => ({ ...one, scopes: [...one.scopes, ...oidc] })),
      oauth: oauthClients(hash),
    },
    { ...other, oauth: foreignClients(hash) },
    ...rest,
  ]
  const more = {
    oauth: { dynamicRegistration: true, clientCertificateHeader: 'x-client-certificate' },
  }
  writeFileSync(installation.configPath, stringify({ ...config, ...more, clients }))
  server = await serve(installation, port)
  issuer = new URL(server.url)
  clientKey = await crypto.subtle.importKey(
    'jwk',
    CLIENT_KEY.privateKey.export({ format: 'jwk' }) as JsonWebKey,
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  )
})
afterAll(async () => {
  server.child.kill('SIGTERM')
  await server.ended
  installation.remove()
})

function discover(clientId: string, auth?: openid.ClientAuth): Promise<openid.Configuration> {
  return openid.discovery(issuer, clientId, undefined, auth, {
    execute: [openid.allowInsecureRequests],
  })
}

/** Follows the authorization URL of a library to the redirect URI, as the user's browser does. */
function follow(url: URL): Promise<URL> {
  expect(url.href.split('?')[0]).toBe(`${issuer.origin}/oauth2/authorize`)
  return authorize(server, url.search.slice(1), {
    context: { authenticatedAt: new Date().toISOString() },
  })
}

type RequestedScopes = { readonly parameters: Record<string, string>; readonly verifier: string }

async function ask(scope: string, more: Record<string, string> = {}): Promise<RequestedScopes> {
  const verifier = openid.randomPKCECodeVerifier()
  const parameters = {
    redirect_uri: REDIRECT_URI,
    scope,
    state: openid.randomState(),
    nonce: openid.randomNonce(),
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...more,
  }
  return { parameters, verifier }
}

function checks({ parameters, verifier }: RequestedScopes): openid.AuthorizationCodeGrantChecks {
  return {
    pkceCodeVerifier: verifier,
    expectedState: parameters['state'] ?? '',
    expectedNonce: parameters['nonce'] ?? '',
  }
}

describe('openid-client', () => {
  it.each<[string, string, () => openid.ClientAuth]>([
    ['client_secret_basic', 'web', () => openid.ClientSecretBasic(secret)],
    ['client_secret_post', 'post', () => openid.ClientSecretPost(secret)],
    ['private_key_jwt', 'signer', () => openid.PrivateKeyJwt({ key: clientKey, kid: 'client-1' })],
  ])(
    '%s: discovery, code with PKCE and nonce, user info, refresh, introspection, revocation',
    async (_name, clientId, auth) => {
      const config = await discover(clientId, auth())
      const asked = await ask('openid profile email')
      const back = await follow(openid.buildAuthorizationUrl(config, asked.parameters))
      const tokens = await openid.authorizationCodeGrant(config, back, checks(asked))
      const claims = tokens.claims()
      expect(claims).toMatchObject({ aud: clientId, auth_time: expect.any(Number) })
      const info = await openid.fetchUserInfo(config, tokens.access_token, claims?.sub ?? '')
      expect(info).toMatchObject({ nickname: 'Maya-canary', email: 'maria.canary@example.com' })
      const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')
      expect(refreshed.claims()?.sub).toBe(claims?.sub)
      const token = refreshed.access_token
      expect(await openid.tokenIntrospection(config, token)).toMatchObject({ active: true })
      await openid.tokenRevocation(config, refreshed.refresh_token ?? '')
      expect(await openid.tokenIntrospection(config, token)).toEqual({ active: false })
    },
  )

  it('pushes its authorization request (PAR)', async () => {
    const config = await discover('web', openid.ClientSecretBasic(secret))
    const asked = await ask('openid')
    const url = await openid.buildAuthorizationUrlWithPAR(config, asked.parameters)
    expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
    const tokens = await openid.authorizationCodeGrant(config, await follow(url), checks(asked))
    expect(tokens.claims()?.nonce).toBe(asked.parameters['nonce'])
  })

  it('signs its request (JAR), and pushes it signed with DPoP', async () => {
    const auth = openid.PrivateKeyJwt({ key: clientKey, kid: 'client-1' })
    const signer = await discover('signer', auth)
    const asked = await ask('openid')
    const signed = await openid.buildAuthorizationUrlWithJAR(signer, asked.parameters, {
      key: clientKey,
      kid: 'client-1',
    })
    expect([...signed.searchParams.keys()].sort()).toEqual(['client_id', 'request'])
    const tokens = await openid.authorizationCodeGrant(signer, await follow(signed), checks(asked))
    expect(tokens.access_token).toMatch(/^at_/)

    const strict = await discover('strict', auth)
    const DPoP = openid.getDPoPHandle(strict, await openid.randomDPoPKeyPair('ES256'))
    const again = await ask('openid email')
    const jar = await openid.buildAuthorizationUrlWithJAR(strict, again.parameters, {
      key: clientKey,
      kid: 'client-1',
    })
    const pushed = await openid.buildAuthorizationUrlWithPAR(
      strict,
      { request: jar.searchParams.get('request') ?? '' },
      { DPoP },
    )
    const back = await follow(pushed)
    const bound = await openid.authorizationCodeGrant(strict, back, checks(again), undefined, {
      DPoP,
    })
    expect(bound.token_type.toLowerCase()).toBe('dpop')
    const { sub = '' } = bound.claims() ?? {}
    const info = await openid.fetchUserInfo(strict, bound.access_token, sub, { DPoP })
    expect(info['email']).toBe('maria.canary@example.com')
    await expect(openid.fetchUserInfo(strict, bound.access_token, sub)).rejects.toThrow()
    const refreshed = await openid.refreshTokenGrant(strict, bound.refresh_token ?? '', undefined, {
      DPoP,
    })
    expect(refreshed.token_type.toLowerCase()).toBe('dpop')
  })

  it('receives JWT access tokens that a resource server can verify (RFC 9068), and that are revoked with the grant', async () => {
    const auth = openid.PrivateKeyJwt({ key: clientKey, kid: 'client-1' })
    const config = await discover('signer', auth)
    const asked = await ask('openid auth_user', { resource: RESOURCE })
    const url = openid.buildAuthorizationUrl(config, asked.parameters)
    const tokens = await openid.authorizationCodeGrant(config, await follow(url), checks(asked))
    // The resource server verifies the token with a library.
    const request = new Request(RESOURCE, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    const claims = await oauth.validateJwtAccessToken(await metadata(), request, RESOURCE, {
      [oauth.allowInsecureRequests]: true,
    })
    expect(claims).toMatchObject({ client_id: 'signer', scope: 'auth_user openid' })
    const api = await discover('api', openid.ClientSecretBasic(secret))
    const seen = await openid.tokenIntrospection(api, tokens.access_token)
    expect(seen).toMatchObject({ active: true, aud: RESOURCE, client_id: 'signer' })
    await openid.tokenRevocation(config, tokens.refresh_token ?? '')
    expect(await openid.tokenIntrospection(api, tokens.access_token)).toEqual({ active: false })
  })

  it('uses client credentials and token exchange (RFC 8693)', async () => {
    const config = await discover('web', openid.ClientSecretBasic(secret))
    const own = await openid.clientCredentialsGrant(config, { scope: 'events' })
    const events = new URL('/oauth2/events', issuer)
    const listed = await openid.fetchProtectedResource(config, own.access_token, events, 'GET')
    expect(await listed.json()).toMatchObject({ events: expect.any(Array) })
    const asked = await ask('openid email', { resource: RESOURCE })
    const url = openid.buildAuthorizationUrl(config, asked.parameters)
    const tokens = await openid.authorizationCodeGrant(config, await follow(url), checks(asked))
    const child = await openid.genericGrantRequest(
      config,
      'urn:ietf:params:oauth:grant-type:token-exchange',
      {
        subject_token: tokens.access_token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        scope: 'email',
        resource: RESOURCE,
      },
    )
    expect([child.scope, child.expires_in]).toEqual(['email', 300])
  })

  it('registers a client (RFC 7591) and uses it', async () => {
    const { configPath } = installation
    const invited = await runCommand(
      'oauth',
      'initial-access-token',
      '--config',
      configPath,
      '--app',
      APP_ID,
      '--redirect-hosts',
      'kopi.example',
    )
    const config = await openid.dynamicClientRegistration(
      issuer,
      { redirect_uris: [REDIRECT_URI] },
      undefined,
      { initialAccessToken: invited.output.trim(), execute: [openid.allowInsecureRequests] },
    )
    const { client_id: clientId, client_secret: given } = config.clientMetadata()
    expect(clientId).toMatch(/^dc_/)
    const registered = await discover(clientId, openid.ClientSecretBasic(String(given)))
    const asked = await ask('openid')
    const url = openid.buildAuthorizationUrl(registered, asked.parameters)
    const tokens = await openid.authorizationCodeGrant(registered, await follow(url), checks(asked))
    expect(tokens.claims()?.aud).toBe(clientId)
  })

  it('receives a signed introspection response (RFC 9701)', async () => {
    const config = await discover('web', openid.ClientSecretBasic(secret))
    const asked = await ask('openid')
    const url = openid.buildAuthorizationUrl(config, asked.parameters)
    const tokens = await openid.authorizationCodeGrant(config, await follow(url), checks(asked))
    const as = await metadata()
    const client: oauth.Client = {
      client_id: 'web',
      introspection_signed_response_alg: 'RS256',
    }
    const options = { [oauth.allowInsecureRequests]: true, requestJwtResponse: true }
    const auth = oauth.ClientSecretBasic(secret)
    const response = await oauth.introspectionRequest(
      as,
      client,
      auth,
      tokens.access_token,
      options,
    )
    expect(response.headers.get('content-type')).toContain('token-introspection+jwt')
    const seen = await oauth.processIntrospectionResponse(as, client, response)
    expect(seen).toMatchObject({ active: true, client_id: 'web' })
  })
})

async function metadata(): Promise<oauth.AuthorizationServer> {
  const response = await oauth.discoveryRequest(issuer, {
    algorithm: 'oauth2',
    [oauth.allowInsecureRequests]: true,
  })
  return oauth.processDiscoveryResponse(issuer, response)
}

describe('oauth4webapi', () => {
  it('uses a public client with DPoP for code, protected resource and refresh', async () => {
    const as = await metadata()
    const client: oauth.Client = { client_id: 'native' }
    const insecure = { [oauth.allowInsecureRequests]: true }
    const redirectUri = 'http://127.0.0.1:54321/callback'
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
    const verifier = oauth.generateRandomCodeVerifier()
    const url = new URL(as.authorization_endpoint ?? '')
    for (const [name, value] of Object.entries({
      client_id: client.client_id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid auth_user',
      state: 's',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }))
      url.searchParams.set(name, value)
    const params = oauth.validateAuthResponse(as, client, await follow(url), 's')
    const redeem = (): Promise<Response> =>
      oauth.authorizationCodeGrantRequest(as, client, oauth.None(), params, redirectUri, verifier, {
        DPoP,
        ...insecure,
      })
    // The first response provides the nonce and does not consume the code.
    const first = await oauth
      .processAuthorizationCodeResponse(as, client, await redeem())
      .catch((error: unknown) => error)
    expect(oauth.isDPoPNonceError(first)).toBe(true)
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, await redeem())
    expect(tokens.token_type).toBe('dpop')
    const info = await oauth.userInfoRequest(as, client, tokens.access_token, { DPoP, ...insecure })
    const { sub } = oauth.getValidatedIdTokenClaims(tokens) ?? { sub: '' }
    expect(await oauth.processUserInfoResponse(as, client, sub, info)).toMatchObject({ sub })
    const refreshing = await oauth.refreshTokenGrantRequest(
      as,
      client,
      oauth.None(),
      tokens.refresh_token ?? '',
      { DPoP, ...insecure },
    )
    const refreshed = await oauth.processRefreshTokenResponse(as, client, refreshing)
    expect(refreshed.refresh_token).toMatch(/^rt_/)
    // The refresh token is bound to the key.
    const other = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
    const steal = async (): Promise<unknown> => {
      const response = await oauth.refreshTokenGrantRequest(
        as,
        client,
        oauth.None(),
        refreshed.refresh_token ?? '',
        { DPoP: other, ...insecure },
      )
      return oauth.processRefreshTokenResponse(as, client, response)
    }
    await expect(steal()).rejects.toSatisfy(oauth.isDPoPNonceError)
    await expect(steal()).rejects.toMatchObject({ error: 'invalid_grant' })
  })

  it('discovers the protected resource metadata (RFC 9728)', async () => {
    const insecure = { [oauth.allowInsecureRequests]: true }
    const response = await oauth.resourceDiscoveryRequest(issuer, insecure)
    const resource = await oauth.processResourceDiscoveryResponse(issuer, response)
    expect(resource.authorization_servers).toEqual([issuer.origin])
  })
})
