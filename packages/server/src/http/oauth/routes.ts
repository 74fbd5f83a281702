/**
 * @module The routes of OAuth 2.1 and OpenID Connect. Each endpoint has a file named after its RFC; this module has the parts that all share:
 * content types, methods, CORS and errors.
 * @see [Supported specifications](../../../../../docs/oauth.md#supported-specifications)
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { chooseLocale } from '../../engine/locales/choose-locale.ts'
import { isWebOrigin } from '../../engine/oauth-clients/client-rules.ts'
import { StoreUnavailableError } from '../../engine/store/store.ts'
import type { Method } from '../endpoint.ts'
import { WINDOW_SECONDS } from '../failed-authentications.ts'
import { securityHeaders } from '../html/assets.ts'
import { renderStatusPage } from '../html/layout.tsx'
import { PLAIN_THEME } from '../html/theme-types.ts'
import { mountPublicDocument } from '../public-document.ts'
import { postResponse } from './authorization/form-post-response.tsx'
import { authorize } from './authorization/rfc6749-authorize.ts'
import { pushRequest } from './authorization/rfc9126-pushed-request.ts'
import { headerCount, type OAuthOptions } from './context.ts'
import {
  METADATA_ENDPOINTS,
  OAUTH_ENDPOINTS,
  type OAuthEndpoint,
  REGISTRATION_ENDPOINTS,
} from './endpoints.ts'
import { OAuthError, toOAuthError } from './errors.ts'
import { endSession, finishLogout } from './logout/oidc-end-session.ts'
import {
  endRegistration,
  readRegistration,
  register,
  replaceRegistration,
} from './registration/rfc7591-register.ts'
import { acknowledgeDeletion, listEvents } from './resources/client-api.ts'
import { handleGrantRevocation, queryGrant } from './resources/grant-management.ts'
import { readUserinfo } from './resources/oidc-userinfo.ts'
import { challengeOf } from './rfc6750-challenge.ts'
import { resourceMetadata, serverMetadata } from './rfc8414-metadata.ts'
import { handleTokenRequest } from './tokens/rfc6749-token.ts'
import { revoke } from './tokens/rfc7009-revoke.ts'
import { introspectToken } from './tokens/rfc7662-introspect.ts'

const MAX_BODY_BYTES = 32 * 1024
const FORM = /^application\/x-www-form-urlencoded\s*(;\s*charset=utf-8\s*)?$/i
const RETRY_AFTER_SECONDS = 1
const METADATA_CACHING = 'public, max-age=300'
const PREFLIGHT_MAX_AGE_SECONDS = 600

type Handler = (
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<unknown>

type Route = {
  readonly endpoint: OAuthEndpoint
  /** A handler for each method of the endpoint. */
  readonly handlers: Readonly<Partial<Record<Method, Handler>>>
}

/** Requires a handler for each method in the endpoint's row. */
function routeOf<E extends OAuthEndpoint & { readonly methods: readonly Method[] }>(
  endpoint: E,
  handlers: Readonly<Record<E['methods'][number], Handler>>,
): Route {
  return { endpoint, handlers }
}

const ROUTES: readonly Route[] = [
  routeOf(OAUTH_ENDPOINTS.authorize, { GET: authorize, POST: authorize }),
  routeOf(OAUTH_ENDPOINTS.formPost, { GET: postResponse }),
  routeOf(OAUTH_ENDPOINTS.pushedRequest, { POST: pushRequest }),
  routeOf(OAUTH_ENDPOINTS.token, { POST: handleTokenRequest }),
  routeOf(OAUTH_ENDPOINTS.introspect, { POST: introspectToken }),
  routeOf(OAUTH_ENDPOINTS.revoke, { POST: revoke }),
  routeOf(OAUTH_ENDPOINTS.userinfo, { GET: readUserinfo, POST: readUserinfo }),
  routeOf(OAUTH_ENDPOINTS.logout, { GET: endSession, POST: endSession }),
  routeOf(OAUTH_ENDPOINTS.logoutEnd, { GET: finishLogout }),
  routeOf(OAUTH_ENDPOINTS.grant, { GET: queryGrant, DELETE: handleGrantRevocation }),
  routeOf(OAUTH_ENDPOINTS.events, { GET: listEvents }),
  routeOf(OAUTH_ENDPOINTS.deletions, { POST: acknowledgeDeletion }),
]

