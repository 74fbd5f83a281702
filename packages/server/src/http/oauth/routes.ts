/**
 * @module OAuth 2.1 and OpenID Connect on the same grants: one file for each endpoint, named after its RFC. Here is what they have in common:
 * forms, methods, pages of other origins, errors.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import { chooseLocale } from '../../engine/consent/prompt.ts'
import { StoreUnavailableError } from '../../engine/ports/store.ts'
import type { Method } from '../endpoint.ts'
import { securityHeaders } from '../html/assets.ts'
import { renderStatusPage } from '../html/layout.tsx'
import { PLAIN_THEME } from '../html/theme-types.ts'
import { acknowledgeDeletion, listEvents } from './client-api.ts'
import { headerCount, type OAuthOptions } from './context.ts'
import {
  METADATA_ENDPOINTS,
  OAUTH_ENDPOINTS,
  type OAuthEndpoint,
  REGISTRATION_ENDPOINTS,
} from './endpoints.ts'
import { OAuthError, toOAuthError } from './errors.ts'
import { endGrant, queryGrant } from './grant-management.ts'
import { readUserinfo } from './oidc-userinfo.ts'
import { authorize } from './rfc6749-authorize.ts'
import { handleTokenRequest } from './rfc6749-token.ts'
import { revoke } from './rfc7009-revoke.ts'
import {
  endRegistration,
  readRegistration,
  register,
  replaceRegistration,
} from './rfc7591-register.ts'
import { answerIntrospection } from './rfc7662-introspect.ts'
import { resourceMetadata, serverMetadata } from './rfc8414-metadata.ts'
import { pushRequest } from './rfc9126-pushed-request.ts'
import { schemeOf } from './rfc9449-dpop.ts'

export type OAuthRoutesOptions = OAuthOptions

const BODY_BYTES = 32 * 1024
const FORM = /^application\/x-www-form-urlencoded\s*(;\s*charset=utf-8\s*)?$/i
const RETRY_AFTER_SECONDS = 1
const PREFLIGHT_SECONDS = 600

type Handler = (
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<unknown>

type Route = {
  readonly endpoint: OAuthEndpoint
  /** One for each method of the endpoint. */
  readonly handlers: Readonly<Partial<Record<Method, Handler>>>
}

/** The compiler asks for one handler for each method that the table names. */
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
  routeOf(OAUTH_ENDPOINTS.introspect, { POST: answerIntrospection }),
  routeOf(OAUTH_ENDPOINTS.revoke, { POST: revoke }),
  routeOf(OAUTH_ENDPOINTS.userinfo, { GET: readUserinfo, POST: readUserinfo }),
  routeOf(OAUTH_ENDPOINTS.grant, { GET: queryGrant, DELETE: endGrant }),
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

export async function oauthRoutes(
  face: FastifyInstance,
  options: OAuthRoutesOptions,
): Promise<void> {
  face.removeAllContentTypeParsers()
  face.addContentTypeParser(
    // What else comes is refused where it is known what the endpoint takes. Fastify remembers names, not `*`.
    ['application/x-www-form-urlencoded', '*'],
    { parseAs: 'string', bodyLimit: BODY_BYTES },
    (_request, body, done) => done(null, body),
  )
  face.setErrorHandler((error: unknown, request, reply) => fail(request, reply, error))
  face.addHook('onRequest', (_request, reply, done) => {
    reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
    done()
  })
  const { authorizationServer, openidConfiguration, protectedResource } = METADATA_ENDPOINTS
  for (const { path } of [authorizationServer, openidConfiguration])
    face.get(path, (_request, reply) => sendPublic(reply, serverMetadata(options)))
  face.get(protectedResource.path, (_request, reply) =>
    sendPublic(reply, resourceMetadata(options)),
  )
  for (const route of [...ROUTES, ...(options.allowsRegistration ? REGISTRATION_ROUTES : [])])
    mount(face, options, route)
}

/** The same for everybody, and nobody's secret. */
function sendPublic(reply: FastifyReply, document: object): FastifyReply {
  return reply
    .headers({ 'access-control-allow-origin': '*', 'cache-control': 'public, max-age=300' })
    .send(document)
}

