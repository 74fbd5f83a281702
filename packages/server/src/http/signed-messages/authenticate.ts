/**
 * @module Authenticates a signed request over its raw bytes, before anything else reads it.
 * @see docs/merchant-api.md#signature-format
 */
import { parseRequestTime, type SignatureHeader, signedPrefix } from '@assent/protocol'
import type { FastifyRequest } from 'fastify'
import { AssentError } from '../../engine/errors.ts'
import { findDuplicateHeader } from '../request-smuggling-guard.ts'
import { InvalidJsonError, type JsonObject, parseStrictJson } from '../strict-json.ts'
import { readHeader, signedPath } from './raw-request.ts'
import { requestRecord } from './request-record.ts'
import type { SignedRequest, SigningContext, SigningParty, Verifier } from './signing-context.ts'

const findDuplicateSignedHeader = findDuplicateHeader(['client-id', 'request-time', 'signature'])
export const MIN_SEQUENCE_HEADER = 'assent-min-sequence'
const NO_BODY = Buffer.alloc(0)

/**
 * The order of the checks reveals as little as possible to an unauthenticated caller: sender, signature, time, and only
 * then the body.
 * @throws {AssentError}
 */
export async function authenticate(
  context: SigningContext,
  request: FastifyRequest,
): Promise<Omit<SignedRequest, 'revoked'>> {
  rejectBrowsers(request)
  requireSingleHeaders(request)
  const clientId = readHeader(request, 'client-id')
  if (clientId === '')
    throw new AssentError('PARAM_ILLEGAL', { detail: 'The Client-Id header is missing.' })
  const caller = await context.callers().findParty(clientId)
  if (!caller) throw new AssentError('CLIENT_UNKNOWN')
  const body = Buffer.isBuffer(request.body) ? request.body : NO_BODY
  const prefix = signedPrefix(signedPath(request), clientId, readHeader(request, 'request-time'))
  verifySignature(caller, request, prefix, body)
  const now = context.clock()
  const partyNow = (context.partyClock ?? context.clock)()
  const sentAt = requireFresh(caller, readHeader(request, 'request-time'), partyNow)
  const minSequence = readMinSequence(request)
  const signedAt = sentAt === undefined ? undefined : sentAt + now - partyNow
  const toleranceSeconds = caller.requestTimeToleranceSeconds
  return {
    clientId,
    body: parseBody(request, body),
    now,
    partyNow,
    minSequence,
    once: () => requestRecord({ prefix, body, signedAt, toleranceSeconds }, now),
  }
}

/**
 * Browsers set these headers on every request of a page, and pages cannot remove them. A key that signs requests must never
 * be in a page.
 * @throws {AssentError} `BROWSER_NOT_ALLOWED`
 * @see [Fetch Metadata](https://www.w3.org/TR/fetch-metadata/)
 */
export function rejectBrowsers({ headers }: FastifyRequest): void {
  if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) {
    throw new AssentError('BROWSER_NOT_ALLOWED')
  }
}

function requireSingleHeaders({ raw }: FastifyRequest): void {
  const name = findDuplicateSignedHeader(raw)
  if (name !== undefined)
    throw new AssentError('PARAM_ILLEGAL', {
      detail: `The ${name} header was sent more than once.`,
    })
}

function verifySignature(
  caller: SigningParty,
  request: FastifyRequest,
  prefix: string,
  body: Buffer,
): void {
  const { signature } = request
  if (!signature)
    throw new AssentError('SIGNATURE_INVALID', {
      detail: 'The Signature header is missing or malformed.',
    })
  const verify = chooseKey(caller, signature)
  if (!verify)
    throw new AssentError('SIGNATURE_INVALID', { detail: 'This keyVersion is not registered.' })
  if (!verify(prefix, body, signature.base64)) throw new AssentError('SIGNATURE_INVALID')
}

/** Without a version, the newest key is used (docs/merchant-api.md#signature-format). */
function chooseKey({ keys }: SigningParty, { keyVersion }: SignatureHeader): Verifier | undefined {
  return keys.get(keyVersion ?? Math.max(...keys.keys()))
}

/** @returns when the request was signed; `undefined` when the time is not checked */
function requireFresh(caller: SigningParty, requestTime: string, now: number): number | undefined {
  if (caller.requestTimeToleranceSeconds === 0) return undefined
  const sentAt = parseRequestTime(requestTime)
  const isFresh =
    sentAt !== undefined && Math.abs(now - sentAt) <= caller.requestTimeToleranceSeconds
  if (!isFresh) throw new AssentError('TIMESTAMP_INVALID')
  return sentAt
}

/** @returns the least sequence number of the revocation log that the caller demands; 0 when it demands none */
export function readMinSequence(request: FastifyRequest): number {
  const text = readHeader(request, MIN_SEQUENCE_HEADER)
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
