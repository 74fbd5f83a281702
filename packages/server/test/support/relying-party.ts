/**
 * @module A relying party as the OpenID Foundation's conformance suite has one: pushed requests, client assertions, request objects and
 * DPoP proofs, each of which a test can spoil.
 */
import { createHash, type KeyObject, randomBytes } from 'node:crypto'
import { SignJWT } from 'jose'
import {
  authorize,
  createPkce,
  type FormReply,
  ISSUER,
  postForm,
  REDIRECT_URI,
  type SigningKey,
  type UserAction,
} from './oauth.ts'
import { type RawReply, send, type TestPlatform } from './server.ts'

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Members that replace those of a valid JWT; `undefined` removes one. */
export type Changes = Readonly<Record<string, unknown>>
type Form = Readonly<Record<string, string>>

/** How a call differs from a valid one. */
export type Spoiled = {
  /** Claims of the client assertion; `false` sends none. */
  readonly assertion?: Changes | false
  readonly assertionAlgorithm?: string
  readonly assertionKey?: KeyObject
  /** Claims of the DPoP proof; `false` sends none. */
  readonly proof?: Changes | false
  readonly proofKey?: SigningKey
  readonly proofHeader?: Changes
  /** Claims of the request object; `false` sends the parameters themselves. */
  readonly object?: Changes | false
  readonly objectAlgorithm?: string
  readonly objectKey?: KeyObject
}

export type RelyingPartyOptions = {
  readonly clientId: string
  readonly key: SigningKey
  readonly algorithm?: string
  readonly dpopKey: SigningKey
  readonly signsRequests?: boolean
  readonly scope?: string
}

export type Login = { readonly code: string; readonly verifier: string; readonly response: URL }

export type RelyingParty = ReturnType<typeof createRelyingParty>

