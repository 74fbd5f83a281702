/**
 * @module Does what the modules of `fapi2-message-signing-final-test-plan` do: those of the security profile with signed requests, those about
 * request objects, and signed introspection.
 * @see docs/conformance.md#modules
 */
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ISSUER } from '../support/oauth.ts'
import { FAPI2_DPOP_MODULES, FURTHER_MODULES } from './fapi2-dpop-modules.ts'
import { FAPI2_MODULES } from './fapi2-modules.ts'
import { expectError, type Modules, type Parties, startParties, tokensOf } from './fapi2-parties.ts'

const INVALID_OBJECT = ['invalid_request_object', 'invalid_request'] as const

const REQUEST_OBJECT_MODULES: Modules = {
  async 'ensure-request-object-with-multiple-aud-succeeds'({ first }) {
    const object = { aud: ['https://other.example', ISSUER] }
    expect((await first.push({}, { object })).reply.status).toBe(201)
  },
  async 'ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted'({ server, first }) {
    const object = { nbf: server.clock.now + 8 }
    expect((await first.push({}, { object })).reply.status).toBe(201)
  },
  async 'ensure-different-nonce-inside-and-outside-request-object'({ first }) {
    const login = await first.login({ nonce: 'inside' }, {}, { nonce: 'outside' })
    const { json } = await first.redeem(login)
    expect(decodeJwt(json['id_token'])['nonce']).toBe('inside')
  },
  async 'ensure-different-state-inside-and-outside-request-object'({ first }) {
    const { response } = await first.login({ state: 'inside' }, {}, { state: 'outside' })
    expect(response.searchParams.get('state')).toBe('inside')
  },
  async 'state-only-outside-request-object-not-used'({ first }) {
    const { response } = await first.login({ state: '' }, {}, { state: 'outside' })
    expect(response.searchParams.has('state')).toBe(false)
  },
  async 'ensure-request-object-without-exp-fails'({ first }) {
    expectError((await first.push({}, { object: { exp: undefined } })).reply, ...INVALID_OBJECT)
  },
  async 'ensure-request-object-without-nbf-fails'({ first }) {
    expectError((await first.push({}, { object: { nbf: undefined } })).reply, ...INVALID_OBJECT)
  },
  async 'ensure-request-object-without-redirect-uri-fails'({ first }) {
    const { reply } = await first.push({}, { object: { redirect_uri: undefined } })
    expectError(reply, ...INVALID_OBJECT)
  },
  async 'ensure-expired-request-object-fails'({ server, first }) {
    const object = { exp: server.clock.now - 300, nbf: server.clock.now - 600 }
    expectError((await first.push({}, { object })).reply, ...INVALID_OBJECT)
  },
  async 'ensure-request-object-with-bad-aud-fails'({ first }) {
    const object = { aud: 'https://other.example' }
    expectError((await first.push({}, { object })).reply, ...INVALID_OBJECT)
  },
  async 'ensure-request-object-with-exp-over-60-fails'({ server, first }) {
    const object = { exp: server.clock.now + 70 * 60 }
    expectError((await first.push({}, { object })).reply, ...INVALID_OBJECT)
  },
  async 'ensure-request-object-with-nbf-over-60-fails'({ server, first }) {
    const object = { nbf: server.clock.now - 70 * 60 }
    expectError((await first.push({}, { object })).reply, ...INVALID_OBJECT)
  },
  async 'ensure-signed-request-object-with-RS256-fails'({ rsa }) {
    expect((await rsa.push()).reply.status).toBe(201)
    expectError((await rsa.push({}, { objectAlgorithm: 'RS256' })).reply, ...INVALID_OBJECT)
  },
  async 'ensure-request-object-signature-algorithm-is-not-none'({ first }) {
    const [, payload] = (await first.requestObject(first.request().form)).split('.')
    const header = Buffer.from('{"alg":"none"}').toString('base64url')
    expectError(
      await first.post('/oauth2/par', { request: `${header}.${payload}.` }),
      ...INVALID_OBJECT,
    )
  },
  async 'ensure-request-object-with-invalid-signature-fails'({ first, secondKey }) {
    const [header, payload] = (await first.requestObject(first.request().form)).split('.')
    const other = await first.requestObject({}, { objectKey: secondKey.privateKey })
    const request = `${header}.${payload}.${other.split('.')[2]}`
    expectError(await first.post('/oauth2/par', { request }), ...INVALID_OBJECT)
  },
  async 'ensure-matching-key-in-authorization-request'({ first, secondKey }) {
    const { reply } = await first.push({}, { objectKey: secondKey.privateKey })
    expectError(reply, ...INVALID_OBJECT)
  },
  async 'ensure-unsigned-request-at-par-endpoint-fails'({ first }) {
    expectError((await first.push({}, { object: false })).reply, 'invalid_request')
  },
  async 'par-authorization-request-containing-request_uri'({ first }) {
    const object = { request_uri: 'urn:ietf:params:oauth:request_uri:x' }
    expectError((await first.push({}, { object })).reply, ...INVALID_OBJECT)
  },
}

let parties: Parties
beforeAll(async () => {
  parties = await startParties('fapi2-message-signing', 'openid auth_user')
})
afterAll(() => parties.server.close())

describe('FAPI 2.0 Message Signing', () => {
  it.each(
    Object.entries({
      ...FAPI2_MODULES,
      ...FAPI2_DPOP_MODULES,
      ...REQUEST_OBJECT_MODULES,
      ...FURTHER_MODULES,
    }),
  )('fapi2-security-profile-final-%s', (_module, run) => run(parties))

  it('signed introspection responses (RFC 9701)', async () => {
    const { server, first } = parties
    const { access_token: token } = await tokensOf(first)
    const accept = 'application/token-introspection+jwt'
    const reply = await first.post('/oauth2/introspect', { token }, { accept })
    expect(reply.headers['content-type']).toContain(accept)
    const keys = createRemoteJWKSet(new URL('/oauth2/jwks', server.url))
    const { payload } = await jwtVerify(reply.body, keys, {
      issuer: ISSUER,
      audience: 'first',
      typ: 'token-introspection+jwt',
      currentDate: new Date(server.clock.now * 1000),
    })
    expect(payload['token_introspection']).toMatchObject({ active: true, client_id: 'first' })
    expect(payload).not.toHaveProperty('sub')
    expect(decodeProtectedHeader(reply.body).alg).not.toBe('RS256')
  })
})
