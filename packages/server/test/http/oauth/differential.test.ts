/**
 * @module Differential test: valid and invalid requests to this server and to `oidc-provider`. Both must return the same status and error,
 * except for the differences that `DIFFERENCES` explains.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  authorizeQuery,
  basic,
  createPkce,
  issueWebTokens,
  oauthCode,
  type Pkce,
  REDIRECT_URI,
  RESOURCE,
  SECRET,
  startOAuthServer,
} from '../../support/oauth.ts'
import { type OidcPeer, startOidcPeer } from '../../support/oidc-peer.ts'
import { send, type TestServer } from '../../support/server.ts'

let server: TestServer
let peer: OidcPeer
beforeAll(async () => {
  ;[server, peer] = await Promise.all([startOAuthServer(), startOidcPeer()])
})
afterAll(async () => {
  await Promise.all([server.close(), peer.close()])
})

type Endpoint = 'authorize' | 'par' | 'token' | 'introspect' | 'revoke' | 'userinfo'
const PATHS: Readonly<Record<'ours' | 'theirs', Readonly<Record<Endpoint, string>>>> = {
  ours: {
    authorize: '/oauth2/authorize',
    par: '/oauth2/par',
    token: '/oauth2/token',
    introspect: '/oauth2/introspect',
    revoke: '/oauth2/revoke',
    userinfo: '/oauth2/userinfo',
  },
  theirs: {
    authorize: '/auth',
    par: '/request',
    token: '/token',
    introspect: '/token/introspection',
    revoke: '/token/revocation',
    userinfo: '/me',
  },
}

/** The credentials that are created for each request. */
type Credentials = {
  readonly pkce: Pkce
  readonly code: string
  readonly accessToken: string
  readonly refreshToken: string
}

type Form = (credentials: Credentials) => URLSearchParams | Record<string, string> | string

type RequestTemplate = {
  readonly method?: string
  readonly headers?: Record<string, string>
  /** The query or the form. */
  readonly form?: Form
  /** Creates the Authorization header. */
  readonly authorization?: (credentials: Credentials) => string
  readonly body?: string
}

type Row = RequestTemplate & { readonly endpoint: Endpoint; readonly name: string }

