/**
 * @module A server with a client of OpenID Connect, as the certification registers it: a secret, no PKCE.
 */
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose'
import { expect } from 'vitest'
import {
  authorize,
  basic,
  type FormReply,
  get,
  ISSUER,
  REDIRECT_URI,
  startOAuthServer,
  token,
  type UserAction,
} from '../support/oauth.ts'
import type { TestServer } from '../support/server.ts'

export type OidcParties = {
  readonly server: TestServer
  readonly responseMode: 'query' | 'form_post'
}
export type OidcModules = Readonly<Record<string, (parties: OidcParties) => Promise<void>>>
type Form = Readonly<Record<string, string>>

/** Two clients of the certification, `web` and `post`. */
export function startOidcServer(): Promise<TestServer> {
  return startOAuthServer((config) => ({
    ...config,
    clients: config.clients.map((client) => ({
      ...client,
      oauth: (client.oauth ?? []).map((one) =>
        ['web', 'post'].includes(one.clientId) ? { ...one, pkce: 'optional' as const } : one,
      ),
    })),
  }))
}

/** The query of an authorization request. A parameter that is empty is left out. */
export function requestOf({ responseMode }: OidcParties, more: Form = {}): URLSearchParams {
  const query = {
    client_id: 'web',
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'openid',
    state: 'state-1',
    nonce: 'nonce-1',
    ...(responseMode === 'form_post' && { response_mode: responseMode }),
    ...more,
  }
  return new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''))
}

/** What the client receives, in the query or in the body of a form. */
export async function responseTo(
  parties: OidcParties,
  more: Form = {},
  action: UserAction = {},
): Promise<URLSearchParams> {
  const url = await authorize(parties.server, requestOf(parties, more), loggedIn(parties, action))
  return parties.responseMode === 'query' ? url.searchParams : postedForm(parties, url)
}

/** Reads the form of the page that posts the response. */
export async function postedForm(
  { server }: OidcParties,
  { pathname, search }: URL,
): Promise<URLSearchParams> {
  const { body, headers, status } = await get(server, pathname + search)
  expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
  expect(body).toContain(`<form method="post" action="${REDIRECT_URI}">`)
  const inputs = body.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)
  return new URLSearchParams(
    [...inputs].map(([, name = '', value = '']) => [name, unescapeHtml(value)]),
  )
}

function unescapeHtml(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&')
}

/** The wallet's session: the user was authenticated a minute ago, unless the test says otherwise. */
export function loggedIn({ server }: OidcParties, action: UserAction, secondsAgo = 60): UserAction {
  const authenticatedAt = new Date((server.clock.now - secondsAgo) * 1000).toISOString()
  return { ...action, context: { authenticatedAt, ...action.context } }
}

export function redeem(
  { server }: OidcParties,
  code: string | null,
  headers = basic(),
  more: Form = {},
): Promise<FormReply> {
  const form = { grant_type: 'authorization_code', code: code ?? '', redirect_uri: REDIRECT_URI }
  return token(server, { ...form, ...more }, headers)
}

export type Tokens = FormReply['json'] & { readonly claims: JWTPayload }

/** Signs the user in, redeems the code and verifies the ID token. */
export async function tokensFor(
  parties: OidcParties,
  more: Form = {},
  action: UserAction = {},
): Promise<Tokens> {
  const response = await responseTo(parties, more, action)
  expect(Object.fromEntries(response)).toMatchObject({ code: expect.any(String), iss: ISSUER })
  const { json, body } = await redeem(parties, response.get('code'))
  expect(json, body).toMatchObject({ token_type: 'Bearer', id_token: expect.any(String) })
  return { ...json, claims: await verifiedIdToken(parties, json['id_token']) }
}

export async function verifiedIdToken(
  { server }: OidcParties,
  idToken: string,
  audience = 'web',
): Promise<JWTPayload> {
  const keys = createRemoteJWKSet(new URL('/oauth2/jwks', server.url))
  const currentDate = new Date(server.clock.now * 1000)
  const options = { issuer: ISSUER, audience, currentDate, algorithms: ['RS256'] }
  return (await jwtVerify(idToken, keys, options)).payload
}

export async function userinfo(
  { server }: OidcParties,
  accessToken: string,
): Promise<Record<string, unknown>> {
  const authorization = `Bearer ${accessToken}`
  const { status, body } = await get(server, '/oauth2/userinfo', { authorization })
  expect(status, body).toBe(200)
  return JSON.parse(body)
}