function mount(
  face: FastifyInstance,
  options: OAuthOptions,
  { endpoint: { path, allowsPages = false, requestBody }, handlers }: Route,
): void {
  const allowed = Object.keys(handlers)
  for (const [method, handle] of Object.entries(handlers)) {
    face.route({
      method,
      url: path,
      exposeHeadRoute: false,
      async handler(request, reply) {
        if (allowsPages) allowPage(options, request, reply)
        if (method === 'POST' && requestBody !== 'json') requireForm(request)
        const answer = await handle(options, request, reply)
        request.resultCode ||= 'SUCCESS'
        return reply.sent ? reply : answer
      },
    })
  }
  face.route({
    method: METHODS.filter((method) => !allowed.includes(String(method))),
    url: path,
    exposeHeadRoute: false,
    handler(request, reply) {
      const isAsking = request.method === 'OPTIONS' && allowsPages
      if (isAsking && allowPage(options, request, reply)) return answerPreflight(reply, allowed)
      reply.header('allow', allowed.join(', '))
      throw new OAuthError('method_not_allowed', `This endpoint takes ${allowed.join(', ')}.`)
    },
  })
}

/** A page of a registered browser client may read what it is answered (requirement R030). Whose page it is, the endpoint looks at. */
function allowPage(
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

function answerPreflight(reply: FastifyReply, methods: readonly string[]): FastifyReply {
  return reply
    .code(204)
    .headers({
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': 'Authorization, Content-Type, DPoP',
      'access-control-max-age': PREFLIGHT_SECONDS,
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
    'The body is application/x-www-form-urlencoded in UTF-8.',
  )
}

/** The one place where an error leaves. What is ours is logged here, and unknown to the caller. */
function fail(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof StoreUnavailableError) {
    request.log.warn({ err: error }, 'the store is not available')
    reply.header('retry-after', RETRY_AFTER_SECONDS)
    return send(
      request,
      reply,
      new OAuthError('temporarily_unavailable', 'Retry after the time in Retry-After.'),
    )
  }
  const failure = isTooLarge(error)
    ? new OAuthError('invalid_request', 'The body is larger than 32 KiB or incomplete.')
    : toOAuthError(error)
  if (failure.status >= 500)
    request.log.error({ err: failure.cause ?? failure }, 'an OAuth request failed')
  return send(request, reply, failure)
}

function isTooLarge(error: unknown): boolean {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  return status >= 400 && status < 500
}

function send(request: FastifyRequest, reply: FastifyReply, failure: OAuthError): FastifyReply {
  const { error, message, status } = failure
  request.resultCode = error
  const challenge = challengeOf(request, failure)
  if (challenge) reply.header('www-authenticate', challenge)
  // A person reads that; the last line is for whoever built what has sent them here.
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

/** RFC 6750 §3, RFC 9449 §7.1 and §8; RFC 6749 §5.2 for clients. */
function challengeOf(request: FastifyRequest, { error, status }: OAuthError): string | undefined {
  const { authorization } = request.headers
  if (error === 'invalid_client')
    return status === 401 ? 'Basic realm="oauth", charset="UTF-8"' : undefined
  if (isOfClient(request)) return undefined
  if (error === 'invalid_token' || error === 'insufficient_scope')
    return authorization === undefined ? 'Bearer' : `${schemeOf(request)} error="${error}"`
  return error === 'use_dpop_nonce' || error === 'invalid_dpop_proof'
    ? `DPoP error="${error}"`
    : undefined
}

/** At a resource, whoever has not proven the key has to do that first. */
function challengeStatus(request: FastifyRequest, { error, status }: OAuthError): number {
  const isOfProof = error === 'use_dpop_nonce' || error === 'invalid_dpop_proof'
  return isOfProof && !isOfClient(request) ? 401 : status
}

/** Clients prove who they are with the form; calls with a token have that in the header. */
function isOfClient({ routeOptions: { config } }: FastifyRequest): boolean {
  return config.endpoint?.client === 'oauth-client'
}
