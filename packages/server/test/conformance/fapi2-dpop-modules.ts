/**
 * @module What the modules of `fapi2-security-profile-final-*` do with DPoP proofs.
 */
import { calculateJwkThumbprint, type JWK } from 'jose'
import { expect } from 'vitest'
import { ISSUER } from '../support/oauth.ts'
import type { Spoiled } from '../support/relying-party.ts'
import { send } from '../support/server.ts'
import { expectError, type Modules, tokensOf } from './fapi2-parties.ts'

const thumbprint = ({ jwk }: { jwk: object }): Promise<string> => calculateJwkThumbprint(jwk as JWK)

export const FAPI2_DPOP_MODULES: Modules = {
  async 'check-dpop-proof-nbf-exp'({ server, first }) {
    const { now } = server.clock
    const proof = { nbf: now, exp: now + 300 }
    const { json } = await first.redeem(await first.login(), { proof })
    expect((await first.userinfo(json['access_token'], { proof })).status).toBe(200)
  },
  async 'ensure-dpopproof-with-iat-10seconds-before-succeeds'({ server, first }) {
    const proof = { iat: server.clock.now - 10 }
    const { json } = await first.redeem(await first.login(), { proof })
    expect((await first.userinfo(json['access_token'], { proof })).status).toBe(200)
  },
  async 'ensure-dpopproof-with-iat-10seconds-after-succeeds'({ server, first }) {
    const proof = { iat: server.clock.now + 10 }
    const { json } = await first.redeem(await first.login(), { proof })
    expect((await first.userinfo(json['access_token'], { proof })).status).toBe(200)
  },
  async 'ensure-mismatched-dpop-jkt-fails'({ first, otherDpopKey }) {
    const dpopJkt = await thumbprint(otherDpopKey)
    const { reply } = await first.push({ dpop_jkt: dpopJkt }, { proof: {} })
    expectError(reply, 'invalid_dpop_proof', 'invalid_request')
  },
  async 'ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt'({ first, otherDpopKey }) {
    const login = await first.login({}, { proof: {} })
    const reply = await first.redeem(login, { proofKey: otherDpopKey })
    expectError(reply, 'invalid_dpop_proof', 'invalid_grant', 'invalid_request')
  },
  async 'ensure-token-endpoint-fails-with-mismatched-dpop-jkt'({ first, otherDpopKey }) {
    const login = await first.login({ dpop_jkt: await thumbprint(otherDpopKey) })
    expectError(await first.redeem(login), 'invalid_dpop_proof', 'invalid_grant', 'invalid_request')
  },
  async 'ensure-dpopproof-at-par-endpoint-binding-success'({ first }) {
    const { status } = await first.redeem(await first.login({}, { proof: {} }))
    expect(status).toBe(200)
  },
  async 'ensure-dpop-auth-code-binding-success'({ first, dpopKey }) {
    const login = await first.login({ dpop_jkt: await thumbprint(dpopKey) }, { proof: {} })
    expect((await first.redeem(login)).status).toBe(200)
  },
  async 'dpop-negative-tests'({ server, first, dpopKey, otherDpopKey }) {
    const { access_token: accessToken } = await tokensOf(first)
    const calling = (spoiled: Spoiled) => first.userinfo(accessToken, spoiled)
    await calling({})
    const { now } = server.clock
    const htu = `${ISSUER}/oauth2/userinfo`
    const refused: Readonly<Record<string, Spoiled>> = {
      'no jti': { proof: { jti: undefined } },
      'no htm': { proof: { htm: undefined } },
      'no htu': { proof: { htu: undefined } },
      'no iat': { proof: { iat: undefined } },
      'no ath': { proof: { ath: undefined } },
      'another htm': { proof: { htm: 'PUT' } },
      'another htu': { proof: { htu: `${ISSUER}/oauth2/other` } },
      'iat an hour ahead': { proof: { iat: now + 3600 } },
      'iat an hour ago': { proof: { iat: now - 3600 } },
      'another ath': { proof: { ath: 'x' } },
      'another key': { proofKey: otherDpopKey },
      'no typ': { proofHeader: { typ: undefined } },
      'another typ': { proofHeader: { typ: 'JWT' } },
      'no jwk': { proofHeader: { jwk: undefined } },
      'a private jwk': {
        proofHeader: { jwk: dpopKey.privateKey.export({ format: 'jwk' }) },
      },
      'no proof': { proof: false },
    }
    for (const [name, spoiled] of Object.entries(refused))
      expect((await calling(spoiled)).status, name).toBe(401)
    const accepted: Readonly<Record<string, Spoiled>> = {
      'a query and a fragment': { proof: { htu: `${htu}?a=b#c` } },
      'other claims': { proof: { other: 1, sub: 'x' } },
      'a fixed jti': { proof: { jti: 'fixed-jti-of-the-test' } },
    }
    for (const [name, spoiled] of Object.entries(accepted))
      expect((await calling(spoiled)).status, name).toBe(200)
    const again = await calling({ proof: { jti: 'fixed-jti-of-the-test' } })
    expect(again.status).toBe(401)
    const bearer = await first.userinfo(accessToken, { proof: false }, 'Bearer')
    expect(bearer.status).toBe(401)
    const two = await first.proof('GET', '/oauth2/userinfo', {}, accessToken)
    const authorization = `DPoP ${accessToken}`
    const both = { authorization, dpop: [two, two] }
    expect((await send(server, '/oauth2/userinfo', both, '', 'GET')).status).toBe(401)
    const upperCase = {
      authorization,
      DPOP: await first.proof('GET', '/oauth2/userinfo', {}, accessToken),
    }
    expect((await send(server, '/oauth2/userinfo', upperCase, '', 'GET')).status).toBe(200)
    expect((await calling({})).status).toBe(200)
  },
}

/** Beyond the suite: granted details are in every response, and where no token is issued, no proof is needed. */
export const FURTHER_MODULES: Modules = {
  async 'introspection and revocation need no proof'({ first }) {
    const { access_token: token } = await tokensOf(first)
    expect((await first.post('/oauth2/introspect', { token })).json).toMatchObject({
      active: true,
      cnf: { jkt: expect.any(String) },
    })
    expect(
      (await first.post('/oauth2/introspect', { token }, { dpop: 'no proof' })).json['active'],
    ).toBe(true)
    expect((await first.post('/oauth2/revoke', { token })).status).toBe(200)
    expect((await first.post('/oauth2/introspect', { token })).json).toEqual({ active: false })
  },
  async 'rich authorization requests'({ first }) {
    const detail = { type: 'user_authorization', scopes: ['USER_NICKNAME', 'USER_AVATAR'] }
    const details = JSON.stringify([detail, { ...detail, scopes: ['auth_base'] }])
    const tokens = await tokensOf(first, { scope: '', authorization_details: details })
    const granted = [
      { ...detail, lifetime: '30d' },
      { ...detail, scopes: ['auth_base'] },
    ]
    expect(tokens['authorization_details']).toEqual(granted)
    const { access_token: accessToken, refresh_token: refreshToken } = tokens
    for (const token of [accessToken, refreshToken]) {
      const { json } = await first.post('/oauth2/introspect', { token })
      expect(json['authorization_details']).toEqual(granted)
    }
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken, scope: 'USER_AVATAR' }
    const { json } = await first.token(form)
    expect(json['authorization_details']).toEqual([
      { ...detail, scopes: ['USER_AVATAR'], lifetime: '30d' },
    ])
  },
}