/** @returns the status and the error, or the target of the redirect */
async function outcome(
  side: 'ours' | 'theirs',
  row: Row,
  credentials: Credentials,
): Promise<string> {
  const { endpoint, method = endpoint === 'authorize' ? 'GET' : 'POST' } = row
  const form = row.form?.(credentials) ?? ''
  const text = typeof form === 'string' ? form : new URLSearchParams(form).toString()
  const isQuery = method === 'GET'
  const path = PATHS[side][endpoint]
  const headers = {
    ...(!isQuery &&
      row.body === undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
    ...row.headers,
    ...(row.authorization && { authorization: row.authorization(credentials) }),
  }
  const {
    status,
    headers: replied,
    body,
  } = await send(
    side === 'ours' ? server : { url: peer.url },
    isQuery && text !== '' ? `${path}?${text}` : path,
    headers,
    isQuery ? '' : (row.body ?? text),
    method,
  )
  const location = replied['location']
  if (typeof location === 'string') {
    const url = new URL(location, 'http://x')
    const isRedirectUri = `${url.origin}${url.pathname}` === REDIRECT_URI
    return isRedirectUri ? `redirect: ${url.searchParams.get('error')}` : 'continues to the login'
  }
  const error = body.startsWith('{') ? JSON.parse(body).error : undefined
  return error === undefined ? `${status}` : `${status} ${error}`
}

async function ours(): Promise<Credentials> {
  const pkce = createPkce()
  const { code, verifier } = await oauthCode(server)
  const tokens = await issueWebTokens(server)
  return {
    pkce: { ...pkce, verifier },
    code,
    accessToken: tokens['access_token'],
    refreshToken: tokens['refresh_token'],
  }
}

async function theirs(): Promise<Credentials> {
  const pkce = createPkce()
  const [code, tokens] = await Promise.all([peer.code(pkce), peer.tokens()])
  return { pkce, code, accessToken: tokens.access_token, refreshToken: tokens.refresh_token }
}

/** A valid authorization request with these changes. `null` removes a parameter. */
function authorizationRequest(change: Record<string, string | null> = {}, more = ''): Form {
  return () => {
    const query = authorizeQuery(createPkce())
    for (const [name, value] of Object.entries(change))
      if (value === null) query.delete(name)
      else query.set(name, value)
    return query.toString() + more
  }
}

const authorizeRows: readonly Row[] = [
  ...Object.entries<Record<string, string | null>>({
    'a valid request': {},
    'without a state': { state: null },
    'with a nonce': { nonce: 'n' },
    'openid alone': { scope: 'openid' },
    'a scope of the platform alone': { scope: 'auth_user' },
    'two scopes': { scope: 'openid email' },
    'the other redirect URI': { redirect_uri: 'https://kopi.example/other' },
    'response_mode query': { response_mode: 'query' },
    'prompt login': { prompt: 'login' },
    'prompt consent': { prompt: 'consent' },
    'prompt login consent': { prompt: 'login consent' },
    max_age: { max_age: '3600' },
    'max_age 0': { max_age: '0' },
    ui_locales: { ui_locales: 'fil en' },
    login_hint: { login_hint: 'maria' },
    'the resource': { resource: RESOURCE },
    'an unknown parameter': { surprise: 'x' },
    'an empty parameter': { login_hint: '' },
    'a public client': { client_id: 'spa' },
    dpop_jkt: { dpop_jkt: 'x'.repeat(43) },
    'no client': { client_id: null },
    'an empty client': { client_id: '' },
    'an unknown client': { client_id: 'nobody' },
    'no redirect URI, of two': { redirect_uri: null },
    'an empty redirect URI': { redirect_uri: '' },
    'a foreign redirect URI': { redirect_uri: 'https://evil.example/callback' },
    'a redirect URI and more': { redirect_uri: `${REDIRECT_URI}/x` },
    'a redirect URI with a query': { redirect_uri: `${REDIRECT_URI}?x=1` },
    'a redirect URI with a fragment': { redirect_uri: `${REDIRECT_URI}#x` },
    'a redirect URI in http': { redirect_uri: REDIRECT_URI.replace('https', 'http') },
    'a redirect URI in upper case': { redirect_uri: 'https://KOPI.example/callback' },
    'no response type': { response_type: null },
    'response_type token': { response_type: 'token' },
    'response_type id_token': { response_type: 'id_token' },
    'response_type code token': { response_type: 'code token' },
    'response_type none': { response_type: 'none' },
    'response_type unknown': { response_type: 'x' },
    'response_mode fragment': { response_mode: 'fragment' },
    'response_mode form_post': { response_mode: 'form_post' },
    'response_mode unknown': { response_mode: 'x' },
    'no challenge': { code_challenge: null },
    'no challenge and no method': { code_challenge: null, code_challenge_method: null },
    'no method': { code_challenge_method: null },
    'method plain': { code_challenge_method: 'plain' },
    'method unknown': { code_challenge_method: 'S512' },
    'a short challenge': { code_challenge: 'x'.repeat(42) },
    'a challenge with other characters': { code_challenge: '!'.repeat(43) },
    'a long challenge': { code_challenge: 'x'.repeat(129) },
    'no scope': { scope: null },
    'an unknown scope': { scope: 'openid unknown' },
    'only unknown scopes': { scope: 'unknown' },
    'prompt none': { prompt: 'none' },
    'prompt none and login': { prompt: 'none login' },
    'prompt unknown': { prompt: 'x' },
    'max_age negative': { max_age: '-1' },
    'max_age a word': { max_age: 'soon' },
    'a foreign resource': { resource: 'https://evil.example/' },
    'a resource that is no URI': { resource: 'x' },
    'a resource with a fragment': { resource: `${RESOURCE}#x` },
    'a request object that is malformed': { request: 'x' },
    'a request object without a signature': {
      request: `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`,
    },
    'a request URI of elsewhere': { request_uri: 'https://evil.example/request' },
    'a request URI that is unknown': { request_uri: 'urn:ietf:params:oauth:request_uri:x' },
    'a client that has to push': { client_id: 'strict' },
    'dpop_jkt that is malformed': { dpop_jkt: 'x' },
  }).map(
    ([name, change]): Row => ({ endpoint: 'authorize', name, form: authorizationRequest(change) }),
  ),
  ...[
    'client_id',
    'redirect_uri',
    'response_type',
    'scope',
    'state',
    'code_challenge',
    'nonce',
  ].map(
    (name): Row => ({
      endpoint: 'authorize',
      name: `${name} twice`,
      form: authorizationRequest({ nonce: 'n' }, `&${name}=x`),
    }),
  ),
  { endpoint: 'authorize', name: 'as a form', method: 'POST', form: authorizationRequest() },
  {
    endpoint: 'authorize',
    name: 'as JSON',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  },
  { endpoint: 'authorize', name: 'an empty body', form: () => '' },
]

const WEB = basic()
const code =
  (change: Record<string, string | null> = {}): Form =>
  (credentials) => {
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      code: credentials.code,
      code_verifier: credentials.pkce.verifier,
      redirect_uri: REDIRECT_URI,
    })
    for (const [name, value] of Object.entries(change))
      if (value === null) form.delete(name)
      else form.set(name, value)
    return form
  }
