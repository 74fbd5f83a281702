/**
 * @module OAuth clients of other projects at their defaults: openid-client 5 and 6, Auth.js and the SDK of the Model Context Protocol sign
 * in, refresh, revoke, and understand errors. `http/oauth/client-libraries.test.ts` has more of openid-client 6.
 */
import { Auth, type AuthConfig } from '@auth/core'
import type { OIDCConfig } from '@auth/core/providers'
import {
  auth,
  extractWWWAuthenticateParams,
  type OAuthClientProvider,
} from '@modelcontextprotocol/sdk/client/auth.js'
import {
  InvalidClientMetadataError,
  InvalidGrantError,
} from '@modelcontextprotocol/sdk/server/auth/errors.js'
import type {
  OAuthClientInformationMixed,
  OAuthTokens,
} from '@modelcontextprotocol/sdk/shared/auth.js'
import * as openid from 'openid-client'
import { type Client, errors, generators, Issuer } from 'openid-client-5'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ForeignHost, startForeignHost } from '../support/foreign-host.ts'
import { REDIRECT_URI, SECRET } from '../support/oauth.ts'
import { APP_ID } from '../support/server.ts'

const SITE = 'https://kopi.example'
const AUTH_JS_CALLBACK = `${SITE}/auth/callback/assent`

let host: ForeignHost
beforeAll(async () => {
  host = await startForeignHost((config) => ({
    ...config,
    oauth: { ...config.oauth, openRegistrationAppId: APP_ID },
    clients: config.clients.map(({ oauth, ...client }) => ({
      ...client,
      ...(oauth && {
        oauth: oauth.map((one) => ({
          ...one,
          ...(one.clientId === 'web' && {
            redirectUris: [...(one.redirectUris ?? []), AUTH_JS_CALLBACK],
          }),
        })),
      }),
    })),
  }))
})
afterAll(() => host.close())

describe('openid-client 5', () => {
  const clientOf = async (secret = SECRET): Promise<Client> => {
    const issuer = await Issuer.discover(host.issuer)
    const metadata = { client_id: 'web', client_secret: secret, redirect_uris: [REDIRECT_URI] }
    return new issuer.Client(metadata)
  }

  it('signs in, refreshes, revokes, and understands errors', async () => {
    const client = await clientOf()
    const checks = {
      code_verifier: generators.codeVerifier(),
      nonce: generators.nonce(),
      state: generators.state(),
    }
    const url = client.authorizationUrl({
      scope: 'openid email',
      nonce: checks.nonce,
      state: checks.state,
      code_challenge: generators.codeChallenge(checks.code_verifier),
      code_challenge_method: 'S256',
    })
    const back = client.callbackParams((await host.follow(new URL(url))).href)
    const tokens = await client.callback(REDIRECT_URI, back, checks)
    const info = await client.userinfo(tokens)
    expect(info).toMatchObject({ sub: tokens.claims().sub, email: 'maria.canary@example.com' })
    const refreshed = await client.refresh(tokens)
    expect(refreshed.claims().sub).toBe(info.sub)
    await expect(client.callback(REDIRECT_URI, back, checks)).rejects.toMatchObject({
      name: 'OPError',
      error: 'invalid_grant',
      error_description: expect.any(String),
    })
    await expect((await clientOf('wrong')).refresh(refreshed)).rejects.toMatchObject({
      error: 'invalid_client',
    })
    await expect(
      (await clientOf('wrong')).revoke(refreshed.refresh_token ?? ''),
    ).rejects.toMatchObject({ error: 'invalid_client' })
    const refused = client.callbackParams((await host.follow(unknownScope(url))).href)
    await expect(client.callback(REDIRECT_URI, refused, checks)).rejects.toMatchObject({
      error: 'invalid_scope',
      error_description: expect.any(String),
    })
    await client.revoke(refreshed.refresh_token ?? '')
    await expect(client.refresh(refreshed)).rejects.toThrow(errors.OPError)
    await expect(client.userinfo(refreshed)).rejects.toMatchObject({ error: 'invalid_token' })
  })
})

