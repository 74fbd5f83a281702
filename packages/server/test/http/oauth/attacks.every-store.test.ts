/**
 * @module The attacks on authorization servers, each once and each sixteen at once: none succeeds, none leaves a 5xx, and none burns what
 * is somebody else's.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openKeyStore } from '../../../src/crypto/keys/key-store.ts'
import { createSealedCredentials } from '../../../src/crypto/sealed-credentials.ts'
import {
  jwtMutations,
  LOOPBACK_MUTATIONS,
  REDIRECT_MUTATIONS,
  signEs256,
  ssrfAddresses,
} from '../../support/attacks.ts'
import {
  authorizeQuery,
  basic,
  CLIENT_KEY,
  createPkce,
  exchangeCode,
  type FormReply,
  generateSigningKey,
  get,
  ISSUER,
  introspect,
  OTHER_KEY,
  oauthCode,
  postForm,
  REDIRECT_URI,
  RESOURCE,
  SECRET,
  type SigningKey,
  SPA_ORIGIN,
  startOAuthServer,
  token,
  webTokens,
} from '../../support/oauth.ts'
import {
  APP_ID,
  applyToken,
  call,
  codeFor,
  inquire,
  type RawReply,
  redeem,
  refresh,
  send,
  type TestServer,
} from '../../support/server.ts'

const PARALLEL = 16
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const AUTH_CODE = 'urn:assent:params:oauth:token-type:auth_code'

let server: TestServer
beforeAll(async () => {
  server = await startOAuthServer()
})
afterAll(() => server.close())

type Attack = () => Promise<Pick<RawReply, 'status' | 'headers' | 'body'>>

/** Refused: an error of the client's, in words of OAuth, and nothing given. */
function expectRefused({ status, headers, body }: Awaited<ReturnType<Attack>>, name: string): void {
  const location = String(headers['location'] ?? '')
  const isSentBack = status === 303 && new URL(location).searchParams.has('error')
  expect([name, (status >= 400 && status < 500) || isSentBack, status]).toEqual([
    name,
    true,
    status,
  ])
  expect(body, name).not.toMatch(/\b(at|rt|ct|ac)_[A-Za-z0-9_-]{20}|eyJ/)
  expect(location, name).not.toMatch(/[?&]code=/)
}

async function once(attacks: Readonly<Record<string, Attack>>): Promise<void> {
  for (const [name, attack] of Object.entries(attacks)) expectRefused(await attack(), name)
}

async function atOnce(attacks: Readonly<Record<string, Attack>>): Promise<void> {
  for (const [name, attack] of Object.entries(attacks)) {
    const replies = await Promise.all(Array.from({ length: PARALLEL }, attack))
    for (const reply of replies) expectRefused(reply, name)
  }
}

const MODES = [
  ['one by one', once],
  ['sixteen at once', atOnce],
] as const

