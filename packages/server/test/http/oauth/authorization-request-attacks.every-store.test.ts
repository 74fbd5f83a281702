/**
 * @module Attacks on authorization requests: redirect URIs, PKCE, request objects and scopes.
 *
 * @see [RFC 9700](https://www.rfc-editor.org/rfc/rfc9700.html)
 */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Attack, MODES } from '../../support/attack-runner.ts'
import {
  jwtMutations,
  LOOPBACK_MUTATIONS,
  REDIRECT_MUTATIONS,
  signEs256,
} from '../../support/attacks.ts'
import {
  authorizeQuery,
  CLIENT_KEY,
  createPkce,
  exchangeCode,
  get,
  ISSUER,
  issueWebTokens,
  OTHER_KEY,
  oauthCode,
  REDIRECT_URI,
  startOAuthServer,
  token,
} from '../../support/oauth.ts'
import { codeFor, type RawReply, type TestServer } from '../../support/server.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

let server: TestServer
beforeAll(async () => {
  server = await startOAuthServer()
})
afterAll(() => server.close())

describe.each(MODES)('redirect URIs, %s', (_mode, run) => {
  it('that are not registered are rejected without a redirect', async () => {
    expect(new Set(REDIRECT_MUTATIONS).size).toBeGreaterThanOrEqual(60)
    const attack =
      (clientId: string, uri: string): Attack =>
      async () => {
        const more = { client_id: clientId, redirect_uri: uri }
        const reply = await get(server, `/oauth2/authorize?${authorizeQuery(createPkce(), more)}`)
        expect(reply.headers['location'], uri).toBeUndefined()
        return reply
      }
    await run({
      ...Object.fromEntries(REDIRECT_MUTATIONS.map((uri) => [uri, attack('web', uri)])),
      ...Object.fromEntries(LOOPBACK_MUTATIONS.map((uri) => [uri, attack('native', uri)])),
    })
  })

  it('on loopback may have any port', async () => {
    for (const port of ['', ':1', ':54321', ':65535']) {
      const more = { client_id: 'native', redirect_uri: `http://127.0.0.1${port}/callback` }
      const reply = await get(server, `/oauth2/authorize?${authorizeQuery(createPkce(), more)}`)
      expect(reply.status, port).toBe(303)
    }
  })
})

describe.each(MODES)('PKCE, %s', (_mode, run) => {
  const requestWith = (change: (query: URLSearchParams) => void): Attack => {
    const query = authorizeQuery(createPkce())
    change(query)
    return () => get(server, `/oauth2/authorize?${query}`)
  }

  it('cannot be omitted or weakened in the authorization request', () =>
    run({
      'no challenge': requestWith((query) => {
        query.delete('code_challenge')
        query.delete('code_challenge_method')
      }),
      'no method, which would mean plain': requestWith((query) =>
        query.delete('code_challenge_method'),
      ),
      'method plain': requestWith((query) => query.set('code_challenge_method', 'plain')),
      'method s256': requestWith((query) => query.set('code_challenge_method', 's256')),
      'method S512': requestWith((query) => query.set('code_challenge_method', 'S512')),
      'an empty challenge': requestWith((query) => query.set('code_challenge', '')),
      'a short challenge': requestWith((query) => query.set('code_challenge', 'x'.repeat(42))),
      'a long challenge': requestWith((query) => query.set('code_challenge', 'x'.repeat(44))),
      'a padded challenge': requestWith((query) =>
        query.set('code_challenge', `${'x'.repeat(42)}=`),
      ),
    }))

  it('cannot be omitted or guessed in the token request, which does not consume the code', async () => {
    const { code, verifier } = await oauthCode(server)
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI }
    const redeemed =
      (more: Record<string, string>): Attack =>
      () =>
        token(server, { ...form, ...more })
    await run({
      'no verifier': redeemed({}),
      'an empty verifier': redeemed({ code_verifier: '' }),
      'another verifier': redeemed({ code_verifier: createPkce().verifier }),
      'the challenge itself': redeemed({ code_verifier: challenge }),
      'the verifier and more': redeemed({ code_verifier: `${verifier}x` }),
      'the verifier in upper case': redeemed({ code_verifier: verifier.toUpperCase() }),
      'a verifier that is too long': redeemed({ code_verifier: 'x'.repeat(129) }),
    })
    expect((await exchangeCode(server, { code, verifier })).status).toBe(200)
  })

  it('rejects a verifier for a code without a challenge', async () => {
    const code = await codeFor(server, ['auth_base'])
    const form = { grant_type: 'authorization_code', code, code_verifier: createPkce().verifier }
    await run({ downgrade: () => token(server, form) })
    expect((await token(server, { grant_type: 'authorization_code', code })).status).toBe(200)
  })
})

const ASSERTION_HEADER = { alg: 'ES256', kid: 'client-1' }

