/**
 * @module OAuth errors: the error codes with their HTTP statuses, the error class, and the mapping from the causes of the engine.
 * @see [RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-5.2)
 */
import { ERRORS, type ErrorCode } from '@assent/protocol'
import { AssentError } from '../../engine/errors.ts'

/** Every `error` of these endpoints, with its HTTP status unless the error is sent in a redirect. */
export const OAUTH_ERRORS = {
  // RFC 6749 §4.1.2.1 and §5.2
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  unsupported_response_type: 400,
  invalid_scope: 400,
  access_denied: 403,
  server_error: 500,
  temporarily_unavailable: 503,
  // OpenID Connect Core §3.1.2.6
  login_required: 400,
  consent_required: 400,
  invalid_request_uri: 400,
  invalid_request_object: 400,
  request_uri_not_supported: 400,
  registration_not_supported: 400,
  // RFC 6750 §3.1
  invalid_token: 401,
  insufficient_scope: 403,
  // RFC 7009 §2.2.1, RFC 7591 §3.2.2
  unsupported_token_type: 400,
  invalid_redirect_uri: 400,
  invalid_client_metadata: 400,
  // FAPI: Grant Management
  invalid_grant_id: 400,
  // RFC 8707 §2, RFC 9396 §5, RFC 9449 §5 and §8
  invalid_target: 400,
  invalid_authorization_details: 400,
  invalid_dpop_proof: 400,
  use_dpop_nonce: 400,
  // Specific to this server, for HTTP statuses without an OAuth error.
  not_found: 404,
  method_not_allowed: 405,
  unsupported_media_type: 415,
  slow_down: 429,
} as const satisfies Record<string, number>

export type OAuthErrorCode = keyof typeof OAUTH_ERRORS

export class OAuthError extends Error {
  override readonly name = 'OAuthError'
  readonly error: OAuthErrorCode
  readonly status: number
  /** The scopes that the request needs, of `insufficient_scope`. */
  readonly scopes: readonly string[] | undefined

  /** @param description becomes `error_description`: says what is wrong and what to do, and contains no user data */
  constructor(
    error: OAuthErrorCode,
    description: string,
    {
      status = OAUTH_ERRORS[error],
      cause,
      scopes,
    }: { status?: number; cause?: unknown; scopes?: readonly string[] | undefined } = {},
  ) {
    super(description, { cause })
    this.error = error
    this.status = status
    this.scopes = scopes
  }
}

/** RFC 6749 §5.2 has one error for all of these. Telling them apart would help an attacker who tries credentials. */
const INVALID_CREDENTIAL =
  'The credential is not valid for this client: it is unknown, expired, already used, revoked, issued to another client, or bound to a key without a DPoP proof of that key.'

type Row = readonly [error: OAuthErrorCode, description?: string]

const INVALID_GRANT: Row = ['invalid_grant', INVALID_CREDENTIAL]
const INVALID_TOKEN: Row = ['invalid_token', INVALID_CREDENTIAL]
const ACCESS_DENIED: Row = ['access_denied']
const INTERNAL: Row = ['server_error']

