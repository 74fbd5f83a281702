/**
 * @module The error table: every cause for which a call can fail, its result code in each dialect, and its message.
 * @see [Result status](../../../docs/merchant-api.md#results)
 */

/** `S` success, `F` failed permanently, `U` outcome unknown: the caller may retry. */
export type ResultStatus = 'S' | 'F' | 'U'

export type Result = {
  readonly resultStatus: ResultStatus
  /** At most 64 characters. */
  readonly resultCode: string
  /** In English, at most 256 characters, without user data. */
  readonly resultMessage: string
}

/** A dialect of result codes: versions 1 and 2 of the API, and AMS. */
export type ResultDialect = 'v1' | 'v2' | 'ams'

type ErrorRow = {
  readonly status: ResultStatus
  /** One code for all dialects, or one for each. */
  readonly code: string | Readonly<Record<ResultDialect, string>>
  readonly message: string
}

const MAX_MESSAGE_LENGTH = 256

export const SUCCESS: Result = {
  resultStatus: 'S',
  resultCode: 'SUCCESS',
  resultMessage: 'success',
}

/** AMS uses the codes of version 2. */
function codesByVersion(v1: string, v2: string): Readonly<Record<ResultDialect, string>> {
  return { v1, v2, ams: v2 }
}

/** Every cause of a failure of the merchant API and of the wallet API. */
export const ERRORS = {
  // The message itself.
  API_UNKNOWN: {
    status: 'F',
    code: 'INVALID_API',
    message: 'No API has this path. Check the path, the prefix and the spelling, and use POST.',
  },
  PARAM_ILLEGAL: {
    status: 'F',
    code: 'PARAM_ILLEGAL',
    message:
      'A parameter or the message is malformed. Check names, types and lengths against the API reference.',
  },
  CLIENT_UNKNOWN: {
    status: 'F',
    code: 'INVALID_AUTH_CLIENT',
    message:
      'The Client-Id header names no registered client. Check its value and the environment.',
  },
  CLIENT_NOT_ACTIVE: {
    status: 'F',
    code: 'INVALID_AUTH_CLIENT_STATUS',
    message: 'This client is not active. Ask the wallet operator to activate it.',
  },
  SIGNATURE_INVALID: {
    status: 'F',
    code: { v1: 'INVALID_SIGNATURE', v2: 'INVALID_SIGNATURE', ams: 'SIGNATURE_INVALID' },
    message:
      'The signature does not verify. Sign "POST <path>\\n<Client-Id>.<Request-Time>.<body>" over the exact bytes sent, with the key of this keyVersion.',
  },
  TIMESTAMP_INVALID: {
    status: 'F',
    code: 'TIMESTAMP_INVALID',
    message:
      'Request-Time is malformed or too far from the current time. Check the clock, and sign a retry again.',
  },
  REQUEST_REPEATED: {
    status: 'F',
    code: 'REQUEST_REPEATED',
    message:
      'This exact request was received before, so it was not executed again. Sign each request with its own Request-Time, for example in milliseconds.',
  },
  SANDBOX_CLIENT_REQUIRED: {
    status: 'F',
    code: 'ACCESS_DENIED',
    message: 'This path is for sandbox clients only. Use a Client-Id that begins with SANDBOX_.',
  },
  BROWSER_NOT_ALLOWED: {
    status: 'F',
    code: 'ACCESS_DENIED',
    message:
      'This request comes from a browser. Send it from a server: a private key must never be in a page.',
  },
  OVERLOADED: {
    status: 'U',
    code: 'REQUEST_TRAFFIC_EXCEED_LIMIT',
    message: 'Too many requests are in flight. Retry after the time in the Retry-After header.',
  },
  INTERNAL: {
    status: 'U',
    code: 'UNKNOWN_EXCEPTION',
    message:
      'An internal error occurred, and the outcome is unknown. Retry; if the error persists, report the trace-id.',
  },
  // Codes and tokens.
  GRANT_TYPE_UNSUPPORTED: {
    status: 'F',
    code: 'AUTH_CLIENT_UNSUPPORTED_GRANT_TYPE',
    message: 'grantType must be AUTHORIZATION_CODE or REFRESH_TOKEN.',
  },
  CODE_UNKNOWN: {
    status: 'F',
    code: codesByVersion('INVALID_CODE', 'INVALID_AUTHCODE'),
    message: 'This authCode is not valid for this client. Get a new one in the mini program.',
  },
  CODE_USED: {
    status: 'F',
    code: codesByVersion('USED_CODE', 'USED_AUTHCODE'),
    message: 'This authCode was already used. Get a new one in the mini program.',
  },
  CODE_EXPIRED: {
    status: 'F',
    code: codesByVersion('EXPIRED_CODE', 'EXPIRED_AUTHCODE'),
    message:
      'This authCode has expired. Get a new one in the mini program, and redeem it immediately.',
  },
  REFERENCE_MISMATCH: {
    status: 'F',
    code: codesByVersion('REFERENCE_CLIENT_ID_NOT_MATCH', 'PARAM_ILLEGAL'),
    message:
      'appId, referenceClientId, authClientId or customerBelongsTo does not match the credential. Correct it or leave it out.',
  },
  REFRESH_TOKEN_UNKNOWN: {
    status: 'F',
    code: 'INVALID_REFRESH_TOKEN',
    message:
      'This refreshToken is not valid for this client, or the user has withdrawn consent. Get a new authCode.',
  },
  AUTHORIZATION_ENDED: {
    status: 'F',
    code: 'INVALID_REFRESH_TOKEN',
    message: 'The tokens of this login were revoked. Get a new authCode in the mini program.',
  },
  REFRESH_TOKEN_EXPIRED: {
    status: 'F',
    code: 'EXPIRED_REFRESH_TOKEN',
    message: 'This refreshToken has expired. Get a new authCode in the mini program.',
  },
  REFRESH_TOKEN_USED: {
    status: 'F',
    code: 'USED_REFRESH_TOKEN',
    message:
      'This refreshToken was replaced by a newer one. Use the newest; if it is lost, get a new authCode.',
  },
  ACCESS_TOKEN_INVALID: {
    status: 'F',
    code: 'INVALID_ACCESS_TOKEN',
    message:
      'This accessToken is not valid for this client, or the user has withdrawn consent. Refresh it or get a new authCode.',
  },
  ACCESS_TOKEN_EXPIRED: {
    status: 'F',
    code: 'EXPIRED_ACCESS_TOKEN',
    message: 'This accessToken has expired. Get a new one with the refreshToken.',
  },
  SCOPE_INSUFFICIENT: {
    status: 'F',
    code: 'ACCESS_DENIED',
    message:
      'No granted scope permits this request. Request one of the missing scopes from the user.',
  },
  RATE_LIMITED: {
    status: 'U',
    code: 'REQUEST_TRAFFIC_EXCEED_LIMIT',
    message:
      'The rate limit of this API is reached for this client or this user. Retry in a minute.',
  },
  UPSTREAM_REFUSED: {
    status: 'F',
    code: 'PROCESS_FAIL',
    message:
      'The API rejected this request. Check its parameters against the documentation of the API.',
  },
  UPSTREAM_UNAVAILABLE: {
    status: 'U',
    code: 'PROCESS_FAIL',
    message:
      'The API behind this path failed or timed out. Retry later, with the same requestId if the request has one.',
  },
  USER_UNAVAILABLE: {
    status: 'U',
    code: 'PROCESS_FAIL',
    message: "The wallet's user directory did not respond. Retry with the same token.",
  },
  NO_AUTHORIZE_URL: {
    status: 'F',
    code: 'PROCESS_FAIL',
    message:
      'No wallet with an authorizeUrl matches customerBelongsTo. Ask the wallet operator to set authorizeUrl.',
  },
  UNKNOWN_USER_ID: {
    status: 'F',
    code: 'PARAM_ILLEGAL',
    message: 'Unknown userId for this client. Send the userId that the notification contains.',
  },
  // OAuth.
  SCOPE_EXCEEDED: {
    status: 'F',
    code: 'SCOPE_EXCEEDED',
    message:
      'scope requests more than this credential or this client may use. Request fewer scopes.',
  },
  INVALID_TARGET: {
    status: 'F',
    code: 'INVALID_TARGET',
    message:
      'resource was not granted, or is not registered for this client. Request a resource of this client.',
  },
  // The wallet API. Its result codes are the names of the causes.
  NOT_PERMITTED: {
    status: 'F',
    code: 'NOT_PERMITTED',
    message:
      'This mini program is not registered here, or may not request authorization. Ask the wallet operator.',
  },
  SCOPE_NOT_APPROVED: {
    status: 'F',
    code: 'SCOPE_NOT_APPROVED',
    message:
      'This mini program is not approved for any of these scopes. Apply for them with the wallet operator.',
  },
  FIRST_SCREEN: {
    status: 'F',
    code: 'FIRST_SCREEN',
    message:
      'Consent cannot be requested on the first screen. Request it when the user starts the action that needs it.',
  },
  DEEP_LINK: {
    status: 'F',
    code: 'DEEP_LINK',
    message:
      'The user came by a link and has not acted in the page yet. Request consent after the first tap.',
  },
  NO_USER_GESTURE: {
    status: 'F',
    code: 'NO_USER_GESTURE',
    message:
      'A consent prompt needs a tap in the page within the last 5 seconds, and each tap opens one prompt. Request consent in the handler of the tap.',
  },
  CONSENT_ALREADY_OPEN: {
    status: 'F',
    code: 'CONSENT_ALREADY_OPEN',
    message:
      'This user has another consent prompt open. Request consent again when it is decided or closed.',
  },
  DECLINED_RECENTLY: {
    status: 'F',
    code: 'DECLINED_RECENTLY',
    message:
      'The user declined this within the last 24 hours. Request it again after retryAfterSeconds.',
  },
  DECLINED_REPEATEDLY: {
    status: 'F',
    code: 'DECLINED_REPEATEDLY',
    message:
      'The user declined this three times. Only the user can allow further requests, in the settings.',
  },
  NOT_A_TESTER: {
    status: 'F',
    code: 'NOT_A_TESTER',
    message:
      'This mini program is not verified, so only its named testers can use it. Ask the wallet operator to verify it.',
  },
  GUARDIAN_PENDING: {
    status: 'F',
    code: 'GUARDIAN_PENDING',
    message:
      'The user is a minor, and the guardian has not decided yet. Request consent again later.',
  },
  PAGE_GONE: {
    status: 'F',
    code: 'PAGE_GONE',
    message:
      'The page that requested consent is closed, and no other page gets the result. Request consent again.',
  },
  NOT_VISIBLE: {
    status: 'F',
    code: 'NOT_VISIBLE',
    message: 'The page is not visible. Request consent when it is in the foreground.',
  },
  USER_UNKNOWN: {
    status: 'F',
    code: 'USER_UNKNOWN',
    message: "The wallet's user directory does not contain this userId. Check its value.",
  },
  USER_NOT_ACTIVE: {
    status: 'F',
    code: 'USER_NOT_ACTIVE',
    message:
      'The wallet has frozen or closed the account of this user. Access can be granted and renewed when the account is active again.',
  },
  CONSENT_REQUEST_UNKNOWN: {
    status: 'F',
    code: 'CONSENT_REQUEST_UNKNOWN',
    message: 'Unknown consentRequestId for this user. Call consult again.',
  },
  CONSENT_REQUEST_EXPIRED: {
    status: 'F',
    code: 'CONSENT_REQUEST_EXPIRED',
    message: 'This consent request is older than 10 minutes. Call consult again.',
  },
  CONSENT_REQUEST_USED: {
    status: 'F',
    code: 'CONSENT_REQUEST_USED',
    message: 'This consent request was already decided or completed. Call consult again.',
  },
  SHEET_HASH_MISMATCH: {
    status: 'F',
    code: 'SHEET_HASH_MISMATCH',
    message:
      'sheetHash is not the hash of the sheet of this consent request. Show the sheet that consult returned.',
  },
  DECISION_INVALID: {
    status: 'F',
    code: 'DECISION_INVALID',
    message:
      'granted must be empty, or contain all required scopes and only scopes of the sheet. lifetime must be one that the sheet offers.',
  },
  LOGIN_REQUIRED: {
    status: 'F',
    code: 'LOGIN_REQUIRED',
    message:
      'The client requires the user to authenticate again. Do so, and call consult again with context.authenticatedAt.',
  },
  CONSENT_REQUIRED: {
    status: 'F',
    code: 'CONSENT_REQUIRED',
    message:
      'The client allows no prompt (prompt=none), but the user has to consent first. Repeat the request without prompt=none.',
  },
  GRANT_UNKNOWN: {
    status: 'F',
    code: 'GRANT_UNKNOWN',
    message: 'grant_id names no grant of this user for this client. Repeat the request without it.',
  },
  AUTH_REQUEST_INVALID: {
    status: 'F',
    code: 'AUTH_REQUEST_INVALID',
    message:
      'This authorization request is unknown, has expired or was already completed. The merchant has to start a new one.',
  },
} as const satisfies Record<string, ErrorRow>

/** Why a call failed. Every interface maps it to its own code in a table that must list all of them. */
export type ErrorCode = keyof typeof ERRORS

/** The `result` of a cause in one dialect. `detail` is appended to the fixed message. */
export function toResult(code: ErrorCode, dialect: ResultDialect, detail?: string): Result {
  const row: ErrorRow = ERRORS[code]
  const message = detail ? `${row.message} ${detail}` : row.message
  return {
    resultStatus: row.status,
    resultCode: typeof row.code === 'string' ? row.code : row.code[dialect],
    resultMessage: message.slice(0, MAX_MESSAGE_LENGTH),
  }
}
