/**
 * @module The operations of the OAuth endpoints: what each one does, reads and replies. The compiler requires one for every endpoint and
 * method of `http/oauth/endpoints.ts`.
 */
import Type, { type TObject, type TSchema } from 'typebox'
import { EventSchema } from '../../admin-api/operations/events.ts'
import { closed } from '../../config/schema/fields.ts'
import type {
  METADATA_ENDPOINTS,
  OAUTH_ENDPOINTS,
  REGISTRATION_ENDPOINTS,
} from '../../http/oauth/endpoints.ts'
import type { OAuthErrorCode } from '../../http/oauth/errors.ts'
import { MetadataSchema } from '../../http/oauth/registration/rfc7591-metadata.ts'
import { exampleOf, REGISTRATION_EXAMPLE } from './examples.ts'
import { FORMS, TOKEN_FORMS } from './requests.ts'
import {
  GrantSchema,
  IntrospectionSchema,
  KeySetSchema,
  PushedResponseSchema,
  RegistrationSchema,
  ResourceMetadataSchema,
  ServerMetadataSchema,
  TokenResponseSchema,
  UserInfoSchema,
} from './responses.ts'

export const TAGS = {
  authorization: 'The browser of a user asks for consent.',
  tokens: 'Clients obtain, inspect and revoke tokens.',
  resources: 'What tokens open: data of the user, grants, events.',
  logout: 'The browser of a user logs out.',
  registration: 'Clients register themselves, if the operator permits it.',
  metadata: 'Public documents about this server.',
} as const

export type HeaderName =
  | 'Location'
  | 'DPoP-Nonce'
  | 'assent-revocation-sequence'
  | 'WWW-Authenticate'
  | 'Retry-After'

export type Answer = {
  readonly description: string
  readonly content?: Readonly<Record<string, TSchema>>
  readonly headers?: readonly HeaderName[]
}

type Example = Readonly<Record<string, unknown>>

export type Operation = {
  readonly id: string
  readonly tag: keyof typeof TAGS
  readonly summary: string
  readonly description: string
  /** Parameters of the query. */
  readonly query?: TObject
  readonly queryExample?: Example
  /** The forms that a body can be. */
  readonly forms?: readonly TObject[]
  readonly formExamples?: Readonly<Record<string, Example>>
  /** A JSON body. */
  readonly json?: TSchema
  readonly jsonExample?: Example
  /** Whether a DPoP proof may be sent beside the client authentication. */
  readonly readsProof?: boolean
  readonly answers: Readonly<Record<number, Answer>>
  /** Errors, with the status if it is another one than that of the table. */
  readonly errors: readonly (OAuthErrorCode | readonly [OAuthErrorCode, status: number])[]
}

const json = (schema: TSchema): NonNullable<Answer['content']> => ({ 'application/json': schema })
const HTML: NonNullable<Answer['content']> = {
  'text/html': Type.String({ description: 'A page.' }),
}

const FORM_ERRORS = ['invalid_request', 'unsupported_media_type'] as const
const CLIENT_ERRORS = [
  ...FORM_ERRORS,
  'invalid_client',
  ['unauthorized_client', 403],
  'slow_down',
] as const
const PROOF_ERRORS = ['invalid_dpop_proof', 'use_dpop_nonce'] as const
const TOKEN_ERRORS = [
  'invalid_request',
  'invalid_token',
  'insufficient_scope',
  ['unauthorized_client', 403],
  ['invalid_dpop_proof', 401],
  ['use_dpop_nonce', 401],
] as const
/** What an authorization request can be refused with. */
const REQUEST_ERRORS = [
  'unauthorized_client',
  'unsupported_response_type',
  'invalid_scope',
  'invalid_target',
  'invalid_authorization_details',
  'invalid_request_object',
  'registration_not_supported',
  'invalid_grant_id',
] as const

const REQUEST_PARAMETERS = [
  'client_id',
  'response_type',
  'redirect_uri',
  'scope',
  'state',
  'code_challenge',
  'code_challenge_method',
] as const

const AUTHORIZE = {
  tag: 'authorization',
  answers: {
    303: {
      description:
        "The wallet's page, or the client's `redirect_uri` with `error`, `error_description`, `state` and `iss`.",
      headers: ['Location'],
    },
  },
  errors: [
    'invalid_request',
    ['invalid_client', 400],
    'invalid_request_uri',
    'request_uri_not_supported',
    'invalid_request_object',
  ],
} as const
const AUTHORIZE_TEXT = `A client sends the browser here. It comes back to \`redirect_uri\` with \`code\` (or \`error\`), \`state\` and \`iss\`
(RFC 9207). If the request names one client and one of its redirect URIs, errors go there too: ${REQUEST_ERRORS.map((one) => `\`${one}\``).join(', ')},
\`access_denied\`, \`login_required\`, \`consent_required\`, \`temporarily_unavailable\`. Otherwise the status tells, and browsers get a page.`

