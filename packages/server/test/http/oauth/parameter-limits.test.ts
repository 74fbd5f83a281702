/**
 * @module Limits of parameters: together they fit, what is advertised is accepted, and what is accepted once is accepted later.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  authorize,
  authorizeQuery,
  basic,
  createPkce,
  decideAtWallet,
  exchangeCode,
  get,
  introspect,
  postForm,
  REDIRECT_URI,
  RESOURCE,
  startOAuthServer,
  token,
} from '../../support/oauth.ts'
import type { TestServer } from '../../support/server.ts'

/** A long redirect URI and long resources, as long as is possible. */
const LONG_REDIRECT = REDIRECT_URI.padEnd(1024, 'x')
const LONG_RESOURCES = ['a', 'b', 'c', 'd'].map((one) => `https://${one}.example/`.padEnd(256, one))

let server: TestServer
let scopes: readonly string[]
beforeAll(async () => {
  server = await startOAuthServer((config) => ({
    ...config,
    clients: config.clients.map(({ oauth, ...client }) => ({
      ...client,
      ...(oauth && {
        oauth: oauth.map((one) => ({
          ...one,
          ...(one.clientId === 'web' && {
            redirectUris: [...(one.redirectUris ?? []), LONG_REDIRECT],
            resources: [...(one.resources ?? []), ...LONG_RESOURCES],
          }),
        })),
      }),
    })),
  }))
  const { body } = await get(server, '/.well-known/openid-configuration')
  scopes = JSON.parse(body).scopes_supported
})
afterAll(() => server.close())

it('all scopes of the metadata can be requested at once', async () => {
  expect(scopes.length).toBeGreaterThan(32)
  const scope = scopes.join(' ')
  const back = await authorize(server, authorizeQuery(createPkce(), { scope }))
  expect(back.searchParams.get('code')).toMatch(/^ac_/)
  const pushed = await postForm(
    server,
    '/oauth2/par',
    authorizeQuery(createPkce(), { scope }),
    basic(),
  )
  expect(pushed.status).toBe(201)
})

describe('a request whose parameters all have their maximum length', () => {
  // Without characters that repeat, so that they do not compress well.
  const text = (length: number, seed: number): string =>
    Array.from(
      { length },
      (_, n) => 'abcdefghijklmnopqrstuvwxyz0123456789'[(n * n * 7 + n * seed + (n >> 3)) % 36],
    ).join('')

  it('is accepted at every step', async () => {
    const pkce = createPkce()
    const query = authorizeQuery(pkce, {
      redirect_uri: LONG_REDIRECT,
      scope: scopes.join(' '),
      state: text(1024, 1),
      nonce: text(255, 3),
      login_hint: text(256, 5),
      ui_locales: 'en '.repeat(42).trim(),
      authorization_details: JSON.stringify(
        scopes.slice(0, 24).map((scope) => ({ type: 'user_authorization', scopes: [scope] })),
      ).slice(0, 2048),
    })
    for (const resource of LONG_RESOURCES) query.append('resource', resource)
    const pushed = await postForm(server, '/oauth2/par', query, basic())
    expect([pushed.status, pushed.json['error_description']]).toEqual([201, undefined])
    const short = new URLSearchParams({ client_id: 'web', request_uri: pushed.json['request_uri'] })
    const response = await get(server, `/oauth2/authorize?${short}`)
    expect(response.status).toBe(303)
    const page = new URL(String(response.headers['location']))
    expect(page.searchParams.get('authRequest')?.length).toBeLessThan(12_288)
    const { redirectUrl } = await decideAtWallet(server, page)
    const back = new URL(redirectUrl)
    expect(back.searchParams.get('state')).toBe(query.get('state'))
    const code = { code: back.searchParams.get('code') ?? '', verifier: pkce.verifier }
    const { json, status } = await exchangeCode(server, code, { redirect_uri: LONG_REDIRECT })
    expect(status).toBe(200)
    const seen = await introspect(server, json['access_token'])
    expect(seen.json['aud']).toEqual(LONG_RESOURCES)
    const refreshed = await token(server, {
      grant_type: 'refresh_token',
      refresh_token: json['refresh_token'],
    })
    expect(refreshed.status).toBe(200)
  })

  it('is accepted when it is pushed and later, also with 400 scopes that do not exist', async () => {
    const details = scopes.flatMap((scope) =>
      ['once', '30d', 'until_withdrawn'].map((lifetime) => ({
        type: 'user_authorization',
        scopes: [scope],
        lifetime,
      })),
    )
    const many = Array.from({ length: 400 }, (_, n) => text(8, n + 11))
    const query = authorizeQuery(createPkce(), {
      scope: `openid ${many.map((one) => `s${one}`).join(' ')}`,
      state: text(1024, 1),
      authorization_details: JSON.stringify(details.slice(0, 20)),
    })
    const pushed = await postForm(server, '/oauth2/par', query, basic())
    expect([pushed.status, pushed.json['error_description']]).toEqual([201, undefined])
    const short = new URLSearchParams({ client_id: 'web', request_uri: pushed.json['request_uri'] })
    expect((await get(server, `/oauth2/authorize?${short}`)).status).toBe(303)
  })

  it.each([
    ['scope', 4097],
    ['state', 1025],
    ['nonce', 256],
    ['login_hint', 257],
    ['authorization_details', 2049],
  ])('is rejected when it is pushed if %s has %i characters', async (name, length) => {
    const query = authorizeQuery(createPkce(), { [name]: text(length, 1) })
    const pushed = await postForm(server, '/oauth2/par', query, basic())
    expect([pushed.status, pushed.json['error']]).toEqual([400, 'invalid_request'])
    expect(pushed.json['error_description']).toContain(name)
  })
})

it.each<[string, Record<string, string>]>([
  ['an unknown parameter', { utm_campaign: 'x'.repeat(3000) }],
  ['a parameter of another endpoint', { code: 'x'.repeat(5000), refresh_token: 'x'.repeat(5000) }],
  ['an unknown parameter that is not UTF-8', { utm: '\ufffd\u0000' }],
])('%s does not fail a request that does not use it', async (_name, more) => {
  const back = await authorize(server, authorizeQuery(createPkce(), more))
  expect(back.searchParams.get('code')).toMatch(/^ac_/)
  const own = await token(server, {
    grant_type: 'client_credentials',
    scope: 'events',
    state: 'x'.repeat(3000),
    utm: 'y'.repeat(3000),
  })
  expect(own.status).toBe(200)
})

it('a parameter that is used is checked', async () => {
  for (const more of [
    { state: 'x'.repeat(1025) },
    { state: 'é'.repeat(513) },
    { resource: `${RESOURCE}${'x'.repeat(256)}` },
  ]) {
    const response = await get(
      server,
      `/oauth2/authorize?${authorizeQuery(createPkce(), more as Record<string, string>)}`,
    )
    expect(new URL(String(response.headers['location'])).searchParams.get('error')).toBe(
      'invalid_request',
    )
  }
})
