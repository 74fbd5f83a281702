/**
 * @module Signed messages: verifies a request over its raw bytes before anything reads it, and signs every reply,
 * failures included (contract: openapi §1). The merchants' OpenAPI and the wallets' API are both spoken through this.
 */
import {
  type ErrorCode,
  formatSignatureHeader,
  formatTime,
  LIMITS,
  parseRequestTime,
  parseSignatureHeader,
  pathOfTarget,
  type Result,
  type ResultDialect,
  type SignatureEncoding,
  type SignatureHeader,
  SUCCESS,
  signedPrefix,
  toResult,
} from '@assent/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AssentError } from '../engine/errors.ts'
import { StoreUnavailableError } from '../engine/ports/store.ts'
import { findDuplicateHeader } from './request-smuggling-guard.ts'
import { InvalidJsonError, type JsonObject, parseStrictJson } from './strict-json.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The result code of a signed reply, for the log and the metrics. */
    resultCode: string
    /** Its Signature header, once it was read; `null` before, and when there is none that can be read. */
    signature: SignatureHeader | null
    /** The API of the wallet that was called through the gateway, for the log and the metrics. */
    apiName: string
  }
}

/** Whether a base64 signature over prefix and body is genuine. */
export type Verifier = (prefix: string, body: Buffer, base64: string) => boolean

export type SigningParty = {
  /** By keyVersion. */
  readonly keys: ReadonlyMap<number, Verifier>
  /** 0: Request-Time is not checked. */
  readonly requestTimeToleranceSeconds: number
}

export type ReplySigner = {
  readonly keyVersion: number
  /** @returns base64 */
  readonly sign: (prefix: string, body: string) => Promise<string>
}

export type SigningContext = {
  /** As they are now: the registry may change while the server runs. */
  readonly callers: () => ReadonlyMap<string, SigningParty>
  readonly signer: ReplySigner
  /** Epoch seconds. */
  readonly clock: () => number
  /** Only in a lab, where time is moved: the clock of those who call. Default: the same. */
  readonly partyClock?: () => number
  /** Only in a lab: the cause by which a call fails that would have been carried out. */
  readonly nextFault?: () => ErrorCode | undefined
}

/** A request whose sender and bytes are proven. */
export type SignedRequest = {
  readonly clientId: string
  readonly body: JsonObject
  readonly now: number
  /** Now, by the clock of those who call: another one only in a lab. */
  readonly partyNow: number
  /** The line of the revocation log that the answer may not be older than; 0: any. */
  readonly minSequence: number
  /** Tells the caller the line of the log that it has written, so that it can ask any node for at least that. */
  readonly revoked: (sequence: number) => void
}

export type Handler = (request: SignedRequest) => Promise<object>

const repeatedSigned = findDuplicateHeader(['client-id', 'request-time', 'signature'])
/** In a reply: the line of the revocation log that the request has written. In a request: the least that the answer has to know. */
export const SEQUENCE_HEADER = 'assent-revocation-sequence'
const MIN_SEQUENCE_HEADER = 'assent-min-sequence'
const RAW = 'application/octet-stream'
const NO_BODY = Buffer.alloc(0)
const RETRY_AFTER_SECONDS = 1

/** Bodies as raw bytes, whatever the request calls them (contract: do not refuse on Content-Type); the signature as it is written. */
export function registerRawBody(face: FastifyInstance): void {
  face.removeAllContentTypeParsers()
  face.addContentTypeParser(
    RAW,
    { parseAs: 'buffer', bodyLimit: LIMITS.body },
    (_request, body, done) => {
      done(null, body)
    },
  )
  face.addHook('onRequest', (request, _reply, done) => {
    request.raw.headers['content-type'] = RAW
    request.signature = parseSignatureHeader(header(request, 'signature')) ?? null
    done()
  })
}

/** Answers a request: HTTP 200, with a result, signed; only when the store cannot answer, 503. */
export async function handleSigned(
  face: SigningContext,
  vocabulary: ResultDialect,
  request: FastifyRequest,
  reply: FastifyReply,
  handle: Handler,
): Promise<FastifyReply> {
  try {
    const signed = authenticate(face, request)
    const fault = face.nextFault?.()
    if (fault) throw new AssentError(fault)
    const data = await handle({
      revoked: (sequence) => void reply.header(SEQUENCE_HEADER, sequence),
      ...signed,
    })
    return await replySigned(face, request, reply, { result: SUCCESS, ...data })
  } catch (error) {
    return replyWithError(face, vocabulary, request, reply, error)
  }
}

/** Answers a request that failed, perhaps before it could be read. */
export async function replyWithError(
  face: SigningContext,
  vocabulary: ResultDialect,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): Promise<FastifyReply> {
  if (error instanceof StoreUnavailableError) return answerUnavailable(request, reply, error)
  return replySigned(face, request, reply, failure(error, vocabulary, request))
}

/** The one reply that is not HTTP 200 (contract: openapi §1). */
function answerUnavailable(
  request: FastifyRequest,
  reply: FastifyReply,
  error: StoreUnavailableError,
): FastifyReply {
  request.log.warn({ err: error }, 'the store is not available')
  return reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).send()
}

/** The one place where a cause becomes a result. What is no refusal is ours: logged here, unknown to the caller. */
function failure(
  error: unknown,
  vocabulary: ResultDialect,
  request: FastifyRequest,
): { readonly result: Result } {
  if (!(error instanceof AssentError)) {
    request.log.error({ err: error }, 'a signed request failed')
    return { result: toResult('INTERNAL', vocabulary) }
  }
  if (error.cause !== undefined) request.log.warn({ err: error.cause }, error.code)
  return {
    result: toResult(error.code, vocabulary, error.detail),
    ...(error.authErrorScopes && { authErrorScopes: error.authErrorScopes }),
    ...(error.missingScopes && { missingScopes: error.missingScopes }),
    ...(error.retryAfterSeconds !== undefined && { retryAfterSeconds: error.retryAfterSeconds }),
  }
}