const LOGOUT = {
  tag: 'logout',
  answers: {
    200: { description: 'The question whether to log out, or that it is done.', content: HTML },
    303: {
      description: "The wallet's page, or `post_logout_redirect_uri`.",
      headers: ['Location'],
    },
  },
  errors: ['invalid_request', ['invalid_client', 400]],
} as const
const LOGOUT_TEXT =
  'OpenID Connect RP-Initiated Logout. With `id_token_hint` the user is logged out, and all clients of the mini program are told. Without it, the user is asked first.'

const USERINFO = {
  tag: 'resources',
  answers: {
    200: {
      description: 'The claims; a JWT for clients with `userinfo_signed_response_alg`.',
      content: { ...json(UserInfoSchema), 'application/jwt': Type.String() },
      headers: ['DPoP-Nonce'],
    },
  },
} as const
const USERINFO_ERRORS = [...TOKEN_ERRORS, 'temporarily_unavailable', 'access_denied'] as const

const GRANT = { tag: 'resources', errors: [...TOKEN_ERRORS, 'not_found'] } as const
const METADATA = { tag: 'metadata', errors: [] } as const
const REGISTRATION = { tag: 'registration' } as const
/** An id that is too long is at no path of this server. */
const REGISTERED_ERRORS = ['invalid_token', 'not_found'] as const
const REGISTRATION_ERRORS = [
  'invalid_request',
  'invalid_token',
  'invalid_redirect_uri',
  'invalid_client_metadata',
  'unsupported_media_type',
] as const

type Endpoints = typeof OAUTH_ENDPOINTS & typeof REGISTRATION_ENDPOINTS & typeof METADATA_ENDPOINTS

type Operations = {
  readonly [N in keyof Endpoints]: Readonly<Record<Endpoints[N]['methods'][number], Operation>>
}

