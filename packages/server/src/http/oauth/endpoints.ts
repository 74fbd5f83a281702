/**
 * @module The endpoints of OAuth 2.1 and OpenID Connect.
 */
import { FORM_POST_PATH } from '../authorization-response.ts'
import type { Endpoint } from '../endpoint.ts'
import { MANAGEMENT_ENDPOINTS } from '../management/endpoints.ts'

export const PATHS = {
  authorize: '/oauth2/authorize',
  pushedRequest: '/oauth2/par',
  token: '/oauth2/token',
  introspect: '/oauth2/introspect',
  revoke: '/oauth2/revoke',
  userinfo: '/oauth2/userinfo',
  logout: '/oauth2/logout',
  register: '/oauth2/register',
  grants: '/oauth2/grants',
  events: '/oauth2/events',
  deletions: '/oauth2/deletions',
  jwks: MANAGEMENT_ENDPOINTS.jwks.path,
} as const

/**
 * `client`: client authentication ([RFC 6749 §2.3](https://www.rfc-editor.org/rfc/rfc6749.html#section-2.3)).
 * `token`: an access token in the header ([RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750.html#section-2.1)).
 * `registration`: an initial access token or a registration access token ([RFC 7591 §3](https://www.rfc-editor.org/rfc/rfc7591.html#section-3)).
 */
type Authentication = 'client' | 'token' | 'registration' | 'none'

export type OAuthEndpoint = Endpoint & {
  /** Decides which challenge (`WWW-Authenticate`) an error carries. */
  readonly authentication: Authentication
  /** Whether pages of clients with this origin in `allowedOrigins` may call it (CORS). */
  readonly allowsPages?: boolean
  /**
   * Whether a person sees its errors, as a page. Every other endpoint replies with JSON whatever the `Accept` header says
   * ([RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-5.2)): HTTP libraries send `text/html` by default.
   */
  readonly hasErrorPage?: boolean
  /** The content of a POST. Default: a form. */
  readonly requestBody?: 'json'
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How callers of this route authenticate; only on OAuth routes. */
    authentication?: Authentication
    /** Whether errors of this route are shown as a page; only on OAuth routes. */
    hasErrorPage?: boolean
  }
}

const CLIENT = {
  methods: ['POST'],
  authentication: 'client',
  sheddingClass: 'token',
} as const satisfies Omit<OAuthEndpoint, 'path'>
const TOKEN_HOLDER = { ...CLIENT, authentication: 'token' } as const
/** For the user's browser. */
const PAGE = {
  ...CLIENT,
  authentication: 'none',
  sheddingClass: 'consent',
  hasErrorPage: true,
} as const
const REGISTRATION = {
  ...CLIENT,
  authentication: 'registration',
  requestBody: 'json',
  allowsPages: true,
} as const
const DOCUMENT = { ...CLIENT, methods: ['GET'], authentication: 'none' } as const

export const OAUTH_ENDPOINTS = {
  authorize: { ...PAGE, path: PATHS.authorize, methods: ['GET', 'POST'] },
  formPost: { ...PAGE, path: FORM_POST_PATH, methods: ['GET'] },
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
  logout: { ...PAGE, path: PATHS.logout, methods: ['GET', 'POST'] },
  logoutEnd: { ...PAGE, path: `${PATHS.logout}/end`, methods: ['GET'] },
  grant: {
    ...TOKEN_HOLDER,
    path: `${PATHS.grants}/:grantId`,
    methods: ['GET', 'DELETE'],
    withdrawalMethods: ['DELETE'],
  },
  events: { ...TOKEN_HOLDER, path: PATHS.events, methods: ['GET'] },
  deletions: { ...TOKEN_HOLDER, path: PATHS.deletions },
} as const satisfies Record<string, OAuthEndpoint>

/** Dynamic client registration (RFC 7591, RFC 7592), mounted if `oauth.dynamicRegistration` is set. */
export const REGISTRATION_ENDPOINTS = {
  register: { ...REGISTRATION, path: PATHS.register },
  registration: {
    ...REGISTRATION,
    path: `${PATHS.register}/:clientId`,
    methods: ['GET', 'PUT', 'DELETE'],
  },
} as const satisfies Record<string, OAuthEndpoint>

/** Metadata documents (RFC 8414, OpenID Connect Discovery, RFC 9728). */
export const METADATA_ENDPOINTS = {
  authorizationServer: { ...DOCUMENT, path: '/.well-known/oauth-authorization-server' },
  openidConfiguration: { ...DOCUMENT, path: '/.well-known/openid-configuration' },
  protectedResource: { ...DOCUMENT, path: '/.well-known/oauth-protected-resource' },
  /** The metadata of one path, such as that of UserInfo (RFC 9728 §3.1). */
  protectedPath: { ...DOCUMENT, path: '/.well-known/oauth-protected-resource/*' },
} as const satisfies Record<string, OAuthEndpoint>
