/**
 * @module An `oidc-provider` server with the same clients as the test server, for differential tests.
 */
import { createServer, type Server } from 'node:http'
import Provider, { errors } from 'oidc-provider'
import { freePort } from './command.ts'
import { type Pkce, REDIRECT_URI, RESOURCE, SECRET } from './oauth.ts'

export type OidcPeer = {
  readonly url: string
  code(pkce: Pkce, more?: object): Promise<string>
  tokens(): Promise<{ readonly access_token: string; readonly refresh_token: string }>
  close(): Promise<void>
}

const SCOPES = ['openid', 'profile', 'email', 'auth_user', 'events']

export async function startOidcPeer(): Promise<OidcPeer> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const client = {
    client_secret: SECRET,
    redirect_uris: [REDIRECT_URI, 'https://kopi.example/other'],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    scope: SCOPES.join(' '),
  }
  const provider = new Provider(url, {
    clients: [
      { ...client, client_id: 'web', token_endpoint_auth_method: 'client_secret_basic' },
      { ...client, client_id: 'post', token_endpoint_auth_method: 'client_secret_post' },
      {
        client_id: 'spa',
        token_endpoint_auth_method: 'none',
        redirect_uris: [REDIRECT_URI],
        grant_types: ['authorization_code', 'refresh_token'],
        application_type: 'web',
      },
      {
        client_id: 'strict',
        client_secret: SECRET,
        redirect_uris: [REDIRECT_URI],
        require_pushed_authorization_requests: true,
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    scopes: SCOPES,
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      introspection: { enabled: true },
      revocation: { enabled: true },
      clientCredentials: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      dPoP: { enabled: true },
      requestObjects: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => [],
        getResourceServerInfo(_context, resource) {
          if (resource !== RESOURCE) throw new errors.InvalidTarget()
          return { scope: SCOPES.join(' '), accessTokenFormat: 'opaque' }
        },
      },
    },
    interactions: { url: () => '/interaction' },
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    cookies: { keys: ['test'] },
    renderError(context, out) {
      context.type = 'json'
      context.body = out
    },
  })
  provider.on('server_error', () => {})
  const server: Server = createServer(provider.callback())
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))

  async function code(pkce: Pkce, more: object = {}): Promise<string> {
    const found = await provider.Client.find('web')
    if (!found) throw new Error('oidc-provider has no client named web.')
    const grant = new provider.Grant({ accountId: 'user', clientId: 'web' })
    grant.addOIDCScope('openid auth_user')
    const made = new provider.AuthorizationCode({
      client: found,
      accountId: 'user',
      grantId: await grant.save(),
      scope: 'openid auth_user',
      redirectUri: REDIRECT_URI,
      gty: 'authorization_code',
      codeChallenge: pkce.challenge,
      codeChallengeMethod: 'S256',
      ...more,
    } as never)
    return made.save()
  }

  return {
    url,
    code,
    async tokens() {
      const verifier = 'v'.repeat(43)
      const { createHash } = await import('node:crypto')
      const challenge = createHash('sha256').update(verifier).digest('base64url')
      const response = await fetch(`${url}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`web:${SECRET}`).toString('base64')}` },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code: await code({ verifier, challenge }),
          code_verifier: verifier,
          redirect_uri: REDIRECT_URI,
        }),
      })
      return (await response.json()) as { access_token: string; refresh_token: string }
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
