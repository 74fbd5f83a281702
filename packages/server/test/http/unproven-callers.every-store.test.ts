/**
 * @module Callers who have proven nothing write nothing. A table of credentials that anybody can make (forged, stale, for another request)
 * is sent to every endpoint with every method, and every row of the database stays as it was.
 */
import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Method } from '../../src/http/endpoint.ts'
import { ENDPOINTS } from '../../src/http/endpoints.ts'
import { signEs256 } from '../support/attacks.ts'
import { MERCHANT_KEY, OTHER_MERCHANT_KEY } from '../support/keys.ts'
import {
  authorizeQuery,
  basic,
  CLIENT_KEY,
  createPkce,
  exchangeCode,
  generateSigningKey,
  ISSUER,
  OTHER_KEY,
  oauthCode,
  REDIRECT_URI,
  type SigningKey,
  startOAuthServer,
  token,
} from '../support/oauth.ts'
import {
  APP_ID,
  CLIENT_ID,
  formatUniqueTime,
  OTHER_CLIENT_ID,
  type RawReply,
  send,
  signedHeaders,
  type TestServer,
  USER_ID,
  WALLET_ID,
} from '../support/server.ts'
import { readTableRows, type TableRows } from '../support/table-rows.ts'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const PARALLEL = 16

type Request = { readonly method: Method; readonly path: string }
type Headers = Readonly<Record<string, string>>
type Form = Readonly<Record<string, string>>
type Message = { readonly headers: Headers; readonly body: string }
type Credential = (request: Request) => Message

const REQUESTS: readonly Request[] = ENDPOINTS.flatMap(({ path, methods }) =>
  (methods === 'all' ? (['GET', 'POST'] as const) : methods).map((method) => ({
    method,
    path: path.replaceAll(/:\w+/g, 'x').replace('/*', '/v1/cards/inquiryCardList'),
  })),
)

/** What the operations of the wallet and of the merchant read. */
const OPERATION = JSON.stringify({
  appId: APP_ID,
  userId: USER_ID,
  scopes: ['auth_base'],
  grantType: 'AUTHORIZATION_CODE',
  authCode: 'ac_x',
  accessToken: 'at_x',
  consentRequestId: 'x',
  sheetHash: 'x',
  granted: ['auth_base'],
})
/** What the OAuth endpoints read. */
const FIELDS: Form = {
  grant_type: 'client_credentials',
  token: 'at_x',
  refresh_token: 'rt_x',
  code: 'ac_x',
  code_verifier: 'x'.repeat(43),
  ...Object.fromEntries(authorizeQuery(createPkce())),
}

const dpopKey = generateSigningKey('dpop')
let server: TestServer
let nonce: string
/** The access token of a user, bound to a key that a thief does not have. */
let bound: string
/** What the server had stored before the callers came. */
let before: TableRows

beforeAll(async () => {
  server = await startOAuthServer()
  const challenge = await token(server, { grant_type: 'client_credentials' }, withProof(TOKEN, {}))
  nonce = String(challenge.headers['dpop-nonce'])
  const headers = { ...basic(), ...withProof(TOKEN) }
  bound = (await exchangeCode(server, await oauthCode(server), {}, headers)).json['access_token']
  expect(bound).toMatch(/^at_/)
  await vi.waitUntil(hasWrittenLater, { timeout: 20_000 })
  before = await readTableRows(server)
})
afterAll(() => server.close())

/** Whether the node has written what it writes after the reply: the user’s access log and the chain of receipts. */
async function hasWrittenLater(): Promise<boolean> {
  const { access_log: log = [], chain_heads: heads = [] } = await readTableRows(server)
  return log.length === 1 && /demo-wallet"?,1,/.test(heads.join())
}

const TOKEN: Request = { method: 'POST', path: '/oauth2/token' }

/** A proof of a key that the caller has made. Anybody can make one, also with a valid nonce. */
function withProof(
  { method, path }: Request,
  more: object = { nonce },
  { privateKey, jwk }: SigningKey = dpopKey,
): { dpop: string } {
  const { kid: _, alg: __, ...publicKey } = jwk
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: publicKey }
  const times = { iat: server.clock.now, jti: randomBytes(12).toString('hex') }
  return {
    dpop: signEs256(privateKey, header, { htm: method, htu: ISSUER + path, ...times, ...more }),
  }
}

function thiefProof(request: Request): { dpop: string } {
  const ath = createHash('sha256').update(bound).digest('base64url')
  return withProof(request, { nonce, ath }, OTHER_KEY)
}

function form(more: Form, headers: Headers = {}): Message {
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  return {
    headers: { ...type, ...headers },
    body: new URLSearchParams({ ...FIELDS, ...more }).toString(),
  }
}

function json(headers: Headers, body = OPERATION): Message {
  return { headers: { 'content-type': 'application/json', ...headers }, body }
}

/** @param claims replace those of a valid assertion of the client `signer` */
function assertion(claims: object, key = CLIENT_KEY, kid = 'client-1'): Form {
  const { now } = server.clock
  const valid = {
    iss: 'signer',
    sub: 'signer',
    aud: ISSUER,
    iat: now,
    exp: now + 60,
    jti: randomBytes(12).toString('hex'),
  }
  const jwt = signEs256(key.privateKey, { alg: 'ES256', kid }, { ...valid, ...claims })
  return { client_id: 'signer', client_assertion_type: ASSERTION_TYPE, client_assertion: jwt }
}

