/**
 * @module The gateway to the wallet's own APIs. Merchants call an API with a signed request, as they call the merchant API. Where the
 * API allows it, an access token alone is enough.
 * @see docs/gateway.md, [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750.html) for bearer tokens,
 * [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449.html) for DPoP
 */
import { Readable } from 'node:stream'
import { type ErrorCode, resultDialectOfPath, toResult } from '@assent/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AssentError } from '../../engine/errors.ts'
import { requireFirst } from '../../engine/once.ts'
import { StoreUnavailableError } from '../../engine/store/store.ts'
import { checkAccessToken, checkBearerToken } from '../../engine/tokens/check.ts'
import { OAuthError } from '../oauth/errors.ts'
import { challengeOf } from '../oauth/rfc6750-challenge.ts'
import { readAccessToken } from '../oauth/rfc9449-dpop.ts'
import { readMinSequence, rejectBrowsers } from '../signed-messages/authenticate.ts'
import { registerRawBody, signedPath } from '../signed-messages/raw-request.ts'
import { handleSigned, replyWithError, toAssentError } from '../signed-messages/reply.ts'
import type { SigningContext } from '../signed-messages/signing-context.ts'
import { InvalidJsonError, parseStrictJson } from '../strict-json.ts'
import type { ApiRoutes, FoundApi } from './api-routes.ts'
import { type SentBody, takeAccessToken } from './body-fields.ts'
import { GATEWAY_ENDPOINT } from './endpoints.ts'
import { apiOf, callApi, type ProxyDependencies, readJson } from './proxy.ts'

export type GatewayOptions = ProxyDependencies & {
  readonly signed: SigningContext
  readonly issuer: string
  /** The current routes. A function, because the configuration may be reloaded. */
  readonly routes: () => ApiRoutes
}

/** A longer response is streamed instead of being kept in memory, unless it has to be filtered. */
const MAX_BUFFERED_BYTES = 256 * 1024
const RETRY_AFTER_SECONDS = 1

export async function gatewayRoutes(app: FastifyInstance, options: GatewayOptions): Promise<void> {
  const { ports, signed, routes, issuer } = options
  registerRawBody(app)

  app.setErrorHandler((error: { statusCode?: number }, request, reply) =>
    replyFailure(request, reply, toAssentError(error)),
  )
  // This includes HEAD and OPTIONS, which no API supports.
  app.all(GATEWAY_ENDPOINT.path, { exposeHeadRoute: false }, (request, reply) =>
    isSigned(request) ? handleSignedCall(request, reply) : handleTokenCall(request, reply),
  )

  function find(request: FastifyRequest): FoundApi {
    const [path = ''] = signedPath(request).split('?', 1)
    const found = routes().find(request.method, path)
    if (!found) throw new AssentError('API_UNKNOWN')
    request.apiName = found.route.name
    return found
  }

  function handleSignedCall(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const dialect = resultDialectOfPath(signedPath(request))
    return handleSigned(signed, dialect, request, reply, async (signedRequest) => {
      const found = find(request)
      if (queryOf(request, found) !== '') throw new AssentError('API_UNKNOWN')
      const client = await ports.registry.findClient(signedRequest.clientId)
      if (!client) throw new AssentError('CLIENT_UNKNOWN')
      if (!client.active) throw new AssentError('CLIENT_NOT_ACTIVE')
      const { accessTokenField } = found.route
      const { accessToken, rest: body } = takeAccessToken(
        { json: signedRequest.body, text: String(request.body) },
        accessTokenField,
      )
      const { minSequence, now, once } = signedRequest
      const { sensitivity } = apiOf(ports, found)
      const token = await checkAccessToken(
        ports,
        { client, accessToken, minSequence, sensitivity },
        now,
      )
      const call = { found, client, token, query: '', body, traceId: request.id, once: once() }
      return callApi(options, call, (response, rules) => readJson(found, response, rules))
    })
  }

  async function handleTokenCall(
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    try {
      // Only signed requests prove themselves first.
      await signed.identify(request, undefined)
      rejectBrowsers(request)
      const found = find(request)
      if (!found.route.allowBearer) throw new AssentError('API_UNKNOWN')
      const presented = await readAccessToken(
        { ports, issuer, clock: signed.clock },
        request,
        reply,
      )
      const { sensitivity } = apiOf(ports, found)
      const input = { minSequence: readMinSequence(request), sensitivity, ...presented }
      const token = await checkBearerToken(ports, input, signed.clock())
      await signed.identify(request, token.client.clientId)
      await requireFirst(ports, presented.once)
      const query = queryOf(request, found)
      const body = found.route.method === 'GET' ? undefined : bodyOf(request)
      const call = { found, client: token.client, token, query, body, traceId: request.id }
      reply.header('cache-control', 'no-store')
      return await callApi(options, call, async (response, rules) => {
        request.resultCode = 'SUCCESS'
        const isLong = response.length === undefined || response.length > MAX_BUFFERED_BYTES
        if (rules.filter || !isLong) return reply.send(await readJson(found, response, rules))
        rules.recordAccess()
        return reply.type('application/json').send(Readable.from(response.stream()))
      })
    } catch (error) {
      return replyTokenFailure(issuer, request, reply, error)
    }
  }

  function replyFailure(
    request: FastifyRequest,
    reply: FastifyReply,
    error: unknown,
  ): FastifyReply | Promise<FastifyReply> {
    return isSigned(request)
      ? replyWithError(signed, resultDialectOfPath(signedPath(request)), request, reply, error)
      : replyTokenFailure(issuer, request, reply, error)
  }
}