const refreshed =
  (more: Record<string, string> = {}): Form =>
  ({ refreshToken }) => ({ grant_type: 'refresh_token', refresh_token: refreshToken, ...more })
const own =
  (more: Record<string, string> = {}): Form =>
  () => ({
    grant_type: 'client_credentials',
    ...more,
  })

const tokenRows: readonly Row[] = [
  { name: 'a code', headers: WEB, form: code() },
  { name: 'a code without redirect_uri', headers: WEB, form: code({ redirect_uri: null }) },
  { name: 'a code without a verifier', headers: WEB, form: code({ code_verifier: null }) },
  { name: 'an empty verifier', headers: WEB, form: code({ code_verifier: '' }) },
  { name: 'another verifier', headers: WEB, form: code({ code_verifier: 'x'.repeat(43) }) },
  { name: 'a short verifier', headers: WEB, form: code({ code_verifier: 'x' }) },
  { name: 'a long verifier', headers: WEB, form: code({ code_verifier: 'x'.repeat(129) }) },
  {
    name: 'a verifier with other characters',
    headers: WEB,
    form: code({ code_verifier: `${'x'.repeat(42)}!` }),
  },
  {
    name: 'another redirect URI',
    headers: WEB,
    form: code({ redirect_uri: 'https://kopi.example/other' }),
  },
  { name: 'an unknown code', headers: WEB, form: code({ code: 'unknown' }) },
  { name: 'no code', headers: WEB, form: code({ code: null }) },
  { name: 'an empty code', headers: WEB, form: code({ code: '' }) },
  {
    name: 'a code of another client',
    headers: {},
    form: code({ client_id: 'post', client_secret: SECRET }),
  },
  { name: 'a code as a public client', headers: {}, form: code({ client_id: 'spa' }) },
  { name: 'a code with the resource', headers: WEB, form: code({ resource: RESOURCE }) },
  {
    name: 'a code with a foreign resource',
    headers: WEB,
    form: code({ resource: 'https://evil.example/' }),
  },
  { name: 'a code with a scope', headers: WEB, form: code({ scope: 'openid' }) },
  { name: 'a refresh token', headers: WEB, form: refreshed() },
  { name: 'a refresh token, narrower', headers: WEB, form: refreshed({ scope: 'openid' }) },
  { name: 'a refresh token, wider', headers: WEB, form: refreshed({ scope: 'openid email' }) },
  { name: 'a refresh token, unknown scope', headers: WEB, form: refreshed({ scope: 'unknown' }) },
  { name: 'an unknown refresh token', headers: WEB, form: refreshed({ refresh_token: 'unknown' }) },
  { name: 'an empty refresh token', headers: WEB, form: refreshed({ refresh_token: '' }) },
  { name: 'no refresh token', headers: WEB, form: () => ({ grant_type: 'refresh_token' }) },
  {
    name: 'a refresh token of another client',
    form: refreshed({ client_id: 'post', client_secret: SECRET }),
  },
  { name: 'a refresh token as a public client', form: refreshed({ client_id: 'spa' }) },
  {
    name: 'an access token as a refresh token',
    headers: WEB,
    form: ({ accessToken }: Credentials) => ({
      grant_type: 'refresh_token',
      refresh_token: accessToken,
    }),
  },
  {
    name: 'a refresh token as a code',
    headers: WEB,
    form: ({ refreshToken }: Credentials) => ({
      grant_type: 'authorization_code',
      code: refreshToken,
      redirect_uri: REDIRECT_URI,
      code_verifier: 'x'.repeat(43),
    }),
  },
  { name: 'client credentials', headers: WEB, form: own() },
  { name: 'client credentials, a scope', headers: WEB, form: own({ scope: 'events' }) },
  { name: 'client credentials, an unknown scope', headers: WEB, form: own({ scope: 'unknown' }) },
  { name: 'client credentials, the resource', headers: WEB, form: own({ resource: RESOURCE }) },
  {
    name: 'client credentials, a foreign resource',
    headers: WEB,
    form: own({ resource: 'https://evil.example/' }),
  },
  { name: 'client credentials, as a public client', form: own({ client_id: 'spa' }) },
  {
    name: 'client credentials, a secret in the body where it belongs',
    form: own({ client_id: 'post', client_secret: SECRET }),
  },
  {
    name: 'a secret in the body where it does not belong',
    form: own({ client_id: 'web', client_secret: SECRET }),
  },
  { name: 'a secret in the header where it does not belong', headers: basic('post'), form: own() },
  { name: 'a wrong secret', headers: basic('web', 'wrong'), form: own() },
  { name: 'an empty secret', headers: basic('web', ''), form: own() },
  { name: 'an unknown client', headers: basic('nobody'), form: own() },
  { name: 'no client', form: own() },
  { name: 'a client without a secret', form: own({ client_id: 'web' }) },
  { name: 'another client in the body', headers: WEB, form: own({ client_id: 'post' }) },
  { name: 'the same client in the body', headers: WEB, form: own({ client_id: 'web' }) },
  {
    name: 'two authentication methods',
    headers: WEB,
    form: own({ client_id: 'web', client_secret: SECRET }),
  },
  { name: 'a header without a colon', headers: { authorization: 'Basic d2Vi' }, form: own() },
  { name: 'a header that is not base64', headers: { authorization: 'Basic !' }, form: own() },
  { name: 'a header of another scheme', headers: { authorization: 'Bearer x' }, form: own() },
  {
    name: 'an assertion that is malformed',
    form: own({
      client_id: 'web',
      client_assertion: 'x',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }),
  },
  {
    name: 'an assertion of an unknown type',
    form: own({ client_id: 'web', client_assertion: 'x', client_assertion_type: 'x' }),
  },
  { name: 'no grant type', headers: WEB, form: () => ({ code: 'x' }) },
  { name: 'an empty grant type', headers: WEB, form: () => ({ grant_type: '' }) },
  { name: 'an unknown grant type', headers: WEB, form: () => ({ grant_type: 'x' }) },
  {
    name: 'the grant type password',
    headers: WEB,
    form: () => ({ grant_type: 'password', username: 'x', password: 'x' }),
  },
  { name: 'the grant type implicit', headers: WEB, form: () => ({ grant_type: 'implicit' }) },
  {
    name: 'grant type twice',
    headers: WEB,
    form: () => 'grant_type=client_credentials&grant_type=client_credentials',
  },
  { name: 'code twice', headers: WEB, form: () => 'grant_type=authorization_code&code=x&code=x' },
  { name: 'an empty body', headers: WEB, form: () => '' },
  { name: 'an empty body without authentication', form: () => '' },
  { name: 'a proof that is malformed', headers: { ...WEB, dpop: 'x' }, form: own() },
  {
    name: 'as JSON',
    headers: { ...WEB, 'content-type': 'application/json' },
    body: '{"grant_type":"client_credentials"}',
  },
  {
    name: 'as text',
    headers: { ...WEB, 'content-type': 'text/plain' },
    body: 'grant_type=client_credentials',
  },
  { name: 'with GET', method: 'GET', headers: WEB, form: own() },
  { name: 'with PUT', method: 'PUT', headers: WEB, form: own() },
  { name: 'an unknown parameter', headers: WEB, form: own({ surprise: 'x' }) },
].map((row): Row => ({ ...row, endpoint: 'token' }))

