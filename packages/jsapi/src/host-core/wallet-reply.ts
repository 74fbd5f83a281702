/**
 * @module Maps replies of the wallet API to what the page gets: their data, or the cause of an error of the JSAPI. The
 * tables are total: a new cause or status of the protocol does not compile before it is mapped here.
 */
import type {
  ErrorCode,
  JsapiCause,
  WalletApi,
  WalletFailure,
  WalletOperation,
} from '@assent/protocol'
import { HostError } from './host-error.ts'
import type { ForwardedReply } from './services.ts'

/** The result codes of the wallet API are the names of its causes. Pages get `INTERNAL` where they can do nothing. */
const JSAPI_CAUSES_BY_CAUSE = {
  PARAM_ILLEGAL: 'PARAM_INVALID',
  NOT_PERMITTED: 'NOT_PERMITTED',
  USER_UNKNOWN: 'NOT_PERMITTED',
  USER_NOT_ACTIVE: 'NOT_PERMITTED',
  SCOPE_NOT_APPROVED: 'SCOPE_NOT_APPROVED',
  FIRST_SCREEN: 'FIRST_SCREEN',
  DEEP_LINK: 'DEEP_LINK',
  NO_USER_GESTURE: 'NO_USER_GESTURE',
  CONSENT_ALREADY_OPEN: 'CONSENT_ALREADY_OPEN',
  DECLINED_RECENTLY: 'DECLINED_RECENTLY',
  DECLINED_REPEATEDLY: 'DECLINED_REPEATEDLY',
  NOT_A_TESTER: 'NOT_A_TESTER',
  GUARDIAN_PENDING: 'GUARDIAN_PENDING',
  PAGE_GONE: 'PAGE_GONE',
  NOT_VISIBLE: 'NOT_VISIBLE',
  CONSENT_REQUEST_EXPIRED: 'DISMISSED',
  CONSENT_REQUEST_USED: 'DISMISSED',
  CONSENT_REQUEST_UNKNOWN: 'INTERNAL',
  SHEET_HASH_MISMATCH: 'INTERNAL',
  DECISION_INVALID: 'INTERNAL',
  // The wallet's back end is misconfigured, or Assent is unavailable.
  API_UNKNOWN: 'INTERNAL',
  CLIENT_UNKNOWN: 'INTERNAL',
  CLIENT_NOT_ACTIVE: 'INTERNAL',
  SIGNATURE_INVALID: 'INTERNAL',
  TIMESTAMP_INVALID: 'INTERNAL',
  REQUEST_REPEATED: 'INTERNAL',
  SANDBOX_CLIENT_REQUIRED: 'INTERNAL',
  BROWSER_NOT_ALLOWED: 'INTERNAL',
  OVERLOADED: 'INTERNAL',
  INTERNAL: 'INTERNAL',
  USER_UNAVAILABLE: 'INTERNAL',
  // OAuth clients and prepared requests, which do not come from a page.
  LOGIN_REQUIRED: 'INTERNAL',
  CONSENT_REQUIRED: 'INTERNAL',
  GRANT_UNKNOWN: 'INTERNAL',
  AUTH_REQUEST_INVALID: 'INTERNAL',
  SCOPE_EXCEEDED: 'INTERNAL',
  INVALID_TARGET: 'INTERNAL',
  NO_AUTHORIZE_URL: 'INTERNAL',
  // Codes, tokens and APIs, which are the merchant's.
  GRANT_TYPE_UNSUPPORTED: 'INTERNAL',
  CODE_UNKNOWN: 'INTERNAL',
  CODE_USED: 'INTERNAL',
  CODE_EXPIRED: 'INTERNAL',
  REFERENCE_MISMATCH: 'INTERNAL',
  REFRESH_TOKEN_UNKNOWN: 'INTERNAL',
  AUTHORIZATION_ENDED: 'INTERNAL',
  REFRESH_TOKEN_EXPIRED: 'INTERNAL',
  REFRESH_TOKEN_USED: 'INTERNAL',
  ACCESS_TOKEN_INVALID: 'INTERNAL',
  ACCESS_TOKEN_EXPIRED: 'INTERNAL',
  SCOPE_INSUFFICIENT: 'INTERNAL',
  RATE_LIMITED: 'INTERNAL',
  UPSTREAM_REFUSED: 'INTERNAL',
  UPSTREAM_UNAVAILABLE: 'INTERNAL',
  UNKNOWN_USER_ID: 'INTERNAL',
} as const satisfies Record<ErrorCode, JsapiCause>

const JSAPI_CAUSES_BY_RESULT_CODE: ReadonlyMap<string, JsapiCause> = new Map(
  Object.entries(JSAPI_CAUSES_BY_CAUSE),
)

function toJsapiCause(resultCode: string): JsapiCause {
  return JSAPI_CAUSES_BY_RESULT_CODE.get(resultCode) ?? 'INTERNAL'
}

/** @throws {HostError} `NETWORK` when the wallet's back end is unreachable */
export function orNetworkError<T>(reply: Promise<T>): Promise<T> {
  return reply.catch((error: unknown) => {
    throw new HostError('NETWORK', { detail: String(error) })
  })
}

export type SuccessfulReply<O extends WalletOperation> = WalletApi[O]['reply'] & {
  readonly traceId?: string
}

/** The data of a successful reply. @throws {HostError} the cause of a failed reply */
export function unwrap<O extends WalletOperation>(reply: ForwardedReply<O>): SuccessfulReply<O> {
  if (reply.result.resultStatus === 'S') return reply as SuccessfulReply<O>
  const { result, authErrorScopes, traceId, retryAfterSeconds } = reply as WalletFailure & {
    readonly traceId?: string
  }
  throw new HostError(toJsapiCause(result.resultCode), {
    authErrorScopes,
    traceId,
    retryAfterSeconds,
    detail: `The wallet API replied ${result.resultCode}: ${result.resultMessage}`,
  })
}

type Completion = WalletApi['complete']['reply'] & { readonly traceId?: string }
type FailedStatus = Exclude<Completion['status'], 'GRANTED'>

/** `APPROVED_BY_GUARDIAN` is a guardian's decision, which is never made in the frame of a mini program. */
const JSAPI_CAUSES_BY_STATUS = {
  DECLINED: 'USER_DECLINED',
  DISMISSED: 'DISMISSED',
  APPROVED_BY_GUARDIAN: 'INTERNAL',
} as const satisfies Record<FailedStatus, JsapiCause>

/** The error of a consent request that was completed without a grant. */
export function toCompletionError(
  completion: Exclude<Completion, { readonly status: 'GRANTED' }>,
): HostError {
  const cause = JSAPI_CAUSES_BY_STATUS[completion.status]
  if (completion.status === 'APPROVED_BY_GUARDIAN') return new HostError(cause)
  const { authErrorScopes, traceId } = completion
  return new HostError(cause, { authErrorScopes, traceId })
}
