/**
 * @module The routes of OAuth 2.1 and OpenID Connect. Each endpoint has a file named after its RFC; this module has the parts that all share:
 * content types, methods, CORS and errors.
 * @see [Supported specifications](../../../../../docs/oauth.md#supported-specifications)
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import { chooseLocale } from '../../engine/locales/choose-locale.ts'
import { StoreUnavailableError } from '../../engine/ports/store.ts'
import type { Method } from '../endpoint.ts'
import { WINDOW_SECONDS } from '../failed-authentications.ts'
import { securityHeaders } from '../html/assets.ts'
import { renderStatusPage } from '../html/layout.tsx'
import { PLAIN_THEME } from '../html/theme-types.ts'
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
import { acknowledgeDeletion, listEvents } from './resources/client-api.ts'
import { handleGrantRevocation, queryGrant } from './resources/grant-management.ts'
import { readUserinfo } from './resources/oidc-userinfo.ts'
import {
  endRegistration,
  readRegistration,
  register,
  replaceRegistration,
} from './rfc7591-register.ts'
import { resourceMetadata, serverMetadata } from './rfc8414-metadata.ts'
import { schemeOf } from './rfc9449-dpop.ts'
import { handleTokenRequest } from './tokens/rfc6749-token.ts'
import { revoke } from './tokens/rfc7009-revoke.ts'
import { introspectToken } from './tokens/rfc7662-introspect.ts'

const MAX_BODY_BYTES = 32 * 1024
const FORM = /^application\/x-www-form-urlencoded\s*(;\s*charset=utf-8\s*)?$/i
const RETRY_AFTER_SECONDS = 1
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

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

export async function oauthRoutes(app: FastifyInstance, options: OAuthOptions): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    // Other content types are rejected per endpoint. The form is listed because Fastify caches explicit types only.
    ['application/x-www-form-urlencoded', '*'],
    { parseAs: 'string', bodyLimit: MAX_BODY_BYTES },
    (_request, body, done) => done(null, body),
  )
  app.setErrorHandler((error: unknown, request, reply) => replyWithError(request, reply, error))
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
    done()
  })
  const { authorizationServer, openidConfiguration, protectedResource } = METADATA_ENDPOINTS
  for (const { path } of [authorizationServer, openidConfiguration])
    app.get(path, (_request, reply) => sendPublic(reply, serverMetadata(options)))
  app.get(protectedResource.path, (_request, reply) => sendPublic(reply, resourceMetadata(options)))
  for (const route of [...ROUTES, ...(options.allowsRegistration ? REGISTRATION_ROUTES : [])])
    mount(app, options, route)
}

/** For documents that are public and the same for all callers. */
function sendPublic(reply: FastifyReply, document: object): FastifyReply {
  return reply
    .headers({ 'access-control-allow-origin': '*', 'cache-control': 'public, max-age=300' })
    .send(document)
}

function mount(app: FastifyInstance, options: OAuthOptions, { endpoint, handlers }: Route): void {
  const { path, allowsPages = false, authentication, requestBody } = endpoint
  const config = { authentication }
  const allowed = Object.keys(handlers)
  for (const [method, handle] of Object.entries(handlers)) {
    app.route({
      method,
      url: path,
      config,
      exposeHeadRoute: false,
      async handler(request, reply) {
        if (allowsPages) allowOrigin(options, request, reply)
        if (method === 'POST' && requestBody !== 'json') requireForm(request)
        const result = await handle(options, request, reply)
        request.resultCode ||= 'SUCCESS'
        return reply.sent ? reply : result
      },
    })
  }
  app.route({
    method: METHODS.filter((method) => !allowed.includes(String(method))),
    url: path,
    config,
    exposeHeadRoute: false,
    handler(request, reply) {
      const isPreflight = request.method === 'OPTIONS' && allowsPages
      if (isPreflight && allowOrigin(options, request, reply)) return sendPreflight(reply, allowed)
      reply.header('allow', allowed.join(', '))
      throw new OAuthError('method_not_allowed', `Use ${allowed.join(' or ')} for this endpoint.`)
    },
  })
}

