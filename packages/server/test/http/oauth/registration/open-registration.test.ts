/**
 * @module Registration without a token, as clients of the Model Context Protocol do it, and their redirect URIs.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  authorize,
  authorizeQuery,
  createPkce,
  exchangeCode,
  type FormReply,
  get,
  startOAuthServer,
} from '../../../support/oauth.ts'
import { APP_ID, send, type TestServer } from '../../../support/server.ts'

let server: TestServer
let invited: TestServer
beforeAll(async () => {
  ;[server, invited] = await Promise.all([
    startOAuthServer((config) => ({
      ...config,
      oauth: {
        ...config.oauth,
        openRegistrationAppId: APP_ID,
        redirectSchemes: ['cursor'],
      },
    })),
    startOAuthServer(),
  ])
})
afterAll(() => Promise.all([server.close(), invited.close()]))

async function register(
  at: TestServer,
  metadata: object,
  headers: Record<string, string> = {},
): Promise<FormReply> {
  const all = { 'content-type': 'application/json', ...headers }
  const reply = await send(at, '/oauth2/register', all, JSON.stringify(metadata))
  return { ...reply, json: JSON.parse(reply.body) }
}

/** The metadata that the SDK of the Model Context Protocol sends. */
function metadataOf(redirectUri: string): object {
  return {
    client_name: 'Inspector',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    scope: 'openid',
    software_id: 'x',
  }
}

it.each([
  ['http://localhost:6274/oauth/callback', 'http://localhost:40123/oauth/callback'],
  ['http://127.0.0.1/callback', 'http://127.0.0.1:33418/callback'],
  ['cursor://anysphere.cursor-retrieval/oauth/user-agent/callback', undefined],
  ['https://inspector.example/callback', undefined],
])('a client at %s signs its user in', async (registered, used = registered) => {
  const { status, json } = await register(server, metadataOf(registered))
  expect([status, json['client_secret']]).toEqual([201, undefined])
  const pkce = createPkce()
  const more = { client_id: json['client_id'], redirect_uri: used, scope: 'openid' }
  const back = await authorize(server, authorizeQuery(pkce, more))
  const code = { code: back.searchParams.get('code') ?? '', verifier: pkce.verifier }
  const form = { client_id: json['client_id'], redirect_uri: used }
  const tokens = await exchangeCode(server, code, form, {})
  expect([tokens.status, tokens.json['scope']]).toEqual([200, 'openid'])
})

it('a page registers itself and redeems its code', async () => {
  const origin = 'https://inspector.example'
  const { json, headers } = await register(server, metadataOf(`${origin}/callback`), { origin })
  expect(headers['access-control-allow-origin']).toBe(origin)
  const clientId = json['client_id']
  const pkce = createPkce()
  const redirectUri = `${origin}/callback`
  const query = authorizeQuery(pkce, { client_id: clientId, redirect_uri: redirectUri })
  const code = (await authorize(server, query)).searchParams.get('code') ?? ''
  const form = { client_id: clientId, redirect_uri: redirectUri }
  const redeem = (from: string): Promise<FormReply> =>
    exchangeCode(server, { code, verifier: pkce.verifier }, form, { origin: from })
  expect((await redeem('https://other.example')).status).toBe(403)
  const tokens = await redeem(origin)
  expect([tokens.status, tokens.headers['access-control-allow-origin']]).toEqual([200, origin])
  const userinfo = await get(server, '/oauth2/userinfo', {
    authorization: `Bearer ${tokens.json['access_token']}`,
    origin,
  })
  expect([userinfo.status, userinfo.headers['access-control-allow-origin']]).toEqual([200, origin])
})

it('needs the operator’s permission', async () => {
  const metadata = metadataOf('http://localhost/callback')
  expect((await register(invited, metadata)).status).toBe(401)
  // A token that is wrong is not the same as none.
  const wrong = await register(server, metadata, { authorization: 'Bearer ir_x' })
  expect(wrong.status).toBe(401)
  const scheme = await register(server, metadataOf('vscode://x/callback'))
  expect([scheme.status, scheme.json['error']]).toEqual([400, 'invalid_redirect_uri'])
})

it('is limited per minute', async () => {
  const statuses: number[] = []
  for (let n = 0; n < 35; n++)
    statuses.push((await register(server, metadataOf('http://localhost/callback'))).status)
  expect(new Set(statuses)).toEqual(new Set([201, 429]))
})