const REGISTRATION_ROUTES: readonly Route[] = [
  routeOf(REGISTRATION_ENDPOINTS.register, { POST: register }),
  routeOf(REGISTRATION_ENDPOINTS.registration, {
    GET: readRegistration,
    PUT: replaceRegistration,
    DELETE: endRegistration,
  }),
]

export async function oauthRoutes(app: FastifyInstance, options: OAuthOptions): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    // Other content types are rejected per endpoint. The form is listed because Fastify caches explicit types only.
    ['application/x-www-form-urlencoded', '*'],
    { parseAs: 'string', bodyLimit: MAX_BODY_BYTES },
    (_request, body, done) => done(null, body),
  )
  app.setErrorHandler((error: unknown, request, reply) =>
    replyWithError(options, request, reply, error),
  )
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
    done()
  })
  mountMetadata(app, options)
  for (const route of [...ROUTES, ...(options.allowsRegistration ? REGISTRATION_ROUTES : [])])
    mount(app, options, route)
}

function mountMetadata(app: FastifyInstance, options: OAuthOptions): void {
  const { authorizationServer, openidConfiguration, protectedResource, protectedPath } =
    METADATA_ENDPOINTS
  const mountDocument = (path: string, read: (request: FastifyRequest) => object): void =>
    mountPublicDocument(app, path, (request, reply) =>
      reply.header('cache-control', METADATA_CACHING).send(read(request)),
    )
  for (const { path } of [authorizationServer, openidConfiguration])
    mountDocument(path, () => serverMetadata(options))
  mountDocument(protectedResource.path, () => resourceMetadata(options))
  mountDocument(protectedPath.path, ({ originalUrl }) =>
    resourceMetadata(options, originalUrl.split('?', 1)[0]?.slice(protectedResource.path.length)),
  )
}

function mount(app: FastifyInstance, options: OAuthOptions, { endpoint, handlers }: Route): void {
  const { path, allowsPages = false, hasErrorPage = false, authentication, requestBody } = endpoint
  const shared = {
    url: path,
    config: { authentication, hasErrorPage },
    // Before the body is read, so that pages can also read why it was rejected.
    async onRequest(request: FastifyRequest, reply: FastifyReply) {
      if (allowsPages) await allowOrigin(options, request, reply)
    },
  }
  const allowed = Object.keys(handlers).flatMap((method) =>
    method === 'GET' ? [method, 'HEAD'] : [method],
  )
  for (const [method, handle] of Object.entries(handlers)) {
    app.route({
      ...shared,
      method,
      async handler(request, reply) {
        if (method === 'POST' && requestBody !== 'json') requireForm(request)
        const result = await handle(options, request, reply)
        request.resultCode ||= 'SUCCESS'
        return reply.sent ? reply : result
      },
    })
  }
  app.route({
    ...shared,
    method: app.supportedMethods.filter((method) => !allowed.includes(method)),
    async handler(request, reply) {
      const isPreflight = request.method === 'OPTIONS' && allowsPages
      if (isPreflight && (await isAllowedOrigin(options, request.headers.origin)))
        return sendPreflight(reply, allowed)
      reply.header('allow', allowed.join(', '))
      throw new OAuthError('method_not_allowed', `Use ${allowed.join(' or ')} for this endpoint.`)
    },
  })
}

/**
 * Allows pages of registered clients to read the response (CORS). Whether the origin belongs to the client of the request is checked by the
 * endpoint.
 */
async function allowOrigin(
  options: OAuthOptions,
  { headers: { origin } }: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  if (origin === undefined) return
  reply.header('vary', 'Origin')
  if (!(await isAllowedOrigin(options, origin))) return
  reply.headers({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'DPoP-Nonce, WWW-Authenticate',
  })
}

/** A preflight does not name its client, and clients that register themselves may have pages at any origin. */
async function isAllowedOrigin(
  { ports: { registry }, allowsRegistration }: OAuthOptions,
  origin: string | undefined,
): Promise<boolean> {
  if (origin === undefined) return false
  return (allowsRegistration && isWebOrigin(origin)) || registry.hasPageOrigin(origin)
}