const pushed = (change: Record<string, string | null> = {}): Form => authorizationRequest(change)
const parRows: readonly Row[] = [
  { name: 'a valid request', headers: WEB, form: pushed() },
  {
    name: 'a nonce and a resource',
    headers: WEB,
    form: pushed({ nonce: 'n', resource: RESOURCE }),
  },
  { name: 'no client id beside the header', headers: WEB, form: pushed({ client_id: null }) },
  { name: 'another client id', headers: WEB, form: pushed({ client_id: 'post' }) },
  { name: 'no authentication', form: pushed() },
  { name: 'a wrong secret', headers: basic('web', 'wrong'), form: pushed() },
  { name: 'no redirect URI', headers: WEB, form: pushed({ redirect_uri: null }) },
  {
    name: 'a foreign redirect URI',
    headers: WEB,
    form: pushed({ redirect_uri: 'https://evil.example/' }),
  },
  { name: 'no challenge', headers: WEB, form: pushed({ code_challenge: null }) },
  { name: 'method plain', headers: WEB, form: pushed({ code_challenge_method: 'plain' }) },
  { name: 'no response type', headers: WEB, form: pushed({ response_type: null }) },
  { name: 'response_type token', headers: WEB, form: pushed({ response_type: 'token' }) },
  { name: 'a request URI inside', headers: WEB, form: pushed({ request_uri: 'urn:x' }) },
  { name: 'a request object that is malformed', headers: WEB, form: pushed({ request: 'x' }) },
  { name: 'a foreign resource', headers: WEB, form: pushed({ resource: 'https://evil.example/' }) },
  { name: 'prompt none and login', headers: WEB, form: pushed({ prompt: 'none login' }) },
  { name: 'max_age a word', headers: WEB, form: pushed({ max_age: 'soon' }) },
  { name: 'with GET', method: 'GET', headers: WEB, form: pushed() },
].map((row): Row => ({ ...row, endpoint: 'par' }))

