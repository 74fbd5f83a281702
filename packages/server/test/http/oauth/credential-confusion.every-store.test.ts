/**
 * @module Credentials of one kind in the place of another.
 */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openKeyStore } from '../../../src/crypto/keys/key-store.ts'
import { createSealedCredentials } from '../../../src/crypto/sealed-credentials.ts'
import { signEs256 } from '../../support/attacks.ts'
import { INSTALLATION } from '../../support/installation.ts'
import {
  authorizeQuery,
  basic,
  CLIENT_KEY,
  createPkce,
  get,
  ISSUER,
  introspect,
  invitationTo,
  issueWebTokens,
  oauthCode,
  postForm,
  REDIRECT_URI,
  RESOURCE,
  SECRET,
  startOAuthServer,
  token,
} from '../../support/oauth.ts'
import {
  APP_ID,
  applyToken,
  call,
  codeFor,
  inquire,
  redeem,
  refresh,
  send,
  type TestServer,
} from '../../support/server.ts'

const PARALLEL = 16
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const AUTH_CODE = 'urn:assent:params:oauth:token-type:auth_code'

let server: TestServer
beforeAll(async () => {
  server = await startOAuthServer()
})
afterAll(() => server.close())

const ASSERTION_HEADER = { alg: 'ES256', kid: 'client-1' }

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

function assertion(more: Record<string, unknown> = {}, key = CLIENT_KEY): string {
  return signEs256(key.privateKey, ASSERTION_HEADER, { ...assertionClaims(), ...more })
}