describe.each(MODES)('request objects, %s', (_mode, run) => {
  const requestClaims = (): Record<string, unknown> => {
    const query = Object.fromEntries(authorizeQuery(createPkce(), { client_id: 'signer' }))
    const { now } = server.clock
    return { ...query, iss: 'signer', aud: ISSUER, iat: now, nbf: now, exp: now + 60 }
  }
  const asked = (request: string): Promise<RawReply> =>
    get(server, `/oauth2/authorize?${new URLSearchParams({ client_id: 'signer', request })}`)
  const signed = (more: Record<string, unknown>): string =>
    signEs256(CLIENT_KEY.privateKey, ASSERTION_HEADER, { ...requestClaims(), ...more })

  it('with one defect are rejected', async () => {
    const material = {
      key: CLIENT_KEY,
      foreign: OTHER_KEY,
      header: ASSERTION_HEADER,
      claims: requestClaims(),
    }
    const {
      empty: _,
      'valid for a day': __,
      'valid until 2286': ___,
      ...mutations
    } = jwtMutations(material, requestClaims)
    await run({
      ...Object.fromEntries(
        Object.entries(mutations).map(([name, jwt]) => [name, () => asked(jwt)]),
      ),
      'another issuer': () => asked(signed({ iss: 'web' })),
      'another audience (mix-up)': () => asked(signed({ aud: 'https://evil.example' })),
      'no nbf': () => asked(signed({ nbf: undefined })),
      'nbf 61 minutes ago': () => {
        const { now } = server.clock
        return asked(signed({ nbf: now - 3660, exp: now - 3660 + 3600 + 60 }))
      },
      'exp 61 minutes after nbf': () => asked(signed({ exp: server.clock.now + 3660 })),
      'two foreign audiences': () =>
        asked(signed({ aud: ['https://evil.example', 'https://other.example'] })),
      'another client': () => asked(signed({ client_id: 'web' })),
      'another request inside': () => asked(signed({ request: 'x' })),
      'a request URI inside': () => asked(signed({ request_uri: 'https://evil.example' })),
      'another redirect URI': () => asked(signed({ redirect_uri: 'https://evil.example' })),
      'an unsigned request of a client that must sign': () =>
        get(server, `/oauth2/authorize?${authorizeQuery(createPkce(), { client_id: 'strict' })}`),
    })
    expect((await asked(signed({}))).status).toBe(303)
    expect((await asked(signed({ aud: ['https://other.example', ISSUER] }))).status).toBe(303)
  })

  it('that are valid get errors at their own redirect URI, with their own state', async () => {
    const asking = (more: Record<string, unknown>): Promise<RawReply> => {
      const request = signed({ state: 'signed', ...more })
      const query = { client_id: 'signer', state: 'unsigned', redirect_uri: REDIRECT_URI, request }
      return get(server, `/oauth2/authorize?${new URLSearchParams(query)}`)
    }
    for (const [more, error] of [
      [{ scope: 'USER_NAME-unknown' }, 'invalid_scope'],
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ resource: ['https://a.example/', 'https://b.example/'] }, 'invalid_target'],
      [{ prompt: 'none login' }, 'invalid_request'],
    ] as const) {
      const { status, headers } = await asking(more)
      const to = new URL(String(headers['location']))
      expect([status, `${to.origin}${to.pathname}`]).toEqual([303, REDIRECT_URI])
      expect(Object.fromEntries(to.searchParams)).toMatchObject({ error, state: 'signed' })
    }
    // The redirect URI beside the object is not a substitute for that of the object.
    expect((await asking({ redirect_uri: 'https://evil.example' })).status).toBe(400)
  })

  it('may contain a list of authorization details', async () => {
    const details = [
      { type: 'user_authorization', scopes: ['auth_user'] },
      { type: 'user_authorization', scopes: ['openid'] },
    ]
    expect((await asked(signed({ authorization_details: details }))).status).toBe(303)
  })

  it('replace all parameters outside the object', async () => {
    const query = new URLSearchParams({ client_id: 'signer', request: signed({ scope: 'openid' }) })
    query.set('redirect_uri', 'https://evil.example')
    query.set('scope', 'USER_NAME')
    const reply = await get(server, `/oauth2/authorize?${query}`)
    expect(reply.status).toBe(303)
    expect(String(reply.headers['location'])).not.toContain('evil')
  })
})

describe.each(MODES)('scopes, %s', (_mode, run) => {
  it('cannot exceed the granted scopes', async () => {
    const parent = await issueWebTokens(server, { scope: 'openid' })
    const exchange = {
      grant_type: EXCHANGE,
      subject_token: parent['access_token'],
      subject_token_type: ACCESS_TOKEN,
    }
    await run({
      'more on refresh': () =>
        token(server, {
          grant_type: 'refresh_token',
          refresh_token: parent['refresh_token'],
          scope: 'openid email',
        }),
      'more on exchange': () => token(server, { ...exchange, scope: 'openid email' }),
      'a user’s scope for the client itself': () =>
        token(server, { grant_type: 'client_credentials', scope: 'openid' }),
      'a platform scope of a user': () => token(server, { ...exchange, scope: 'grants' }),
      'an unapproved scope': () =>
        get(server, `/oauth2/authorize?${authorizeQuery(createPkce(), { scope: 'KYC_INFO' })}`),
      'malformed scope names': () =>
        get(
          server,
          `/oauth2/authorize?${authorizeQuery(createPkce(), { scope: 'openid  email' })}`,
        ),
      'an unknown resource': () =>
        get(
          server,
          `/oauth2/authorize?${authorizeQuery(createPkce(), { resource: 'https://evil.example/' })}`,
        ),
    })
  })

  it('in the token request are ignored', async () => {
    const given = await exchangeCode(server, await oauthCode(server, { scope: 'openid' }), {
      scope: 'openid email phone address',
    })
    expect([given.status, given.json['scope']]).toEqual([200, 'openid'])
  })
})
