/**
 * @module OAuth clients of other projects at their defaults: openid-client 5, Auth.js and the SDK of the Model Context Protocol sign in,
 * refresh, revoke, and understand errors. `http/oauth/client-libraries.test.ts` has today's openid-client.
 */
import { Auth, type AuthConfig } from '@auth/core'
import {
  auth,
  extractWWWAuthenticateParams,
  type OAuthClientProvider,
} from '@modelcontextprotocol/sdk/client/auth.js'
import type {
  OAuthClientInformationMixed,
  OAuthTokens,
} from '@modelcontextprotocol/sdk/shared/auth.js'
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
    await client.revoke(refreshed.refresh_token ?? '')
    await expect(client.refresh(refreshed)).rejects.toThrow(errors.OPError)
    await expect(client.userinfo(refreshed)).rejects.toMatchObject({ error: 'invalid_token' })
  })
})

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
  it('signs a user in with the issuer, the id and the secret, and reads UserInfo', async () => {
    const accounts: Record<string, unknown>[] = []
    const visit = createSite({
      secret: 'a secret of the site that is long enough',
      trustHost: true,
      basePath: '/auth',
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
        },
      ],
      callbacks: {
        jwt({ token, account }) {
          if (account) accounts.push({ ...account })
          return token
        },
      },
    })
    const { csrfToken } = (await (await visit('/auth/csrf')).json()) as { csrfToken: string }
    const started = await visit('/auth/signin/assent', { csrfToken })
    const back = await host.follow(new URL(started.headers.get('location') ?? ''))
    expect(back.href.startsWith(AUTH_JS_CALLBACK)).toBe(true)
    const finished = await visit(`${back.pathname}${back.search}`)
    expect(finished.headers.get('location')).toBe(SITE)
    expect(accounts).toMatchObject([
      { provider: 'assent', access_token: expect.any(String), refresh_token: expect.any(String) },
    ])
    const session = await (await visit('/auth/session')).json()
    expect(session).toMatchObject({ user: { email: 'maria.canary@example.com' } })
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