/** A failure that Fastify found before the handler: a body that is too large or broken off. */
export function toAssentError(error: { readonly statusCode?: number | undefined }): unknown {
  const isCallers = error.statusCode !== undefined && error.statusCode < 500
  return isCallers
    ? new AssentError('PARAM_ILLEGAL', { detail: 'The body is larger than 64 KiB or incomplete.' })
    : error
}

/** Checks come in the order that tells a stranger least: sender, signature, time, and only then what it says. */
function authenticate(
  face: SigningContext,
  request: FastifyRequest,
): Omit<SignedRequest, 'revoked'> {
  rejectBrowsers(request)
  requireSingleHeaders(request)
  const clientId = header(request, 'client-id')
  if (clientId === '')
    throw new AssentError('PARAM_ILLEGAL', { detail: 'The Client-Id header is missing.' })
  const caller = face.callers().get(clientId)
  if (!caller) throw new AssentError('CLIENT_UNKNOWN')
  const body = Buffer.isBuffer(request.body) ? request.body : NO_BODY
  verifySignature(caller, clientId, request, body)
  const now = face.clock()
  const partyNow = (face.partyClock ?? face.clock)()
  requireFresh(caller, header(request, 'request-time'), partyNow)
  const minSequence = readMinSequence(request)
  return { clientId, body: parseBody(request, body), now, partyNow, minSequence }
}

/** Browsers mark what pages send, and pages cannot take the marks away (requirement R030). */
export function rejectBrowsers({ headers }: FastifyRequest): void {
  if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) {
    throw new AssentError('BROWSER_NOT_ALLOWED')
  }
}

function requireSingleHeaders({ raw }: FastifyRequest): void {
  const name = repeatedSigned(raw)
  if (name !== undefined)
    throw new AssentError('PARAM_ILLEGAL', { detail: `The ${name} header is there twice.` })
}

function verifySignature(
  caller: SigningParty,
  clientId: string,
  request: FastifyRequest,
  body: Buffer,
): void {
  const { signature } = request
  if (!signature)
    throw new AssentError('SIGNATURE_INVALID', { detail: 'The header is missing or malformed.' })
  const verify = chooseKey(caller, signature)
  if (!verify)
    throw new AssentError('SIGNATURE_INVALID', { detail: 'This keyVersion is not registered.' })
  const prefix = signedPrefix(signedPath(request), clientId, header(request, 'request-time'))
  if (!verify(prefix, body, signature.base64)) throw new AssentError('SIGNATURE_INVALID')
}

/** Without a version, the newest (contract: openapi §1). */
function chooseKey({ keys }: SigningParty, { keyVersion }: SignatureHeader): Verifier | undefined {
  return keys.get(keyVersion ?? Math.max(...keys.keys()))
}

function requireFresh(caller: SigningParty, requestTime: string, now: number): void {
  if (caller.requestTimeToleranceSeconds === 0) return
  const sentAt = parseRequestTime(requestTime)
  const isFresh =
    sentAt !== undefined && Math.abs(now - sentAt) <= caller.requestTimeToleranceSeconds
  if (!isFresh) throw new AssentError('TIMESTAMP_INVALID')
}

export function readMinSequence(request: FastifyRequest): number {
  const text = header(request, MIN_SEQUENCE_HEADER)
  if (!/^\d{0,15}$/.test(text)) {
    throw new AssentError('PARAM_ILLEGAL', {
      detail: `The ${MIN_SEQUENCE_HEADER} header is not a number.`,
    })
  }
  return Number(text)
}

function parseBody(request: FastifyRequest, body: Buffer): JsonObject {
  if (request.headers['content-encoding'] !== undefined) {
    throw new AssentError('PARAM_ILLEGAL', {
      detail: 'Content-Encoding is not accepted on signed requests.',
    })
  }
  try {
    return parseStrictJson(body)
  } catch (error) {
    if (error instanceof InvalidJsonError)
      throw new AssentError('PARAM_ILLEGAL', { detail: error.message })
    throw error
  }
}

/** Signs and sends. The path, the client id and the encoding are the caller's own (contract: openapi §1). */
async function replySigned(
  { signer, clock, partyClock = clock }: SigningContext,
  request: FastifyRequest,
  reply: FastifyReply,
  data: { readonly result: Result },
): Promise<FastifyReply> {
  request.resultCode = data.result.resultCode
  const body = JSON.stringify(data)
  const clientId = header(request, 'client-id')
  const time = formatTime(partyClock())
  const base64 = await signer.sign(signedPrefix(signedPath(request), clientId, time), body)
  const encoding = requestedEncoding(request)
  return reply
    .code(200)
    .headers({
      'content-type': 'application/json; charset=UTF-8',
      'cache-control': 'no-store',
      'client-id': clientId,
      'response-time': time,
      signature: formatSignatureHeader(signer.keyVersion, base64, encoding),
    })
    .send(body)
}

/** A request that came without a readable signature gets the encoding that most clients of the family use. */
function requestedEncoding(request: FastifyRequest): SignatureEncoding {
  return request.signature?.encoding ?? 'percent'
}

/** As it was sent: a client that signed an absolute target has signed its path. */
export function signedPath(request: FastifyRequest): string {
  return pathOfTarget(request.originalUrl)
}

function header(request: FastifyRequest, name: string): string {
  const value = request.headers[name]
  return typeof value === 'string' ? value : ''
}
