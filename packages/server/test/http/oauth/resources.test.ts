/**
 * @module Resource indicators at every endpoint: codes, refresh tokens, token exchange and client credentials decide alike.
 *
 * @see [RFC 8707](https://www.rfc-editor.org/rfc/rfc8707.html)
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  authorize,
  authorizeQuery,
  basic,
  createPkce,
  exchangeCode,
  type FormReply,
  ISSUER,
  introspect,
  oauthCode,
  RESOURCE,
  startOAuthServer,
  token,
} from '../../support/oauth.ts'
import type { TestServer } from '../../support/server.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const STOCK = 'https://stock.kopi.example/'

let server: TestServer
beforeAll(async () => {
  server = await startOAuthServer()
})
afterAll(() => server.close())

/** The audience of the access token, or the error. */
async function outcome({ status, json }: FormReply): Promise<string> {
  if (status !== 200) return json['error']
  const seen = await introspect(server, json['access_token'])
  return [seen.json['aud']].flat().join(' ')
}

/** Requests the resource in every way that can follow a grant with the given resource. */
async function outcomes(
  granted: Record<string, string>,
  resource: string,
): Promise<Record<string, string>> {
  const redeemed = await exchangeCode(server, await oauthCode(server, granted))
  const { refresh_token: refreshToken, access_token: accessToken } = redeemed.json
  const refresh = { grant_type: 'refresh_token', refresh_token: refreshToken, resource }
  const exchange = {
    grant_type: EXCHANGE,
    subject_token: accessToken,
    subject_token_type: ACCESS_TOKEN,
  }
  return {
    code: await outcome(await exchangeCode(server, await oauthCode(server, granted), { resource })),
    exchange: await outcome(await token(server, { ...exchange, resource })),
    audience: await outcome(await token(server, { ...exchange, audience: resource })),
    refresh: await outcome(await token(server, refresh)),
  }
}

describe('a grant', () => {
  it.each<[string, Record<string, string>, string, string]>([
    ['for a resource', { resource: RESOURCE }, RESOURCE, RESOURCE],
    ['for a resource', { resource: RESOURCE }, STOCK, 'invalid_target'],
    ['for a resource', { resource: RESOURCE }, ISSUER, 'invalid_target'],
    ['for a resource', { resource: RESOURCE }, 'https://evil.example/', 'invalid_target'],
    ['for this server', {}, RESOURCE, 'invalid_target'],
    ['for this server', {}, ISSUER, ISSUER],
    ['for this server', {}, `${ISSUER}/`, ISSUER],
    ['for this server by its address', { resource: `${ISSUER}/` }, ISSUER, ISSUER],
    [
      'for this server by its address',
      { resource: `${ISSUER}/oauth2/userinfo` },
      RESOURCE,
      'invalid_target',
    ],
    ['for a resource without its slash', { resource: RESOURCE.slice(0, -1) }, RESOURCE, RESOURCE],
    [
      'for a resource in another spelling',
      { resource: 'HTTPS://API.kopi.example:443/' },
      RESOURCE,
      RESOURCE,
    ],
  ])('%s %j, asked for %s: %s', async (_name, granted, resource, expected) => {
    expect(await outcomes(granted, resource)).toEqual({
      code: expected,
      exchange: expected,
      audience: expected,
      refresh: expected,
    })
  })

  it('for several gives a token for each', async () => {
    const pkce = createPkce()
    const query = authorizeQuery(pkce)
    for (const resource of [RESOURCE, STOCK, ISSUER]) query.append('resource', resource)
    const code = (await authorize(server, query)).searchParams.get('code') ?? ''
    const first = await exchangeCode(server, { code, verifier: pkce.verifier })
    expect(await outcome(first)).toBe(`${RESOURCE} ${STOCK}`)
    let { refresh_token: refreshToken } = first.json
    for (const resource of [RESOURCE, STOCK.slice(0, -1), ISSUER]) {
      const next = await token(server, {
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        resource,
      })
      refreshToken = next.json['refresh_token']
      expect(await outcome(next)).toBe(
        resource === ISSUER ? ISSUER : `${resource.replace(/\/$/, '')}/`,
      )
    }
  })
})

describe('client credentials', () => {
  it.each([
    [RESOURCE, RESOURCE],
    [RESOURCE.slice(0, -1), RESOURCE],
    [ISSUER, ISSUER],
    ['https://evil.example/', 'invalid_target'],
  ])('for %s: %s', async (resource, expected) => {
    const reply = await token(
      server,
      { grant_type: 'client_credentials', scope: 'events', resource },
      basic(),
    )
    expect(await outcome(reply)).toBe(expected)
  })
})
