/**
 * @module A server with the client of the examples of the OAuth document, and valid values for the secrets and tokens that the examples
 * leave out.
 */
import { join } from 'node:path'
import { openKeyStore } from '../../src/crypto/keys/key-store.ts'
import { createSealedCredentials } from '../../src/crypto/sealed-credentials.ts'
import { INSTALLATION } from './installation.ts'
import {
  authorize,
  basic,
  exchangeCode,
  get,
  invitationTo,
  postForm,
  REDIRECT_URI,
  startOAuthServer,
  token,
} from './oauth.ts'
import { APP_ID, type JsonReply, send, type TestConfig, type TestServer } from './server.ts'

export const EXAMPLE_CLIENT = 'kopi-server'
const RETURN_URI = 'https://kopi.example/goodbye'
/** Of RFC 7636 appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

export function startExampleServer(): Promise<TestServer> {
  return startOAuthServer(withExampleClient)
}

/** The client `web` of the tests, under the name of the examples, with an address to return to after a logout. */
function withExampleClient(config: TestConfig): TestConfig {
  return {
    ...config,
    maxFailedAuthentications: 1_000_000,
    wallets: config.wallets.map((wallet) => ({
      ...wallet,
      logoutUrl: 'http://127.0.0.1:7301/logout',
    })),
    clients: config.clients.map(({ oauth = [], ...client }) => ({
      ...client,
      oauth: oauth.map((one) =>
        one.clientId === 'web'
          ? {
              ...one,
              clientId: EXAMPLE_CLIENT,
              redirectUris: [REDIRECT_URI],
              postLogoutRedirectUris: [RETURN_URI],
            }
          : one,
      ),
    })),
  }
}

const REQUEST = {
  client_id: EXAMPLE_CLIENT,
  response_type: 'code',
  redirect_uri: REDIRECT_URI,
  scope: 'openid auth_user',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
}

export const EXAMPLE_AUTHORIZATION: Readonly<Record<string, string>> = basic(EXAMPLE_CLIENT)

/** A code that was not redeemed. */
export async function exampleCode(server: TestServer): Promise<string> {
  const redirect = await authorize(server, new URLSearchParams(REQUEST))
  return redirect.searchParams.get('code') ?? ''
}

/** The response of the token endpoint for a new code. */
export async function exampleTokens(server: TestServer): Promise<JsonReply> {
  const code = { code: await exampleCode(server), verifier: VERIFIER }
  return (await exchangeCode(server, code, {}, EXAMPLE_AUTHORIZATION)).json
}

/** A token of the client itself. */
export async function exampleClientToken(server: TestServer): Promise<string> {
  const form = { grant_type: 'client_credentials' }
  return (await token(server, form, EXAMPLE_AUTHORIZATION)).json['access_token']
}

/** A token that registers one client. */
export function initialAccessToken({ folder, clock }: TestServer): string {
  const { master } = openKeyStore(join(folder, 'keys'))
  const claims = invitationTo(APP_ID, clock.now + 600)
  return createSealedCredentials(master, INSTALLATION).sealRegistrationToken(claims, clock.now)
}

/** The response of the registration endpoint. */
export async function registeredClient(server: TestServer): Promise<JsonReply> {
  const headers = {
    authorization: `Bearer ${initialAccessToken(server)}`,
    'content-type': 'application/json',
  }
  const metadata = JSON.stringify({ redirect_uris: [REDIRECT_URI] })
  return JSON.parse((await send(server, '/oauth2/register', headers, metadata)).body)
}

/** The `request_uri` of a pushed request. */
export async function exampleRequestUri(server: TestServer): Promise<string> {
  const { json } = await postForm(server, '/oauth2/par', REQUEST, EXAMPLE_AUTHORIZATION)
  return json['request_uri']
}

async function redirectOf(server: TestServer, target: string): Promise<URL> {
  return new URL(String((await get(server, target)).headers['location']))
}

/** The sealed response of a request that asks for a form, and for nothing else. */
export async function exampleResponse(server: TestServer): Promise<string> {
  const { scope: _, ...request } = { ...REQUEST, response_mode: 'form_post' }
  const page = await redirectOf(server, `/oauth2/authorize?${new URLSearchParams(request)}`)
  return page.searchParams.get('response') ?? ''
}

export async function exampleLogoutRequest(server: TestServer): Promise<string> {
  const { id_token: hint } = await exampleTokens(server)
  const query = new URLSearchParams({ id_token_hint: hint, post_logout_redirect_uri: RETURN_URI })
  const page = await redirectOf(server, `/oauth2/logout?${query}`)
  return page.searchParams.get('logoutRequest') ?? ''
}
