/**
 * @module The parameters of OAuth requests. The reader of forms takes their lengths from this table, and the OpenAPI document their
 * meanings.
 */
import { MAX_AUTH_REQUEST_LENGTH } from '../../engine/oauth/authorize.ts'
import { MAX_SCOPE_TEXT_LENGTH } from '../../engine/registry.ts'

export type Parameter = {
  /** In bytes of UTF-8. Counts for requests that use the parameter (RFC 6749 §3.1). */
  readonly maxBytes: number
  readonly description: string
}

/**
 * Together, the parameters of an authorization request fit into `MAX_AUTH_REQUEST_LENGTH` when each has its maximum length. An endpoint
 * ignores parameters that it does not know or need.
 */
export const PARAMETERS = {
  client_id: { maxBytes: 128, description: 'The client.' },
  client_secret: { maxBytes: 128, description: 'The secret, for `client_secret_post`.' },
  client_assertion: {
    maxBytes: 8192,
    description: 'A JWT that the client signed, for `private_key_jwt` (RFC 7523).',
  },
  client_assertion_type: { maxBytes: 128, description: 'The kind of `client_assertion`.' },
  redirect_uri: {
    maxBytes: 1024,
    description:
      'Identical to a registered one. Required in OpenID Connect and FAPI requests, and if the client has several.',
  },
  response_type: { maxBytes: 64, description: 'The authorization code flow.' },
  response_mode: { maxBytes: 64, description: 'How the response is returned. Default `query`.' },
  scope: {
    maxBytes: MAX_SCOPE_TEXT_LENGTH,
    description: 'Scope names, separated by single spaces.',
  },
  state: { maxBytes: 1024, description: 'Returned unchanged with the response.' },
  nonce: { maxBytes: 255, description: 'Returned in the ID token.' },
  code: { maxBytes: 4096, description: 'The authorization code. It works once, for 60 seconds.' },
  code_verifier: { maxBytes: 128, description: 'The verifier of `code_challenge` (RFC 7636).' },
  code_challenge: {
    maxBytes: 43,
    description: 'The SHA-256 hash of the code verifier, in base64url (RFC 7636).',
  },
  code_challenge_method: { maxBytes: 8, description: 'The only method.' },
  grant_type: { maxBytes: 128, description: 'What the client exchanges for tokens.' },
  refresh_token: { maxBytes: 4096, description: 'The latest refresh token of the grant.' },
  token: {
    maxBytes: 16_384,
    description: 'An access token, also as a JWT, a refresh token or a client token.',
  },
  access_token: {
    maxBytes: 4096,
    description: 'The access token, in a form instead of the header (RFC 6750 §2.2).',
  },
  token_type_hint: { maxBytes: 64, description: 'Not needed: tokens tell their kind.' },
  subject_token: {
    maxBytes: 16_384,
    description: 'An access token of the user, or the code of a mini program.',
  },
  subject_token_type: { maxBytes: 128, description: 'The kind of `subject_token`.' },
  requested_token_type: { maxBytes: 128, description: 'Only access tokens are issued.' },
  actor_token: { maxBytes: 1024, description: 'Not supported: the client is the actor.' },
  actor_token_type: { maxBytes: 1024, description: 'Not supported: the client is the actor.' },
  resource: {
    maxBytes: 256,
    description: 'A resource server for which the token is requested (RFC 8707).',
  },
  audience: {
    maxBytes: 256,
    description: 'In token exchange, the same as `resource` (RFC 8693 §2.1).',
  },
  authorization_details: {
    maxBytes: 2048,
    description: 'Scopes that are required or have a consent duration, as JSON (RFC 9396).',
  },
  request: { maxBytes: 16_384, description: 'The request as a signed JWT (RFC 9101).' },
  request_uri: {
    maxBytes: MAX_AUTH_REQUEST_LENGTH + 64,
    description: 'The `request_uri` of a pushed request (RFC 9126).',
  },
  registration: { maxBytes: 1024, description: 'Not supported: register the client first.' },
  id_token_hint: {
    maxBytes: 2048,
    description: 'An ID token of this server for the expected user. It may have expired.',
  },
  response: { maxBytes: 8192, description: 'The sealed authorization response.' },
  prompt: { maxBytes: 64, description: 'What the user must be asked, separated by spaces.' },
  max_age: { maxBytes: 10, description: 'The maximum age of the login in seconds.' },
  claims: {
    maxBytes: 2048,
    description: 'Single claims that are requested, as JSON (OpenID Connect Core §5.5).',
  },
  acr_values: { maxBytes: 256, description: 'Preferred authentication contexts.' },
  login_hint: { maxBytes: 256, description: "Passed on to the wallet's page." },
  ui_locales: { maxBytes: 128, description: 'Preferred languages, separated by spaces.' },
  dpop_jkt: {
    maxBytes: 43,
    description: 'The thumbprint of the key to which the code is bound (RFC 9449 §10).',
  },
  grant_management_action: {
    maxBytes: 1024,
    description: 'What happens to the existing grant (FAPI Grant Management).',
  },
  grant_id: { maxBytes: 1024, description: 'The `grant_id` of a token response.' },
  logout_hint: { maxBytes: 256, description: "Passed on to the wallet's page." },
  logout_request: {
    maxBytes: 8192,
    description: "The `logoutRequest` that the wallet's page received.",
  },
  post_logout_redirect_uri: {
    maxBytes: 1024,
    description: 'Where the browser returns, identical to a registered one.',
  },
  confirm: {
    maxBytes: 1024,
    description:
      'The answer of the user to the question of this server. Only its own page sends it.',
  },
  cursor: { maxBytes: 1024, description: 'The `cursor` of the previous response.' },
  sub: { maxBytes: 1024, description: 'The user, as in ID tokens.' },
} as const satisfies Record<string, Parameter>

export type ParameterName = keyof typeof PARAMETERS
