/**
 * @module The requests of the OAuth endpoints: which parameters each one reads, and which values are valid.
 */
import { CONSENT_DURATIONS } from '@assent/protocol'
import Type, { type TObject, type TSchema } from 'typebox'
import { oneOf } from '../../config/schema/fields.ts'
import { EVENT_CURSOR_PATTERN } from '../../engine/events.ts'
import { RESPONSE_MODES } from '../../engine/records.ts'
import type { GrantType } from '../../engine/registry.ts'
import { PROMPTS } from '../../http/oauth/authorization/rfc6749-authorize.ts'
import { AUTHORIZATION_DETAILS_TYPE } from '../../http/oauth/authorization/rfc9396-authorization-details.ts'
import { ASSERTION_TYPE } from '../../http/oauth/client-authentication.ts'
import { MAX_RESOURCES, SCOPE_NAME_PATTERN } from '../../http/oauth/form-parameters.ts'
import { CONFIRM_FIELD } from '../../http/oauth/logout/logout-page.tsx'
import { PARAMETERS, type ParameterName } from '../../http/oauth/parameters.ts'
import { GRANT_ACTIONS } from '../../http/oauth/resources/grant-management.ts'
import { CODE_VERIFIER, SHA256_BASE64URL } from '../../http/oauth/rfc7636-verifier.ts'
import { ACCESS_TOKEN, AUTH_CODE } from '../../http/oauth/tokens/rfc8693-token-exchange.ts'

const listOf = (pattern: string): string => `^${pattern}( ${pattern})*$`

/** What is known about values besides their length. */
const VALUES: Readonly<Partial<Record<ParameterName, object>>> = {
  client_assertion_type: { const: ASSERTION_TYPE },
  response_type: { const: 'code' },
  response_mode: { enum: RESPONSE_MODES },
  scope: { pattern: listOf(SCOPE_NAME_PATTERN) },
  code_challenge: { pattern: SHA256_BASE64URL.source },
  code_challenge_method: { const: 'S256' },
  code_verifier: { pattern: CODE_VERIFIER.source },
  dpop_jkt: { pattern: SHA256_BASE64URL.source },
  subject_token_type: { enum: [ACCESS_TOKEN, AUTH_CODE] },
  requested_token_type: { const: ACCESS_TOKEN },
  prompt: { pattern: listOf(`(${PROMPTS.join('|')})`) },
  max_age: { pattern: '^[0-9]{1,9}$' },
  claims: { contentMediaType: 'application/json' },
  authorization_details: { contentMediaType: 'application/json' },
  grant_management_action: { enum: GRANT_ACTIONS },
  cursor: { pattern: EVENT_CURSOR_PATTERN },
}

/** The parameters that may be sent several times. */
const LISTS: readonly ParameterName[] = ['resource', 'audience']

/** A parameter without a value counts as absent (RFC 6749 §3.1), so a required one has a value. */
function parameterSchema(name: ParameterName, isRequired = false): TSchema {
  const { maxBytes, description } = PARAMETERS[name]
  const value = {
    type: 'string',
    ...(isRequired && { minLength: 1 }),
    maxLength: maxBytes,
    ...VALUES[name],
  }
  return Type.Unsafe(
    LISTS.includes(name)
      ? { type: 'array', items: value, maxItems: MAX_RESOURCES, description }
      : { ...value, description },
  )
}

type Parameters = Readonly<Record<string, TSchema>>

/** @param parts names of parameters, and parameters with a schema of their own */
function form(
  title: string,
  required: readonly ParameterName[],
  optional: readonly ParameterName[],
  own: Parameters = {},
): TObject {
  return Type.Object(
    {
      ...own,
      ...Object.fromEntries(required.map((name) => [name, parameterSchema(name, true)])),
      ...Object.fromEntries(optional.map((name) => [name, Type.Optional(parameterSchema(name))])),
    },
    { title },
  )
}

/** How a client says who it is, unless the `Authorization` header does. */
const CLIENT: readonly ParameterName[] = [
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
]

const REQUEST: readonly ParameterName[] = [
  'response_type',
  'redirect_uri',
  'scope',
  'state',
  'response_mode',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'resource',
  'authorization_details',
  'claims',
  'prompt',
  'max_age',
  'acr_values',
  'login_hint',
  'id_token_hint',
  'ui_locales',
  'dpop_jkt',
  'grant_management_action',
  'grant_id',
  'request',
]

const grantType = (value: GrantType): Parameters => ({
  grant_type: Type.Literal(value, { description: PARAMETERS.grant_type.description }),
})

export const FORMS = {
  authorize: form('AuthorizationRequest', ['client_id'], [...REQUEST, 'request_uri']),
  pushedRequest: form('PushedAuthorizationRequest', [], [...CLIENT, ...REQUEST]),
  introspect: form('IntrospectionRequest', ['token'], ['token_type_hint', ...CLIENT]),
  revoke: form('RevocationRequest', ['token'], ['token_type_hint', ...CLIENT]),
  userinfo: form('UserInfoRequest', [], ['access_token']),
  logout: form(
    'LogoutRequest',
    [],
    [
      'id_token_hint',
      'client_id',
      'post_logout_redirect_uri',
      'state',
      'logout_hint',
      'ui_locales',
      CONFIRM_FIELD,
    ],
  ),
  formPost: form('FormPostRequest', ['response'], []),
  logoutEnd: form('LogoutEndRequest', ['logout_request'], ['ui_locales']),
  events: form('EventsRequest', [], ['cursor']),
  deletions: form('DeletionRequest', ['sub'], []),
} as const

/** One form for each grant. */
export const TOKEN_FORMS: Readonly<Record<GrantType, TObject>> = {
  authorization_code: form(
    'AuthorizationCodeGrant',
    ['code'],
    ['redirect_uri', 'code_verifier', 'resource', ...CLIENT],
    grantType('authorization_code'),
  ),
  refresh_token: form(
    'RefreshTokenGrant',
    ['refresh_token'],
    ['scope', 'resource', ...CLIENT],
    grantType('refresh_token'),
  ),
  client_credentials: form(
    'ClientCredentialsGrant',
    [],
    ['scope', 'resource', ...CLIENT],
    grantType('client_credentials'),
  ),
  'urn:ietf:params:oauth:grant-type:token-exchange': form(
    'TokenExchangeGrant',
    ['subject_token', 'subject_token_type'],
    [
      'requested_token_type',
      'scope',
      'resource',
      'audience',
      'code_verifier',
      'redirect_uri',
      ...CLIENT,
    ],
    grantType('urn:ietf:params:oauth:grant-type:token-exchange'),
  ),
}

/** The content of `authorization_details`. */
export const AuthorizationDetail: TObject = Type.Object(
  {
    type: Type.Literal(AUTHORIZATION_DETAILS_TYPE),
    scopes: Type.Array(Type.String()),
    lifetime: Type.Optional(
      oneOf(CONSENT_DURATIONS, 'How long the consent lasts. Absent: until it is withdrawn.'),
    ),
  },
  {
    title: 'AuthorizationDetail',
    additionalProperties: false,
    description: 'What the user granted (RFC 9396). A request may also have `required: true`.',
  },
)