/** A request object that another key has signed. */
function requestObject(): Form {
  const { now } = server.clock
  const claims = {
    ...FIELDS,
    client_id: 'signer',
    iss: 'signer',
    aud: ISSUER,
    nbf: now,
    exp: now + 60,
    jti: randomBytes(12).toString('hex'),
  }
  const header = { alg: 'ES256', kid: 'client-1', typ: 'oauth-authz-req+jwt' }
  return { client_id: 'signer', request: signEs256(OTHER_KEY.privateKey, header, claims) }
}

const signed = (request: Request, signing: object, sent = OPERATION): Message =>
  json(signedHeaders(server.clock, request.path, OPERATION, signing), sent)

const CREDENTIALS: Readonly<Record<string, Credential>> = {
  'no credential': () => json({}),
  'a merchant’s name without a signature': () =>
    json({ 'client-id': CLIENT_ID, 'request-time': formatUniqueTime(server.clock.now) }),
  'a merchant’s name, and another’s signature': (request) =>
    signed(request, { key: OTHER_MERCHANT_KEY }),
  'a wallet’s name, and a merchant’s signature': (request) =>
    signed(request, { clientId: WALLET_ID, key: MERCHANT_KEY, keyVersion: 1 }),
  'an unknown name': (request) => signed(request, { clientId: 'nobody' }),
  'a key version that does not exist': (request) => signed(request, { keyVersion: 9 }),
  'a suspended merchant’s signature': (request) =>
    signed(request, { clientId: 'suspended', keyVersion: 1 }),
  'the signature of another body': (request) => signed(request, {}, `${OPERATION} `),
  'the signature of another path': () => signed({ method: 'POST', path: '/other' }, {}),
  'a signature of an hour ago': (request) =>
    signed(request, { time: formatUniqueTime(server.clock.now - 3600) }),
  'another merchant’s signature beside a token made up': (request) =>
    signed(request, { clientId: OTHER_CLIENT_ID, keyVersion: 9, key: OTHER_MERCHANT_KEY }),
  'the name of a public client': () => form({ client_id: 'spa', scope: 'openid' }),
  'the name of a public client, and a proof': (request) =>
    form({ client_id: 'native' }, withProof(request)),
  'a code made up by a public client, and a proof': (request) =>
    form({ client_id: 'native', grant_type: 'authorization_code' }, withProof(request)),
  'a refresh token made up by a public client, and a proof': (request) =>
    form({ client_id: 'native', grant_type: 'refresh_token' }, withProof(request)),
  'a wrong secret, and a proof': (request) =>
    form({}, { ...basic('web', 'cs_wrong'), ...withProof(request) }),
  'a wrong secret in the form': () => form({ client_id: 'post', client_secret: 'cs_wrong' }),
  'an assertion of another key, and a proof': (request) =>
    form(assertion({}, OTHER_KEY), withProof(request)),
  'an assertion of a key with another ID': () => form(assertion({}, OTHER_KEY, 'other-1')),
  'an expired assertion': () =>
    form(assertion({ iat: server.clock.now - 3600, exp: server.clock.now - 3540 })),
  'an assertion for another server': () => form(assertion({ aud: 'https://other.example' })),
  'a request object of another key': () => form(requestObject()),
  'a certificate of another client': () =>
    form({ client_id: 'tls' }, { 'x-client-certificate': 'x' }),
  'a bearer token made up': () => json({ authorization: 'Bearer at_x' }),
  'a bound token made up, and a proof': (request) =>
    json({ authorization: 'DPoP at_x', ...withProof(request) }),
  'a stolen token, and a proof of another key': (request) =>
    json({ authorization: `DPoP ${bound}`, ...thiefProof(request) }),
  'a stolen token in the gateway’s header, and a proof of another key': (request) =>
    json({ 'access-token': bound, ...thiefProof(request) }),
  'an initial access token made up': () =>
    json({ authorization: 'Bearer it_x' }, JSON.stringify({ redirect_uris: [REDIRECT_URI] })),
  'cookies made up': () => ({
    ...form({ language: 'de' }),
    headers: { ...form({}).headers, cookie: '__Host-privacy=x; privacy=x; consent=x' },
  }),
}

async function sendTo(request: Request, { headers, body }: Message): Promise<RawReply> {
  const hasBody = request.method === 'POST' || request.method === 'PUT'
  const isForm = headers['content-type']?.includes('form')
  const target = isForm && !hasBody ? `${request.path}?${body}` : request.path
  return send(server, target, headers, hasBody ? body : '', request.method)
}

describe('callers who have proven nothing', () => {
  it.each(Object.entries(CREDENTIALS))('write nothing at any endpoint with %s', async (_, of) => {
    for (let first = 0; first < REQUESTS.length; first += PARALLEL) {
      const some = REQUESTS.slice(first, first + PARALLEL)
      const replies = await Promise.all(some.map((request) => sendTo(request, of(request))))
      const failures = replies.filter(({ status }) => status >= 500)
      expect(failures.map(({ status, body }) => [status, body])).toEqual([])
    }
    expect(await readTableRows(server)).toEqual(before)
  })

  it('differ from a caller who has: the same proof with its token writes one row', async () => {
    const request: Request = { method: 'GET', path: '/oauth2/userinfo' }
    const ath = createHash('sha256').update(bound).digest('base64url')
    const headers = { authorization: `DPoP ${bound}`, ...withProof(request, { nonce, ath }) }
    expect((await sendTo(request, { headers, body: '' })).status).toBe(200)
    const after = await readTableRows(server)
    expect(after['consumed_tokens']).toHaveLength((before['consumed_tokens'] ?? []).length + 1)
  })
})
