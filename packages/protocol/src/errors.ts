/**
 * @module Results: one cause, one code. Every reason for which a call can fail, and how each family spells it
 * (contract: openapi §3).
 */

/** `S` done, `F` refused for good, `U` unknown: the caller may retry. */
export type ResultStatus = 'S' | 'F' | 'U'

export type Result = {
  readonly resultStatus: ResultStatus
  /** At most 64 characters. */
  readonly resultCode: string
  /** Fixed English, at most 256 characters, without user data. */
  readonly resultMessage: string
}

/** How a family of wallets spells result codes. */
export type ResultDialect = 'v1' | 'v2' | 'ams'

type ErrorRow = {
  readonly status: ResultStatus
  /** One spelling for all, or one for each family. */
  readonly code: string | Readonly<Record<ResultDialect, string>>
  readonly message: string
}

export const SUCCESS: Result = {
  resultStatus: 'S',
  resultCode: 'SUCCESS',
  resultMessage: 'success',
}

function codesOfV2(v1: string, v2: string): Readonly<Record<ResultDialect, string>> {
  return { v1, v2, ams: v2 }
}

/** Every cause of a failure, of the merchants' OpenAPI and of the wallets' API. */
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
    message: 'The Client-Id is not registered here. Check the header and the environment.',
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
      'Request-Time is malformed or too far from the current time. Check the clock and sign each request anew.',
  },
  SANDBOX_CLIENT_REQUIRED: {
    status: 'F',
    code: 'ACCESS_DENIED',
    message: 'This path serves sandbox clients only, whose ids begin with SANDBOX_.',
  },
  BROWSER_NOT_ALLOWED: {
    status: 'F',
    code: 'ACCESS_DENIED',
    message:
      'This call comes from a browser. Sign and send it from a server: a private key must never be in a page.',
  },
  OVERLOADED: {
    status: 'U',
    code: 'REQUEST_TRAFFIC_EXCEED_LIMIT',
    message: 'Too many requests at the moment. Retry after the time in Retry-After.',
  },
  INTERNAL: {
    status: 'U',
    code: 'UNKNOWN_EXCEPTION',
    message:
      'Something failed here and the outcome is unknown. Retry; if it persists, report the trace-id.',
  },
  // Codes and tokens.
  GRANT_TYPE_UNSUPPORTED: {
    status: 'F',
    code: 'AUTH_CLIENT_UNSUPPORTED_GRANT_TYPE',
    message: 'grantType is not one of AUTHORIZATION_CODE and REFRESH_TOKEN.',
  },
  CODE_UNKNOWN: {
    status: 'F',
    code: codesOfV2('INVALID_CODE', 'INVALID_AUTHCODE'),
    message: 'This authCode is not valid for this client. Ask the mini program for a new one.',
  },
  CODE_USED: {
    status: 'F',
    code: codesOfV2('USED_CODE', 'USED_AUTHCODE'),
    message: 'This authCode was used already. Ask the mini program for a new one.',
  },
  CODE_EXPIRED: {
    status: 'F',
    code: codesOfV2('EXPIRED_CODE', 'EXPIRED_AUTHCODE'),
    message: 'This authCode has expired. Ask the mini program for a new one and redeem it at once.',
  },
  REFERENCE_MISMATCH: {
    status: 'F',
    code: codesOfV2('REFERENCE_CLIENT_ID_NOT_MATCH', 'PARAM_ILLEGAL'),
    message:
      'appId, referenceClientId, authClientId or customerBelongsTo names another party than the credential.',
  },
  REFRESH_TOKEN_UNKNOWN: {
    status: 'F',
    code: 'INVALID_REFRESH_TOKEN',
    message:
      'This refreshToken is not valid for this client, or the user has withdrawn. Ask for a new authCode.',
  },
  REFRESH_TOKEN_EXPIRED: {
    status: 'F',
    code: 'EXPIRED_REFRESH_TOKEN',
    message: 'This refreshToken has expired. Ask the mini program for a new authCode.',
  },
  REFRESH_TOKEN_USED: {
    status: 'F',
    code: 'USED_REFRESH_TOKEN',
    message:
      'This refreshToken was replaced by a newer one. Use the newest; if it is lost, ask for a new authCode.',
  },
  ACCESS_TOKEN_INVALID: {
    status: 'F',
    code: 'INVALID_ACCESS_TOKEN',
    message:
      'This accessToken is not valid for this client, or the user has withdrawn. Refresh it or ask for a new authCode.',
  },
  ACCESS_TOKEN_EXPIRED: {
    status: 'F',
    code: 'EXPIRED_ACCESS_TOKEN',
    message: 'This accessToken has expired. Use the refreshToken.',
  },
  SCOPE_INSUFFICIENT: {
    status: 'F',
    code: 'ACCESS_DENIED',
    message: 'No granted scope opens this API. Ask the user for one of the scopes named here.',
  },
  RATE_LIMITED: {
    status: 'U',
    code: 'REQUEST_TRAFFIC_EXCEED_LIMIT',
    message: 'The limit of this API is reached for this client or this user. Retry in a minute.',
  },
  UPSTREAM_REFUSED: {
    status: 'F',
    code: 'PROCESS_FAIL',
    message:
      'The API refused this request. Check its parameters against the documentation of the API.',
  },
  UPSTREAM_UNAVAILABLE: {
    status: 'U',
    code: 'PROCESS_FAIL',
    message:
      'The API behind this path did not answer as it should. Retry later, with the same requestId where it has one.',
  },
  USER_UNAVAILABLE: {
    status: 'U',
    code: 'PROCESS_FAIL',
    message: "The wallet's user directory did not answer. Retry with the same token.",
  },
  NO_AUTHORIZE_URL: {
    status: 'F',
    code: 'PROCESS_FAIL',
    message:
      'No wallet of this name takes prepared requests. Ask the wallet operator for its authorizeUrl.',
  },
  UNKNOWN_USER_ID: {
    status: 'F',
    code: 'PARAM_ILLEGAL',
    message: 'This userId is none that this client knows a user by.',
  },
  // OAuth.
  SCOPE_EXCEEDED: {
    status: 'F',
    code: 'SCOPE_EXCEEDED',
    message: 'scope asks for more than this credential, or this client, may open.',
  },
  INVALID_TARGET: {
    status: 'F',
    code: 'INVALID_TARGET',
    message: 'resource is none that was granted, or none that is registered for this client.',
  },
  // The wallet's API. Its codes are the causes' own names.
  NOT_PERMITTED: {
    status: 'F',
    code: 'NOT_PERMITTED',
    message: 'This mini program is not registered here, or may not ask for authorization.',
  },
  SCOPE_NOT_APPROVED: {
    status: 'F',
    code: 'SCOPE_NOT_APPROVED',
    message:
      'None of these scopes is approved for this mini program. Apply for them with the wallet operator.',
  },
  FIRST_SCREEN: {
    status: 'F',
    code: 'FIRST_SCREEN',
    message: 'Nothing is asked on the first screen. Ask when the user starts what needs it.',
  },
  DEEP_LINK: {
    status: 'F',
    code: 'DEEP_LINK',
    message: 'Nothing is asked of a user who came by a link and has not acted in the page yet.',
  },
  NO_USER_GESTURE: {
    status: 'F',
    code: 'NO_USER_GESTURE',
    message:
      'A sheet needs a tap in the page within the last 5 seconds, and a tap opens one sheet. Ask in the handler of the tap.',
  },
  CONSENT_ALREADY_OPEN: {
    status: 'F',
    code: 'CONSENT_ALREADY_OPEN',
    message: 'This user has another sheet open. Ask again when it is answered or closed.',
  },
  DECLINED_RECENTLY: {
    status: 'F',
    code: 'DECLINED_RECENTLY',
    message: 'The user refused this within the last 24 hours. Ask again after retryAfterSeconds.',
  },
  DECLINED_REPEATEDLY: {
    status: 'F',
    code: 'DECLINED_REPEATEDLY',
    message:
      'The user refused this three times. Only the user can allow asking again, in the settings.',
  },
  NOT_A_TESTER: {
    status: 'F',
    code: 'NOT_A_TESTER',
    message: 'This mini program is not verified: only its named testers can use it.',
  },
  GUARDIAN_PENDING: {
    status: 'F',
    code: 'GUARDIAN_PENDING',
    message: 'The user is a minor: the guardian has been asked and has not decided yet.',
  },
  PAGE_GONE: {
    status: 'F',
    code: 'PAGE_GONE',
    message: 'The page that asked is gone. Nothing is given to another one.',
  },
  NOT_VISIBLE: {
    status: 'F',
    code: 'NOT_VISIBLE',
    message: 'The page is not visible. Ask when it is in the foreground.',
  },
  USER_UNKNOWN: {
    status: 'F',
    code: 'USER_UNKNOWN',
    message: "The wallet's user directory does not know this userId.",
  },
  USER_NOT_ACTIVE: {
    status: 'F',
    code: 'USER_NOT_ACTIVE',
    message: 'This user is frozen or inactive and cannot grant anything.',
  },
  CONSENT_REQUEST_UNKNOWN: {
    status: 'F',
    code: 'CONSENT_REQUEST_UNKNOWN',
    message: 'There is no such consent request for this user. Call consult again.',
  },
  CONSENT_REQUEST_EXPIRED: {
    status: 'F',
    code: 'CONSENT_REQUEST_EXPIRED',
    message: 'This consent request is older than 10 minutes. Call consult again.',
  },
  CONSENT_REQUEST_USED: {
    status: 'F',
    code: 'CONSENT_REQUEST_USED',
    message: 'This consent request was decided or completed already. Call consult again.',
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
      'granted may hold only scopes of the sheet, and all required ones unless it is empty; lifetime is one of those that the sheet offers.',
  },
  LOGIN_REQUIRED: {
    status: 'F',
    code: 'LOGIN_REQUIRED',
    message:
      'The client wants the user to be authenticated anew. Do that, and consult again with context.authenticatedAt.',
  },
  CONSENT_REQUIRED: {
    status: 'F',
    code: 'CONSENT_REQUIRED',
    message: 'The client wants an answer without asking the user, and the user has to be asked.',
  },
  GRANT_UNKNOWN: {
    status: 'F',
    code: 'GRANT_UNKNOWN',
    message: 'grant_id is none of this user for this client. Ask without it.',
  },
  AUTH_REQUEST_INVALID: {
    status: 'F',
    code: 'AUTH_REQUEST_INVALID',
    message:
      'This authRequest is unknown, has expired or was answered. The merchant has to begin anew.',
  },
} as const satisfies Record<string, ErrorRow>

/** Why a call failed. Faces map it to their own code; nothing else decides one. */
export type ErrorCode = keyof typeof ERRORS

/** The `result` that a cause has in one family's words. `detail` is appended to the fixed message. */
export function toResult(cause: ErrorCode, vocabulary: ResultDialect, detail?: string): Result {
  const row: ErrorRow = ERRORS[cause]
  const message = detail ? `${row.message} ${detail}` : row.message
  return {
    resultStatus: row.status,
    resultCode: typeof row.code === 'string' ? row.code : row.code[vocabulary],
    resultMessage: message.slice(0, 256),
  }
}
