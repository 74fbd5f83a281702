/**
 * @module Fuzzing of the OAuth endpoints: every response is a documented error, never a 5xx, and never contains a credential.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PATHS } from '../../../src/http/oauth/endpoints.ts'
import { OAUTH_ERRORS } from '../../../src/http/oauth/errors.ts'
import {
  authorizeQuery,
  basic,
  CERTIFICATE_HEADER,
  createPkce,
  issueWebTokens,
  oauthCode,
  SPA_ORIGIN,
  startOAuthServer,
} from '../../support/oauth.ts'
import { send, type TestServer } from '../../support/server.ts'

let server: TestServer
/** Valid credentials, which are sent to wrong endpoints, truncated, and combined with random data. */
let genuine: readonly string[]
beforeAll(async () => {
  server = await startOAuthServer()
  const tokens = await issueWebTokens(server)
  const { code, verifier } = await oauthCode(server)
  const query = authorizeQuery(createPkce())
  genuine = [
    ...Object.values(tokens).filter((one) => typeof one === 'string'),
    ...query.values(),
    code,
    verifier,
    'web',
    'spa',
    'signer',
    'urn:ietf:params:oauth:request_uri:x',
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'urn:ietf:params:oauth:token-type:access_token',
    '[{"type":"user_authorization","scopes":["openid"]}]',
    'e30.e30.e30',
    `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.e30.AA`,
  ]
})
afterAll(() => server.close())

const NAMES = [
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'grant_type',
  'code',
  'code_verifier',
  'redirect_uri',
  'refresh_token',
  'token',
  'token_type_hint',
  'subject_token',
  'subject_token_type',
  'scope',
  'resource',
  'response_type',
  'response_mode',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'max_age',
  'claims',
  'acr_values',
  'access_token',
  'request',
  'request_uri',
  'authorization_details',
  'dpop_jkt',
  'grant_management_action',
  'grant_id',
  'sub',
  '__proto__',
  'constructor',
]

const header = fc.string({
  maxLength: 60,
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((n) => String.fromCharCode(n)),
})
const value = fc.oneof(
  fc.nat().map((n) => genuine[n % genuine.length] ?? ''),
  fc
    .tuple(fc.nat(), fc.nat({ max: 80 }))
    .map(([n, length]) => (genuine[n % genuine.length] ?? '').slice(0, length)),
  fc.string({ maxLength: 40, unit: 'binary' }),
  fc.string({ maxLength: 40, unit: 'grapheme' }),
  fc.json().map((text) => text.slice(0, 200)),
  fc.integer().map(String),
  fc.constant(''),
)
const pairs = fc.array(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 8 })
/** Random forms, and valid forms with a few changed parameters. */
const form = fc
  .oneof(
    pairs,
    fc.tuple(fc.nat(), pairs).map(([n, changes]) => {
      const right = [
        () => authorizeQuery(createPkce()),
        () => new URLSearchParams({ grant_type: 'client_credentials' }),
        () => new URLSearchParams({ grant_type: 'refresh_token', refresh_token: genuine[0] ?? '' }),
        () => new URLSearchParams({ token: genuine[0] ?? '' }),
      ]
      const query = right[n % right.length]?.() ?? new URLSearchParams()
      for (const [name, text] of changes.slice(0, 2)) query.set(name, text)
      return [...query]
    }),
  )
  .map((members) => new URLSearchParams(members).toString())
const body = fc.oneof(
  { weight: 5, arbitrary: form },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.json() },
)

const request = fc.record({
  path: fc.constantFrom(
    ...Object.values(PATHS),
    `${PATHS.register}/dc_x`,
    `${PATHS.grants}/1`,
    `${PATHS.grants}/%2e%2e`,
  ),
  query: fc.option(form, { nil: '' }),
  body,
  method: fc.constantFrom('GET', 'POST', 'POST', 'POST', 'PUT', 'DELETE', 'OPTIONS'),
  type: fc.constantFrom(
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded',
    'application/json',
    '',
  ),
  authorization: fc.oneof(
    fc.constant(basic()['authorization']),
    fc.nat().map((n) => `Bearer ${genuine[n % genuine.length]}`),
    fc.nat().map((n) => `DPoP ${genuine[n % genuine.length]}`),
    header,
    fc.constant(undefined),
  ),
  dpop: fc.option(fc.oneof(header, fc.constant('e30.e30.e30')), { nil: undefined }),
  certificate: fc.option(header, { nil: undefined, freq: 9 }),
  origin: fc.option(fc.constantFrom(SPA_ORIGIN, 'https://evil.example'), {
    nil: undefined,
    freq: 9,
  }),
  accept: fc.constantFrom('*/*', 'text/html', 'application/token-introspection+jwt'),
})

it('responds to random requests with documented errors', async () => {
  const statuses = new Set<number>()
  await fc.assert(
    fc.asyncProperty(request, async ({ path, query, method, type, ...sent }) => {
      const optional = {
        'content-type': type || undefined,
        authorization: sent.authorization,
        dpop: sent.dpop,
        [CERTIFICATE_HEADER]: sent.certificate,
        origin: sent.origin,
      }
      const headers = Object.fromEntries(
        Object.entries({ ...optional, accept: sent.accept }).filter(([, one]) => one !== undefined),
      ) as Record<string, string>
      const target = query === '' ? path : `${path}?${query}`
      const hasBody = method === 'POST' || method === 'PUT'
      const reply = await send(
        server,
        target,
        headers,
        hasBody ? Buffer.from(sent.body) : '',
        method,
      )
      statuses.add(reply.status)
      expect(reply.status).toBeLessThan(500)
      if (reply.status >= 400 && reply.body.startsWith('{')) {
        const { error, error_description: description } = JSON.parse(reply.body)
        expect(Object.keys(OAUTH_ERRORS)).toContain(error)
        expect(String(description ?? 'x').length).toBeGreaterThan(0)
      }
      if (reply.status >= 400) expect(reply.body).not.toMatch(/\b(at|rt|ct|ac)_[A-Za-z0-9_-]{20}/)
    }),
    { numRuns: 5000 },
  )
  // The requests must reach different stages of processing.
  for (const status of [200, 303, 400, 401, 404, 405, 415]) expect(statuses).toContain(status)
})