export function createRelyingParty(
  server: TestPlatform,
  {
    clientId,
    key,
    algorithm = 'ES256',
    dpopKey,
    signsRequests = false,
    scope = 'openid auth_user',
  }: RelyingPartyOptions,
) {
  let nonce: string | undefined

  async function sign(
    claims: Changes,
    header: { readonly alg: string; readonly typ?: string },
    privateKey: KeyObject,
  ): Promise<string> {
    const { kid } = key.jwk
    return new SignJWT(JSON.parse(JSON.stringify(claims)))
      .setProtectedHeader({ kid: String(kid), ...header })
      .sign(privateKey)
  }

  function assertion(spoiled: Spoiled = {}): Promise<string> {
    const { now } = server.clock
    const jti = randomBytes(12).toString('hex')
    const claims = { iss: clientId, sub: clientId, aud: ISSUER, jti, iat: now, exp: now + 60 }
    const alg = spoiled.assertionAlgorithm ?? algorithm
    return sign(
      { ...claims, ...(spoiled.assertion || {}) },
      { alg },
      spoiled.assertionKey ?? key.privateKey,
    )
  }

  async function authentication(spoiled: Spoiled): Promise<Form> {
    if (spoiled.assertion === false) return { client_id: clientId }
    return {
      client_id: clientId,
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await assertion(spoiled),
    }
  }

  async function requestObject(parameters: Form, spoiled: Spoiled = {}): Promise<string> {
    const { now } = server.clock
    const claims = { iss: clientId, aud: ISSUER, iat: now, nbf: now, exp: now + 300 }
    return sign(
      { ...parameters, ...claims, ...(spoiled.object || {}) },
      { alg: spoiled.objectAlgorithm ?? algorithm, typ: 'oauth-authz-req+jwt' },
      spoiled.objectKey ?? key.privateKey,
    )
  }

  function proof(
    htm: string,
    path: string,
    { proof: changes = {}, proofKey = dpopKey, proofHeader = {} }: Spoiled,
    accessToken?: string,
  ): Promise<string> {
    const { kid: _, alg: __, ...jwk } = proofKey.jwk
    const ath = accessToken && createHash('sha256').update(accessToken).digest('base64url')
    const claims = {
      jti: randomBytes(12).toString('hex'),
      htm,
      htu: ISSUER + path,
      iat: server.clock.now,
      nonce,
      ath,
      ...(changes || {}),
    }
    return new SignJWT(JSON.parse(JSON.stringify(claims)))
      .setProtectedHeader(
        JSON.parse(JSON.stringify({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...proofHeader })),
      )
      .sign(proofKey.privateKey)
  }

  /** Repeats the call once with the nonce of the server. */
  async function withNonce<T extends RawReply>(call: () => Promise<T>): Promise<T> {
    const reply = await call()
    const fresh = reply.headers['dpop-nonce']
    if (typeof fresh !== 'string') return reply
    nonce = fresh
    return reply.body.includes('use_dpop_nonce') || isNonceChallenge(reply) ? call() : reply
  }

  function request(more: Form = {}, verifier = createPkce()): { form: Form; verifier: string } {
    const form = {
      client_id: clientId,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope,
      state: 'state-1',
      code_challenge: verifier.challenge,
      code_challenge_method: 'S256',
      ...more,
    }
    const kept = Object.entries(form).filter(([, value]) => value !== '')
    return { form: Object.fromEntries(kept), verifier: verifier.verifier }
  }

  /** Pushes a request. A parameter that is empty is left out. */
  async function push(
    more: Form = {},
    spoiled: Spoiled = {},
  ): Promise<{ reply: FormReply; verifier: string }> {
    const { form, verifier } = request(more)
    const isSigned = spoiled.object !== undefined ? spoiled.object !== false : signsRequests
    const sent = isSigned ? { request: await requestObject(form, spoiled) } : form
    const reply = await withNonce(async () =>
      postForm(
        server,
        '/oauth2/par',
        { ...sent, ...(await authentication(spoiled)) },
        spoiled.proof ? { dpop: await proof('POST', '/oauth2/par', spoiled) } : {},
      ),
    )
    return { reply, verifier }
  }

  /** Follows a pushed request to the client. @param beside parameters in the front channel */
  function open(requestUri: string, beside: Form = {}, action: UserAction = {}): Promise<URL> {
    const query = new URLSearchParams({ client_id: clientId, request_uri: requestUri, ...beside })
    return authorize(server, query, action)
  }

  async function login(
    more: Form = {},
    spoiled: Spoiled = {},
    beside: Form = {},
    action: UserAction = {},
  ): Promise<Login> {
    const { reply, verifier } = await push(more, spoiled)
    if (reply.status !== 201) throw new Error(reply.body)
    const response = await open(reply.json['request_uri'], beside, action)
    return { code: response.searchParams.get('code') ?? '', verifier, response }
  }

  function token(form: Form, spoiled: Spoiled = {}): Promise<FormReply> {
    return withNonce(async () =>
      postForm(
        server,
        '/oauth2/token',
        { ...(await authentication(spoiled)), ...form },
        spoiled.proof === false ? {} : { dpop: await proof('POST', '/oauth2/token', spoiled) },
      ),
    )
  }

  function redeem(
    { code, verifier }: Pick<Login, 'code' | 'verifier'>,
    spoiled: Spoiled = {},
    more: Form = {},
  ): Promise<FormReply> {
    return token(
      {
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        redirect_uri: REDIRECT_URI,
        ...more,
      },
      spoiled,
    )
  }

  function userinfo(accessToken: string, spoiled: Spoiled = {}, scheme = 'DPoP') {
    return withNonce(async () =>
      send(
        server,
        '/oauth2/userinfo',
        {
          authorization: `${scheme} ${accessToken}`,
          ...(spoiled.proof !== false && {
            dpop: await proof('GET', '/oauth2/userinfo', spoiled, accessToken),
          }),
        },
        '',
        'GET',
      ),
    )
  }

  async function post(path: string, form: Form, headers: Form = {}): Promise<FormReply> {
    return postForm(server, path, { ...(await authentication({})), ...form }, headers)
  }

  return {
    clientId,
    assertion,
    request,
    requestObject,
    proof,
    push,
    open,
    login,
    token,
    redeem,
    userinfo,
    post,
  }
}

function isNonceChallenge({ headers }: RawReply): boolean {
  return String(headers['www-authenticate'] ?? '').includes('use_dpop_nonce')
}
