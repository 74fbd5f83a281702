/**
 * @module OAuth clients of the test server, and the way of a user through the authorization endpoint and the wallet's page.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Config } from '../../src/config/schema.ts'
import { hashSecret } from '../../src/crypto/client-secrets.ts'
import { openKeyStore } from '../../src/crypto/keys/key-store.ts'
import type { RegistrationClaims } from '../../src/engine/ports/credentials.ts'
import {
  APP_ID,
  type JsonReply,
  OTHER_APP_ID,
  type RawReply,
  send,
  startTestServer,
  type TestConfig,
  type TestPlatform,
  type TestServer,
  testConfig,
  USER_ID,
  walletCall,
} from './server.ts'

export const REDIRECT_URI = 'https://kopi.example/callback'
export const RESOURCE = 'https://api.kopi.example/'
export const SPA_ORIGIN = 'https://spa.kopi.example'
export const ISSUER = 'http://127.0.0.1:7300'
export const SECRET = 'cs_a-secret-of-the-tests-that-is-long-enough'
/** The header in which the reverse proxy passes the client certificate. */
export const CERTIFICATE_HEADER = 'x-client-certificate'

export type SigningKey = { readonly privateKey: KeyObject; readonly jwk: Record<string, unknown> }

export function generateSigningKey(kid: string): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256' } }
}

export const CLIENT_KEY = generateSigningKey('client-1')
export const OTHER_KEY = generateSigningKey('other-1')

type OAuthClients = NonNullable<Config['clients'][number]['oauth']>

const ALL_GRANTS = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:token-exchange',
] as const

/** @param secretHash the hash of {@link SECRET} */
export function oauthClients(secretHash: string): OAuthClients {
  const common = { appId: APP_ID, redirectUris: [REDIRECT_URI] }
  return [
    {
      ...common,
      clientId: 'web',
      tokenEndpointAuthMethod: 'client_secret_basic',
      secretHashes: [secretHash],
      grantTypes: [...ALL_GRANTS],
      redirectUris: [REDIRECT_URI, 'https://kopi.example/other'],
      resources: [RESOURCE, 'https://stock.kopi.example/'],
      platformScopes: ['events', 'deletions', 'grants'],
    },
    {
      ...common,
      clientId: 'post',
      tokenEndpointAuthMethod: 'client_secret_post',
      secretHashes: [secretHash],
      grantTypes: [...ALL_GRANTS],
      platformScopes: ['events'],
    },
    {
      ...common,
      clientId: 'signer',
      tokenEndpointAuthMethod: 'private_key_jwt',
      jwks: [CLIENT_KEY.jwk],
      grantTypes: [...ALL_GRANTS],
      platformScopes: ['events'],
      resources: [RESOURCE],
      accessTokenFormat: 'jwt',
    },
    {
      ...common,
      clientId: 'strict',
      tokenEndpointAuthMethod: 'private_key_jwt',
      jwks: [CLIENT_KEY.jwk],
      requirePushedAuthorizationRequests: true,
      requireSignedRequestObject: true,
      dpopBoundAccessTokens: true,
    },
    { ...common, clientId: 'spa', tokenEndpointAuthMethod: 'none', allowedOrigins: [SPA_ORIGIN] },
    {
      ...common,
      clientId: 'native',
      tokenEndpointAuthMethod: 'none',
      redirectUris: ['http://127.0.0.1/callback', 'com.kopi.app:/callback'],
    },
    {
      clientId: 'api',
      appId: APP_ID,
      tokenEndpointAuthMethod: 'client_secret_basic',
      secretHashes: [secretHash],
      grantTypes: ['client_credentials'],
      resourceServerFor: [RESOURCE],
    },
    {
      clientId: 'tls',
      appId: APP_ID,
      tokenEndpointAuthMethod: 'tls_client_auth',
      tlsClientAuthSanDns: 'client.kopi.example',
      grantTypes: ['client_credentials'],
      platformScopes: ['events'],
    },
  ]
}

/** The claims of an initial access token that registers clients at {@link REDIRECT_URI}. */
export function invitationTo(appId: string, expiresAt: number): RegistrationClaims {
  return { appId, expiresAt, redirectHosts: ['kopi.example'], isVouchedFor: true }
}

/** Clients of another merchant. */
export function foreignClients(secretHash: string): OAuthClients {
  return [
    {
      clientId: 'foreign',
      appId: OTHER_APP_ID,
      tokenEndpointAuthMethod: 'client_secret_basic',
      secretHashes: [secretHash],
      redirectUris: [REDIRECT_URI],
    },
  ]
}

/** Generates the keys before the configuration, because secret hashes are keyed. */
export function startOAuthServer(
  change: (config: TestConfig) => TestConfig = (config) => config,
): Promise<TestServer> {
  return startTestServer((folder) => change(oauthConfig(folder)))
}

