/**
 * @module One signed call: send, verify, judge. Repeats only what may be repeated.
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
import { signRequest, verifyReply } from './message.ts'

export type CallerOptions = {
  readonly baseUrl: string
  readonly clientId: string
  readonly privateKey: KeyObject
  readonly keyVersion: number
  readonly platformPublicKey: KeyObject
  readonly timeoutMilliseconds: number
  readonly fetch: typeof fetch
  readonly onCall: ((call: ObservedCall) => void) | undefined
}

/** For tracing: what was called and how it ended. Never a body or a signature. */
export type ObservedCall = {
  readonly path: string
  readonly resultCode: string | undefined
  readonly milliseconds: number
  readonly traceId: string | undefined
}

/** `once`: the outcome must not be guessed at by sending it again. */
export type Repeat = 'once' | 'safe'

const ATTEMPTS = 3
const FIRST_PAUSE_MILLISECONDS = 100
const MAX_PAUSE_MILLISECONDS = 2000

export type Caller = <Data extends object>(
  path: string,
  request: object,
  repeat: Repeat,
) => Promise<MerchantReply<Data>>

export function createCaller(options: CallerOptions): Caller {
  return async (path, request, repeat) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await callOnce(options, path, request)
      } catch (error) {
        if (repeat === 'once' || attempt === ATTEMPTS || !mayPass(error)) throw error
        await pause(error, attempt)
      }
    }
  }
}

/** Whether the same call could succeed a moment later. */
function mayPass(error: unknown): boolean {
  return (
    error instanceof OutcomeUnknownError ||
    error instanceof UnavailableError ||
    (error instanceof ResultError && error.resultStatus === 'U')
  )
}

/** Longer each time and never the same for two callers, so that they do not come back together. */
function pause(error: unknown, attempt: number): Promise<void> {
  const asked = error instanceof UnavailableError ? error.retryAfterSeconds * 1000 : 0
  const backoff = FIRST_PAUSE_MILLISECONDS * 2 ** attempt * (0.5 + randomInt(1000) / 1000)
  return new Promise((resolve) =>
    setTimeout(resolve, Math.min(Math.max(asked, backoff), MAX_PAUSE_MILLISECONDS)),
  )
}

async function callOnce<Data extends object>(
  options: CallerOptions,
  path: string,
  request: object,
): Promise<MerchantReply<Data>> {
  const startedAt = performance.now()
  const body = JSON.stringify(request)
  const response = await post(options, path, body)
  const traceId = response.headers.get('trace-id') ?? undefined
  const bytes = await readBody(response, traceId)
  if (response.status === 503) throw new UnavailableError(retryAfter(response), { traceId })
  const verified = verifyReply(options.platformPublicKey, {
    path,
    headers: response.headers,
    body: bytes,
    clientId: options.clientId,
  })
  if (!verified)
    throw new ReplySignatureError(`the reply of ${path} is not signed by the platform`, { traceId })
  const reply = JSON.parse(bytes.toString()) as MerchantReply<Data> & {
    readonly missingScopes?: readonly string[]
  }
  const { result, missingScopes } = reply
  const milliseconds = performance.now() - startedAt
  options.onCall?.({ path, resultCode: result.resultCode, milliseconds, traceId })
  if (result.resultStatus === 'S') return reply
  if (missingScopes) throw new ScopesMissingError(missingScopes, { traceId })
  throw new ResultError(result, { traceId, clockOffsetSeconds: clockOffset(result, response) })
}

async function post(options: CallerOptions, path: string, body: string): Promise<Response> {
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
    throw new OutcomeUnknownError(`${path} was not answered`, { cause })
  }
}

async function readBody(response: Response, traceId: string | undefined): Promise<Buffer> {
  try {
    return Buffer.from(await response.arrayBuffer())
  } catch (cause) {
    throw new OutcomeUnknownError('the answer broke off', { cause, traceId })
  }
}

function retryAfter(response: Response): number {
  const seconds = Number(response.headers.get('retry-after'))
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 1
}

function clockOffset({ resultCode }: Result, response: Response): number | undefined {
  if (resultCode !== 'TIMESTAMP_INVALID') return undefined
  const theirs = parseRequestTime(response.headers.get('response-time') ?? '')
  return theirs === undefined ? undefined : theirs - Math.floor(Date.now() / 1000)
}
