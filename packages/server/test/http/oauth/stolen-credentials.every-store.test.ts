/**
 * @module Stolen codes and refresh tokens.
 *
 * @see [RFC 9700 §4.5](https://www.rfc-editor.org/rfc/rfc9700.html#section-4.5)
 */
import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Attack, MODES } from '../../support/attack-runner.ts'
import { signEs256 } from '../../support/attacks.ts'
import {
  basic,
  CLIENT_KEY,
  createPkce,
  exchangeCode,
  generateSigningKey,
  ISSUER,
  introspect,
  issueWebTokens,
  OTHER_KEY,
  oauthCode,
  REDIRECT_URI,
  RESOURCE,
  SECRET,
  type SigningKey,
  SPA_ORIGIN,
  startOAuthServer,
  token,
} from '../../support/oauth.ts'
import { redeem, refresh, type TestServer } from '../../support/server.ts'

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

let server: TestServer
beforeAll(async () => {
  server = await startOAuthServer()
})
afterAll(() => server.close())

describe.each(MODES)('a stolen code, %s', (_mode, run) => {
  it('cannot be redeemed by others, and is not consumed', async () => {
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

  it('bound to a key requires a proof with the key', async () => {
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

  it('expires after a minute', async () => {
    const proof = await oauthCode(server)
    server.clock.now += 61
    await run({ late: () => exchangeCode(server, proof) })
  })
})

describe.each(MODES)('a stolen refresh token, %s', (_mode, run) => {
  it('cannot be used by others, and still works for its client', async () => {
    const { refresh_token: refreshToken } = await issueWebTokens(server, { resource: RESOURCE })
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

  it('of a public client requires a proof with its key', async () => {
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

describe.each(MODES)(
  'tokens that a client without dpopBoundAccessTokens has bound, %s',
  (_mode, run) => {
    const pair = generateSigningKey('k')
    const withProof = async (key: SigningKey): Promise<Record<string, string>> => ({
      ...basic(),
      dpop: await proofOf(key, 'POST', '/oauth2/token'),
    })
    const boundTokens = async () => {
      const { json } = await exchangeCode(
        server,
        await oauthCode(server),
        {},
        await withProof(pair),
      )
      expect(json['token_type']).toBe('DPoP')
      return json
    }
    const isBound = async (accessToken: unknown): Promise<boolean> => {
      const { json } = await introspect(server, String(accessToken))
      expect(json['active']).toBe(true)
      return json['cnf']?.jkt === (await thumbprint(pair))
    }

    it('are refreshed with a proof alone, and stay bound', async () => {
      const form = {
        grant_type: 'refresh_token',
        refresh_token: (await boundTokens())['refresh_token'],
      }
      await run({
        'no proof': () => token(server, form),
        'no proof, and fewer scopes': () => token(server, { ...form, scope: 'openid' }),
        'a proof for another endpoint': async () =>
          token(server, form, {
            ...basic(),
            dpop: await proofOf(pair, 'POST', '/oauth2/introspect'),
          }),
        'through the signed OpenAPI': async () => {
          const reply = await refresh(server, form.refresh_token)
          return { status: reply.result.resultStatus === 'F' ? 400 : 200, headers: {}, body: '' }
        },
      })
      const next = await token(server, form, await withProof(pair))
      expect([next.status, next.json['token_type']]).toEqual([200, 'DPoP'])
      expect(await isBound(next.json['access_token'])).toBe(true)
      const again = { ...form, refresh_token: next.json['refresh_token'] }
      await run({ 'the successor without a proof': () => token(server, again) })
    })

    it('are exchanged with a proof of their key alone, and stay bound', async () => {
      const form = {
        grant_type: TOKEN_EXCHANGE,
        subject_token: (await boundTokens())['access_token'],
        subject_token_type: ACCESS_TOKEN,
      }
      await run({
        'no proof': () => token(server, form),
        'no proof, and fewer scopes': () => token(server, { ...form, scope: 'openid' }),
        'no proof, and a resource': () => token(server, { ...form, resource: RESOURCE }),
        'the proof of another key': async () => token(server, form, await withProof(OTHER_KEY)),
      })
      const child = await token(server, form, await withProof(pair))
      expect([child.status, child.json['token_type']]).toEqual([200, 'DPoP'])
      expect(await isBound(child.json['access_token'])).toBe(true)
      const grandchild = { ...form, subject_token: child.json['access_token'] }
      await run({ 'the exchanged token without a proof': () => token(server, grandchild) })
    })
  },
)

async function thumbprint({ jwk }: SigningKey): Promise<string> {
  const { crv, kty, x, y } = jwk as Record<string, string>
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
}

let nonce = ''
/** Fetches a nonce once. */
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