/**
 * Allows pages of registered clients to read the response (CORS). Whether the origin belongs to the client of the request is checked by the
 * endpoint.
 */
function allowOrigin(
  { ports: { registry } }: OAuthOptions,
  { headers: { origin } }: FastifyRequest,
  reply: FastifyReply,
): boolean {
  if (origin === undefined) return false
  reply.header('vary', 'Origin')
  const isKnown = [...registry.oauthClients.values()].some(({ allowedOrigins }) =>
    allowedOrigins.includes(origin),
  )
  if (isKnown) {
    reply.headers({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'DPoP-Nonce, WWW-Authenticate',
    })
  }
  return isKnown
}

function sendPreflight(reply: FastifyReply, methods: readonly string[]): FastifyReply {
  return reply
    .code(204)
    .headers({
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': 'Authorization, Content-Type, DPoP',
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
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  if (error instanceof StoreUnavailableError) {
    request.log.warn({ err: error }, 'The store is not available')
    reply.header('retry-after', RETRY_AFTER_SECONDS)
    return send(
      request,
      reply,
      new OAuthError(
        'temporarily_unavailable',
        'The server is not available. Retry after the time in the Retry-After header.',
      ),
    )
  }
  const failure = isInvalidBody(error)
    ? new OAuthError('invalid_request', 'The body is larger than 32 KiB, incomplete or malformed.')
    : toOAuthError(error)
  if (failure.status >= 500)
    request.log.error({ err: failure.cause ?? failure }, 'An OAuth request failed')
  return send(request, reply, failure)
}

/** Fastify rejects bodies with errors that have a status of 4xx. */
function isInvalidBody(error: unknown): boolean {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  return status >= 400 && status < 500
}

function send(request: FastifyRequest, reply: FastifyReply, failure: OAuthError): FastifyReply {
  const { error, message, status } = failure
  request.resultCode = error
  if (error === 'slow_down') reply.header('retry-after', WINDOW_SECONDS)
  const challenge = challengeOf(request, failure)
  if (challenge) reply.header('www-authenticate', challenge)
  // Browsers get a page. Its last line has the error for developers.
  if ((request.headers.accept ?? '').includes('text/html')) {
    const origins: readonly string[] = []
    const locale = chooseLocale(request.headers['accept-language'])
    const page = {
      page: 'failed',
      locale,
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
  return reply.code(challengeStatus(request, failure)).send({ error, error_description: message })
}

/** The `WWW-Authenticate` header: RFC 6750 §3 and RFC 9449 §7.1 for tokens, RFC 6749 §5.2 for clients. */
function challengeOf(request: FastifyRequest, { error, status }: OAuthError): string | undefined {
  const { authorization } = request.headers
  if (error === 'invalid_client')
    return status === 401 ? 'Basic realm="oauth", charset="UTF-8"' : undefined
  if (authenticatesClient(request)) return undefined
  if (error === 'invalid_token' || error === 'insufficient_scope')
    return authorization === undefined ? 'Bearer' : `${schemeOf(request)} error="${error}"`
  return error === 'use_dpop_nonce' || error === 'invalid_dpop_proof'
    ? `DPoP error="${error}"`
    : undefined
}

/** A missing or invalid proof is 401 where a token is presented (RFC 9449 §7.1), and 400 where a client authenticates (RFC 9449 §5). */
function challengeStatus(request: FastifyRequest, { error, status }: OAuthError): number {
  const isAboutProof = error === 'use_dpop_nonce' || error === 'invalid_dpop_proof'
  return isAboutProof && !authenticatesClient(request) ? 401 : status
}

function authenticatesClient({ routeOptions: { config } }: FastifyRequest): boolean {
  return config.authentication === 'client'
}