const ofToken =
  (name: 'accessToken' | 'refreshToken', more: Record<string, string> = {}): Form =>
  (credentials) => ({ token: credentials[name], ...more })

const introspectRows: readonly Row[] = [
  { name: 'an access token', headers: WEB, form: ofToken('accessToken') },
  { name: 'a refresh token', headers: WEB, form: ofToken('refreshToken') },
  {
    name: 'with the right hint',
    headers: WEB,
    form: ofToken('refreshToken', { token_type_hint: 'refresh_token' }),
  },
  {
    name: 'with a wrong hint',
    headers: WEB,
    form: ofToken('refreshToken', { token_type_hint: 'access_token' }),
  },
  {
    name: 'with an unknown hint',
    headers: WEB,
    form: ofToken('refreshToken', { token_type_hint: 'x' }),
  },
  { name: 'an unknown token', headers: WEB, form: () => ({ token: 'unknown' }) },
  { name: 'no token', headers: WEB, form: () => ({ x: 'y' }) },
  { name: 'an empty token', headers: WEB, form: () => ({ token: '' }) },
  { name: 'token twice', headers: WEB, form: () => 'token=x&token=y' },
  { name: 'no authentication', form: ofToken('accessToken') },
  { name: 'a wrong secret', headers: basic('web', 'wrong'), form: ofToken('accessToken') },
  { name: 'with GET', method: 'GET', headers: WEB, form: ofToken('accessToken') },
].map((row): Row => ({ ...row, endpoint: 'introspect' }))

const revokeRows: readonly Row[] = [
  { name: 'an access token', headers: WEB, form: ofToken('accessToken') },
  { name: 'a refresh token', headers: WEB, form: ofToken('refreshToken') },
  {
    name: 'with a wrong hint',
    headers: WEB,
    form: ofToken('refreshToken', { token_type_hint: 'access_token' }),
  },
  {
    name: 'with an unknown hint',
    headers: WEB,
    form: ofToken('refreshToken', { token_type_hint: 'x' }),
  },
  { name: 'an unknown token', headers: WEB, form: () => ({ token: 'unknown' }) },
  {
    name: 'a token of another client',
    form: ofToken('accessToken', { client_id: 'post', client_secret: SECRET }),
  },
  { name: 'no token', headers: WEB, form: () => ({ x: 'y' }) },
  { name: 'token twice', headers: WEB, form: () => 'token=x&token=y' },
  { name: 'no authentication', form: ofToken('accessToken') },
  { name: 'a wrong secret', headers: basic('web', 'wrong'), form: ofToken('accessToken') },
  { name: 'with GET', method: 'GET', headers: WEB, form: ofToken('accessToken') },
].map((row): Row => ({ ...row, endpoint: 'revoke' }))

