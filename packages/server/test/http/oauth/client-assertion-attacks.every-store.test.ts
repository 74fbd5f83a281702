/**
 * @module Attacks on client assertions and key addresses.
 *
 * @see [RFC 7523 §3](https://www.rfc-editor.org/rfc/rfc7523.html#section-3)
 */
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openKeyStore } from '../../../src/crypto/keys/key-store.ts'
import { createSealedCredentials } from '../../../src/crypto/sealed-credentials.ts'
import { MODES } from '../../support/attack-runner.ts'
import { jwtMutations, signEs256, ssrfAddresses } from '../../support/attacks.ts'
import { INSTALLATION } from '../../support/installation.ts'
import {
  CLIENT_KEY,
  type FormReply,
  ISSUER,
  invitationTo,
  OTHER_KEY,
  REDIRECT_URI,
  SECRET,
  startOAuthServer,
  token,
} from '../../support/oauth.ts'
import { APP_ID, send, type TestServer } from '../../support/server.ts'

const PARALLEL = 16
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

let server: TestServer
beforeAll(async () => {
  server = await startOAuthServer()
})
afterAll(() => server.close())

/** The claims of a valid assertion. */
function assertionClaims(clientId = 'signer'): Record<string, unknown> {
  const { now } = server.clock
  return {
    iss: clientId,
    sub: clientId,
    aud: ISSUER,
    jti: randomBytes(12).toString('hex'),
    iat: now,
    exp: now + 60,
  }
}

const ASSERTION_HEADER = { alg: 'ES256', kid: 'client-1' }

function assertion(more: Record<string, unknown> = {}, key = CLIENT_KEY): string {
  return signEs256(key.privateKey, ASSERTION_HEADER, { ...assertionClaims(), ...more })
}

function withAssertion(jwt: string, more: Record<string, string> = {}): Promise<FormReply> {
  const form = { grant_type: 'client_credentials', client_assertion_type: ASSERTION_TYPE }
  return token(server, { ...form, client_assertion: jwt, ...more }, {})
}

describe.each(MODES)('client assertions, %s', (_mode, run) => {
  it('with one defect are rejected', async () => {
    const material = {
      key: CLIENT_KEY,
      foreign: OTHER_KEY,
      header: ASSERTION_HEADER,
      claims: assertionClaims(),
    }
    const mutations = jwtMutations(material, assertionClaims)
    expect(Object.keys(mutations).length).toBeGreaterThanOrEqual(60)
    await run({
      ...Object.fromEntries(
        Object.entries(mutations).map(([name, jwt]) => [name, () => withAssertion(jwt)]),
      ),
      'another issuer': () => withAssertion(assertion({ iss: 'web' })),
      'another subject': () => withAssertion(assertion({ sub: 'web' })),
      'another audience': () => withAssertion(assertion({ aud: 'https://evil.example' })),
      'two audiences (mix-up)': () =>
        withAssertion(assertion({ aud: [ISSUER, 'https://evil.example'] })),
      'no audience': () => withAssertion(assertion({ aud: undefined })),
      'no jti': () => withAssertion(assertion({ jti: undefined })),
      'another key id': () =>
        withAssertion(
          signEs256(CLIENT_KEY.privateKey, { alg: 'ES256', kid: 'x' }, assertionClaims()),
        ),
      'a key in its own header': () =>
        withAssertion(
          signEs256(
            OTHER_KEY.privateKey,
            { ...ASSERTION_HEADER, jwk: OTHER_KEY.jwk, jku: 'https://evil.example/' },
            assertionClaims(),
          ),
        ),
      'another type of assertion': () =>
        withAssertion(assertion(), { client_assertion_type: 'urn:x' }),
      'of another client': () =>
        withAssertion(assertion({ iss: 'strict', sub: 'strict' }), { client_id: 'signer' }),
      'beside a secret': () => withAssertion(assertion(), { client_secret: SECRET }),
    })
    expect((await withAssertion(assertion())).status).toBe(200)
  })

  it('can be used once', async () => {
    const jwt = assertion()
    expect((await withAssertion(jwt)).status).toBe(200)
    await run({ replay: () => withAssertion(jwt) })
  })
})

it('does not consume an assertion when it demands a DPoP nonce', async () => {
  const { kid: _, alg: __, ...jwk } = CLIENT_KEY.jwk
  const jwt = assertion()
  const asking = (nonce: object): Promise<FormReply> => {
    const jti = randomBytes(12).toString('hex')
    const proof = {
      jti,
      htm: 'POST',
      htu: `${ISSUER}/oauth2/token`,
      iat: server.clock.now,
      ...nonce,
    }
    const header = { typ: 'dpop+jwt', alg: 'ES256', jwk }
    const form = {
      grant_type: 'client_credentials',
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: jwt,
    }
    return token(server, form, { dpop: signEs256(CLIENT_KEY.privateKey, header, proof) })
  }
  const first = await asking({})
  expect([first.status, first.json['error']]).toEqual([400, 'use_dpop_nonce'])
  expect((await asking({ nonce: first.headers['dpop-nonce'] })).status).toBe(200)
})

it('accepts one of sixteen identical concurrent assertions', async () => {
  const jwt = assertion()
  const replies = await Promise.all(Array.from({ length: PARALLEL }, () => withAssertion(jwt)))
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(replies.filter(({ status }) => status === 401)).toHaveLength(PARALLEL - 1)
})

describe('key addresses of registered clients', () => {
  it('in internal networks receive no request', async () => {
    let requestCount = 0
    const trap = createServer((socket) => {
      requestCount++
      socket.destroy()
    })
    await new Promise<void>((resolve) => trap.listen(0, '0.0.0.0', resolve))
    const { port } = trap.address() as { port: number }
    const { master } = openKeyStore(`${server.folder}/keys`)
    const expiresAt = server.clock.now + 600
    const credentials = createSealedCredentials(master, INSTALLATION)
    const initialAccessToken = (): string =>
      credentials.sealRegistrationToken(invitationTo(APP_ID, expiresAt), server.clock.now)
    const addresses = ssrfAddresses(port)
    expect(addresses.length).toBeGreaterThanOrEqual(40)
    const tried = await Promise.all(
      addresses.map(async (jwksUri) => {
        const registered = await send(
          server,
          '/oauth2/register',
          { authorization: `Bearer ${initialAccessToken()}`, 'content-type': 'application/json' },
          JSON.stringify({
            redirect_uris: [REDIRECT_URI],
            token_endpoint_auth_method: 'private_key_jwt',
            jwks_uri: jwksUri,
          }),
        )
        if (registered.status === 400) return 'rejected'
        const { client_id: clientId } = JSON.parse(registered.body)
        const reply = await withAssertion(assertion({ iss: clientId, sub: clientId }))
        return `${registered.status} ${reply.status} ${reply.json['error']}`
      }),
    )
    for (const [index, outcome] of tried.entries())
      expect(['rejected', '201 401 invalid_client'], addresses[index]).toContain(outcome)
    expect(tried.filter((outcome) => outcome !== 'rejected').length).toBeGreaterThan(20)
    expect(requestCount).toBe(0)
    await new Promise((resolve) => trap.close(resolve))
  })
})