describe('openid-client 6', () => {
  const discover = (secret = SECRET): Promise<openid.Configuration> =>
    // A secret alone is sent in the form: client_secret_post.
    openid.discovery(new URL(host.issuer), 'post', secret, undefined, {
      execute: [openid.allowInsecureRequests],
    })

  it('signs in, refreshes, revokes, and understands errors of each endpoint', async () => {
    const [config, wrong] = [await discover(), await discover('wrong')]
    const pkceCodeVerifier = openid.randomPKCECodeVerifier()
    const parameters = {
      redirect_uri: REDIRECT_URI,
      scope: 'openid email',
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    }
    const url = openid.buildAuthorizationUrl(config, parameters)
    const back = await host.follow(url)
    const redeem = (location: URL, by = config) =>
      openid.authorizationCodeGrant(by, location, { pkceCodeVerifier })
    const tokens = await redeem(back)
    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')
    const token = refreshed.refresh_token ?? ''
    expect(refreshed.access_token).not.toBe(tokens.access_token)

    const errorsOf: Readonly<Record<string, [() => Promise<unknown>, object]>> = {
      authorize: [
        async () => redeem(await host.follow(unknownScope(url))),
        { name: 'AuthorizationResponseError', error: 'invalid_scope' },
      ],
      'pushed request': [
        () => openid.buildAuthorizationUrlWithPAR(config, { ...parameters, scope: 'unknown' }),
        { name: 'ResponseBodyError', error: 'invalid_scope' },
      ],
      'pushed request of a wrong secret': [
        () => openid.buildAuthorizationUrlWithPAR(wrong, parameters),
        { cause: [{ scheme: 'basic' }] },
      ],
      token: [() => redeem(back), { name: 'ResponseBodyError', error: 'invalid_grant' }],
      'token of a wrong secret': [
        () => openid.refreshTokenGrant(wrong, token),
        { cause: [{ scheme: 'basic' }] },
      ],
      introspection: [
        () => openid.tokenIntrospection(wrong, token),
        { cause: [{ scheme: 'basic' }] },
      ],
      revocation: [() => openid.tokenRevocation(wrong, token), { cause: [{ scheme: 'basic' }] }],
      'user info': [
        () => openid.fetchUserInfo(config, 'at_x', openid.skipSubjectCheck),
        { cause: [{ scheme: 'bearer', parameters: { error: 'invalid_token' } }] },
      ],
    }
    for (const [endpoint, [call, expected]] of Object.entries(errorsOf))
      await expect(call(), endpoint).rejects.toMatchObject(expected)

    await openid.tokenRevocation(config, token)
    await expect(openid.refreshTokenGrant(config, token)).rejects.toMatchObject({
      error: 'invalid_grant',
      error_description: expect.any(String),
    })
  })
})

/** The same authorization request, for a scope that nobody may have. */
function unknownScope(url: string | URL): URL {
  const changed = new URL(url)
  changed.searchParams.set('scope', 'unknown')
  return changed
}

/** A browser that keeps the cookies of a site with Auth.js. */
function createSite(config: AuthConfig): (path: string, form?: object) => Promise<Response> {
  const cookies = new Map<string, string>()
  return async (path, form) => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const request = new Request(new URL(path, SITE), {
      headers: { cookie, ...(form && { 'content-type': 'application/x-www-form-urlencoded' }) },
      ...(form && { method: 'POST', body: new URLSearchParams({ ...form }) }),
    })
    const response = await Auth(request, config)
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    return response
  }
}

describe('Auth.js', () => {
  const siteOf = (
    provider: Partial<OIDCConfig<object>> = {},
    callbacks: NonNullable<AuthConfig['callbacks']> = {},
  ) =>
    createSite({
      secret: 'a secret of the site that is long enough',
      trustHost: true,
      basePath: '/auth',
      logger: { error() {} },
      providers: [
        {
          id: 'assent',
          name: 'Assent',
          type: 'oidc',
          issuer: host.issuer,
          clientId: 'web',
          clientSecret: SECRET,
          // The claims of the user are at the UserInfo endpoint (OpenID Connect Core §5.4).
          idToken: false,
          ...provider,
        },
      ],
      callbacks,
    })

  /** @returns where the browser ended */
  async function signIn(visit: ReturnType<typeof createSite>): Promise<string | null> {
    const { csrfToken } = (await (await visit('/auth/csrf')).json()) as { csrfToken: string }
    const started = await visit('/auth/signin/assent', { csrfToken })
    const back = await host.follow(new URL(started.headers.get('location') ?? ''))
    expect(back.href.startsWith(AUTH_JS_CALLBACK)).toBe(true)
    return (await visit(`${back.pathname}${back.search}`)).headers.get('location')
  }

  it('signs a user in with the issuer, the id and the secret, and reads UserInfo', async () => {
    const accounts: Record<string, unknown>[] = []
    const visit = siteOf(
      {},
      {
        jwt({ token, account }) {
          if (account) accounts.push({ ...account })
          return token
        },
      },
    )
    expect(await signIn(visit)).toBe(SITE)
    expect(accounts).toMatchObject([
      { provider: 'assent', access_token: expect.any(String), refresh_token: expect.any(String) },
    ])
    const session = await (await visit('/auth/session')).json()
    expect(session).toMatchObject({ user: { email: 'maria.canary@example.com' } })
  })

  it.each<[string, Partial<OIDCConfig<object>>, string]>([
    [
      'a refused request',
      { authorization: { params: { scope: 'unknown' } } },
      'OAuthCallbackError',
    ],
    ['a wrong secret', { clientSecret: 'wrong' }, 'Configuration'],
  ])('understands %s, and signs nobody in', async (_, provider, error) => {
    const visit = siteOf(provider)
    const ended = new URL((await signIn(visit)) ?? '')
    expect(ended.searchParams.get('error')).toBe(error)
    expect(await (await visit('/auth/session')).json()).toBeNull()
  })
})

