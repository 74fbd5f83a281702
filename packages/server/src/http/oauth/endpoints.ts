/**
 * @module The endpoints of OAuth 2.1 and OpenID Connect.
 */
import type { Endpoint } from '../endpoint.ts'
import { MANAGEMENT_ENDPOINTS } from '../management/endpoints.ts'

export const PATHS = {
  authorize: '/oauth2/authorize',
  pushedRequest: '/oauth2/par',
  token: '/oauth2/token',
  introspect: '/oauth2/introspect',
  revoke: '/oauth2/revoke',
  userinfo: '/oauth2/userinfo',
  register: '/oauth2/register',
  grants: '/oauth2/grants',
  events: '/oauth2/events',
  deletions: '/oauth2/deletions',
  jwks: MANAGEMENT_ENDPOINTS.jwks.path,
} as const

export type OAuthEndpoint = Endpoint & {
  /** Pages of clients that are registered for it may call it from their own origins (CORS). */
  readonly allowsPages?: boolean
  /** What a POST carries. Default: a form. */
  readonly requestBody?: 'json'
}

/** The client authenticates itself in the form or in a header (RFC 6749 §2.3). */
const CLIENT = {
  methods: ['POST'],
  client: 'oauth-client',
  sheddingClass: 'token',
  errorFormat: 'oauth',
} as const satisfies Omit<Endpoint, 'path'>
/** The caller presents a token (RFC 6750). */
const TOKEN_HOLDER = { ...CLIENT, client: 'token-holder' } as const
const DOCUMENT = { ...CLIENT, methods: ['GET'], client: 'public' } as const

export const OAUTH_ENDPOINTS = {
  authorize: {
    ...CLIENT,
    path: PATHS.authorize,
    methods: ['GET', 'POST'],
    client: 'browser',
    sheddingClass: 'consent',
  },
  pushedRequest: { ...CLIENT, path: PATHS.pushedRequest, allowsPages: true },
  token: { ...CLIENT, path: PATHS.token, allowsPages: true },
  introspect: { ...CLIENT, path: PATHS.introspect },
  revoke: { ...CLIENT, path: PATHS.revoke, sheddingClass: 'withdrawal', allowsPages: true },
  userinfo: {
    ...TOKEN_HOLDER,
    path: PATHS.userinfo,
    methods: ['GET', 'POST'],
    allowsPages: true,
  },
  grant: { ...TOKEN_HOLDER, path: `${PATHS.grants}/:grantId`, methods: ['GET', 'DELETE'] },
  events: { ...TOKEN_HOLDER, path: PATHS.events, methods: ['GET'] },
  deletions: { ...TOKEN_HOLDER, path: PATHS.deletions },
} as const satisfies Record<string, OAuthEndpoint>

/** Dynamic client registration (RFC 7591, RFC 7592), where the operator allows it. */
export const REGISTRATION_ENDPOINTS = {
  register: { ...TOKEN_HOLDER, path: PATHS.register, requestBody: 'json' },
  registration: {
    ...TOKEN_HOLDER,
    path: `${PATHS.register}/:clientId`,
    methods: ['GET', 'PUT', 'DELETE'],
    requestBody: 'json',
  },
} as const satisfies Record<string, OAuthEndpoint>

/** Metadata documents (RFC 8414, OpenID Connect Discovery, RFC 9728). */
export const METADATA_ENDPOINTS = {
  authorizationServer: { ...DOCUMENT, path: '/.well-known/oauth-authorization-server' },
  openidConfiguration: { ...DOCUMENT, path: '/.well-known/openid-configuration' },
  protectedResource: { ...DOCUMENT, path: '/.well-known/oauth-protected-resource' },
} as const satisfies Record<string, OAuthEndpoint>