describe.each(MODES)('redirect URIs, %s', (_mode, run) => {
  it('that are not the registered one are never sent to', async () => {
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

  it('of loopback addresses may have any port', async () => {
    for (const port of ['', ':1', ':54321', ':65535']) {
      const more = { client_id: 'native', redirect_uri: `http://127.0.0.1${port}/callback` }
      const reply = await get(server, `/oauth2/authorize?${authorizeQuery(createPkce(), more)}`)
      expect(reply.status, port).toBe(303)
    }
  })
})

describe.each(MODES)('PKCE, %s', (_mode, run) => {
  const asked = (change: (query: URLSearchParams) => void): Attack => {
    const query = authorizeQuery(createPkce())
    change(query)
    return () => get(server, `/oauth2/authorize?${query}`)
  }

  it('cannot be left out or weakened when it is asked', () =>
    run({
      'no challenge': asked((query) => {
        query.delete('code_challenge')
        query.delete('code_challenge_method')
      }),
      'no method, which would mean plain': asked((query) => query.delete('code_challenge_method')),
      'method plain': asked((query) => query.set('code_challenge_method', 'plain')),
      'method s256': asked((query) => query.set('code_challenge_method', 's256')),
      'method S512': asked((query) => query.set('code_challenge_method', 'S512')),
      'an empty challenge': asked((query) => query.set('code_challenge', '')),
      'a short challenge': asked((query) => query.set('code_challenge', 'x'.repeat(42))),
      'a long challenge': asked((query) => query.set('code_challenge', 'x'.repeat(44))),
      'a padded challenge': asked((query) => query.set('code_challenge', `${'x'.repeat(42)}=`)),
    }))

  it('cannot be left out or guessed when it is redeemed, and burns nothing', async () => {
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

  it('a verifier for a code that has no challenge is an attack', async () => {
    const code = await codeFor(server, ['auth_base'])
    const form = { grant_type: 'authorization_code', code, code_verifier: createPkce().verifier }
    await run({ downgrade: () => token(server, form) })
    expect((await token(server, { grant_type: 'authorization_code', code })).status).toBe(200)
  })
})

describe.each(MODES)('a stolen code, %s', (_mode, run) => {
  it('is worth nothing to anybody else, and is not burned', async () => {
    const { code, verifier } = await oauthCode(server, { resource: RESOURCE })
    const proof = { code, verifier }
    const exchanged =
      (more: Record<string, string>, headers?: Record<string, string>): Attack =>
      () =>
        exchangeCode(server, proof, more, headers)
    await run({
      'injected into a session with another verifier': exchanged({
        code_verifier: createPkce().verifier,
      }),
      'by another client of the same merchant': exchanged(
        { client_id: 'post', client_secret: SECRET },
        {},
      ),
      'by another merchant': exchanged({}, basic('foreign')),
      'by a page': exchanged({ client_id: 'spa' }, { origin: SPA_ORIGIN }),
      'by a native app': exchanged({ client_id: 'native' }, {}),
      'without a secret': exchanged({ client_id: 'web' }, {}),
      'with a wrong secret': exchanged({}, basic('web', `${SECRET}x`)),
      'for another redirect URI': exchanged({ redirect_uri: 'https://kopi.example/other' }),
      'for a mutated redirect URI': exchanged({ redirect_uri: `${REDIRECT_URI}/` }),
      'for another resource': exchanged({ resource: 'https://stock.kopi.example/' }),
      'for a foreign resource': exchanged({ resource: 'https://evil.example/' }),
      'as a refresh token': () =>
        token(server, { grant_type: 'refresh_token', refresh_token: code }),
      'altered at its end': exchanged({
        code: `${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`,
      }),
      'through the signed OpenAPI': async () => {
        const reply = await redeem(server, code, { codeVerifier: verifier })
        return { status: reply.result.resultStatus === 'F' ? 400 : 200, headers: {}, body: '' }
      },
    })
    expect((await exchangeCode(server, proof)).status).toBe(200)
  })

  it('bound to a key is for who has the key', async () => {
    const pair = generateSigningKey('k')
    const jkt = await thumbprint(pair)
    const { code, verifier } = await oauthCode(server, { dpop_jkt: jkt })
    await run({
      'no proof': () => exchangeCode(server, { code, verifier }),
      'another key': async () =>
        exchangeCode(
          server,
          { code, verifier },
          {},
          {
            ...basic(),
            dpop: await proofOf(OTHER_KEY, 'POST', '/oauth2/token'),
          },
        ),
    })
    const headers = { ...basic(), dpop: await proofOf(pair, 'POST', '/oauth2/token') }
    expect((await exchangeCode(server, { code, verifier }, {}, headers)).status).toBe(200)
  })

  it('is dead after a minute', async () => {
    const proof = await oauthCode(server)
    server.clock.now += 61
    await run({ late: () => exchangeCode(server, proof) })
  })
})

describe.each(MODES)('a stolen refresh token, %s', (_mode, run) => {
  it('is worth nothing to anybody else, and goes on working for its own', async () => {
    const { refresh_token: refreshToken } = await webTokens(server, { resource: RESOURCE })
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
    const refreshed =
      (more: Record<string, string>, headers?: Record<string, string>): Attack =>
      () =>
        token(server, { ...form, ...more }, headers)
    await run({
      'another client of the same merchant': refreshed(
        { client_id: 'post', client_secret: SECRET },
        {},
      ),
      'another merchant': refreshed({}, basic('foreign')),
      'a page': refreshed({ client_id: 'spa' }, { origin: SPA_ORIGIN }),
      'no secret': refreshed({ client_id: 'web' }, {}),
      'a wider scope': refreshed({ scope: 'openid USER_NAME' }),
      'every scope': refreshed({ scope: 'openid auth_user email phone address' }),
      'another resource': refreshed({ resource: 'https://stock.kopi.example/' }),
      'as a code': () => exchangeCode(server, { code: refreshToken, verifier: 'x'.repeat(43) }),
    })
    expect((await token(server, form)).status).toBe(200)
  })

  it('of a page is for who has its key', async () => {
    const pair = generateSigningKey('k')
    const code = await oauthCode(server, { client_id: 'spa' })
    const headers = async (key: SigningKey): Promise<Record<string, string>> => ({
      origin: SPA_ORIGIN,
      dpop: await proofOf(key, 'POST', '/oauth2/token'),
    })
    const given = await exchangeCode(server, code, { client_id: 'spa' }, await headers(pair))
    expect(given.json['token_type']).toBe('DPoP')
    const form = {
      grant_type: 'refresh_token',
      client_id: 'spa',
      refresh_token: given.json['refresh_token'],
    }
    await run({
      'no proof': () => token(server, form, { origin: SPA_ORIGIN }),
      'another key': async () => token(server, form, await headers(OTHER_KEY)),
      'another page': async () =>
        token(server, form, { ...(await headers(pair)), origin: 'https://evil.example' }),
    })
    expect((await token(server, form, await headers(pair))).status).toBe(200)
  })
})

/** Claims of an assertion that is right. */
function assertionClaims(clientId = 'signer'): Record<string, unknown> {
  const { now } = server.clock
  return {
    iss: clientId,
    sub: clientId,
    aud: ISSUER,
    jti: randomBytes(12).toString('hex'),
    iat: now,
    exp: now + 60,
  }
}

const ASSERTION_HEADER = { alg: 'ES256', kid: 'client-1' }

function assertion(more: Record<string, unknown> = {}, key = CLIENT_KEY): string {
  return signEs256(key.privateKey, ASSERTION_HEADER, { ...assertionClaims(), ...more })
}

function withAssertion(jwt: string, more: Record<string, string> = {}): Promise<FormReply> {
  const form = { grant_type: 'client_credentials', client_assertion_type: ASSERTION_TYPE }
  return token(server, { ...form, client_assertion: jwt, ...more }, {})
}

describe.each(MODES)('client assertions, %s', (_mode, run) => {
  it('that are almost right prove nothing', async () => {
    const material = {
      key: CLIENT_KEY,
      foreign: OTHER_KEY,
      header: ASSERTION_HEADER,
      claims: assertionClaims(),
    }
    const mutations = jwtMutations(material, assertionClaims)
    expect(Object.keys(mutations).length).toBeGreaterThanOrEqual(60)
    await run({
      ...Object.fromEntries(
        Object.entries(mutations).map(([name, jwt]) => [name, () => withAssertion(jwt)]),
      ),
      'another issuer': () => withAssertion(assertion({ iss: 'web' })),
      'another subject': () => withAssertion(assertion({ sub: 'web' })),
      'another audience': () => withAssertion(assertion({ aud: 'https://evil.example' })),
      'two audiences (mix-up)': () =>
        withAssertion(assertion({ aud: [ISSUER, 'https://evil.example'] })),
      'no audience': () => withAssertion(assertion({ aud: undefined })),
      'no jti': () => withAssertion(assertion({ jti: undefined })),
      'another key id': () =>
        withAssertion(
          signEs256(CLIENT_KEY.privateKey, { alg: 'ES256', kid: 'x' }, assertionClaims()),
        ),
      'a key that it brings itself': () =>
        withAssertion(
          signEs256(
            OTHER_KEY.privateKey,
            { ...ASSERTION_HEADER, jwk: OTHER_KEY.jwk, jku: 'https://evil.example/' },
            assertionClaims(),
          ),
        ),
      'another type of assertion': () =>
        withAssertion(assertion(), { client_assertion_type: 'urn:x' }),
      'of another client': () =>
        withAssertion(assertion({ iss: 'strict', sub: 'strict' }), { client_id: 'signer' }),
      'beside a secret': () => withAssertion(assertion(), { client_secret: SECRET }),
    })
    expect((await withAssertion(assertion())).status).toBe(200)
  })

  it('are good once', async () => {
    const jwt = assertion()
    expect((await withAssertion(jwt)).status).toBe(200)
    await run({ replay: () => withAssertion(jwt) })
  })
})

it('of sixteen equal assertions at once, one is good', async () => {
  const jwt = assertion()
  const replies = await Promise.all(Array.from({ length: PARALLEL }, () => withAssertion(jwt)))
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(replies.filter(({ status }) => status === 401)).toHaveLength(PARALLEL - 1)
})

describe.each(MODES)('request objects, %s', (_mode, run) => {
  const requestClaims = (): Record<string, unknown> => {
    const query = Object.fromEntries(authorizeQuery(createPkce(), { client_id: 'signer' }))
    const { now } = server.clock
    return { ...query, iss: 'signer', aud: ISSUER, iat: now, exp: now + 60 }
  }
  const asked = (request: string): Promise<RawReply> =>
    get(server, `/oauth2/authorize?${new URLSearchParams({ client_id: 'signer', request })}`)
  const signed = (more: Record<string, unknown>): string =>
    signEs256(CLIENT_KEY.privateKey, ASSERTION_HEADER, { ...requestClaims(), ...more })

  it('that are almost right are asked nothing', async () => {
    const material = {
      key: CLIENT_KEY,
      foreign: OTHER_KEY,
      header: ASSERTION_HEADER,
      claims: requestClaims(),
    }
    const {
      empty: _,
      'good for a day': __,
      'good for ever': ___,
      ...mutations
    } = jwtMutations(material, requestClaims)
    await run({
      ...Object.fromEntries(
        Object.entries(mutations).map(([name, jwt]) => [name, () => asked(jwt)]),
      ),
      'another issuer': () => asked(signed({ iss: 'web' })),
      'another audience (mix-up)': () => asked(signed({ aud: 'https://evil.example' })),
      'another client': () => asked(signed({ client_id: 'web' })),
      'another request inside': () => asked(signed({ request: 'x' })),
      'a request URI inside': () => asked(signed({ request_uri: 'https://evil.example' })),
      'another redirect URI': () => asked(signed({ redirect_uri: 'https://evil.example' })),
      'a request that is not signed, where it has to be': () =>
        get(server, `/oauth2/authorize?${authorizeQuery(createPkce(), { client_id: 'strict' })}`),
    })
    expect((await asked(signed({}))).status).toBe(303)
  })

  it('count alone: what stands beside them does not', async () => {
    const query = new URLSearchParams({ client_id: 'signer', request: signed({ scope: 'openid' }) })
    query.set('redirect_uri', 'https://evil.example')
    query.set('scope', 'USER_NAME')
    const reply = await get(server, `/oauth2/authorize?${query}`)
    expect(reply.status).toBe(303)
    expect(String(reply.headers['location'])).not.toContain('evil')
  })
})

async function thumbprint({ jwk }: SigningKey): Promise<string> {
  const { crv, kty, x, y } = jwk as Record<string, string>
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
}

let nonce = ''
/** As the server gave it a moment ago. */
async function freshNonce(): Promise<string> {
  if (nonce === '') {
    const dpop = signEs256(
      CLIENT_KEY.privateKey,
      proofHeader(CLIENT_KEY),
      proofClaims('POST', '/oauth2/token'),
    )
    const reply = await token(server, { grant_type: 'client_credentials' }, { ...basic(), dpop })
    expect(reply.json['error']).toBe('use_dpop_nonce')
    nonce = String(reply.headers['dpop-nonce'])
  }
  return nonce
}

function proofHeader({ jwk }: SigningKey): Record<string, unknown> {
  const { kid: _, alg: __, ...publicKey } = jwk
  return { typ: 'dpop+jwt', alg: 'ES256', jwk: publicKey }
}

function proofClaims(htm: string, path: string): Record<string, unknown> {
  return { jti: randomBytes(12).toString('hex'), htm, htu: ISSUER + path, iat: server.clock.now }
}

async function proofOf(
  key: SigningKey,
  htm: string,
  path: string,
  more: Record<string, unknown> = {},
): Promise<string> {
  const claims = { ...proofClaims(htm, path), nonce: await freshNonce(), ...more }
  return signEs256(key.privateKey, proofHeader(key), claims)
}

describe.each(MODES)('DPoP proofs, %s', (_mode, run) => {
  const key = generateSigningKey('dpop')
  const sent = (dpop: string | string[]): Promise<FormReply> =>
    token(server, { grant_type: 'client_credentials' }, { ...basic(), dpop } as never)

  it('that are almost right prove nothing', async () => {
    nonce = ''
    const given = await freshNonce()
    const claims = (): Record<string, unknown> => ({
      ...proofClaims('POST', '/oauth2/token'),
      nonce: given,
      exp: server.clock.now + 60,
    })
    const header = proofHeader(key)
    const material = { key, foreign: OTHER_KEY, header, claims: claims() }
    // A proof has no end of its own, only a beginning.
    const {
      'exp missing': _,
      'good for a day': __,
      'good for ever': ___,
      'a line feed at the end': ____,
      'a space in front': _____,
      empty: ______,
      ...mutations
    } = jwtMutations(material, claims)
    const changed =
      (more: Record<string, unknown>, head: Record<string, unknown> = {}): Attack =>
      () =>
        sent(signEs256(key.privateKey, { ...header, ...head }, { ...claims(), ...more }))
    const { jwk: privateKey } = { jwk: key.privateKey.export({ format: 'jwk' }) }
    await run({
      ...Object.fromEntries(
        Object.entries(mutations).map(([name, jwt]) => [name, () => sent(jwt)]),
      ),
      'typ missing': changed({}, { typ: undefined }),
      'typ JWT': changed({}, { typ: 'JWT' }),
      'jwk missing': changed({}, { jwk: undefined }),
      'a private key in jwk': changed({}, { jwk: privateKey }),
      'another key in jwk': changed({}, { jwk: OTHER_KEY.jwk }),
      'a shared key in jwk': changed({}, { jwk: { kty: 'oct', k: 'AA' } }),
      'jti missing': changed({ jti: undefined }),
      'jti empty': changed({ jti: '' }),
      'jti a number': changed({ jti: 1 }),
      'jti too long': changed({ jti: 'x'.repeat(257) }),
      'htm missing': changed({ htm: undefined }),
      'another method': changed({ htm: 'GET' }),
      'the method in lower case': changed({ htm: 'post' }),
      'htu missing': changed({ htu: undefined }),
      'another path': changed({ htu: `${ISSUER}/oauth2/introspect` }),
      'another host': changed({ htu: 'https://evil.example/oauth2/token' }),
      'another scheme': changed({ htu: `${ISSUER.replace('http', 'https')}/oauth2/token` }),
      'a path and more': changed({ htu: `${ISSUER}/oauth2/token/` }),
      'iat missing': changed({ iat: undefined }),
      'an hour old': changed({ iat: server.clock.now - 3600 }),
      'a minute ahead': changed({ iat: server.clock.now + 61 }),
      'nonce missing': changed({ nonce: undefined }),
      'nonce made up': changed({ nonce: 'pn_AAAA' }),
      'nonce a number': changed({ nonce: 1 }),
      'two headers': () => sent([1, 2].map(() => signEs256(key.privateKey, header, claims()))),
    })
    const right = changed({ iat: server.clock.now + 10, htu: `${ISSUER}/oauth2/token?x#y` })
    expect((await right()).status).toBe(200)
  })

  it('are good once, and while their nonce is', async () => {
    nonce = ''
    const dpop = await proofOf(key, 'POST', '/oauth2/token')
    expect((await sent(dpop)).status).toBe(200)
    await run({ replay: () => sent(dpop) })
    const later = await proofOf(key, 'POST', '/oauth2/token')
    server.clock.now += 301
    const fresh = signEs256(key.privateKey, proofHeader(key), {
      ...proofClaims('POST', '/oauth2/token'),
      nonce,
    })
    await run({ 'an old proof': () => sent(later), 'an old nonce': () => sent(fresh) })
    nonce = ''
  })

  it('bind a token to their key, for each call', async () => {
    nonce = ''
    const given = await exchangeCode(
      server,
      await oauthCode(server),
      {},
      { ...basic(), dpop: await proofOf(key, 'POST', '/oauth2/token') },
    )
    const accessToken = given.json['access_token']
    const ath = createHash('sha256').update(accessToken).digest('base64url')
    const asked =
      (scheme: string, proof?: () => Promise<string>): Attack =>
      async () =>
        get(server, '/oauth2/userinfo', {
          authorization: `${scheme} ${accessToken}`,
          ...(proof && { dpop: await proof() }),
        })
    const right =
      (more: Record<string, unknown> = {}, of = key): (() => Promise<string>) =>
      () =>
        proofOf(of, 'GET', '/oauth2/userinfo', { ath, ...more })
    await run({
      'as a bearer token': asked('Bearer'),
      'as a bearer token with a proof': asked('Bearer', right()),
      'without a proof': asked('DPoP'),
      'with another key': asked('DPoP', right({}, OTHER_KEY)),
      'without ath': asked('DPoP', right({ ath: undefined })),
      'with another ath': asked('DPoP', right({ ath: 'x' })),
      'for another method': asked('DPoP', right({ htm: 'POST' })),
    })
    expect((await asked('DPoP', right())()).status).toBe(200)
    const plain = await webTokens(server)
    await run({
      'a token that is not bound, with a proof': async () =>
        get(server, '/oauth2/userinfo', {
          authorization: `DPoP ${plain['access_token']}`,
          dpop: await proofOf(key, 'GET', '/oauth2/userinfo', {
            ath: createHash('sha256').update(plain['access_token']).digest('base64url'),
          }),
        }),
    })
  })
})

it('of sixteen equal proofs at once, one is good', async () => {
  nonce = ''
  const dpop = await proofOf(CLIENT_KEY, 'POST', '/oauth2/token')
  const form = { grant_type: 'client_credentials' }
  const replies = await Promise.all(
    Array.from({ length: PARALLEL }, () => token(server, form, { ...basic(), dpop })),
  )
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(replies.filter(({ json }) => json['error'] === 'invalid_dpop_proof')).toHaveLength(
    PARALLEL - 1,
  )
})

describe('every credential where another one is expected', () => {
  it('is refused, and where it belongs is taken', async () => {
    const signed = await redeem(server, await codeFor(server, ['auth_base']))
    const web = await webTokens(server)
    const own = await token(server, { grant_type: 'client_credentials' })
    const jwt = await jwtTokens()
    const { master } = openKeyStore(`${server.folder}/keys`)
    const credentials = createSealedCredentials(master)
    const expiresAt = server.clock.now + 600
    const pushed = await postForm(server, '/oauth2/par', authorizeQuery(createPkce()), basic())
    const kinds: Readonly<Record<string, () => Promise<string> | string>> = {
      'mini program’s code': () => codeFor(server, ['auth_base']),
      'OAuth code': async () => (await oauthCode(server)).code,
      'signed access token': () => signed['accessToken'],
      'signed refresh token': () => signed['refreshToken'],
      'OAuth access token': () => web['access_token'],
      'OAuth refresh token': async () => (await webTokens(server))['refresh_token'],
      'JWT access token': () => String(jwt['access_token']),
      'ID token': () => web['id_token'],
      'client token': () => own.json['access_token'],
      'token id': () =>
        JSON.parse(
          Buffer.from(String(jwt['access_token']).split('.')[1] ?? '', 'base64url').toString(),
        ).jti,
      'request URI': () => pushed.json['request_uri'],
      'auth request': () => String(pushed.json['request_uri'].split(':').at(-1)),
      invitation: () =>
        credentials.sealRegistrationToken({ appId: APP_ID, expiresAt }, server.clock.now),
      'proof nonce': () => credentials.sealProofNonce(server.clock.now),
      'page session': () =>
        credentials.sealPrivacySession(
          { user: { walletId: 'w', userId: 'u' }, expiresAt },
          server.clock.now,
        ),
      'client secret': () => SECRET,
    }
    const bearer = (text: string): Record<string, string> => ({ authorization: `Bearer ${text}` })
    const ok = ({ status }: { status: number }): boolean => status >= 200 && status < 300
    const succeeded = async (reply: ReturnType<typeof redeem>): Promise<boolean> =>
      (await reply).result.resultStatus === 'S'
    const cards = '/v1/cards/inquiryCardList'
    const places: Readonly<
      Record<string, readonly [takes: string[], use: (text: string) => Promise<boolean>]>
    > = {
      'code at the token endpoint': [
        ['mini program’s code'],
        async (code) => ok(await token(server, { grant_type: 'authorization_code', code })),
      ],
      'refresh token at the token endpoint': [
        ['OAuth refresh token'],
        async (text) =>
          ok(await token(server, { grant_type: 'refresh_token', refresh_token: text })),
      ],
      'subject of an exchange': [
        ['OAuth access token'],
        async (text) =>
          ok(
            await token(server, {
              grant_type: EXCHANGE,
              subject_token: text,
              subject_token_type: ACCESS_TOKEN,
            }),
          ),
      ],
      'code of an exchange': [
        ['mini program’s code'],
        async (text) =>
          ok(
            await token(server, {
              grant_type: EXCHANGE,
              subject_token: text,
              subject_token_type: AUTH_CODE,
            }),
          ),
      ],
      introspection: [
        ['OAuth access token', 'OAuth refresh token', 'client token'],
        async (text) => (await introspect(server, text)).json['active'] === true,
      ],
      'user info': [
        ['OAuth access token', 'signed access token'],
        async (text) => ok(await get(server, '/oauth2/userinfo', bearer(text))),
      ],
      events: [
        ['client token'],
        async (text) => ok(await get(server, '/oauth2/events', bearer(text))),
      ],
      registration: [
        ['invitation'],
        async (text) =>
          ok(
            await send(
              server,
              '/oauth2/register',
              { ...bearer(text), 'content-type': 'application/json' },
              JSON.stringify({ redirect_uris: [REDIRECT_URI] }),
            ),
          ),
      ],
      'request at the authorization endpoint': [
        ['request URI'],
        async (text) =>
          (
            await get(
              server,
              `/oauth2/authorize?${new URLSearchParams({ client_id: 'web', request_uri: text })}`,
            )
          ).status === 303,
      ],
      'signed redemption': [['mini program’s code'], (code) => succeeded(redeem(server, code))],
      'signed refresh': [['signed refresh token'], (text) => succeeded(refresh(server, text))],
      'signed user info': [['signed access token'], (text) => succeeded(inquire(server, text))],
      'signed query': [
        ['signed access token'],
        (accessToken) =>
          succeeded(call(server, '/ams/api/v1/authorizations/query', { accessToken })),
      ],
      'gateway, signed': [[], (accessToken) => succeeded(call(server, cards, { accessToken }))],
      'client secret': [
        ['client secret'],
        async (text) =>
          ok(await token(server, { grant_type: 'client_credentials' }, basic('web', text))),
      ],
    }
    const wrong: string[] = []
    for (const [place, [takes, use]] of Object.entries(places)) {
      for (const [kind, make] of Object.entries(kinds)) {
        const isTaken = await use(await make())
        if (isTaken !== takes.includes(kind)) wrong.push(`${kind} as ${place}: ${isTaken}`)
      }
    }
    expect(wrong).toEqual([])
    const atOnceWrong: string[] = []
    for (const [place, [takes, use]] of Object.entries(places)) {
      for (const [kind, make] of Object.entries(kinds)) {
        if (takes.includes(kind)) continue
        const text = await make()
        const taken = await Promise.all(Array.from({ length: PARALLEL }, () => use(text)))
        if (taken.some(Boolean)) atOnceWrong.push(`${kind} as ${place}`)
      }
    }
    expect(atOnceWrong).toEqual([])
  })
})

/** Of the client whose tokens for its resource are JWTs. */
async function jwtTokens(): Promise<Record<string, string>> {
  const { code, verifier } = await oauthCode(server, { client_id: 'signer', resource: RESOURCE })
  const form = {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: assertion(),
  }
  const { json } = await token(server, form, {})
  expect(json['access_token']).toMatch(/^eyJ/)
  return json as never
}

describe.each(MODES)('parameters, %s', (_mode, run) => {
  it('that are there twice are refused, wherever', async () => {
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

  it('in another form, with another method, from a browser: refused', async () => {
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
      'OPTIONS from nowhere': sent({}, '', 'OPTIONS'),
      'OPTIONS from a foreign page': sent({ origin: 'https://evil.example' }, '', 'OPTIONS'),
      'a cookie': sent({ ...type, cookie: 'session=1' }),
      'a page': sent({ ...type, origin: 'https://evil.example' }),
      'a page of another client': sent({ ...type, origin: SPA_ORIGIN }),
      'Sec-Fetch-Site': sent({ ...type, 'sec-fetch-site': 'cross-site' }),
      'a broken escape': sent(type, 'grant_type=%zz'),
      'a line feed': sent(type, 'grant_type=client_credentials%0a'),
      'bytes that are no UTF-8': sent(type, 'grant_type=%ff%fe'),
      'a parameter that is too long': sent(type, `grant_type=${'x'.repeat(200)}`),
      'an unknown parameter that is too long': sent(
        type,
        `${body}&constructor=${'x'.repeat(1025)}`,
      ),
      'a body that is too long': sent(type, `x=${'x'.repeat(40_000)}`),
    })
  })
})

describe.each(MODES)('introspection by strangers, %s', (_mode, run) => {
  it('says nothing', async () => {
    const given = await webTokens(server)
    const asked =
      (headers: Record<string, string>, more: Record<string, string> = {}): Attack =>
      () =>
        postForm(server, '/oauth2/introspect', { token: given['access_token'], ...more }, headers)
    await run({
      nobody: asked({}),
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

  it('is the same for what is unknown, foreign, expired, used or ended', async () => {
    const foreign = await webTokens(server)
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

describe.each(MODES)('scopes, %s', (_mode, run) => {
  it('are never more than were shown and allowed', async () => {
    const parent = await webTokens(server, { scope: 'openid' })
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
      'what is not approved': () =>
        get(server, `/oauth2/authorize?${authorizeQuery(createPkce(), { scope: 'KYC_INFO' })}`),
      'names that are none': () =>
        get(
          server,
          `/oauth2/authorize?${authorizeQuery(createPkce(), { scope: 'openid  email' })}`,
        ),
      'a resource of nobody': () =>
        get(
          server,
          `/oauth2/authorize?${authorizeQuery(createPkce(), { resource: 'https://evil.example/' })}`,
        ),
    })
  })

  it('asked again with the code are not given', async () => {
    const given = await exchangeCode(server, await oauthCode(server, { scope: 'openid' }), {
      scope: 'openid email phone address',
    })
    expect([given.status, given.json['scope']]).toEqual([200, 'openid'])
  })
})

describe('addresses of keys', () => {
  it('that lead inside are never asked', async () => {
    let asked = 0
    const trap = createServer((socket) => {
      asked++
      socket.destroy()
    })
    await new Promise<void>((resolve) => trap.listen(0, '0.0.0.0', resolve))
    const { port } = trap.address() as { port: number }
    const { master } = openKeyStore(`${server.folder}/keys`)
    const expiresAt = server.clock.now + 600
    const invitation = createSealedCredentials(master).sealRegistrationToken(
      { appId: APP_ID, expiresAt },
      server.clock.now,
    )
    const addresses = ssrfAddresses(port)
    expect(addresses.length).toBeGreaterThanOrEqual(40)
    const tried = await Promise.all(
      addresses.map(async (jwksUri) => {
        const registered = await send(
          server,
          '/oauth2/register',
          { authorization: `Bearer ${invitation}`, 'content-type': 'application/json' },
          JSON.stringify({
            redirect_uris: [REDIRECT_URI],
            token_endpoint_auth_method: 'private_key_jwt',
            jwks_uri: jwksUri,
          }),
        )
        if (registered.status === 400) return 'refused'
        const { client_id: clientId } = JSON.parse(registered.body)
        const reply = await withAssertion(assertion({ iss: clientId, sub: clientId }))
        return `${registered.status} ${reply.status} ${reply.json['error']}`
      }),
    )
    for (const [index, outcome] of tried.entries())
      expect(['refused', '201 401 invalid_client'], addresses[index]).toContain(outcome)
    expect(tried.filter((outcome) => outcome !== 'refused').length).toBeGreaterThan(20)
    expect(asked).toBe(0)
    await new Promise((resolve) => trap.close(resolve))
  })
})

describe('the signed OpenAPI', () => {
  it('gives nothing for what an OAuth client was given', async () => {
    const { code } = await oauthCode(server)
    const reply = await applyToken(server, { grantType: 'AUTHORIZATION_CODE', authCode: code })
    expect(reply.result.resultCode).toBe('INVALID_CODE')
  })
})
