/**
 * @module The responses of the OAuth endpoints. Every member is listed, so that a test finds those that are not documented.
 */
import Type, { type TObject, type TSchema } from 'typebox'
import { closed, oneOf } from '../../config/schema/fields.ts'
import { TOKEN_ALGORITHMS } from '../../engine/oauth/token-algorithms.ts'
import { OAUTH_ERRORS } from '../../http/oauth/errors.ts'
import { METADATA_NAMES, MetadataSchema } from '../../http/oauth/registration/rfc7591-metadata.ts'
import { CLAIMS } from '../../http/oauth/rfc8414-metadata.ts'
import { AuthorizationDetail } from './requests.ts'

const seconds = (description: string): TSchema => Type.Integer({ minimum: 0, description })
const uri = (description?: string): TSchema =>
  Type.String({ format: 'uri', ...(description !== undefined && { description }) })
const text = (description: string): TSchema => Type.String({ description })
const texts = (): TSchema => Type.Array(Type.String())

const TokenKind = oneOf(['Bearer', 'DPoP'], 'DPoP: bound to the key of the DPoP proof (RFC 9449).')
const Details = Type.Array(AuthorizationDetail)

export const OAuthErrorSchema: TObject = closed(
  {
    error: oneOf(Object.keys(OAUTH_ERRORS), 'The code of the RFC of the endpoint.'),
    error_description: text('What is wrong and what to do. It contains no data of users.'),
  },
  { title: 'Error', description: 'RFC 6749 §5.2.' },
)

export const TokenResponseSchema: TObject = closed(
  {
    access_token: text('Sealed, or a JWT (RFC 9068) for clients and resources that have these.'),
    token_type: TokenKind,
    expires_in: seconds('Seconds.'),
    scope: text('What was granted, which can be less than was requested.'),
    refresh_token: Type.Optional(text('Replaces the one of the request.')),
    id_token: Type.Optional(text('With the scope `openid`.')),
    issued_token_type: Type.Optional(text('In token exchange.')),
    grant_id: Type.Optional(text('Identifies the grant in grant management.')),
    authorization_details: Type.Optional(Details),
  },
  { title: 'TokenResponse', description: 'RFC 6749 §5.1.' },
)

export const PushedResponseSchema: TObject = closed(
  {
    request_uri: text('To be sent to the authorization endpoint.'),
    expires_in: seconds('Seconds.'),
  },
  { title: 'PushedAuthorizationResponse', description: 'RFC 9126 §2.2.' },
)

const InactiveToken = closed({ active: Type.Literal(false) }, { title: 'InactiveToken' })
const ActiveToken = closed(
  {
    active: Type.Literal(true),
    iss: uri(),
    client_id: text('The client that the token was issued to.'),
    scope: text('What the token permits now.'),
    iat: seconds('Epoch seconds.'),
    exp: seconds('Epoch seconds.'),
    token_type: Type.Optional(TokenKind),
    aud: Type.Unsafe({
      type: ['string', 'array'],
      items: { type: 'string' },
      description: 'The resource servers of the token.',
    }),
    sub: Type.Optional(text('The user, pairwise.')),
    auth_time: Type.Optional(seconds('When the user logged in, in epoch seconds.')),
    cnf: Type.Optional(closed({ jkt: text('The thumbprint of the key (RFC 9449 §6).') })),
    authorization_details: Type.Optional(Details),
  },
  { title: 'ActiveToken' },
)
export const IntrospectionSchema: TSchema = Type.Unsafe({
  title: 'Introspection',
  type: 'object',
  description: 'RFC 7662 §2.2. A token that does not belong to the caller is not active.',
  oneOf: [ActiveToken, InactiveToken],
})

