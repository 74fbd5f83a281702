/**
 * @module Attacks on DPoP proofs.
 *
 * @see [RFC 9449 §11](https://www.rfc-editor.org/rfc/rfc9449.html#section-11)
 */
import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PublicJwk } from '../../../src/engine/registry.ts'
import { type Attack, MODES } from '../../support/attack-runner.ts'
import { jwtMutations, signEs256 } from '../../support/attacks.ts'
import {
  basic,
  CLIENT_KEY,
  exchangeCode,
  type FormReply,
  generateSigningKey,
  get,
  ISSUER,
  issueWebTokens,
  OTHER_KEY,
  oauthCode,
  type SigningKey,
  startOAuthServer,
  token,
} from '../../support/oauth.ts'
import type { TestServer } from '../../support/server.ts'
import { WEAK_KEYS } from '../../support/weak-keys.ts'

const PARALLEL = 16

let server: TestServer
beforeAll(async () => {
  server = await startOAuthServer()
})
afterAll(() => server.close())

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

/** An RS256 signature that needs no private key (RFC 8017 §9.2). */
function forgeWithExponentOne(jwk: PublicJwk | undefined, header: object, claims: object): string {
  const signed = [{ ...header, jwk }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const hash = Buffer.concat([
    Buffer.from('3031300d060960864801650304020105000420', 'hex'),
    createHash('sha256').update(signed).digest(),
  ])
  const size = Buffer.from(String(jwk?.['n']), 'base64url').length
  const padding = Buffer.alloc(size - hash.length - 3, 0xff)
  const signature = Buffer.concat([Buffer.of(0, 1), padding, Buffer.of(0), hash])
  return `${signed}.${signature.toString('base64url')}`
}

describe.each(MODES)('DPoP proofs, %s', (_mode, run) => {
  const key = generateSigningKey('dpop')
  const sent = (dpop: string | string[]): Promise<FormReply> =>
    token(server, { grant_type: 'client_credentials' }, { ...basic(), dpop } as never)

  it('with one defect are rejected', async () => {
    nonce = ''
    const given = await freshNonce()
    const claims = (): Record<string, unknown> => ({
      ...proofClaims('POST', '/oauth2/token'),
      nonce: given,
      exp: server.clock.now + 60,
    })
    const header = proofHeader(key)
    const material = { key, foreign: OTHER_KEY, header, claims: claims() }
    // Proofs have no `exp`, so defects of it do not matter.
    const {
      'exp missing': _,
      'valid for a day': __,
      'valid until 2286': ___,
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
      // With e = 1, the signature is the padded hash itself.
      'a key with e = 1 in jwk': () =>
        sent(forgeWithExponentOne(WEAK_KEYS['e = 1'], { ...header, alg: 'RS256' }, claims())),
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
    // Equivalent spellings (RFC 3986 §6.2.2, RFC 9449 §4.3).
    for (const htu of [
      `${ISSUER.replace('http', 'HTTP')}/oauth2/token`,
      `${ISSUER}/oauth2/%74oken`,
      `${ISSUER}/oauth2/./token`,
      `${ISSUER}/x/../oauth2/token`,
    ])
      expect((await changed({ htu })()).status, htu).toBe(200)
  })

  it('can be used once, and only while their nonce is valid', async () => {
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

  it('bind a token to their key with each call', async () => {
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
    const plain = await issueWebTokens(server)
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

it('accepts one of sixteen identical concurrent proofs', async () => {
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