/** Merchants sign requests with the method POST. All other calls need an access token. */
function isSigned({ method, headers }: FastifyRequest): boolean {
  return method === 'POST' && headers['client-id'] !== undefined
}

/** @returns the query string; every parameter is declared and occurs once @throws {AssentError} `PARAM_ILLEGAL` */
function queryOf(request: FastifyRequest, { route }: FoundApi): string {
  const target = signedPath(request)
  const queryStart = target.indexOf('?')
  if (queryStart < 0) return ''
  const names = [...new URLSearchParams(target.slice(queryStart)).keys()]
  if (queryStart === target.length - 1) throw new AssentError('API_UNKNOWN')
  const isDeclared = names.every((name) => route.query.includes(name))
  if (!isDeclared || new Set(names).size !== names.length || OTHER_SEPARATORS.test(target))
    throw new AssentError('PARAM_ILLEGAL', {
      detail:
        'The query string has a parameter that is not declared or occurs twice, or one of ; # \\ that is not percent-encoded.',
    })
  return target.slice(queryStart)
}

/** What other parsers of query strings may take for the end of a parameter or of the query string. */
const OTHER_SEPARATORS = /[;#\\]/

function bodyOf(request: FastifyRequest): SentBody {
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  try {
    return { json: parseStrictJson(bytes), text: bytes.toString() }
  } catch (error) {
    if (error instanceof InvalidJsonError)
      throw new AssentError('PARAM_ILLEGAL', { detail: error.message })
    throw error
  }
}

type BearerError = readonly [status: number, error: string]

const INTERNAL: BearerError = [500, 'server_error']

/**
 * HTTP status and `error` of every cause, for calls with a bearer token
 * ([RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750.html#section-3.1)).
 */
const BEARER_ERRORS = {
  API_UNKNOWN: [404, 'not_found'],
  PARAM_ILLEGAL: [400, 'invalid_request'],
  BROWSER_NOT_ALLOWED: [403, 'access_denied'],
  CLIENT_NOT_ACTIVE: [401, 'invalid_token'],
  ACCESS_TOKEN_INVALID: [401, 'invalid_token'],
  ACCESS_TOKEN_EXPIRED: [401, 'invalid_token'],
  // A DPoP proof that was used before (RFC 9449 §7.1).
  REQUEST_REPEATED: [401, 'invalid_dpop_proof'],
  SCOPE_INSUFFICIENT: [403, 'insufficient_scope'],
  RATE_LIMITED: [429, 'rate_limited'],
  UPSTREAM_REFUSED: [422, 'upstream_refused'],
  UPSTREAM_UNAVAILABLE: [502, 'upstream_unavailable'],
  INTERNAL,
  OVERLOADED: INTERNAL,
  USER_UNAVAILABLE: INTERNAL,
  USER_UNKNOWN: INTERNAL,
  USER_NOT_ACTIVE: INTERNAL,
  // Causes of signed requests, of codes and refresh tokens, of OAuth and of the consent prompt, which no call with a bearer token raises.
  CLIENT_UNKNOWN: INTERNAL,
  SIGNATURE_INVALID: INTERNAL,
  TIMESTAMP_INVALID: INTERNAL,
  SANDBOX_CLIENT_REQUIRED: INTERNAL,
  GRANT_TYPE_UNSUPPORTED: INTERNAL,
  CODE_UNKNOWN: INTERNAL,
  CODE_USED: INTERNAL,
  CODE_EXPIRED: INTERNAL,
  REFERENCE_MISMATCH: INTERNAL,
  REFRESH_TOKEN_UNKNOWN: INTERNAL,
  AUTHORIZATION_ENDED: INTERNAL,
  REFRESH_TOKEN_EXPIRED: INTERNAL,
  REFRESH_TOKEN_USED: INTERNAL,
  NO_AUTHORIZE_URL: INTERNAL,
  UNKNOWN_USER_ID: INTERNAL,
  SCOPE_EXCEEDED: INTERNAL,
  INVALID_TARGET: INTERNAL,
  NOT_PERMITTED: INTERNAL,
  SCOPE_NOT_APPROVED: INTERNAL,
  FIRST_SCREEN: INTERNAL,
  DEEP_LINK: INTERNAL,
  NO_USER_GESTURE: INTERNAL,
  CONSENT_ALREADY_OPEN: INTERNAL,
  DECLINED_RECENTLY: INTERNAL,
  DECLINED_REPEATEDLY: INTERNAL,
  NOT_A_TESTER: INTERNAL,
  GUARDIAN_PENDING: INTERNAL,
  PAGE_GONE: INTERNAL,
  NOT_VISIBLE: INTERNAL,
  CONSENT_REQUEST_UNKNOWN: INTERNAL,
  CONSENT_REQUEST_EXPIRED: INTERNAL,
  CONSENT_REQUEST_USED: INTERNAL,
  SHEET_HASH_MISMATCH: INTERNAL,
  DECISION_INVALID: INTERNAL,
  LOGIN_REQUIRED: INTERNAL,
  CONSENT_REQUIRED: INTERNAL,
  GRANT_UNKNOWN: INTERNAL,
  AUTH_REQUEST_INVALID: INTERNAL,
} as const satisfies Record<ErrorCode, BearerError>

function replyTokenFailure(
  issuer: string,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  if (error instanceof StoreUnavailableError) {
    request.log.warn(
      { err: error },
      'The request got a 503, because this node or its store is overloaded or unavailable.',
    )
    return reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).send()
  }
  if (error instanceof OAuthError) {
    request.resultCode = error.error
    return reply
      .code(401)
      .headers({
        'cache-control': 'no-store',
        'www-authenticate': challengeOf(request, issuer, error),
      })
      .send({ error: error.error, error_description: error.message })
  }
  const assentError =
    error instanceof AssentError ? error : new AssentError('INTERNAL', { cause: error })
  const [status, name]: BearerError = BEARER_ERRORS[assentError.code]
  if (assentError.cause !== undefined)
    request.log.warn({ err: assentError.cause }, assentError.code)
  const { resultCode, resultMessage } = toResult(assentError.code, 'v1', assentError.detail)
  request.resultCode = resultCode
  const scopes = assentError.missingScopes
  if (status === 401 || status === 403)
    reply.header('www-authenticate', challengeOf(request, issuer, { error: name, scopes }))
  if (status === 429) reply.header('retry-after', 60)
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .send({
      error: name,
      error_description: resultMessage,
      ...(scopes && { missingScopes: scopes }),
    })
}