const STANDARD_CLAIMS: Readonly<Record<string, TSchema>> = {
  email_verified: Type.Boolean(),
  phone_number_verified: Type.Boolean(),
  address: closed({ formatted: Type.String() }),
}
/** The claims of the metadata that only tokens have. */
const TOKEN_CLAIMS = ['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'acr']

export const UserInfoSchema: TObject = Type.Object(
  {
    sub: text('The user, pairwise.'),
    ...Object.fromEntries(
      CLAIMS.filter((claim) => !TOKEN_CLAIMS.includes(claim)).map((claim) => [
        claim,
        Type.Optional(STANDARD_CLAIMS[claim] ?? Type.String()),
      ]),
    ),
  },
  {
    title: 'UserInfo',
    description:
      'OpenID Connect Core §5.1: the claims that the granted scopes permit. Data without a claim has the names of the merchant API.',
  },
)

export const GrantSchema: TObject = closed(
  {
    sub: text('The user, pairwise.'),
    scopes: Type.Array(
      closed({
        scope: Type.String(),
        granted_at: seconds('Epoch seconds.'),
        lifetime: Type.Optional(AuthorizationDetail.properties['lifetime'] as TSchema),
        expires_at: Type.Optional(seconds('Epoch seconds.')),
        resources: Type.Optional(texts()),
      }),
    ),
  },
  { title: 'Grant', description: 'FAPI Grant Management §6.3.' },
)

export const RegistrationSchema: TObject = closed(
  {
    client_id: text('The new client.'),
    client_id_issued_at: seconds('Epoch seconds.'),
    client_secret: Type.Optional(text('Shown once.')),
    client_secret_expires_at: Type.Optional(seconds('0: never.')),
    registration_client_uri: uri('Where the registration is read, replaced and ended (RFC 7592).'),
    registration_access_token: text('Permits that.'),
    response_types: texts(),
    subject_type: Type.Literal('pairwise'),
    ...Object.fromEntries(
      Object.values(METADATA_NAMES).map((name) => [name, MetadataSchema.properties[name]]),
    ),
  },
  { title: 'ClientRegistration', description: 'RFC 7591 §3.2.1.' },
)

const KeySchema = Type.Object(
  {
    kty: Type.String(),
    kid: Type.String(),
    use: Type.Optional(Type.String()),
    alg: Type.Optional(Type.String()),
  },
  { title: 'JsonWebKey', description: 'RFC 7517 §4.' },
)
export const KeySetSchema: TObject = closed(
  { keys: Type.Array(KeySchema) },
  { title: 'JsonWebKeySet', description: 'RFC 7517 §5.' },
)

const algorithms = (): TSchema => Type.Array(oneOf(TOKEN_ALGORITHMS))

/** Members of metadata that have the same kind of value. */
function members(names: readonly string[], schema: () => TSchema): Record<string, TSchema> {
  return Object.fromEntries(names.map((name) => [name, schema()]))
}

export const ServerMetadataSchema: TObject = closed(
  {
    issuer: uri('The identity of this server: compare it with the `iss` of responses.'),
    ...members(
      [
        'authorization_endpoint',
        'pushed_authorization_request_endpoint',
        'token_endpoint',
        'introspection_endpoint',
        'revocation_endpoint',
        'userinfo_endpoint',
        'jwks_uri',
        'grant_management_endpoint',
        'end_session_endpoint',
      ],
      uri,
    ),
    registration_endpoint: Type.Optional(uri('If clients can register.')),
    ...members(
      [
        'grant_management_actions_supported',
        'response_types_supported',
        'response_modes_supported',
        'grant_types_supported',
        'code_challenge_methods_supported',
        'request_object_signing_alg_values_supported',
        'authorization_details_types_supported',
        'token_endpoint_auth_methods_supported',
        'token_endpoint_auth_signing_alg_values_supported',
        'introspection_endpoint_auth_methods_supported',
        'introspection_endpoint_auth_signing_alg_values_supported',
        'revocation_endpoint_auth_methods_supported',
        'revocation_endpoint_auth_signing_alg_values_supported',
        'dpop_signing_alg_values_supported',
        'subject_types_supported',
        'prompt_values_supported',
        'claims_supported',
        'ui_locales_supported',
        'scopes_supported',
      ],
      texts,
    ),
    ...members(
      [
        'introspection_signing_alg_values_supported',
        'id_token_signing_alg_values_supported',
        'userinfo_signing_alg_values_supported',
      ],
      algorithms,
    ),
    ...members(
      [
        'grant_management_action_required',
        'authorization_response_iss_parameter_supported',
        'require_pushed_authorization_requests',
        'request_parameter_supported',
        'request_uri_parameter_supported',
        'claims_parameter_supported',
        'backchannel_logout_supported',
        'backchannel_logout_session_supported',
      ],
      () => Type.Boolean(),
    ),
  },
  { title: 'ServerMetadata', description: 'RFC 8414 §2 and OpenID Connect Discovery §3.' },
)

export const ResourceMetadataSchema: TObject = closed(
  {
    resource: uri('The URL that was asked for.'),
    authorization_servers: Type.Array(uri()),
    jwks_uri: uri(),
    ...members(
      ['scopes_supported', 'bearer_methods_supported', 'dpop_signing_alg_values_supported'],
      texts,
    ),
    dpop_bound_access_tokens_required: Type.Boolean(),
  },
  { title: 'ResourceMetadata', description: 'RFC 9728 §2.' },
)