/** The error of every cause. The description is the message of the cause unless the row has one. */
const OAUTH_ERRORS_BY_CAUSE = {
  PARAM_ILLEGAL: ['invalid_request'],
  BROWSER_NOT_ALLOWED: ['unauthorized_client'],
  CLIENT_UNKNOWN: ['invalid_client'],
  CLIENT_NOT_ACTIVE: ['invalid_client'],
  OVERLOADED: ['temporarily_unavailable'],
  CODE_UNKNOWN: INVALID_GRANT,
  CODE_USED: INVALID_GRANT,
  CODE_EXPIRED: INVALID_GRANT,
  REFERENCE_MISMATCH: INVALID_GRANT,
  REFRESH_TOKEN_UNKNOWN: INVALID_GRANT,
  AUTHORIZATION_ENDED: INVALID_GRANT,
  REFRESH_TOKEN_EXPIRED: INVALID_GRANT,
  REFRESH_TOKEN_USED: INVALID_GRANT,
  ACCESS_TOKEN_INVALID: INVALID_TOKEN,
  ACCESS_TOKEN_EXPIRED: INVALID_TOKEN,
  SCOPE_INSUFFICIENT: ['insufficient_scope'],
  SCOPE_EXCEEDED: ['invalid_scope'],
  SCOPE_NOT_APPROVED: ['invalid_scope'],
  INVALID_TARGET: ['invalid_target'],
  UNKNOWN_USER_ID: ['invalid_request'],
  // Signed requests have no OAuth endpoint, so this is a DPoP proof.
  REQUEST_REPEATED: [
    'invalid_dpop_proof',
    'Invalid DPoP proof. The proof was already used. Create a new one for each request.',
  ],
  // The wallet's page redirects to the client with these.
  NOT_PERMITTED: ['unauthorized_client'],
  NOT_A_TESTER: ACCESS_DENIED,
  DECLINED_RECENTLY: ACCESS_DENIED,
  DECLINED_REPEATEDLY: ACCESS_DENIED,
  GUARDIAN_PENDING: ACCESS_DENIED,
  USER_UNKNOWN: ACCESS_DENIED,
  USER_NOT_ACTIVE: ACCESS_DENIED,
  USER_UNAVAILABLE: ['temporarily_unavailable'],
  LOGIN_REQUIRED: ['login_required'],
  CONSENT_REQUIRED: ['consent_required'],
  GRANT_UNKNOWN: ['invalid_grant_id'],
  AUTH_REQUEST_INVALID: ['invalid_request_uri'],
  INTERNAL,
  // Causes of signed requests, of the consent prompt and of the gateway, which no OAuth endpoint raises.
  API_UNKNOWN: INTERNAL,
  SIGNATURE_INVALID: INTERNAL,
  TIMESTAMP_INVALID: INTERNAL,
  SANDBOX_CLIENT_REQUIRED: INTERNAL,
  GRANT_TYPE_UNSUPPORTED: INTERNAL,
  RATE_LIMITED: INTERNAL,
  UPSTREAM_REFUSED: INTERNAL,
  UPSTREAM_UNAVAILABLE: INTERNAL,
  NO_AUTHORIZE_URL: INTERNAL,
  FIRST_SCREEN: INTERNAL,
  DEEP_LINK: INTERNAL,
  NO_USER_GESTURE: INTERNAL,
  CONSENT_ALREADY_OPEN: INTERNAL,
  PAGE_GONE: INTERNAL,
  NOT_VISIBLE: INTERNAL,
  CONSENT_REQUEST_UNKNOWN: INTERNAL,
  CONSENT_REQUEST_EXPIRED: INTERNAL,
  CONSENT_REQUEST_USED: INTERNAL,
  SHEET_HASH_MISMATCH: INTERNAL,
  DECISION_INVALID: INTERNAL,
} as const satisfies Record<ErrorCode, Row>

/** The causes of an error that this server raises, with the description that the error then has. */
export function causesOf(
  error: OAuthErrorCode,
): readonly { readonly cause: ErrorCode; readonly description: string }[] {
  return (Object.keys(OAUTH_ERRORS_BY_CAUSE) as ErrorCode[]).flatMap((cause) => {
    const [name, description = ERRORS[cause].message]: Row = OAUTH_ERRORS_BY_CAUSE[cause]
    return name === error && name !== 'server_error' ? [{ cause, description }] : []
  })
}

/** The OAuth error for any error. Unexpected errors become `server_error`; their details are logged only. */
export function toOAuthError(error: unknown): OAuthError {
  if (error instanceof OAuthError) return error
  if (!(error instanceof AssentError)) {
    return new OAuthError('server_error', 'An internal error occurred. Report the trace-id.', {
      cause: error,
    })
  }
  const [name, description]: Row = OAUTH_ERRORS_BY_CAUSE[error.code]
  const { message } = ERRORS[error.code]
  const detail = error.detail ? `${message} ${error.detail}` : message
  return new OAuthError(name, description ?? detail, {
    cause: error.cause,
    scopes: error.missingScopes,
  })
}
