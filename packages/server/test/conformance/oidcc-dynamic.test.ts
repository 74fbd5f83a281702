/**
 * @module Does what the modules of `oidcc-config-certification-test-plan` and `oidcc-dynamic-certification-test-plan` do, except those that
 * docs/conformance.md names.
 * @see docs/conformance.md#modules
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openKeyStore } from '../../src/crypto/keys/key-store.ts'
import { createSealedCredentials } from '../../src/crypto/sealed-credentials.ts'
import { INSTALLATION } from '../support/installation.ts'
import {
  basic,
  generateSigningKey,
  get,
  ISSUER,
  REDIRECT_URI,
  startOAuthServer,
} from '../support/oauth.ts'
import { ASSERTION_TYPE, createRelyingParty } from '../support/relying-party.ts'
import { APP_ID, type JsonReply, send, type TestServer } from '../support/server.ts'
import {
  type OidcParties,
  redeem,
  requestOf,
  responseTo,
  verifiedIdToken,
} from './oidcc-parties.ts'

let server: TestServer
/** The relying party's own documents: a key set and a list of redirect URIs. */
let documents: Server
let origin: string
let served: unknown = []

beforeAll(async () => {
  documents = createServer((_request, response) => response.end(JSON.stringify(served)))
  await new Promise<void>((resolve) => documents.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(documents.address() as AddressInfo).port}`
  server = await startOAuthServer((config) => ({
    ...config,
    notifications: { ...config.notifications, allowPrivateAddresses: true },
    oauth: {
      ...config.oauth,
      registeredClients: { pkce: 'optional', assertionAudience: 'issuer-or-endpoint' },
    },
  }))
})
afterAll(async () => {
  await server.close()
  documents.close()
})
beforeEach(() => {
  served = []
})

const parties = (): OidcParties => ({ server, responseMode: 'query' })

async function register(metadata: object): Promise<{ status: number; json: JsonReply }> {
  const { now } = server.clock
  const { master } = openKeyStore(join(server.folder, 'keys'))
  const claims = {
    appId: APP_ID,
    expiresAt: now + 600,
    redirectHosts: ['kopi.example'],
    isVouchedFor: true,
  }
  const bearer = createSealedCredentials(master, INSTALLATION).sealRegistrationToken(claims, now)
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ redirect_uris: [REDIRECT_URI], ...metadata })
  const reply = await send(server, '/oauth2/register', headers, body)
  return { status: reply.status, json: JSON.parse(reply.body) }
}

/** Registers a client and signs the user in. */
async function tokensOfNew(
  metadata: object,
  more: Readonly<Record<string, string>> = {},
): Promise<JsonReply & { readonly client: JsonReply }> {
  const { json: client } = await register(metadata)
  const response = await responseTo(parties(), { client_id: client['client_id'], ...more })
  const headers = basic(client['client_id'], client['client_secret'])
  const { json, body } = await redeem(parties(), response.get('code'), headers)
  expect(json, body).toHaveProperty('id_token')
  return { ...json, client }
}

/** Expects an error page: the server does not redirect. */
async function expectPage(more: Readonly<Record<string, string>>): Promise<void> {
  const { status, headers } = await get(server, `/oauth2/authorize?${requestOf(parties(), more)}`)
  expect([status, headers['location']]).toEqual([400, undefined])
}

describe('OpenID Config', () => {
  it('oidcc-discovery-endpoint-verification', async () => {
    const { body, headers, status } = await get(server, '/.well-known/openid-configuration')
    expect([status, headers['content-type']]).toEqual([
      200,
      expect.stringContaining('application/json'),
    ])
    const metadata = JSON.parse(body)
    expect(metadata).toMatchObject({
      issuer: ISSUER,
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'form_post'],
      subject_types_supported: ['pairwise'],
      claims_parameter_supported: true,
      request_parameter_supported: true,
      request_uri_parameter_supported: false,
    })
    for (const name of ['id_token', 'userinfo', 'request_object'])
      expect(metadata[`${name}_signing_alg_values_supported`]).toContain('RS256')
    expect(metadata.scopes_supported).toEqual(
      expect.arrayContaining(['openid', 'profile', 'email']),
    )
    for (const [name, value] of Object.entries(metadata))
      if (/_endpoint$|_uri$/.test(name)) expect(value).toMatch(`${ISSUER}/oauth2/`)
    const { keys } = JSON.parse((await get(server, '/oauth2/jwks')).body)
    expect(new Set(keys.map(({ kid }: { kid: string }) => kid)).size).toBe(keys.length)
    expect(keys.map(({ kty }: { kty: string }) => kty)).toContain('RSA')
  })
})

describe('OpenID Dynamic', () => {
  it('oidcc-idtoken-rs256', async () => {
    const { id_token: idToken, client } = await tokensOfNew({
      id_token_signed_response_alg: 'RS256',
    })
    expect(decodeProtectedHeader(idToken).alg).toBe('RS256')
    await verifiedIdToken(parties(), idToken, client['client_id'])
  })
  it('oidcc-idtoken-unsigned', async () => {
    const { status, json } = await register({ id_token_signed_response_alg: 'none' })
    expect([status, json['error']]).toEqual([400, 'invalid_client_metadata'])
  })
  it('oidcc-userinfo-rs256', async () => {
    const { access_token: accessToken, client } = await tokensOfNew({
      userinfo_signed_response_alg: 'RS256',
    })
    const reply = await get(server, '/oauth2/userinfo', { authorization: `Bearer ${accessToken}` })
    expect(reply.headers['content-type']).toContain('application/jwt')
    const keys = createRemoteJWKSet(new URL('/oauth2/jwks', server.url))
    const expected = { issuer: ISSUER, audience: client['client_id'], algorithms: ['RS256'] }
    expect((await jwtVerify(reply.body, keys, expected)).payload.sub).toEqual(expect.any(String))
  })
  it('oidcc-ensure-redirect-uri-in-authorization-request', () => expectPage({ redirect_uri: '' }))
  it('oidcc-redirect-uri-query-OK', async () => {
    const redirectUri = `${REDIRECT_URI}?foo=bar`
    const { json: client } = await register({ redirect_uris: [redirectUri] })
    const more = { client_id: client['client_id'], redirect_uri: redirectUri }
    const response = await responseTo(parties(), more)
    expect(Object.fromEntries(response)).toMatchObject({ foo: 'bar', code: expect.any(String) })
  })
  it('oidcc-redirect-uri-query-mismatch', async () => {
    const { json: client } = await register({ redirect_uris: [`${REDIRECT_URI}?foo=bar`] })
    await expectPage({ client_id: client['client_id'], redirect_uri: `${REDIRECT_URI}?bar=foo` })
  })
  it('oidcc-redirect-uri-query-added', async () => {
    const { json: client } = await register({})
    await expectPage({ client_id: client['client_id'], redirect_uri: `${REDIRECT_URI}?foo=bar` })
  })
  it('oidcc-redirect-uri-regfrag', async () => {
    const { status, json } = await register({ redirect_uris: [`${REDIRECT_URI}#foo`] })
    expect([status, json['error']]).toEqual([400, 'invalid_redirect_uri'])
  })
  it.each([
    ['oidcc-registration-logo-uri', { logo_uri: 'https://kopi.example/logo.png' }],
    ['oidcc-registration-policy-uri', { policy_uri: 'https://kopi.example/policy' }],
    ['oidcc-registration-tos-uri', { tos_uri: 'https://kopi.example/terms' }],
    ['oidcc-server', { client_name: 'Kopi House', contacts: ['web@kopi.example'] }],
  ])('%s', async (_module, metadata) => {
    await tokensOfNew(metadata)
  })
  it('oidcc-registration-sector-uri', async () => {
    served = [REDIRECT_URI, 'https://kopi.example/other']
    const sector = { subject_type: 'pairwise', sector_identifier_uri: `${origin}/sector.json` }
    const { status, json } = await register(sector)
    expect([status, json]).toMatchObject([201, sector])
  })
  it.each<[string, unknown]>([
    ['oidcc-registration-sector-bad', ['https://kopi.example/other']],
    ['a document that is no list', { redirect_uris: [REDIRECT_URI] }],
  ])('%s', async (_module, document) => {
    served = document
    const { status, json } = await register({ sector_identifier_uri: `${origin}/sector.json` })
    expect([status, json['error']]).toEqual([400, 'invalid_client_metadata'])
  })
  it('a sector document that does not answer', async () => {
    const { json } = await register({ sector_identifier_uri: 'http://127.0.0.1:1/sector.json' })
    expect(json['error']).toBe('invalid_client_metadata')
  })

  /** A client whose keys are at `jwks_uri` signs the user in. */
  it.each([
    ['oidcc-registration-jwks-uri', `${ISSUER}/oauth2/token`],
    ['oidcc-ensure-client-assertion-with-iss-aud-succeeds', ISSUER],
  ])('%s', async (module, aud) => {
    const key = generateSigningKey('rp')
    served = { keys: [key.jwk] }
    const { json: client } = await register({
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: `${origin}/${module}`,
    })
    const clientId = String(client['client_id'])
    const party = createRelyingParty(server, { clientId, key, dpopKey: key })
    const response = await responseTo(parties(), { client_id: clientId })
    const { json, body } = await redeem(
      parties(),
      response.get('code'),
      {},
      {
        client_assertion_type: ASSERTION_TYPE,
        client_assertion: await party.assertion({ assertion: { aud } }),
      },
    )
    expect(json, body).toHaveProperty('id_token')
  })
})
