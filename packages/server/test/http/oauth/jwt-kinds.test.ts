/**
 * @module JWTs that a client signs with one key: each kind is accepted in its own place only, whatever its header says.
 *
 * @see [RFC 8725 §3.11](https://www.rfc-editor.org/rfc/rfc8725.html#section-3.11), [RFC 9101 §10.8](https://www.rfc-editor.org/rfc/rfc9101.html#section-10.8)
 */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { signEs256 } from '../../support/attacks.ts'
import {
  authorizeQuery,
  CLIENT_KEY,
  createPkce,
  get,
  ISSUER,
  startOAuthServer,
  token,
} from '../../support/oauth.ts'
import type { TestServer } from '../../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startOAuthServer()
})
afterAll(() => server.close())

const CLIENT_ID = 'signer'
const TOKEN_URL = `${ISSUER}/oauth2/token`

type Claims = Readonly<Record<string, unknown>>

/** What assertions and request objects have in common. */
function commonClaims(): Claims {
  const { now } = server.clock
  const jti = randomBytes(12).toString('hex')
  return { iss: CLIENT_ID, aud: ISSUER, jti, iat: now, nbf: now, exp: now + 60 }
}

/** A kind of JWT: its `typ`, and its claims beside the common ones. Every kind also has the subject that an assertion needs. */
const KINDS: Readonly<Record<string, readonly [typ: string, claims: () => Claims]>> = {
  assertion: ['client-authentication+jwt', () => ({})],
  'request object': [
    'oauth-authz-req+jwt',
    () => Object.fromEntries(authorizeQuery(createPkce(), { client_id: CLIENT_ID })),
  ],
  'request object with the least that is possible': [
    'oauth-authz-req+jwt',
    () => ({ client_id: CLIENT_ID, response_type: 'code', scope: 'openid' }),
  ],
  'DPoP proof': ['dpop+jwt', () => ({ htm: 'POST', htu: TOKEN_URL })],
  'ID token': ['JWT', () => ({ nonce: 'n', auth_time: server.clock.now })],
  'logout token': [
    'logout+jwt',
    () => ({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }),
  ],
  'access token': ['at+jwt', () => ({ client_id: CLIENT_ID, scope: 'events' })],
}

/** Types that an attacker can choose when the signing tool lets them: the kind's own, a general one, and none. */
const TYPES = (own: string): readonly (string | undefined)[] => [own, 'JWT', undefined]

function sign(kind: string, typ: string | undefined, more: Claims = {}): string {
  const header = { alg: 'ES256', kid: 'client-1', ...(typ !== undefined && { typ }) }
  const claims = { ...commonClaims(), ...KINDS[kind]?.[1](), ...more }
  return signEs256(CLIENT_KEY.privateKey, header, claims)
}

async function isAssertion(jwt: string): Promise<boolean> {
  const reply = await token(
    server,
    {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: jwt,
    },
    {},
  )
  return reply.status === 200
}

async function isRequestObject(jwt: string): Promise<boolean> {
  const query = new URLSearchParams({ client_id: CLIENT_ID, request: jwt })
  const { status, headers } = await get(server, `/oauth2/authorize?${query}`)
  return status === 303 && new URL(String(headers['location'])).searchParams.has('authRequest')
}

const SUBJECT = { sub: CLIENT_ID }

it.each(Object.entries(KINDS))(
  'a %s is a client assertion only if it is one',
  async (kind, [own]) => {
    for (const typ of TYPES(own)) {
      const isOwnKind = kind === 'assertion'
      expect(await isAssertion(sign(kind, typ, SUBJECT)), String(typ)).toBe(isOwnKind)
    }
  },
)

it.each(Object.entries(KINDS))(
  'a %s is a request object only if it is one',
  async (kind, [own]) => {
    for (const typ of TYPES(own)) {
      expect(await isRequestObject(sign(kind, typ, SUBJECT)), `${typ} with sub`).toBe(false)
      const isOwnKind = kind === 'request object'
      expect(await isRequestObject(sign(kind, typ)), `${typ}`).toBe(isOwnKind)
    }
  },
)

it.each(Object.keys(KINDS))('a %s with the type of another kind is neither', async (kind) => {
  for (const typ of [
    'dpop+jwt',
    'at+jwt',
    'logout+jwt',
    'secevent+jwt',
    'token-introspection+jwt',
  ]) {
    expect(await isAssertion(sign(kind, typ, SUBJECT)), typ).toBe(false)
    expect(await isRequestObject(sign(kind, typ)), typ).toBe(false)
  }
})

it('the key of a client does not make its JWTs access tokens or proofs', async () => {
  for (const kind of Object.keys(KINDS)) {
    const jwt = sign(kind, 'at+jwt', SUBJECT)
    const reply = await get(server, '/oauth2/userinfo', { authorization: `Bearer ${jwt}` })
    expect(reply.status, kind).toBe(401)
    const proven = await token(server, { grant_type: 'client_credentials' }, { dpop: jwt })
    expect(proven.status, kind).not.toBe(200)
  }
})
