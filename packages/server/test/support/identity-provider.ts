/**
 * @module An identity provider of a company: `oidc-provider`, which signs in whomever the test names.
 */
import { createServer } from 'node:http'
import Provider, { type JWKS } from 'oidc-provider'
import { freePort } from './command.ts'

export type IdentityProvider = {
  readonly url: string
  /** Groups by the subject of a person. */
  readonly people: Map<string, readonly string[]>
  /** Who signs in next. */
  current: string
  /** Follows an authorization request to its end. @returns the URL that the browser is sent back to */
  signIn(authorizationUrl: string): Promise<string>
  close(): Promise<void>
}

export const CLIENT_SECRET = 'a-secret-of-the-identity-provider'

/** @param keys the public keys of the client `with-key` */
export async function startIdentityProvider(
  redirectUri: string,
  keys: JWKS,
): Promise<IdentityProvider> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const people = new Map<string, readonly string[]>()
  const client = { redirect_uris: [redirectUri], grant_types: ['authorization_code'] }
  const provider = new Provider(url, {
    clients: [
      {
        ...client,
        client_id: 'assent',
        client_secret: CLIENT_SECRET,
        token_endpoint_auth_method: 'client_secret_basic',
      },
      {
        ...client,
        client_id: 'with-key',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: keys,
      },
    ],
    claims: { openid: ['sub'], profile: ['name', 'groups'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    cookies: { keys: ['test'] },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => ({
        sub: accountId,
        name: `Name of ${accountId}`,
        groups: people.get(accountId),
      }),
    }),
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? '',
      })
      grant.addOIDCScope('openid profile email')
      await grant.save()
      return grant
    },
  })
  const callback = provider.callback()
  const server = createServer((request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void callback(request, response)
    void provider.interactionFinished(request, response, { login: { accountId: self.current } })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const self: IdentityProvider = {
    url,
    people,
    current: '',
    async signIn(authorizationUrl) {
      const cookies = new Map<string, string>()
      let next = authorizationUrl
      while (next.startsWith(url)) {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
        const reply = await fetch(next, { redirect: 'manual', headers: { cookie } })
        for (const one of reply.headers.getSetCookie()) {
          const [name = '', value = ''] = (one.split(';', 1)[0] ?? '').split('=')
          cookies.set(name, value)
        }
        const location = reply.headers.get('location')
        if (location === null)
          throw new Error(`${next} responded with ${reply.status}: ${await reply.text()}`)
        next = new URL(location, url).href
      }
      return next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return self
}
