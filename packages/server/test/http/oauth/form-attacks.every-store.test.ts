/**
 * @module Attacks on the form parameters of the token endpoint, and on introspection.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Attack, MODES } from '../../support/attack-runner.ts'
import {
  authorizeQuery,
  basic,
  createPkce,
  exchangeCode,
  get,
  introspect,
  issueWebTokens,
  oauthCode,
  postForm,
  REDIRECT_URI,
  SECRET,
  SPA_ORIGIN,
  startOAuthServer,
  token,
} from '../../support/oauth.ts'
import { send, type TestServer } from '../../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startOAuthServer()
})
afterAll(() => server.close())

describe.each(MODES)('form parameters, %s', (_mode, run) => {
  it('that occur twice are rejected', async () => {
    const names = [...authorizeQuery(createPkce()).keys()]
    const doubled = (name: string): Attack => {
      const query = authorizeQuery(createPkce())
      query.append(name, query.get(name) ?? '')
      return () => get(server, `/oauth2/authorize?${query}`)
    }
    const form = {
      grant_type: 'authorization_code',
      code: 'ac_x',
      code_verifier: 'x',
      redirect_uri: REDIRECT_URI,
    }
    const twice = (name: string): Attack => {
      const body = new URLSearchParams(form)
      body.append(name, 'x')
      return () => postForm(server, '/oauth2/token', body, basic())
    }
    await run({
      ...Object.fromEntries(names.map((name) => [`authorize ${name}`, doubled(name)])),
      ...Object.fromEntries(Object.keys(form).map((name) => [`token ${name}`, twice(name)])),
      'client_id in the body and another in the header': () =>
        token(server, { ...form, client_id: 'post' }),
      'a secret in the body and in the header': () =>
        token(server, { ...form, client_secret: SECRET }),
      'two Authorization headers': () =>
        send(
          server,
          '/oauth2/token',
          {
            authorization: [String(basic()['authorization']), 'Basic eA=='],
            'content-type': 'application/x-www-form-urlencoded',
          },
          '',
        ),
      'parameters in the query of the token endpoint': () =>
        send(
          server,
          `/oauth2/token?${new URLSearchParams(form)}`,
          { ...basic(), 'content-type': 'application/x-www-form-urlencoded' },
          '',
        ),
      'a token in the query': () => get(server, '/oauth2/userinfo?access_token=at_x'),
      'more than 64 parameters': () =>
        postForm(
          server,
          '/oauth2/token',
          new URLSearchParams(Array.from({ length: 65 }, (_, n) => [`p${n}`, 'x'])),
          basic(),
        ),
      'five resources': () =>
        get(
          server,
          `/oauth2/authorize?${authorizeQuery(createPkce())}&${'resource=https%3A%2F%2Fa.example&'.repeat(5)}`,
        ),
    })
  })

  it('in another format, with another method or from a browser are rejected', async () => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = 'grant_type=client_credentials'
    const sent =
      (headers: Record<string, string | string[]>, text = body, method = 'POST'): Attack =>
      () =>
        send(server, '/oauth2/token', { ...basic(), ...headers }, text, method)
    await run({
      JSON: sent({ 'content-type': 'application/json' }, '{"grant_type":"client_credentials"}'),
      'text/plain': sent({ 'content-type': 'text/plain' }),
      multipart: sent({ 'content-type': 'multipart/form-data; boundary=x' }),
      'another charset': sent({
        'content-type': 'application/x-www-form-urlencoded; charset=utf-16',
      }),
      'two types': sent({
        'content-type': ['application/x-www-form-urlencoded', 'application/json'],
      }),
      'no type': sent({}),
      compressed: sent({ ...type, 'content-encoding': 'gzip' }),
      GET: sent({}, '', 'GET'),
      PUT: sent(type, body, 'PUT'),
      PATCH: sent(type, body, 'PATCH'),
      DELETE: sent(type, '', 'DELETE'),
      'OPTIONS without an origin': sent({}, '', 'OPTIONS'),
      'OPTIONS from a page without an origin': sent({ origin: 'null' }, '', 'OPTIONS'),
      'a page': sent({ ...type, origin: 'https://evil.example' }),
      'a page of another client': sent({ ...type, origin: SPA_ORIGIN }),
      'Sec-Fetch-Site': sent({ ...type, 'sec-fetch-site': 'cross-site' }),
      'a broken escape': sent(type, 'grant_type=%zz'),
      'a line feed': sent(type, 'grant_type=client_credentials%0a'),
      'bytes that are no UTF-8': sent(type, 'grant_type=%ff%fe'),
      'a parameter that is too long': sent(type, `grant_type=${'x'.repeat(200)}`),
      'a body that is too long': sent(type, `x=${'x'.repeat(40_000)}`),
    })
  })
})

describe.each(MODES)('introspection by others, %s', (_mode, run) => {
  it('is rejected', async () => {
    const given = await issueWebTokens(server)
    const asked =
      (headers: Record<string, string>, more: Record<string, string> = {}): Attack =>
      () =>
        postForm(server, '/oauth2/introspect', { token: given['access_token'], ...more }, headers)
    await run({
      'no authentication': asked({}),
      'an unknown client': asked(basic('nobody')),
      'a wrong secret': asked(basic('web', 'cs_wrong')),
      'an empty secret': asked(basic('web', '')),
      'a public client': asked({}, { client_id: 'spa' }),
      'the token itself': asked({ authorization: `Bearer ${given['access_token']}` }),
      'Basic without a colon': asked({ authorization: 'Basic d2Vi' }),
      'Basic that is no base64': asked({ authorization: 'Basic !!!' }),
      'Basic in broken escapes': asked({
        authorization: `Basic ${Buffer.from('web:%zz').toString('base64')}`,
      }),
      'another method of proof': asked({}, { client_id: 'web', client_secret: SECRET }),
    })
  })

  it('returns the same response for unknown and foreign tokens', async () => {
    const foreign = await issueWebTokens(server)
    const texts = [
      'at_unknown',
      foreign['access_token'],
      'x',
      `${foreign['access_token']}x`,
      '..',
      'a.b.c',
    ]
    const replies = await Promise.all(
      texts.map((text) => introspect(server, text, basic('foreign'))),
    )
    for (const { status, body } of replies)
      expect([status, body]).toEqual([200, '{"active":false}'])
    const grants = await Promise.all(
      ['ac_x', (await oauthCode(server)).code, 'rt_x'].map(async (code) => {
        const { status, body } = await exchangeCode(
          server,
          { code, verifier: 'x'.repeat(43) },
          {},
          basic('foreign'),
        )
        return JSON.stringify([status, body])
      }),
    )
    expect(new Set(grants).size).toBe(1)
    const clients = await Promise.all(
      [basic('nobody'), basic('web', 'wrong'), basic('post'), basic('dc_unknown')].map(
        async (headers) => {
          const {
            status,
            body,
            headers: said,
          } = await token(server, { grant_type: 'client_credentials' }, headers)
          return JSON.stringify([status, body, said['www-authenticate']])
        },
      ),
    )
    expect(new Set(clients).size).toBe(1)
  })
})
