/**
 * @module Sends one signed request, verifies the reply, and turns failures into errors. Retries idempotent calls only.
 */
import { type KeyObject, randomInt } from 'node:crypto'
import { type MerchantReply, parseRequestTime, type Result } from '@assent/protocol'
import {
  OutcomeUnknownError,
  ReplySignatureError,
  ResultError,
  ScopesMissingError,
  UnavailableError,
} from './errors.ts'
import { signRequest, verifyReply } from './message-signature.ts'
import { isRetryable } from './recovery.ts'

export type SignedRequestOptions = {
  readonly baseUrl: string
  readonly clientId: string
  readonly privateKey: KeyObject
  readonly keyVersion: number
  readonly platformPublicKey: KeyObject
  readonly timeoutMilliseconds: number
  readonly fetch: typeof fetch
  readonly onCall: ((call: ObservedCall) => void) | undefined
}

/**
 * One call as `onCall` reports it, for tracing. It never contains a body or a signature.
 *
 * @example
 * ```ts
 * import type { ObservedCall } from '@assent/merchant'
 *
 * export function logCall({ path, resultCode, durationMilliseconds, traceId }: ObservedCall): void {
 *   console.log(path, resultCode, Math.round(durationMilliseconds), traceId)
 * }
 * ```
 * @see docs/merchants.md
 */
export type ObservedCall = {
  /** The path that was called, without the base URL. */
  readonly path: string
  /** The platform's result code; `SUCCESS` when it succeeded. */
  readonly resultCode: string | undefined
  /** From sending the request to the verified reply. */
  readonly durationMilliseconds: number
  /** Identifies the call in the platform's log. */
  readonly traceId: string | undefined
}

/** `never`: the call is not idempotent, so it is sent once, even when its outcome is unknown. */
export type Retry = 'never' | 'idempotent'

const MAX_ATTEMPTS = 3
const BASE_BACKOFF_MS = 100
const MAX_BACKOFF_MS = 2000

export type SendSignedRequest = <Data extends object>(
  path: string,
  request: object,
  retry: Retry,
) => Promise<MerchantReply<Data>>

/** The returned function rejects with a `MerchantClientError`. */
export function createSignedRequestSender(options: SignedRequestOptions): SendSignedRequest {
  return async (path, request, retry) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await sendOnce(options, path, request)
      } catch (error) {
        if (retry === 'never' || attempt === MAX_ATTEMPTS || !isRetryable(error)) throw error
        await backOff(error, attempt)
      }
    }
  }
}

/** Exponential back-off with jitter, so that clients that failed together do not retry together. */
function backOff(error: unknown, attempt: number): Promise<void> {
  const retryAfter = error instanceof UnavailableError ? error.retryAfterSeconds * 1000 : 0
  const jittered = BASE_BACKOFF_MS * 2 ** attempt * (0.5 + randomInt(1000) / 1000)
  return new Promise((resolve) =>
    setTimeout(resolve, Math.min(Math.max(retryAfter, jittered), MAX_BACKOFF_MS)),
  )
}

async function sendOnce<Data extends object>(
  options: SignedRequestOptions,
  path: string,
  request: object,
): Promise<MerchantReply<Data>> {
  const startedAt = performance.now()
  const response = await post(options, path, JSON.stringify(request))
  const traceId = response.headers.get('trace-id') ?? undefined
  const body = await readBody(response, path, traceId)
  if (response.status === 503) throw new UnavailableError(retryAfterSeconds(response), { traceId })
  const { clientId } = options
  if (
    !verifyReply(options.platformPublicKey, { path, headers: response.headers, body, clientId })
  ) {
    throw new ReplySignatureError(
      `The signature of the reply of ${path} is invalid. Discard the reply and check platformPublicKey and clientId.`,
      { traceId },
    )
  }
  const reply = JSON.parse(body.toString()) as MerchantReply<Data> & {
    readonly missingScopes?: readonly string[]
  }
  const { result, missingScopes } = reply
  const durationMilliseconds = performance.now() - startedAt
  options.onCall?.({ path, resultCode: result.resultCode, durationMilliseconds, traceId })
  if (result.resultStatus === 'S') return reply
  if (missingScopes) throw new ScopesMissingError(missingScopes, { traceId })
  throw new ResultError(result, { traceId, clockOffsetSeconds: clockOffset(result, response) })
}

async function post(options: SignedRequestOptions, path: string, body: string): Promise<Response> {
  const { baseUrl, clientId, privateKey, keyVersion, timeoutMilliseconds } = options
  const now = Math.floor(Date.now() / 1000)
  try {
    return await options.fetch(baseUrl + path, {
      method: 'POST',
      redirect: 'error',
      headers: signRequest({ clientId, key: privateKey, keyVersion, path, body, now }),
      body,
      signal: AbortSignal.timeout(timeoutMilliseconds),
    })
  } catch (cause) {
    throw new OutcomeUnknownError(
      `No response arrived from ${path}. The outcome of the call is unknown.`,
      { cause },
    )
  }
}

async function readBody(
  response: Response,
  path: string,
  traceId: string | undefined,
): Promise<Buffer> {
  try {
    return Buffer.from(await response.arrayBuffer())
  } catch (cause) {
    throw new OutcomeUnknownError(
      `The response of ${path} is incomplete. The outcome of the call is unknown.`,
      { cause, traceId },
    )
  }
}

function retryAfterSeconds(response: Response): number {
  const seconds = Number(response.headers.get('retry-after'))
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 1
}

/** Seconds by which this machine's clock is behind the platform's. */
function clockOffset({ resultCode }: Result, response: Response): number | undefined {
  if (resultCode !== 'TIMESTAMP_INVALID') return undefined
  const platformTime = parseRequestTime(response.headers.get('response-time') ?? '')
  return platformTime === undefined ? undefined : platformTime - Math.floor(Date.now() / 1000)
}
