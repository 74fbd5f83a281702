/**
 * @module Signed replies. Every reply is HTTP 200 with a signed result, failures included; only an unavailable store is a 503.
 * The merchant API and the wallet API both use this.
 * @see docs/merchant-api.md#signature-of-a-response
 */
import {
  formatSignatureHeader,
  formatTime,
  type Result,
  type ResultDialect,
  type SignatureEncoding,
  SUCCESS,
  signedPrefix,
  toResult,
} from '@assent/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AssentError } from '../../engine/errors.ts'
import { StoreUnavailableError } from '../../engine/store/store.ts'
import { WINDOW_SECONDS as FAILURE_WINDOW_SECONDS } from '../failed-authentications.ts'
import { authenticate } from './authenticate.ts'
import { readHeader, signedPath } from './raw-request.ts'
import type { Handler, SigningContext } from './signing-context.ts'

/** The sequence number of the revocation that the request has written. A caller sends it back as `assent-min-sequence`. */
export const SEQUENCE_HEADER = 'assent-revocation-sequence'
const RETRY_AFTER_SECONDS = 1

/** Authenticates a request, handles it, and sends the signed reply. */
export async function handleSigned(
  context: SigningContext,
  dialect: ResultDialect,
  request: FastifyRequest,
  reply: FastifyReply,
  handle: Handler,
): Promise<FastifyReply> {
  try {
    const signed = await authenticateCaller(context, request)
    context.onAuthenticated?.(signed.clientId, requestedEncoding(request))
    const fault = context.nextFault?.()
    if (fault) throw new AssentError(fault)
    const data = await handle({
      revoked: (sequence) => void reply.header(SEQUENCE_HEADER, sequence),
      ...signed,
    })
    return await replySigned(context, request, reply, { result: SUCCESS, ...data })
  } catch (error) {
    return replyWithError(context, dialect, request, reply, error)
  }
}

async function authenticateCaller(
  context: SigningContext,
  request: FastifyRequest,
): ReturnType<typeof authenticate> {
  try {
    const signed = await authenticate(context, request)
    await context.identify(request, signed.clientId)
    return signed
  } catch (error) {
    const failure = await limitFailures(context, request, error)
    // The signature of the reply is work, too.
    if (failure instanceof AssentError) await context.identify(request, undefined)
    throw failure
  }
}

async function limitFailures(
  context: SigningContext,
  request: FastifyRequest,
  error: unknown,
): Promise<unknown> {
  const isForged = error instanceof AssentError && error.code === 'SIGNATURE_INVALID'
  if (!isForged || !(await context.recordFailure(request, readHeader(request, 'client-id'))))
    return error
  return new AssentError('RATE_LIMITED', {
    detail: 'Too many requests with this Client-Id had an invalid signature.',
    retryAfterSeconds: FAILURE_WINDOW_SECONDS,
  })
}

/** Replies to a request that failed, possibly before it was authenticated. */
export async function replyWithError(
  context: SigningContext,
  dialect: ResultDialect,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): Promise<FastifyReply> {
  try {
    // A request whose body was not read counts now, because the signature of its reply is work.
    if (!request.place) await context.identify(request, undefined)
    if (error instanceof StoreUnavailableError) throw error
    return await replySigned(context, request, reply, toFailure(error, dialect, request))
  } catch (unavailable) {
    if (!(unavailable instanceof StoreUnavailableError)) throw unavailable
    return replyUnavailable(request, reply, unavailable)
  }
}

/** The only reply that is not HTTP 200: clients and load balancers may retry it. */
function replyUnavailable(
  request: FastifyRequest,
  reply: FastifyReply,
  error: StoreUnavailableError,
): FastifyReply {
  request.log.warn(
    { err: error },
    'The request got a 503, because this node or its store is overloaded or unavailable.',
  )
  return reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).send()
}

/** Turns an error into a result. An error that is not an `AssentError` is a defect: it is logged, and its details are not sent. */
function toFailure(
  error: unknown,
  dialect: ResultDialect,
  request: FastifyRequest,
): { readonly result: Result } {
  if (!(error instanceof AssentError)) {
    request.log.error({ err: error }, 'A signed request failed with an unexpected error.')
    return { result: toResult('INTERNAL', dialect) }
  }
  if (error.cause !== undefined) request.log.warn({ err: error.cause }, error.code)
  return {
    result: toResult(error.code, dialect, error.detail),
    ...(error.authErrorScopes && { authErrorScopes: error.authErrorScopes }),
    ...(error.missingScopes && { missingScopes: error.missingScopes }),
    ...(error.endReason && { endReason: error.endReason }),
    ...(error.retryAfterSeconds !== undefined && { retryAfterSeconds: error.retryAfterSeconds }),
  }
}

/** Turns an error of Fastify about the body into an `AssentError`: a body that is too large or incomplete. */
export function toAssentError(error: { readonly statusCode?: number | undefined }): unknown {
  const isClientError = error.statusCode !== undefined && error.statusCode < 500
  return isClientError
    ? new AssentError('PARAM_ILLEGAL', { detail: 'The body is larger than 64 KiB or incomplete.' })
    : error
}

/** The reply mirrors the path, the client id and the signature encoding of the request. */
async function replySigned(
  { signer, clock, partyClock = clock }: SigningContext,
  request: FastifyRequest,
  reply: FastifyReply,
  data: { readonly result: Result },
): Promise<FastifyReply> {
  request.resultCode = data.result.resultCode
  const body = JSON.stringify(data)
  const clientId = readHeader(request, 'client-id')
  const time = formatTime(partyClock())
  const prefix = signedPrefix(signedPath(request), clientId, time)
  const { keyVersion, base64 } = await signer.sign(prefix, body)
  const encoding = requestedEncoding(request)
  return reply
    .code(200)
    .headers({
      'content-type': 'application/json; charset=UTF-8',
      'cache-control': 'no-store',
      'client-id': clientId,
      'response-time': time,
      signature: formatSignatureHeader(keyVersion, base64, encoding),
    })
    .send(body)
}

/** Most clients use percent-encoding, so it is the default for a request without a readable signature. */
function requestedEncoding(request: FastifyRequest): SignatureEncoding {
  return request.signature?.encoding ?? 'percent'
}