describe('every credential in the place of another', () => {
  it('is accepted only in its own place', async () => {
    const signed = await redeem(server, await codeFor(server, ['auth_base']))
    const web = await issueWebTokens(server)
    const own = await token(server, { grant_type: 'client_credentials' })
    const jwt = await jwtTokens()
    const { master } = openKeyStore(`${server.folder}/keys`)
    const credentials = createSealedCredentials(master, INSTALLATION)
    const expiresAt = server.clock.now + 600
    const pushed = await postForm(server, '/oauth2/par', authorizeQuery(createPkce()), basic())
    const kinds: Readonly<Record<string, () => Promise<string> | string>> = {
      'mini program’s code': () => codeFor(server, ['auth_base']),
      'OAuth code': async () => (await oauthCode(server)).code,
      'signed access token': () => signed['accessToken'],
      'signed refresh token': () => signed['refreshToken'],
      'OAuth access token': () => web['access_token'],
      'OAuth refresh token': async () => (await issueWebTokens(server))['refresh_token'],
      'JWT access token': () => String(jwt['access_token']),
      'ID token': () => web['id_token'],
      'client token': () => own.json['access_token'],
      'token id': () =>
        JSON.parse(
          Buffer.from(String(jwt['access_token']).split('.')[1] ?? '', 'base64url').toString(),
        ).jti,
      'request URI': () => pushed.json['request_uri'],
      'auth request': () => String(pushed.json['request_uri'].split(':').at(-1)),
      'initial access token': () =>
        credentials.sealRegistrationToken(invitationTo(APP_ID, expiresAt), server.clock.now),
      'proof nonce': () => credentials.sealProofNonce(server.clock.now),
      'privacy page session': () =>
        credentials.sealPrivacySession(
          { user: { walletId: 'w', userId: 'u' }, expiresAt },
          server.clock.now,
        ),
      'sign-in of an administrator': () =>
        credentials.sealAdminSignIn(
          { step: 'passkey', challenge: 'c', expiresAt },
          server.clock.now,
        ),
      'client secret': () => SECRET,
    }
    const bearer = (text: string): Record<string, string> => ({ authorization: `Bearer ${text}` })
    const ok = ({ status }: { status: number }): boolean => status >= 200 && status < 300
    const succeeded = async (reply: ReturnType<typeof redeem>): Promise<boolean> =>
      (await reply).result.resultStatus === 'S'
    const cards = '/v1/cards/inquiryCardList'
    const places: Readonly<
      Record<string, readonly [accepted: string[], use: (text: string) => Promise<boolean>]>
    > = {
      'code at the token endpoint': [
        ['mini program’s code'],
        async (code) => ok(await token(server, { grant_type: 'authorization_code', code })),
      ],
      'refresh token at the token endpoint': [
        ['OAuth refresh token'],
        async (text) =>
          ok(await token(server, { grant_type: 'refresh_token', refresh_token: text })),
      ],
      'subject of an exchange': [
        ['OAuth access token'],
        async (text) =>
          ok(
            await token(server, {
              grant_type: EXCHANGE,
              subject_token: text,
              subject_token_type: ACCESS_TOKEN,
            }),
          ),
      ],
      'code of an exchange': [
        ['mini program’s code'],
        async (text) =>
          ok(
            await token(server, {
              grant_type: EXCHANGE,
              subject_token: text,
              subject_token_type: AUTH_CODE,
            }),
          ),
      ],
      introspection: [
        ['OAuth access token', 'OAuth refresh token', 'client token'],
        async (text) => (await introspect(server, text)).json['active'] === true,
      ],
      'user info': [
        ['OAuth access token', 'signed access token'],
        async (text) => ok(await get(server, '/oauth2/userinfo', bearer(text))),
      ],
      events: [
        ['client token'],
        async (text) => ok(await get(server, '/oauth2/events', bearer(text))),
      ],
      registration: [
        ['initial access token'],
        async (text) =>
          ok(
            await send(
              server,
              '/oauth2/register',
              { ...bearer(text), 'content-type': 'application/json' },
              JSON.stringify({ redirect_uris: [REDIRECT_URI] }),
            ),
          ),
      ],
      'request at the authorization endpoint': [
        ['request URI'],
        async (text) =>
          (
            await get(
              server,
              `/oauth2/authorize?${new URLSearchParams({ client_id: 'web', request_uri: text })}`,
            )
          ).status === 303,
      ],
      'signed redemption': [['mini program’s code'], (code) => succeeded(redeem(server, code))],
      'signed refresh': [['signed refresh token'], (text) => succeeded(refresh(server, text))],
      'signed user info': [['signed access token'], (text) => succeeded(inquire(server, text))],
      'signed query': [
        ['signed access token'],
        (accessToken) =>
          succeeded(call(server, '/ams/api/v1/authorizations/query', { accessToken })),
      ],
      'gateway, signed': [[], (accessToken) => succeeded(call(server, cards, { accessToken }))],
      'client secret': [
        ['client secret'],
        async (text) =>
          ok(await token(server, { grant_type: 'client_credentials' }, basic('web', text))),
      ],
    }
    const wrong: string[] = []
    for (const [place, [accepted, use]] of Object.entries(places)) {
      for (const [kind, make] of Object.entries(kinds)) {
        const isAccepted = await use(await make())
        if (isAccepted !== accepted.includes(kind)) wrong.push(`${kind} as ${place}: ${isAccepted}`)
      }
    }
    expect(wrong).toEqual([])
    const atOnceWrong: string[] = []
    for (const [place, [accepted, use]] of Object.entries(places)) {
      for (const [kind, make] of Object.entries(kinds)) {
        if (accepted.includes(kind)) continue
        const text = await make()
        const results = await Promise.all(Array.from({ length: PARALLEL }, () => use(text)))
        if (results.some(Boolean)) atOnceWrong.push(`${kind} as ${place}`)
      }
    }
    expect(atOnceWrong).toEqual([])
  })
})

/** Obtains tokens of the client that receives JWTs for its resource. */
async function jwtTokens(): Promise<Record<string, string>> {
  const { code, verifier } = await oauthCode(server, { client_id: 'signer', resource: RESOURCE })
  const form = {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: assertion(),
  }
  const { json } = await token(server, form, {})
  expect(json['access_token']).toMatch(/^eyJ/)
  return json as never
}

describe('the merchant API', () => {
  it('does not accept the code of an OAuth client', async () => {
    const { code } = await oauthCode(server)
    const reply = await applyToken(server, { grantType: 'AUTHORIZATION_CODE', authCode: code })
    expect(reply.result.resultCode).toBe('INVALID_CODE')
  })
})