function sendPreflight(reply: FastifyReply, methods: readonly string[]): FastifyReply {
  return reply
    .code(204)
    .headers({
      'access-control-allow-methods': methods.join(', '),
      // The wildcard does not include Authorization.
      'access-control-allow-headers': 'Authorization, Content-Type, DPoP, *',
      'access-control-max-age': PREFLIGHT_MAX_AGE_SECONDS,
    })
    .send()
}

/** @throws {OAuthError} `unsupported_media_type` */
function requireForm(request: FastifyRequest): void {
  const { headers } = request
  const type = headers['content-type'] ?? ''
  const isEmpty =
    (headers['content-length'] ?? '0') === '0' && headers['transfer-encoding'] === undefined
  const isForm = FORM.test(type) && headers['content-encoding'] === undefined
  if ((isEmpty && type === '') || (isForm && headerCount(request, 'content-type') === 1)) return
  throw new OAuthError(
    'unsupported_media_type',
    'Send the body as application/x-www-form-urlencoded in UTF-8.',
  )
}

/** Sends an error. Details of internal errors are logged, and not sent. */
function replyWithError(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  if (error instanceof StoreUnavailableError) {
    request.log.warn({ err: error }, 'The store is not available')
    reply.header('retry-after', RETRY_AFTER_SECONDS)
    const unavailable = new OAuthError(
      'temporarily_unavailable',
      'The server is not available. Retry after the time in the Retry-After header.',
    )
    return send(options, request, reply, unavailable)
  }
  const failure = isInvalidBody(error)
    ? new OAuthError('invalid_request', 'The body is larger than 32 KiB, incomplete or malformed.')
    : toOAuthError(error)
  if (failure.status >= 500)
    request.log.error({ err: failure.cause ?? failure }, 'An OAuth request failed')
  return send(options, request, reply, failure)
}

/** Fastify rejects bodies with errors that have a status of 4xx. */
function isInvalidBody(error: unknown): boolean {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  return status >= 400 && status < 500
}

function send(
  { issuer }: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  failure: OAuthError,
): FastifyReply {
  const { error, message } = failure
  request.resultCode = error
  if (error === 'slow_down') reply.header('retry-after', WINDOW_SECONDS)
  const isPage =
    request.routeOptions.config.hasErrorPage && request.headers.accept?.includes('text/html')
  if (isPage) return sendErrorPage(request, reply, failure)
  const status = statusOf(request, failure)
  const challenge = challengeFor(request, issuer, status, failure)
  if (challenge) reply.header('www-authenticate', challenge)
  return reply.code(status).send({ error, error_description: message })
}

/** The last line of the page has the error for developers. */
function sendErrorPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { error, message, status }: OAuthError,
): FastifyReply {
  const origins: readonly string[] = []
  const page = {
    page: 'failed',
    locale: chooseLocale(request.headers['accept-language']),
    theme: PLAIN_THEME,
    origins,
    outcome: undefined,
    detail: `${error}: ${message}`,
  } as const
  return reply
    .code(status)
    .headers(securityHeaders(origins, PLAIN_THEME))
    .send(renderStatusPage(page))
}

/** The `WWW-Authenticate` header of 401 and 403, by the way in which callers of the endpoint authenticate. */
function challengeFor(
  request: FastifyRequest,
  issuer: string,
  status: number,
  failure: OAuthError,
): string | undefined {
  if (status !== 401 && status !== 403) return undefined
  switch (request.routeOptions.config.authentication) {
    case 'client':
      // RFC 6749 §5.2
      return failure.error === 'invalid_client' ? 'Basic realm="oauth", charset="UTF-8"' : undefined
    case 'token':
      return challengeOf(request, issuer, failure)
    case 'registration':
      return request.headers.authorization === undefined
        ? 'Bearer'
        : `Bearer error="${failure.error}"`
    default:
      return undefined
  }
}

/** A missing or invalid proof is 401 where a token is presented (RFC 9449 §7.1), and 400 where a client authenticates (RFC 9449 §5). */
function statusOf(request: FastifyRequest, { error, status }: OAuthError): number {
  const isAboutProof = error === 'use_dpop_nonce' || error === 'invalid_dpop_proof'
  return isAboutProof && request.routeOptions.config.authentication === 'token' ? 401 : status
}