type Saved = {
  client?: OAuthClientInformationMixed | undefined
  tokens?: OAuthTokens | undefined
  verifier: string
  url?: URL
}

/** The provider of an MCP client that knows nothing but an address. */
function createProvider(saved: Saved): OAuthClientProvider {
  const redirectUrl = 'http://localhost:33418/callback'
  return {
    redirectUrl,
    clientMetadata: {
      client_name: 'Inspector',
      redirect_uris: [redirectUrl],
      token_endpoint_auth_method: 'none',
    },
    clientInformation: () => saved.client,
    saveClientInformation(client) {
      saved.client = client
    },
    tokens: () => saved.tokens,
    saveTokens(tokens) {
      saved.tokens = tokens
    },
    redirectToAuthorization(url) {
      saved.url = url
    },
    saveCodeVerifier(verifier) {
      saved.verifier = verifier
    },
    codeVerifier: () => saved.verifier,
    invalidateCredentials() {
      saved.tokens = undefined
    },
  }
}

describe('the SDK of the Model Context Protocol', () => {
  it('finds the server by a challenge, registers itself, signs in and refreshes', async () => {
    const saved: Saved = { verifier: '' }
    const provider = createProvider(saved)
    const serverUrl = `${host.issuer}/oauth2/userinfo`
    const call = (): Promise<Response> =>
      fetch(serverUrl, { headers: { authorization: `Bearer ${saved.tokens?.access_token}` } })
    const challenged = await fetch(serverUrl)
    expect(challenged.status).toBe(401)
    const { resourceMetadataUrl } = extractWWWAuthenticateParams(challenged)
    const options = { serverUrl, ...(resourceMetadataUrl && { resourceMetadataUrl }) }
    expect(await auth(provider, options)).toBe('REDIRECT')
    // It asks for all scopes of the metadata.
    expect(saved.url?.searchParams.get('scope')?.split(' ').length).toBeGreaterThan(32)
    const back = await host.follow(saved.url ?? new URL(host.issuer))
    const authorizationCode = back.searchParams.get('code') ?? ''
    expect(await auth(provider, { ...options, authorizationCode })).toBe('AUTHORIZED')
    expect((await call()).status).toBe(200)
    const first = saved.tokens
    expect(await auth(provider, options)).toBe('AUTHORIZED')
    expect(saved.tokens?.access_token).not.toBe(first?.access_token)
    expect((await call()).status).toBe(200)
  })

  it('understands the errors of registration and of a code', async () => {
    const serverUrl = host.issuer
    const register = (more: object): Promise<string> => {
      const bad = createProvider({ verifier: '' })
      return auth({ ...bad, clientMetadata: { ...bad.clientMetadata, ...more } }, { serverUrl })
    }
    const method = register({ token_endpoint_auth_method: 'client_secret_jwt' })
    await expect(method).rejects.toThrow(InvalidClientMetadataError)
    // The SDK does not know invalid_redirect_uri (RFC 7591 §3.2.2), and keeps its description.
    const uri = register({ redirect_uris: ['http://evil.example/callback'] })
    await expect(uri).rejects.toThrow('redirect_uris http://evil.example/callback is neither https')
    const provider = createProvider({ verifier: '' })
    await auth(provider, { serverUrl })
    const redeemed = auth(provider, { serverUrl, authorizationCode: 'ac_x' })
    await expect(redeemed).rejects.toThrow(InvalidGrantError)
  })

  it('asks the user again when its refresh token was revoked', async () => {
    const saved: Saved = { verifier: '' }
    const provider = createProvider(saved)
    const serverUrl = host.issuer
    await auth(provider, { serverUrl })
    const back = await host.follow(saved.url ?? new URL(host.issuer))
    const authorizationCode = back.searchParams.get('code') ?? ''
    expect(await auth(provider, { serverUrl, authorizationCode })).toBe('AUTHORIZED')
    await fetch(`${host.issuer}/oauth2/revoke`, {
      method: 'POST',
      body: new URLSearchParams({
        client_id: saved.client?.client_id ?? '',
        token: saved.tokens?.refresh_token ?? '',
      }),
    })
    expect(await auth(provider, { serverUrl })).toBe('REDIRECT')
    expect(saved.tokens).toBeUndefined()
  })
})