export const OPERATIONS: Operations = {
  authorize: {
    GET: {
      ...AUTHORIZE,
      id: 'authorize',
      summary: 'Ask a user for consent',
      description: AUTHORIZE_TEXT,
      query: FORMS.authorize,
      queryExample: exampleOf(REQUEST_PARAMETERS),
    },
    POST: {
      ...AUTHORIZE,
      id: 'authorizeByForm',
      summary: 'Ask a user for consent, by a form',
      description: AUTHORIZE_TEXT,
      forms: [FORMS.authorize],
      formExamples: {
        request: exampleOf(REQUEST_PARAMETERS),
        pushedRequest: exampleOf(['client_id', 'request_uri']),
      },
      errors: [...AUTHORIZE.errors, 'unsupported_media_type'],
    },
  },
  formPost: {
    GET: {
      tag: 'authorization',
      id: 'postAuthorizationResponse',
      summary: 'Return the response by a form',
      description:
        'The page that posts the response to the client, for `response_mode=form_post`. The wallet sends the browser here.',
      query: FORMS.formPost,
      queryExample: exampleOf(['response']),
      answers: { 200: { description: 'A page that submits its form.', content: HTML } },
      errors: ['invalid_request'],
    },
  },
  pushedRequest: {
    POST: {
      tag: 'authorization',
      id: 'pushAuthorizationRequest',
      summary: 'Push an authorization request',
      description:
        'RFC 9126. The browser then carries `client_id` and `request_uri` to the authorization endpoint. With a DPoP proof, the code is bound to its key.',
      forms: [FORMS.pushedRequest],
      formExamples: { request: exampleOf(REQUEST_PARAMETERS) },
      readsProof: true,
      answers: {
        201: {
          description: 'The request is valid.',
          content: json(PushedResponseSchema),
          headers: ['DPoP-Nonce'],
        },
      },
      errors: [...CLIENT_ERRORS, ...PROOF_ERRORS, ...REQUEST_ERRORS],
    },
  },
  token: {
    POST: {
      tag: 'tokens',
      id: 'createToken',
      summary: 'Get tokens',
      description:
        'RFC 6749 §3.2: by a code, a refresh token, a token to exchange (RFC 8693), or for the client itself. With a DPoP proof, the tokens are bound to its key. Service accounts get tokens of the admin API here.',
      forms: Object.values(TOKEN_FORMS),
      formExamples: {
        authorizationCode: exampleOf(['code', 'redirect_uri', 'code_verifier'], {
          grant_type: 'authorization_code',
        }),
        refreshToken: exampleOf(['refresh_token'], { grant_type: 'refresh_token' }),
        clientCredentials: exampleOf([], { grant_type: 'client_credentials', scope: 'events' }),
        tokenExchange: exampleOf(['subject_token', 'subject_token_type'], {
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          scope: 'auth_user',
        }),
      },
      readsProof: true,
      answers: {
        200: {
          description: 'The tokens.',
          content: json(TokenResponseSchema),
          headers: ['DPoP-Nonce'],
        },
      },
      errors: [
        ...CLIENT_ERRORS,
        ...PROOF_ERRORS,
        'invalid_grant',
        'unauthorized_client',
        'unsupported_grant_type',
        'invalid_scope',
        'invalid_target',
      ],
    },
  },
  introspect: {
    POST: {
      tag: 'tokens',
      id: 'introspectToken',
      summary: 'Inspect a token',
      description:
        'RFC 7662, for the client of the token and for its resource servers. As a signed JWT with `Accept: application/token-introspection+jwt` (RFC 9701). Public clients cannot.',
      forms: [FORMS.introspect],
      formExamples: { accessToken: exampleOf(['token']) },
      answers: {
        200: {
          description: 'What the token is worth now.',
          content: {
            ...json(IntrospectionSchema),
            'application/token-introspection+jwt': Type.String(),
          },
        },
      },
      errors: [...CLIENT_ERRORS, 'unauthorized_client'],
    },
  },
  revoke: {
    POST: {
      tag: 'tokens',
      id: 'revokeToken',
      summary: 'Revoke a token',
      description:
        'RFC 7009. An access token and its refresh token end together. The reply is the same when there is no such token.',
      forms: [FORMS.revoke],
      formExamples: { refreshToken: exampleOf([], { token: 'rt_AAAB1x…' }) },
      answers: {
        200: {
          description: 'The token is not valid.',
          content: json(closed({})),
          headers: ['assent-revocation-sequence'],
        },
      },
      errors: CLIENT_ERRORS,
    },
  },
  userinfo: {
    GET: {
      ...USERINFO,
      id: 'readUserInfo',
      summary: 'Read the data of a user',
      description: 'OpenID Connect Core §5.3: what the granted scopes of the access token permit.',
      errors: USERINFO_ERRORS,
    },
    POST: {
      ...USERINFO,
      id: 'readUserInfoByForm',
      summary: 'Read the data of a user, by a form',
      description: 'The access token is in the header, or in the form (RFC 6750 §2.2).',
      forms: [FORMS.userinfo],
      formExamples: { inBody: exampleOf(['access_token']) },
      errors: [...USERINFO_ERRORS, 'unsupported_media_type'],
    },
  },
  logout: {
    GET: {
      ...LOGOUT,
      id: 'endSession',
      summary: 'Log a user out',
      description: LOGOUT_TEXT,
      query: FORMS.logout,
      queryExample: exampleOf(['id_token_hint', 'post_logout_redirect_uri', 'state']),
    },
    POST: {
      ...LOGOUT,
      id: 'endSessionByForm',
      summary: 'Log a user out, by a form',
      description: LOGOUT_TEXT,
      forms: [FORMS.logout],
      formExamples: {
        known: exampleOf(['id_token_hint', 'post_logout_redirect_uri', 'state']),
        asked: exampleOf(['client_id']),
      },
      errors: [...LOGOUT.errors, 'unsupported_media_type'],
    },
  },
  logoutEnd: {
    GET: {
      tag: 'logout',
      id: 'finishLogout',
      summary: "Return from the wallet's logout page",
      description: 'The wallet sends the browser here when it has ended its own session.',
      query: FORMS.logoutEnd,
      queryExample: exampleOf(['logout_request']),
      answers: {
        200: { description: 'That the user is logged out.', content: HTML },
        303: { description: '`post_logout_redirect_uri` with `state`.', headers: ['Location'] },
      },
      errors: ['invalid_request'],
    },
  },
  grant: {
    GET: {
      ...GRANT,
      id: 'queryGrant',
      summary: 'Query a grant',
      description: 'FAPI Grant Management, with a client token that has the scope `grants`.',
      answers: {
        200: {
          description: 'What the user has granted.',
          content: json(GrantSchema),
          headers: ['DPoP-Nonce'],
        },
      },
    },
    DELETE: {
      ...GRANT,
      id: 'revokeGrant',
      summary: 'Revoke a grant',
      description: 'Every token of the grant ends, and the user is asked again.',
      answers: {
        204: { description: 'Revoked.', headers: ['assent-revocation-sequence', 'DPoP-Nonce'] },
      },
    },
  },
  events: {
    GET: {
      tag: 'resources',
      id: 'listEvents',
      summary: 'List events',
      description:
        'The events of the merchant, oldest first, with a client token that has the scope `events`. At most 100: ask again with `cursor` until there are none.',
      query: FORMS.events,
      queryExample: exampleOf(['cursor']),
      answers: {
        200: {
          description: 'The events after the cursor.',
          content: json(
            closed(
              {
                events: Type.Array(EventSchema),
                cursor: Type.String({ description: 'For the next request.' }),
              },
              { title: 'Events' },
            ),
          ),
          headers: ['DPoP-Nonce'],
        },
      },
      errors: TOKEN_ERRORS,
    },
  },
  deletions: {
    POST: {
      tag: 'resources',
      id: 'acknowledgeDeletion',
      summary: 'Acknowledge a deletion',
      description:
        'Records that the merchant has deleted the data of a user, with a client token that has the scope `deletions`.',
      forms: [FORMS.deletions],
      formExamples: { user: exampleOf(['sub']) },
      answers: { 204: { description: 'Recorded.', headers: ['DPoP-Nonce'] } },
      errors: [...TOKEN_ERRORS, 'not_found', 'unsupported_media_type'],
    },
  },
  register: {
    POST: {
      ...REGISTRATION,
      id: 'registerClient',
      summary: 'Register a client',
      description:
        'RFC 7591, if `oauth.dynamicRegistration` is set: with an initial access token of the operator, or without one for `oauth.openRegistrationAppId`. The metadata must satisfy the rules of clients in assent.yaml.',
      json: MetadataSchema,
      jsonExample: REGISTRATION_EXAMPLE,
      answers: { 201: { description: 'Registered.', content: json(RegistrationSchema) } },
      errors: [...REGISTRATION_ERRORS, 'slow_down'],
    },
  },
  registration: {
    GET: {
      ...REGISTRATION,
      id: 'readRegistration',
      summary: 'Read a registration',
      description: 'RFC 7592 §2.1, with the registration access token.',
      answers: { 200: { description: 'The client.', content: json(RegistrationSchema) } },
      errors: REGISTERED_ERRORS,
    },
    PUT: {
      ...REGISTRATION,
      id: 'replaceRegistration',
      summary: 'Replace a registration',
      description: 'RFC 7592 §2.2, with all members, and `client_id`.',
      json: MetadataSchema,
      jsonExample: REGISTRATION_EXAMPLE,
      answers: { 200: { description: 'The client.', content: json(RegistrationSchema) } },
      errors: [...REGISTRATION_ERRORS, 'not_found', 'temporarily_unavailable'],
    },
    DELETE: {
      ...REGISTRATION,
      id: 'endRegistration',
      summary: 'End a registration',
      description: 'RFC 7592 §2.3: the client and its tokens end.',
      answers: { 204: { description: 'Ended.' } },
      errors: REGISTERED_ERRORS,
    },
  },
  authorizationServer: {
    GET: {
      ...METADATA,
      id: 'readServerMetadata',
      summary: 'Read the metadata of the server',
      description: 'RFC 8414. Libraries configure themselves with it.',
      answers: { 200: { description: 'The metadata.', content: json(ServerMetadataSchema) } },
    },
  },
  openidConfiguration: {
    GET: {
      ...METADATA,
      id: 'readOpenIdConfiguration',
      summary: 'Read the OpenID configuration',
      description: 'OpenID Connect Discovery: the same document.',
      answers: { 200: { description: 'The metadata.', content: json(ServerMetadataSchema) } },
    },
  },
  protectedResource: {
    GET: {
      ...METADATA,
      id: 'readResourceMetadata',
      summary: 'Read the metadata of the platform as a resource',
      description: 'RFC 9728. The challenges of 401 and 403 point to it.',
      answers: { 200: { description: 'The metadata.', content: json(ResourceMetadataSchema) } },
    },
  },
  protectedPath: {
    GET: {
      ...METADATA,
      id: 'readPathMetadata',
      summary: 'Read the metadata of one path',
      description: 'RFC 9728 §3.1: the metadata of a URL of this server, such as that of UserInfo.',
      answers: { 200: { description: 'The metadata.', content: json(ResourceMetadataSchema) } },
    },
  },
}

/** The key set, which the management interface serves. */
export const KEY_SET_OPERATION: Operation = {
  ...METADATA,
  id: 'readKeySet',
  summary: 'Read the public keys',
  description:
    'RFC 7517: the keys that verify ID tokens, logout tokens, signed responses and access tokens that are JWTs.',
  answers: { 200: { description: 'Current and earlier keys.', content: json(KeySetSchema) } },
}