const userinfoRows: readonly Row[] = [
  {
    name: 'an access token',
    method: 'GET',
    authorization: ({ accessToken }: Credentials) => `Bearer ${accessToken}`,
  },
  {
    name: 'an access token, POST',
    authorization: ({ accessToken }: Credentials) => `Bearer ${accessToken}`,
  },
  {
    name: 'the scheme in lower case',
    method: 'GET',
    authorization: ({ accessToken }: Credentials) => `bearer ${accessToken}`,
  },
  {
    name: 'a refresh token',
    method: 'GET',
    authorization: ({ refreshToken }: Credentials) => `Bearer ${refreshToken}`,
  },
  { name: 'an unknown token', method: 'GET', authorization: () => 'Bearer unknown' },
  { name: 'an empty token', method: 'GET', authorization: () => 'Bearer ' },
  {
    name: 'another scheme',
    method: 'GET',
    authorization: ({ accessToken }: Credentials) => `Basic ${accessToken}`,
  },
  {
    name: 'DPoP without a proof',
    method: 'GET',
    authorization: ({ accessToken }: Credentials) => `DPoP ${accessToken}`,
  },
  { name: 'no token', method: 'GET' },
  {
    name: 'in the query',
    method: 'GET',
    form: ({ accessToken }: Credentials) => ({ access_token: accessToken }),
  },
  { name: 'in the body', form: ({ accessToken }: Credentials) => ({ access_token: accessToken }) },
].map((row): Row => ({ ...row, endpoint: 'userinfo' }))

const ROWS = [
  ...authorizeRows,
  ...tokenRows,
  ...parRows,
  ...introspectRows,
  ...revokeRows,
  ...userinfoRows,
]

type Difference = { readonly ours: string; readonly theirs: string; readonly why: string }
const EXACT = 'RFC 6749 §4.1.2.1 has no other code for it'
const FRAGMENT =
  'it answers these in the fragment; OAuth 2.1 has no such types, and answers in the query'
const RFC_CODE = 'RFC 6749 §5.2: no or unreadable proof of who the client is, is invalid_client'
const ONE_PROOF = 'a client proves who it is in the one way that it is registered with'
const MEDIA = 'RFC 9110 §15.5.16 has a status for it'
const METHOD = 'RFC 9110 §15.5.6 has a status for it, and Allow says what to do'
const NO_PROFILE = 'RFC 6750 §3: who shows no token that can be one is asked for it'