function oauthConfig(folder: string): TestConfig {
  const config = testConfig()
  const { clientSecrets } = openKeyStore(join(folder, 'keys'))
  const secretHash = hashSecret(clientSecrets, SECRET)
  const [kopi, other, ...rest] = config.clients
  if (!kopi || !other) throw new Error('The test configuration has no clients.')
  const oidc = ['openid', 'profile', 'email', 'phone', 'address']
  const miniPrograms = kopi.miniPrograms.map((one) => ({
    ...one,
    scopes: [...one.scopes, ...oidc],
  }))
  return {
    ...config,
    oauth: { dynamicRegistration: true, clientCertificateHeader: CERTIFICATE_HEADER },
    clients: [
      { ...kopi, miniPrograms, oauth: oauthClients(secretHash) },
      { ...other, oauth: foreignClients(secretHash) },
      ...rest,
    ],
  }
}

export type Pkce = { readonly verifier: string; readonly challenge: string }

export function createPkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

/** The query of an authorization request. */
export function authorizeQuery(pkce: Pkce, more: Record<string, string> = {}): URLSearchParams {
  return new URLSearchParams({
    client_id: 'web',
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'openid auth_user',
    state: 'state-1',
    code_challenge: pkce.challenge,
    code_challenge_method: 'S256',
    ...more,
  })
}

export function get(
  server: Pick<TestPlatform, 'url'>,
  target: string,
  headers: Record<string, string> = {},
): Promise<RawReply> {
  return send(server, target, headers, '', 'GET')
}

/** What the user does on the wallet's page. */
export type UserAction = {
  readonly userId?: string
  /** Default: `allow`, which grants every scope of the prompt. */
  readonly decision?: 'allow' | 'decline' | 'close'
  readonly context?: object
}

/** Acts as the wallet's page that the authorization endpoint redirects to: calls consult, then decide or complete. */
export async function decideAtWallet(
  server: TestPlatform,
  page: URL,
  { userId = USER_ID, decision = 'allow', context = {} }: UserAction = {},
): Promise<JsonReply> {
  const authRequest = page.searchParams.get('authRequest') ?? ''
  const consulted = await walletCall(server, 'consult', { userId, authRequest, context })
  if (consulted['status'] !== 'CONSENT_REQUIRED') return consulted
  const { consentRequestId, sheetHash, sheet } = consulted
  if (decision === 'close') return walletCall(server, 'complete', { consentRequestId, userId })
  const shown = sheet.scopes.map(({ scope }: { scope: string }) => scope)
  const granted = decision === 'allow' ? shown : []
  return walletCall(server, 'decide', { consentRequestId, userId, sheetHash, granted })
}

/** Follows an authorization request to the client's redirect URI. @param query the query of `/oauth2/authorize` */
export async function authorize(
  server: TestPlatform,
  query: URLSearchParams | string,
  action: UserAction = {},
): Promise<URL> {
  const response = await get(server, `/oauth2/authorize?${query}`)
  expect([response.status, response.body]).toEqual([303, ''])
  const page = new URL(String(response.headers['location']))
  if (!page.searchParams.has('authRequest')) return page
  const reply = await decideAtWallet(server, page, action)
  if (reply['redirectUrl'] === undefined) throw new Error(JSON.stringify(reply))
  return new URL(reply['redirectUrl'])
}

/** Obtains an authorization code and the verifier that it is bound to. */
export async function oauthCode(
  server: TestPlatform,
  more: Record<string, string> = {},
  action: UserAction = {},
): Promise<{ readonly code: string; readonly verifier: string }> {
  const pkce = createPkce()
  const redirect = await authorize(server, authorizeQuery(pkce, more), action)
  const code = redirect.searchParams.get('code')
  if (code === null) throw new Error(`The redirect has no code: ${redirect.href}`)
  return { code, verifier: pkce.verifier }
}

export function basic(clientId = 'web', secret = SECRET): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` }
}

export type FormReply = RawReply & { readonly json: JsonReply }

/** Posts a form. */
export async function postForm(
  server: Pick<TestPlatform, 'url'>,
  path: string,
  form: Record<string, string> | URLSearchParams,
  headers: Record<string, string> = {},
): Promise<FormReply> {
  const body = new URLSearchParams(form).toString()
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const reply = await send(server, path, { ...type, ...headers }, body)
  return { ...reply, json: reply.body.startsWith('{') ? JSON.parse(reply.body) : {} }
}

export function token(
  server: Pick<TestPlatform, 'url'>,
  form: Record<string, string>,
  headers: Record<string, string> = basic(),
): Promise<FormReply> {
  return postForm(server, '/oauth2/token', form, headers)
}

export async function exchangeCode(
  server: TestPlatform,
  { code, verifier }: { readonly code: string; readonly verifier: string },
  more: Record<string, string> = {},
  headers: Record<string, string> = basic(),
): Promise<FormReply> {
  return token(
    server,
    {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: REDIRECT_URI,
      ...more,
    },
    headers,
  )
}

/** Obtains tokens of the client `web`. */
export async function issueWebTokens(
  server: TestPlatform,
  more: Record<string, string> = {},
): Promise<JsonReply> {
  const { status, json, body } = await exchangeCode(server, await oauthCode(server, more))
  if (status !== 200) throw new Error(body)
  return json
}

export function introspect(
  server: TestPlatform,
  accessToken: string,
  headers: Record<string, string> = basic(),
): Promise<FormReply> {
  return postForm(server, '/oauth2/introspect', { token: accessToken }, headers)
}
