/**
 * @module Access tokens of OAuth clients at the gateway, as bearer tokens and bound to a key.
 */
import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { signEs256 } from '../../support/attacks.ts'
import {
  basic,
  exchangeCode,
  generateSigningKey,
  get,
  ISSUER,
  issueWebTokens,
  oauthCode,
  RESOURCE,
  startOAuthServer,
  token,
} from '../../support/oauth.ts'
import {
  APP_ID,
  type RawReply,
  type TestServer,
  USER_ID,
  walletCall,
} from '../../support/server.ts'
import { json, startUpstream, type Upstream } from '../../support/upstream.ts'

const CARDS = '/v1/cards'
const KEY = generateSigningKey('k')

let upstream: Upstream
let server: TestServer
beforeAll(async () => {
  upstream = await startUpstream()
  upstream.answer = json({ cards: [{ brand: 'Visa', number: '4242424242424242' }] })
  server = await startOAuthServer((config) => ({
    ...config,
    apis: [
      {
        name: 'cards',
        method: 'GET',
        paths: [CARDS],
        upstream: `${upstream.url}/cards`,
        scopes: ['CARD_LIST'],
        fields: { CARD_LIST: ['cards[].brand'] },
        allowBearer: true,
      },
    ],
  }))
})
afterAll(async () => {
  await server.close()
  upstream.close()
})

function proof(path: string, more: Record<string, unknown>, htm = 'GET'): string {
  const { kid: _, alg: __, ...jwk } = KEY.jwk
  const claims = {
    jti: randomBytes(9).toString('hex'),
    htm,
    htu: ISSUER + path,
    iat: server.clock.now,
  }
  return signEs256(KEY.privateKey, { typ: 'dpop+jwt', alg: 'ES256', jwk }, { ...claims, ...more })
}

function cards(authorization: string, dpop?: string): Promise<RawReply> {
  return get(server, CARDS, { authorization, ...(dpop !== undefined && { dpop }) })
}

it('returns the fields that the scopes of a bearer token permit', async () => {
  const given = await issueWebTokens(server, { scope: 'CARD_LIST' })
  const reply = await cards(`Bearer ${given['access_token']}`)
  expect([reply.status, JSON.parse(reply.body)]).toEqual([200, { cards: [{ brand: 'Visa' }] }])
  const claims = String(upstream.arrived.at(-1)?.headers['assent-assertion']).split('.')[1] ?? ''
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
    sub: USER_ID,
    app_id: APP_ID,
  })
  const other = await issueWebTokens(server, { scope: 'openid' })
  const refused = await cards(`Bearer ${other['access_token']}`)
  expect([refused.status, JSON.parse(refused.body).missingScopes]).toEqual([403, ['CARD_LIST']])
})

it('requires a DPoP proof with a nonce for each call with a bound token', async () => {
  const first = await token(
    server,
    { grant_type: 'client_credentials' },
    { ...basic(), dpop: proof('/oauth2/token', {}, 'POST') },
  )
  const nonce = first.headers['dpop-nonce']
  const dpop = proof('/oauth2/token', { nonce }, 'POST')
  const code = await oauthCode(server, { scope: 'CARD_LIST' })
  const given = await exchangeCode(server, code, {}, { ...basic(), dpop })
  const accessToken = given.json['access_token']
  const ath = createHash('sha256').update(accessToken).digest('base64url')
  const right = (): string => proof(CARDS, { nonce, ath })
  expect((await cards(`DPoP ${accessToken}`, right())).status).toBe(200)
  const before = upstream.arrived.length
  const refused = await Promise.all([
    cards(`Bearer ${accessToken}`),
    cards(`DPoP ${accessToken}`),
    cards(`Bearer ${accessToken}`, right()),
    cards(`DPoP ${accessToken}`, proof('/v1/other', { nonce, ath })),
    cards(`DPoP ${accessToken}`, proof(CARDS, { nonce })),
  ])
  expect(refused.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401])
  const withoutNonce = await cards(`DPoP ${accessToken}`, proof(CARDS, { ath }))
  expect([withoutNonce.status, withoutNonce.headers['www-authenticate']]).toEqual([
    401,
    `DPoP error="use_dpop_nonce", algs="ES256 EdDSA Ed25519 PS256", resource_metadata="${ISSUER}/.well-known/oauth-protected-resource${CARDS}"`,
  ])
  expect(withoutNonce.headers['dpop-nonce']).toMatch(/^pn_/)
  const once = right()
  await cards(`DPoP ${accessToken}`, once)
  expect((await cards(`DPoP ${accessToken}`, once)).status).toBe(401)
  expect(upstream.arrived.length).toBe(before + 1)
})

it('rejects tokens for another resource, and all tokens after a withdrawal', async () => {
  const foreign = await issueWebTokens(server, { scope: 'CARD_LIST', resource: RESOURCE })
  expect((await cards(`Bearer ${foreign['access_token']}`)).status).toBe(401)
  const given = await issueWebTokens(server, { scope: 'CARD_LIST' })
  await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID })
  // The scope requires strong consistency, so the withdrawal is in force immediately.
  expect((await cards(`Bearer ${given['access_token']}`)).status).toBe(401)
})