const DIFFERENCES: Readonly<Record<string, Difference>> = {
  ...Object.fromEntries(
    [
      'a foreign redirect URI',
      'a redirect URI and more',
      'a redirect URI with a query',
      'a redirect URI with a fragment',
      'a redirect URI in http',
      'a redirect URI in upper case',
    ].map((name) => [
      `authorize: ${name}`,
      { ours: '400 invalid_request', theirs: '400 invalid_redirect_uri', why: EXACT },
    ]),
  ),
  ...Object.fromEntries(
    ['token', 'id_token', 'code token'].map((type) => [
      `authorize: response_type ${type}`,
      { ours: 'redirect: unsupported_response_type', theirs: 'redirect: null', why: FRAGMENT },
    ]),
  ),
  'authorize: response_type none': {
    ours: 'redirect: unsupported_response_type',
    theirs: 'redirect: invalid_request',
    why: 'it is an unsupported type',
  },
  'authorize: response_mode fragment': {
    ours: 'redirect: invalid_request',
    theirs: 'continues to the login',
    why: 'a fragment is for the implicit grant, which OAuth 2.1 does not have',
  },
  'authorize: response_mode unknown': {
    ours: 'redirect: invalid_request',
    theirs: 'redirect: unsupported_response_mode',
    why: 'no RFC defines this error code',
  },
  'authorize: no scope': {
    ours: 'redirect: invalid_scope',
    theirs: 'continues to the login',
    why: 'RFC 6749 §3.3: without a default scope, a request without scope fails',
  },
  'authorize: only unknown scopes': {
    ours: 'redirect: invalid_scope',
    theirs: 'continues to the login',
    why: 'there is nothing to request from the user',
  },
  'authorize: prompt none': {
    ours: 'continues to the login',
    theirs: 'redirect: login_required',
    why: 'the wallet authenticates the user, so its page reports login_required without showing a prompt',
  },
  'authorize: dpop_jkt that is malformed': {
    ours: 'redirect: invalid_request',
    theirs: 'continues to the login',
    why: 'no key can have this thumbprint, so the code could never be redeemed',
  },
  'authorize: as a form': {
    ours: 'continues to the login',
    theirs: '404',
    why: 'OpenID Connect Core §3.1.2.1 requires POST too; in oidc-provider it must be enabled',
  },
  'authorize: as JSON': { ours: '415 unsupported_media_type', theirs: '404', why: MEDIA },
  'token: a code without redirect_uri': {
    ours: '200',
    theirs: '400 invalid_request',
    why: 'OAuth 2.1 §10.2 removes the parameter; a client that sends it must send the registered value',
  },
  'token: client credentials, an unknown scope': {
    ours: '400 invalid_scope',
    theirs: '200',
    why: 'RFC 6749 §5.2: a scope that cannot be granted is an error',
  },
  'token: client credentials, as a public client': {
    ours: '400 unauthorized_client',
    theirs: '400 invalid_request',
    why: 'RFC 6749 §5.2: this client may not use this grant',
  },
  'token: a secret in the body where it does not belong': {
    ours: '401 invalid_client',
    theirs: '200',
    why: ONE_PROOF,
  },
  'token: a secret in the header where it does not belong': {
    ours: '401 invalid_client',
    theirs: '200',
    why: ONE_PROOF,
  },
  ...Object.fromEntries(
    [
      'token: an empty secret',
      'token: no client',
      'token: a header without a colon',
      'token: a header that is not base64',
      'token: a header of another scheme',
      'token: an assertion that is malformed',
      'token: an assertion of an unknown type',
      'token: an empty body without authentication',
      'introspect: no authentication',
      'revoke: no authentication',
    ].map((name) => [
      name,
      { ours: '401 invalid_client', theirs: '400 invalid_request', why: RFC_CODE },
    ]),
  ),
  'token: as JSON': {
    ours: '415 unsupported_media_type',
    theirs: '400 invalid_request',
    why: MEDIA,
  },
  'token: as text': {
    ours: '415 unsupported_media_type',
    theirs: '400 invalid_request',
    why: MEDIA,
  },
  ...Object.fromEntries(
    [
      'token: with GET',
      'token: with PUT',
      'par: with GET',
      'introspect: with GET',
      'revoke: with GET',
    ].map((name) => [name, { ours: '405 method_not_allowed', theirs: '404', why: METHOD }]),
  ),
  'par: no client id beside the header': {
    ours: '201',
    theirs: '400 invalid_request',
    why: 'the header already names the client, and RFC 9126 §2.1 requires client_id once',
  },
  'par: a request URI inside': {
    ours: '400 invalid_request',
    theirs: '400 request_uri_not_supported',
    why: 'RFC 9126 §2.1 forbids it here; the error code of oidc-provider is non-standard',
  },
  'revoke: a token of another client': {
    ours: '200',
    theirs: '400 invalid_request',
    why: 'RFC 7009 §2.2: an invalid token is not an error',
  },
  ...Object.fromEntries(
    ['an empty token', 'another scheme', 'DPoP without a proof', 'in the query'].map((name) => [
      `userinfo: ${name}`,
      { ours: '401 invalid_token', theirs: '400 invalid_request', why: NO_PROFILE },
    ]),
  ),
}

describe('compared with oidc-provider', () => {
  it('the table has at least 150 different rows', () => {
    const names = ROWS.map(({ endpoint, name }) => `${endpoint}: ${name}`)
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBeGreaterThanOrEqual(150)
    expect(names).toEqual(expect.arrayContaining(Object.keys(DIFFERENCES)))
  })

  it.each(ROWS)('$endpoint: $name', async (row) => {
    const [ourCredentials, theirCredentials] = await Promise.all([ours(), theirs()])
    const [our, their] = await Promise.all([
      outcome('ours', row, ourCredentials),
      outcome('theirs', row, theirCredentials),
    ])
    const difference = DIFFERENCES[`${row.endpoint}: ${row.name}`]
    const { ours: expected, theirs: expectedOfPeer } = difference ?? { ours: their, theirs: our }
    expect({ ours: our, theirs: their }).toEqual({ ours: expected, theirs: expectedOfPeer })
  })
})
