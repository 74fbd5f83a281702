/**
 * @module What the client does after each failure of the platform. The tables are total: a new error code of the protocol, or a
 * new error of this package, does not compile before it is listed here.
 */
import { ERRORS, type ErrorCode } from '@assent/protocol'
import {
  AuthorizationRequiredError,
  MerchantError,
  type MerchantErrorCode,
  ResultError,
} from './errors.ts'

/**
 * `refresh`: the access token must be replaced. `reauthorize`: only the user can help. `none`: the caller has to handle it.
 */
export type Recovery = 'refresh' | 'reauthorize' | 'none'

const RECOVERIES = {
  API_UNKNOWN: 'none',
  PARAM_ILLEGAL: 'none',
  CLIENT_UNKNOWN: 'none',
  CLIENT_NOT_ACTIVE: 'none',
  SIGNATURE_INVALID: 'none',
  TIMESTAMP_INVALID: 'none',
  REQUEST_REPEATED: 'none',
  SANDBOX_CLIENT_REQUIRED: 'none',
  BROWSER_NOT_ALLOWED: 'none',
  OVERLOADED: 'none',
  INTERNAL: 'none',
  GRANT_TYPE_UNSUPPORTED: 'none',
  CODE_UNKNOWN: 'none',
  CODE_USED: 'none',
  CODE_EXPIRED: 'none',
  REFERENCE_MISMATCH: 'none',
  REFRESH_TOKEN_UNKNOWN: 'reauthorize',
  AUTHORIZATION_ENDED: 'reauthorize',
  REFRESH_TOKEN_EXPIRED: 'reauthorize',
  REFRESH_TOKEN_USED: 'reauthorize',
  ACCESS_TOKEN_INVALID: 'refresh',
  ACCESS_TOKEN_EXPIRED: 'refresh',
  SCOPE_INSUFFICIENT: 'none',
  RATE_LIMITED: 'none',
  UPSTREAM_REFUSED: 'none',
  UPSTREAM_UNAVAILABLE: 'none',
  USER_UNAVAILABLE: 'none',
  NO_AUTHORIZE_URL: 'none',
  UNKNOWN_USER_ID: 'none',
  SCOPE_EXCEEDED: 'none',
  INVALID_TARGET: 'none',
  // Error codes of the wallet API, which merchants do not call.
  NOT_PERMITTED: 'none',
  SCOPE_NOT_APPROVED: 'none',
  FIRST_SCREEN: 'none',
  DEEP_LINK: 'none',
  NO_USER_GESTURE: 'none',
  CONSENT_ALREADY_OPEN: 'none',
  DECLINED_RECENTLY: 'none',
  DECLINED_REPEATEDLY: 'none',
  NOT_A_TESTER: 'none',
  GUARDIAN_PENDING: 'none',
  PAGE_GONE: 'none',
  NOT_VISIBLE: 'none',
  USER_UNKNOWN: 'none',
  USER_NOT_ACTIVE: 'none',
  CONSENT_REQUEST_UNKNOWN: 'none',
  CONSENT_REQUEST_EXPIRED: 'none',
  CONSENT_REQUEST_USED: 'none',
  SHEET_HASH_MISMATCH: 'none',
  DECISION_INVALID: 'none',
  LOGIN_REQUIRED: 'none',
  CONSENT_REQUIRED: 'none',
  GRANT_UNKNOWN: 'none',
  AUTH_REQUEST_INVALID: 'none',
} as const satisfies Record<ErrorCode, Recovery>

/** By result code, in the spelling of every dialect. */
const RECOVERY_BY_RESULT_CODE: ReadonlyMap<string, Recovery> = new Map(
  Object.entries(RECOVERIES).flatMap(([cause, recovery]) =>
    resultCodes(cause as ErrorCode).map((code) => [code, recovery] as const),
  ),
)

function resultCodes(cause: ErrorCode): readonly string[] {
  const { code } = ERRORS[cause]
  return typeof code === 'string' ? [code] : Object.values(code)
}

/** How the client recovers from an error of a call with a token. */
export function recoveryFrom(error: unknown): Recovery {
  if (!(error instanceof ResultError)) return 'none'
  return RECOVERY_BY_RESULT_CODE.get(error.resultCode) ?? 'none'
}

/** The error of a refresh token that is no longer valid. The platform's message says why. */
export function authorizationEnded(error: unknown): AuthorizationRequiredError {
  const { message, traceId, endReason } = error as ResultError
  return new AuthorizationRequiredError(
    `The tokens are no longer valid. Ask the mini program for a new authCode. ${message}`,
    { cause: error, traceId, endReason },
  )
}

/** For a `RESULT`, the platform says itself whether the call may be repeated: `resultStatus` is `U`. */
const RETRYABLE = {
  SCOPES_MISSING: false,
  OUTCOME_UNKNOWN: true,
  REPLY_SIGNATURE: false,
  UNAVAILABLE: true,
  AUTHORIZATION_REQUIRED: false,
  NOTIFICATION: false,
} as const satisfies Record<Exclude<MerchantErrorCode, 'RESULT'>, boolean>

/** Whether the same call, if it is idempotent, can succeed later. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof ResultError) return error.resultStatus === 'U'
  return error instanceof MerchantError && error.code !== 'RESULT' && RETRYABLE[error.code]
}
