/**
 * @module The metadata with which a client registers itself.
 * @see [RFC 7591 §2](https://www.rfc-editor.org/rfc/rfc7591.html#section-2)
 */
import type { FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { TOKEN_ALGORITHMS } from '../../../engine/oauth/token-algorithms.ts'
import type { OAuthClient } from '../../../engine/registry.ts'
import { InvalidJsonError, parseStrictJson } from '../../strict-json.ts'
import { OAuthError } from '../errors.ts'
import { bodyOf } from '../form-parameters.ts'

/** The members of a client that it registers itself → their registered metadata names (RFC 7591 §2, RFC 9126 §6, RFC 9101 §10.5, RFC 9449 §5.2, RFC 9701 §6, OpenID Connect Registration §2). */
export const METADATA_NAMES = {
  redirectUris: 'redirect_uris',
  tokenEndpointAuth: 'token_endpoint_auth_method',
  grantTypes: 'grant_types',
  jwks: 'jwks',
  jwksUri: 'jwks_uri',
  sectorIdentifierUri: 'sector_identifier_uri',
  requirePushedAuthorizationRequests: 'require_pushed_authorization_requests',
  requireSignedRequestObject: 'require_signed_request_object',
  dpopBoundAccessTokens: 'dpop_bound_access_tokens',
  idTokenSignedResponseAlg: 'id_token_signed_response_alg',
  introspectionSignedResponseAlg: 'introspection_signed_response_alg',
  userinfoSignedResponseAlg: 'userinfo_signed_response_alg',
  backchannelLogoutUri: 'backchannel_logout_uri',
  postLogoutRedirectUris: 'post_logout_redirect_uris',
} as const satisfies Partial<Record<keyof OAuthClient, string>>

export const FLAGS = [
  'requirePushedAuthorizationRequests',
  'requireSignedRequestObject',
  'dpopBoundAccessTokens',
] as const satisfies readonly (keyof typeof METADATA_NAMES)[]

export const ALGORITHMS = ['idTokenSignedResponseAlg', 'introspectionSignedResponseAlg'] as const

const uri = (description: string) => Type.Optional(Type.String({ maxLength: 1024, description }))
const uris = (description: string) =>
  Type.Optional(Type.Array(Type.String({ maxLength: 1024 }), { maxItems: 16, description }))
const flag = (description: string) => Type.Optional(Type.Boolean({ description }))
const algorithm = (description: string) =>
  Type.Optional(
    Type.Union(
      TOKEN_ALGORITHMS.map((one) => Type.Literal(one)),
      { description },
    ),
  )

/** Other members are ignored (RFC 7591 §2). */
export const MetadataSchema = Type.Object(
  {
    [METADATA_NAMES.redirectUris]: uris(
      'Where authorization responses may be sent, compared as text.',
    ),
    [METADATA_NAMES.tokenEndpointAuth]: Type.Optional(
      Type.Union(
        [
          Type.Literal('none'),
          Type.Literal('client_secret_basic'),
          Type.Literal('client_secret_post'),
          Type.Literal('private_key_jwt'),
        ],
        { description: 'How the client authenticates. Default `client_secret_basic`.' },
      ),
    ),
    [METADATA_NAMES.grantTypes]: Type.Optional(
      Type.Array(Type.String({ maxLength: 128 }), {
        maxItems: 8,
        description: 'Default `authorization_code` and `refresh_token`.',
      }),
    ),
    [METADATA_NAMES.jwks]: Type.Optional(
      Type.Object(
        {
          keys: Type.Array(Type.Record(Type.String(), Type.Unknown()), {
            minItems: 1,
            maxItems: 8,
          }),
        },
        { description: 'The public keys of the client (RFC 7517 §5).' },
      ),
    ),
    [METADATA_NAMES.jwksUri]: uri('Where the public keys are, instead of `jwks`.'),
    [METADATA_NAMES.sectorIdentifierUri]: uri(
      'A document that lists every redirect URI (OpenID Connect Registration §5).',
    ),
    [METADATA_NAMES.requirePushedAuthorizationRequests]: flag('Only pushed requests (RFC 9126).'),
    [METADATA_NAMES.requireSignedRequestObject]: flag('Only signed requests (RFC 9101).'),
    [METADATA_NAMES.dpopBoundAccessTokens]: flag('Only tokens that are bound to a key (RFC 9449).'),
    [METADATA_NAMES.idTokenSignedResponseAlg]: algorithm('Signs ID tokens. Default `RS256`.'),
    [METADATA_NAMES.introspectionSignedResponseAlg]: algorithm(
      'Signs introspection responses that are JWTs. Default `RS256`.',
    ),
    [METADATA_NAMES.userinfoSignedResponseAlg]: algorithm(
      'Signs UserInfo responses. Default: they are JSON without a signature.',
    ),
    [METADATA_NAMES.backchannelLogoutUri]: uri('Receives logout tokens.'),
    [METADATA_NAMES.postLogoutRedirectUris]: uris('Where the browser may return after a logout.'),
    response_types: Type.Optional(
      Type.Array(Type.Literal('code'), { maxItems: 1, description: 'Only `code`.' }),
    ),
    client_id: Type.Optional(
      Type.String({ maxLength: 128, description: 'Only when a registration is replaced.' }),
    ),
    client_secret: Type.Optional(
      Type.String({ maxLength: 128, description: 'Never to be sent: the server chooses secrets.' }),
    ),
    client_name: Type.Optional(
      Type.Unknown({
        description:
          'The name of the mini program or its merchant. Other languages: `client_name#` and a language. It is checked, and not kept.',
      }),
    ),
  },
  { title: 'ClientMetadata', description: 'RFC 7591 §2. Unknown members are ignored.' },
)
const compiled = Compile(MetadataSchema)

export type Metadata = Static<typeof MetadataSchema>

/** @throws {OAuthError} `invalid_client_metadata` */
export function readMetadata(request: FastifyRequest): Metadata {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    throw new OAuthError('unsupported_media_type', 'Send client metadata as application/json.')
  try {
    const metadata = parseStrictJson(Buffer.from(bodyOf(request)))
    if (compiled.Check(metadata)) return metadata as Metadata
    const [first] = compiled.Errors(metadata)
    throw new InvalidJsonError(`Missing or invalid: ${first?.instancePath.slice(1) || 'the body'}.`)
  } catch (error) {
    if (!(error instanceof InvalidJsonError)) throw error
    throw new OAuthError('invalid_client_metadata', error.message)
  }
}
