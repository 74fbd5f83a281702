/**
 * @module Sends one signed request, verifies the reply, and turns failures into errors. Retries idempotent calls only.
 */
import { type KeyObject, randomInt } from 'node:crypto'
import {
  type EventReason,
  type MerchantReply,
  parseRequestTime,
  type Result,
} from '@assent/protocol'
import { describeFailure } from './connection.ts'
import {
  type MerchantError,
  OutcomeUnknownError,
  ReplySignatureError,
  ResultError,
  ScopesMissingError,
  UnavailableError,
} from './errors.ts'
import { signRequest, verifyReplyWith } from './message-signature.ts'
import type { PlatformKeyRing } from './platform-keys.ts'
import { isRetryable } from './recovery.ts'
import { retryAfterSeconds, unsignedReplyError } from './unsigned-reply.ts'

export type SignedRequestOptions = {
  readonly baseUrl: string
  readonly clientId: string
  readonly privateKey: KeyObject
  readonly keyVersion: number
  readonly platformKeys: PlatformKeyRing
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
/** A response that asks to wait longer ends the call. The caller knows whether to wait. */
const MAX_RETRY_AFTER_SECONDS = 5

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
        await backOff(error as MerchantError, attempt)
      }
    }
  }
}

/**
 * Exponential back-off with jitter, so that clients that failed together do not retry together.
 * @throws the error itself when it asks to wait for long
 */
function backOff(error: MerchantError, attempt: number): Promise<void> {
  const { retryAfterSeconds = 0 } = error
  if (retryAfterSeconds > MAX_RETRY_AFTER_SECONDS) throw error
  const jittered = BASE_BACKOFF_MS * 2 ** attempt * (0.5 + randomInt(1000) / 1000)
  return new Promise((resolve) => setTimeout(resolve, Math.max(retryAfterSeconds * 1000, jittered)))
}

async function sendOnce<Data extends object>(
  options: SignedRequestOptions,
  path: string,
  request: object,
): Promise<MerchantReply<Data>> {
  await loadKeys(options, path)
  const startedAt = performance.now()
  const response = await post(options, path, JSON.stringify(request))
  const traceId = response.headers.get('trace-id') ?? undefined
  const body = await readBody(options, response, path)
  if (!response.headers.has('signature')) throw unsignedReplyError(path, response, body)
  await requireGenuine(options, path, response, body)
  const reply = JSON.parse(body.toString()) as MerchantReply<Data> & {
    readonly missingScopes?: readonly string[]
    readonly endReason?: EventReason
  }
  const { result, missingScopes, endReason } = reply
  const durationMilliseconds = performance.now() - startedAt
  options.onCall?.({ path, resultCode: result.resultCode, durationMilliseconds, traceId })
  if (result.resultStatus === 'S') return reply
  if (missingScopes) throw new ScopesMissingError(missingScopes, { traceId })
  throw new ResultError(result, {
    traceId,
    endReason,
    clockOffsetSeconds: clockOffset(result, response),
    retryAfterSeconds: retryAfterSeconds(response.headers),
  })
}

/** Before the call: without keys its reply could not be verified, and a code would be lost. */
async function loadKeys({ platformKeys }: SignedRequestOptions, path: string): Promise<void> {
  await platformKeys.load().catch((cause: unknown) => {
    throw new UnavailableError(`${path} was not called. ${(cause as Error).message}`, { cause })
  })
}

async function requireGenuine(
  { platformKeys, clientId }: SignedRequestOptions,
  path: string,
  { headers }: Response,
  body: Buffer,
): Promise<void> {
  const traceId = headers.get('trace-id') ?? undefined
  const reply = { path, headers, body, clientId }
  const verdict = await verifyReplyWith(platformKeys, reply).catch((cause: unknown) => {
    throw new OutcomeUnknownError(
      `The reply of ${path} cannot be verified. ${(cause as Error).message} The outcome of the call is unknown.`,
      { cause, traceId },
    )
  })
  if (verdict === 'GENUINE') return
  const reason =
    verdict === 'UNKNOWN_KEY'
      ? 'is of a key version that platformKeys does not have. Add the key of that version, or configure the URL of the keys.'
      : 'is invalid. Check platformKeys and clientId, and whether a proxy alters replies.'
  throw new ReplySignatureError(
    `The signature of the reply of ${path} ${reason} Discard the reply.`,
    {
      traceId,
    },
  )
}

async function post(options: SignedRequestOptions, path: string, body: string): Promise<Response> {
  const { baseUrl, clientId, privateKey, keyVersion, timeoutMilliseconds } = options
  const now = Math.floor(Date.now() / 1000)
  try {
    return await options.fetch(baseUrl + path, {
      method: 'POST',
      redirect: 'manual',
      headers: signRequest({ clientId, key: privateKey, keyVersion, path, body, now }),
      body,
      signal: AbortSignal.timeout(timeoutMilliseconds),
    })
  } catch (cause) {
    throw new OutcomeUnknownError(
      `No response arrived from ${path}: ${describeFailure(cause, options.timeoutMilliseconds)}. The outcome of the call is unknown.`,
      { cause },
    )
  }
}

async function readBody(
  options: SignedRequestOptions,
  response: Response,
  path: string,
): Promise<Buffer> {
  try {
    return Buffer.from(await response.arrayBuffer())
  } catch (cause) {
    const { status, headers } = response
    throw new OutcomeUnknownError(
      `The response of ${path}, status ${status}, is incomplete: ${describeFailure(cause, options.timeoutMilliseconds)}. The outcome of the call is unknown.`,
      {
        cause,
        traceId: headers.get('trace-id') ?? undefined,
        retryAfterSeconds: retryAfterSeconds(headers),
        ...(!headers.has('signature') && { status }),
      },
    )
  }
}

/** Seconds by which this machine's clock is behind the platform's. */
function clockOffset({ resultCode }: Result, response: Response): number | undefined {
  if (resultCode !== 'TIMESTAMP_INVALID') return undefined
  const platformTime = parseRequestTime(response.headers.get('response-time') ?? '')
  return platformTime === undefined ? undefined : platformTime - Math.floor(Date.now() / 1000)
}
