/**
 * @module What the modules of `fapi2-security-profile-final-*` do that both plans contain: authorization, client authentication, codes.
 */
import { decodeJwt } from 'jose'
import { expect } from 'vitest'
import { get, ISSUER, postForm } from '../support/oauth.ts'
import { ASSERTION_TYPE } from '../support/relying-party.ts'
import { send } from '../support/server.ts'
import { expectError, expectRefused, type Modules, tokensOf } from './fapi2-parties.ts'

const LONG_TEXT = 'x'.repeat(384)

export const FAPI2_MODULES: Modules = {
  async 'discovery-end-point-verification'({ server }) {
    const { body } = await get(server, '/.well-known/openid-configuration')
    const metadata = JSON.parse(body)
    expect(metadata).toMatchObject({
      issuer: ISSUER,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      claims_parameter_supported: true,
      pushed_authorization_request_endpoint: `${ISSUER}/oauth2/par`,
    })
    for (const name of [
      'token_endpoint_auth_signing_alg_values_supported',
      'dpop_signing_alg_values_supported',
    ])
      expect(metadata[name]).toEqual(expect.arrayContaining(['PS256', 'ES256', 'EdDSA']))
    expect(metadata.token_endpoint_auth_methods_supported).toContain('private_key_jwt')
    const oauth = await get(server, '/.well-known/oauth-authorization-server')
    expect(JSON.parse(oauth.body)).toEqual(metadata)
  },
  async 'happy-flow'({ first }) {
    const login = await first.login({ nonce: 'nonce-1' })
    expect(Object.fromEntries(login.response.searchParams)).toMatchObject({
      state: 'state-1',
      iss: ISSUER,
    })
    const { json } = await first.redeem(login)
    expect(json).toMatchObject({ token_type: 'DPoP', expires_in: expect.any(Number) })
    if (json['id_token'])
      expect(decodeJwt(json['id_token'])).toMatchObject({ aud: first.clientId, nonce: 'nonce-1' })
    expect((await first.userinfo(json['access_token'])).status).toBe(200)
  },
  async 'user-rejects-authentication'({ first }) {
    const { response } = await first.login(
      { prompt: 'consent' },
      {},
      {},
      { decision: 'decline', userId: 'tester' },
    )
    expect(Object.fromEntries(response.searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'state-1',
      iss: ISSUER,
    })
  },
  async 'ensure-authorization-request-without-state-success'({ first }) {
    const login = await first.login({ state: '' })
    expect(login.response.searchParams.has('state')).toBe(false)
    expect((await first.redeem(login)).status).toBe(200)
  },
  async 'ensure-authorization-request-without-nonce-success'({ first }) {
    await tokensOf(first, { nonce: '' })
  },
  async 'ensure-authorization-request-with-64-char-nonce-success'({ first }) {
    const nonce = 'n'.repeat(64)
    const { id_token: idToken } = await tokensOf(first, { nonce })
    if (idToken) expect(decodeJwt(idToken)['nonce']).toBe(nonce)
  },
  async 'ensure-other-scope-order-succeeds'({ first }) {
    const scope = first.request().form['scope']?.split(' ').toReversed().join(' ') ?? ''
    await tokensOf(first, { scope })
  },
  async 'test-claims-parameter-identity-claims'({ first }) {
    const wanted = { name: null, nickname: null, email: null, email_verified: null }
    const somewhereElse = { name: null }
    const claims = JSON.stringify({ id_token: wanted, userinfo: wanted, elsewhere: somewhereElse })
    const tokens = await tokensOf(first, { scope: 'openid auth_user', claims })
    const names = Object.keys(wanted)
    expect(Object.keys(decodeJwt(tokens['id_token']))).toEqual(expect.arrayContaining(names))
    const userinfo = await first.userinfo(tokens['access_token'])
    expect(Object.keys(JSON.parse(userinfo.body))).toEqual(expect.arrayContaining(names))
  },
  async 'access-token-type-header-case-sensitivity'({ first }) {
    const { access_token: accessToken } = await tokensOf(first)
    for (const scheme of ['dpop', 'DPOP', 'DpOp'])
      expect((await first.userinfo(accessToken, {}, scheme)).status).toBe(200)
  },
  async 'ensure-authorization-request-with-long-nonce'({ first }) {
    const { reply } = await first.push({ nonce: LONG_TEXT })
    if (reply.status !== 201) return expectError(reply, 'invalid_request')
    const { id_token: idToken } = await tokensOf(first, { nonce: LONG_TEXT })
    if (idToken) expect(decodeJwt(idToken)['nonce']).toBe(LONG_TEXT)
  },
  async 'ensure-authorization-request-with-long-state'({ first }) {
    const { response } = await first.login({ state: LONG_TEXT })
    expect(response.searchParams.get('state')).toBe(LONG_TEXT)
  },
  async 'ensure-registered-redirect-uri'({ first }) {
    const { reply } = await first.push({ redirect_uri: 'https://kopi.example/callback/other' })
    expectError(reply, 'invalid_request')
  },
  async 'plain-fapi-tolerate-unregistered-redirect-uri'({ first }) {
    const { reply } = await first.push({ redirect_uri: 'https://kopi.example/unregistered' })
    expectError(reply, 'invalid_request')
  },
  async 'ensure-unsigned-authorization-request-without-using-par-fails'({ server, first }) {
    const query = new URLSearchParams(first.request().form)
    expectRefused(await get(server, `/oauth2/authorize?${query}`), 'invalid_request')
  },
  async 'ensure-redirect-uri-in-authorization-request'({ first }) {
    expectError((await first.push({ redirect_uri: '' })).reply, 'invalid_request')
  },
  async 'ensure-response-type-code-idtoken-fails'({ first }) {
    const { reply } = await first.push({ response_type: 'code id_token', nonce: 'n' })
    expectError(reply, 'unsupported_response_type', 'invalid_request')
  },
  async 'ensure-response-type-token-fails'({ first }) {
    const { reply } = await first.push({ response_type: 'token' })
    expectError(reply, 'unsupported_response_type', 'invalid_request')
  },
  async 'ensure-client-id-in-token-endpoint'({ first, second, firstKey }) {
    const login = await first.login()
    const reply = await second.redeem(login, { assertionKey: firstKey.privateKey })
    expectError(reply, 'invalid_client', 'invalid_grant')
  },
  async 'ensure-holder-of-key-required'({ first }) {
    const reply = await first.redeem(await first.login(), { proof: false })
    expectError(reply, 'invalid_dpop_proof', 'invalid_request')
    expect(reply.json).not.toHaveProperty('access_token')
  },
  async 'ensure-authorization-code-is-bound-to-client'({ first, second }) {
    expectError(await second.redeem(await first.login()), 'invalid_grant')
  },
  async 'attempt-reuse-authorization-code-after-one-second'({ server, first }) {
    const login = await first.login()
    const { json } = await first.redeem(login)
    server.clock.now += 1
    expectError(await first.redeem(login), 'invalid_grant')
    expect((await first.userinfo(json['access_token'])).status).toBe(401)
  },
  async 'ensure-token-endpoint-fails-with-expired-auth-code'({ server, first }) {
    const login = await first.login()
    server.clock.now += 61
    expectError(await first.redeem(login), 'invalid_grant')
  },
  async 'ensure-signed-client-assertion-with-RS256-fails'({ rsa }) {
    expect((await rsa.push()).reply.status).toBe(201)
    expectError((await rsa.push({}, { assertionAlgorithm: 'RS256' })).reply, 'invalid_client')
  },
  async 'ensure-client-assertion-in-token-endpoint'({ first }) {
    const reply = await first.redeem(await first.login(), { assertion: false })
    expectError(reply, 'invalid_client')
  },
  async 'ensure-client-assertion-with-exp-is-5-minutes-in-past-fails'({ server, first }) {
    const exp = server.clock.now - 300
    expectError(await first.redeem(await first.login(), { assertion: { exp } }), 'invalid_client')
  },
  async 'ensure-client-assertion-with-wrong-aud-fails'({ first }) {
    const assertion = { aud: 'https://other.example' }
    expectError(await first.redeem(await first.login(), { assertion }), 'invalid_client')
  },
  async 'ensure-client-assertion-with-no-sub-fails'({ first }) {
    const reply = await first.redeem(await first.login(), { assertion: { sub: undefined } })
    expectError(reply, 'invalid_client')
  },
  async 'refresh-token'({ server, first, second, otherDpopKey }) {
    const { refresh_token: refreshToken } = await tokensOf(first)
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
    expectError(await first.token(form, { proof: false }), 'invalid_dpop_proof', 'invalid_grant')
    expectError(await first.token(form, { assertion: false }), 'invalid_client')
    expectError(await second.token(form), 'invalid_grant')
    const renewed = await first.token(form)
    expect(renewed.json).toMatchObject({ token_type: 'DPoP', refresh_token: expect.any(String) })
    server.clock.now += 5
    expect((await first.token(form, { proofKey: otherDpopKey })).json).toMatchObject({
      token_type: 'DPoP',
    })
  },
  async 'par-ensure-reused-request-uri-prior-to-auth-completion-succeeds'({ server, first }) {
    const { reply, verifier } = await first.push()
    const requestUri = reply.json['request_uri']
    const query = new URLSearchParams({ client_id: first.clientId, request_uri: requestUri })
    expect((await get(server, `/oauth2/authorize?${query}`)).status).toBe(303)
    const code = (await first.open(requestUri)).searchParams.get('code') ?? ''
    expect((await first.redeem({ code, verifier })).status).toBe(200)
  },
  async 'par-attempt-reuse-request_uri'({ server, first }) {
    const { reply } = await first.push()
    const requestUri = reply.json['request_uri']
    await first.open(requestUri)
    const query = new URLSearchParams({ client_id: first.clientId, request_uri: requestUri })
    expectRefused(await get(server, `/oauth2/authorize?${query}`), 'invalid_request_uri')
  },
  async 'par-attempt-to-use-expired-request_uri'({ server, first }) {
    const { reply } = await first.push()
    expect(reply.json['expires_in']).toBeLessThan(600)
    server.clock.now += reply.json['expires_in']
    const { request_uri: requestUri } = reply.json
    const query = new URLSearchParams({ client_id: first.clientId, request_uri: requestUri })
    expectRefused(await get(server, `/oauth2/authorize?${query}`), 'invalid_request_uri')
  },
  async 'par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted'({
    server,
    first,
  }) {
    const nbf = server.clock.now + 8
    expect((await first.push({}, { assertion: { nbf, iat: nbf } })).reply.status).toBe(201)
  },
  async 'par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails'({
    server,
    first,
  }) {
    const nbf = server.clock.now + 61
    const { reply } = await first.push({}, { assertion: { nbf, iat: nbf, exp: nbf + 60 } })
    expectError(reply, 'invalid_client')
  },
  async 'par-attempt-to-use-request_uri-for-different-client'({ server, first, second }) {
    const { reply } = await first.push()
    const { request_uri: requestUri } = reply.json
    const query = new URLSearchParams({ client_id: second.clientId, request_uri: requestUri })
    expectRefused(
      await get(server, `/oauth2/authorize?${query}`),
      'invalid_request_uri',
      'invalid_request',
    )
  },
  async 'par-authorization-request-containing-request_uri-form-param'({ server, first }) {
    const form = {
      ...first.request().form,
      request_uri: 'urn:ietf:params:oauth:request_uri:x',
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await first.assertion(),
    }
    expectError(await postForm(server, '/oauth2/par', form), 'invalid_request')
  },
  async 'par-attempt-invalid-http-method'({ server, first }) {
    const query = new URLSearchParams(first.request().form)
    for (const method of ['GET', 'PUT'])
      expect((await send(server, `/oauth2/par?${query}`, {}, '', method)).status).toBe(405)
  },
  async 'par-ensure-pkce-required'({ first }) {
    const { reply } = await first.push({
      code_challenge: '',
      code_challenge_method: '',
      nonce: 'n',
    })
    expectError(reply, 'invalid_request')
  },
  async 'ensure-pkce-code-verifier-required'({ first }) {
    const login = await first.login()
    expectError(await first.redeem({ ...login, verifier: '' }), 'invalid_grant', 'invalid_request')
  },
  async 'incorrect-pkce-code-verifier-rejected'({ first }) {
    const login = await first.login()
    expectError(await first.redeem({ ...login, verifier: 'v'.repeat(43) }), 'invalid_grant')
  },
  async 'par-plain-pkce-rejected'({ first }) {
    expectError((await first.push({ code_challenge_method: 'plain' })).reply, 'invalid_request')
  },
  async 'par-without-duplicate-parameters'({ first }) {
    const login = await first.login()
    expect((await first.redeem(login)).status).toBe(200)
  },
  async 'par-test-array-as-audience-fails'({ first }) {
    expectError((await first.push({}, { assertion: { aud: [ISSUER] } })).reply, 'invalid_client')
  },
  async 'par-test-par-endpoint-url-as-audience-fails'({ first }) {
    const assertion = { aud: `${ISSUER}/oauth2/par` }
    expectError((await first.push({}, { assertion })).reply, 'invalid_client')
  },
  async 'par-test-token-endpoint-url-as-audience-fails'({ first }) {
    const assertion = { aud: `${ISSUER}/oauth2/token` }
    expectError((await first.push({}, { assertion })).reply, 'invalid_client')
  },
}
