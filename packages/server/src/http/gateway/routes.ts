/**
 * @module The gateway: every path that is nobody else's is looked up among the APIs of the wallet, and called with a signature as the
 * rest of the OpenAPI is, or with a token alone where the API allows it (RFC 6750), bound to a key or not (RFC 9449).
 */
import { Readable } from 'node:stream'
import { type ErrorCode, resultDialectOfPath, toResult } from '@assent/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { AssentError } from '../../engine/errors.ts'
import { StoreUnavailableError } from '../../engine/ports.ts'
import { checkAccessToken, checkBearerToken } from '../../engine/tokens/check.ts'
import { OAuthError } from '../oauth/errors.ts'
import { readAccessToken, schemeOf } from '../oauth/rfc9449-dpop.ts'
import { credential, requestOf } from '../request-schema.ts'
import {
  handleSigned,
  readMinSequence,
  registerRawBody,
  rejectBrowsers,
  replyWithError,
  type SigningContext,
  signedPath,
  toAssentError,
} from '../signed-message.ts'
import { InvalidJsonError, type JsonObject, parseStrictJson } from '../strict-json.ts'
import type { ApiRoutes, FoundApi } from './api-routes.ts'
import { GATEWAY_ENDPOINT } from './endpoints.ts'
import { apiOf, type CallParts, callApi, readJson } from './proxy.ts'

export type GatewayOptions = CallParts & {
  readonly signed: SigningContext
  readonly issuer: string
  /** As they are now: they may change while the server runs. */
  readonly routes: () => ApiRoutes
}

/** An answer that passes whole and is longer is not held in memory. */
const tokenRequest = requestOf(Type.Object({ accessToken: credential }))
const STREAMED_BYTES = 256 * 1024
const RETRY_AFTER_SECONDS = 1

export async function gatewayRoutes(face: FastifyInstance, options: GatewayOptions): Promise<void> {
  const { ports, signed, routes, issuer } = options
  registerRawBody(face)

  face.setErrorHandler((error: { statusCode?: number }, request, reply) =>
    fail(request, reply, toAssentError(error)),
  )
  // HEAD and OPTIONS among them: no API answers these.
  face.all(GATEWAY_ENDPOINT.path, { exposeHeadRoute: false }, (request, reply) => {
    if (request.headers['client-id'] !== undefined && request.method === 'POST')
      return answerCall(request, reply)
    if (request.headers.authorization !== undefined) return answerBearer(request, reply)
    return reply
      .code(404)
      .send({ error: 'not_found', message: 'There is nothing at this address.' })
  })

  function find(request: FastifyRequest): FoundApi {
    const [path = ''] = signedPath(request).split('?', 1)
    const found = routes().find(request.method, path)
    if (!found) throw new AssentError('API_UNKNOWN')
    request.apiName = found.route.name
    return found
  }

  function answerCall(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const vocabulary = resultDialectOfPath(signedPath(request))
    return handleSigned(signed, vocabulary, request, reply, async (signedRequest) => {
      const found = find(request)
      if (queryOf(request, found) !== '') throw new AssentError('API_UNKNOWN')
      const client = ports.registry.clients.get(signedRequest.clientId)
      if (!client) throw new AssentError('CLIENT_UNKNOWN')
      if (!client.active) throw new AssentError('CLIENT_NOT_ACTIVE')
      const { accessToken } = tokenRequest(signedRequest.body)
      const { minSequence, now } = signedRequest
      const { sensitivity } = apiOf(ports, found)
      const token = await checkAccessToken(
        ports,
        { client, accessToken, minSequence, sensitivity },
        now,
      )
      const { accessToken: _, ...body } = signedRequest.body
      const call = { found, client, token, query: '', body, traceId: request.id }
      return callApi(options, call, (answer, opened) => readJson(found, answer, opened))
    })
  }

  async function answerBearer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    try {
      rejectBrowsers(request)
      const found = find(request)
      if (!found.route.allowBearer) throw new AssentError('API_UNKNOWN')
      const shown = await readAccessToken({ ports, issuer, clock: signed.clock }, request, reply)
      const { sensitivity } = apiOf(ports, found)
      const input = { minSequence: readMinSequence(request), sensitivity, ...shown }
      const token = await checkBearerToken(ports, input, signed.clock())
      const query = queryOf(request, found)
      const body = found.route.method === 'GET' ? undefined : bodyOf(request)
      const call = { found, client: token.client, token, query, body, traceId: request.id }
      reply.header('cache-control', 'no-store')
      return await callApi(options, call, async (answer, opened) => {
        request.resultCode = 'SUCCESS'
        const isLong = answer.length === undefined || answer.length > STREAMED_BYTES
        if (opened.filter || !isLong) return reply.send(await readJson(found, answer, opened))
        opened.recordAccess()
        return reply.type('application/json').send(Readable.from(answer.stream()))
      })
    } catch (error) {
      return failBearer(request, reply, error)
    }
  }

  function fail(
    request: FastifyRequest,
    reply: FastifyReply,
    error: unknown,
  ): FastifyReply | Promise<FastifyReply> {
    return request.headers.authorization !== undefined && request.headers['client-id'] === undefined
      ? failBearer(request, reply, error)
      : replyWithError(signed, resultDialectOfPath(signedPath(request)), request, reply, error)
  }
}

/** Parameters of a GET, those that are declared, each once. @throws {AssentError} `PARAM_ILLEGAL` */
function queryOf(request: FastifyRequest, { route }: FoundApi): string {
  const target = signedPath(request)
  const at = target.indexOf('?')
  if (at < 0) return ''
  const names = [...new URLSearchParams(target.slice(at)).keys()]
  if (at === target.length - 1) throw new AssentError('API_UNKNOWN')
  const isDeclared = names.every((name) => route.query.includes(name))
  if (!isDeclared || new Set(names).size !== names.length || target.includes('#'))
    throw new AssentError('PARAM_ILLEGAL', { detail: 'See: the query.' })
  return target.slice(at)
}

function bodyOf(request: FastifyRequest): JsonObject {
  try {
    return parseStrictJson(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0))
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

function failBearer(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof StoreUnavailableError) {
    request.log.warn({ err: error }, 'the store is not available')
    return reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).send()
  }
  if (error instanceof OAuthError) {
    request.resultCode = error.error
    return reply
      .code(401)
      .headers({ 'cache-control': 'no-store', 'www-authenticate': `DPoP error="${error.error}"` })
      .send({ error: error.error, error_description: error.message })
  }
  const refusal =
    error instanceof AssentError ? error : new AssentError('INTERNAL', { cause: error })
  const [status, name]: BearerError = BEARER_ERRORS[refusal.code]
  if (refusal.cause !== undefined) request.log.warn({ err: refusal.cause }, refusal.code)
  const { resultCode, resultMessage } = toResult(refusal.code, 'v1', refusal.detail)
  request.resultCode = resultCode
  const scope = refusal.missingScopes && `, scope="${refusal.missingScopes.join(' ')}"`
  if (status === 401 || status === 403)
    reply.header('www-authenticate', `${schemeOf(request)} error="${name}"${scope ?? ''}`)
  if (status === 429) reply.header('retry-after', 60)
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .send({
      error: name,
      error_description: resultMessage,
      ...(refusal.missingScopes && { missingScopes: refusal.missingScopes }),
    })
}
