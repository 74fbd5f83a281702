/**
 * @module What OAuth calls a failure: one table from our causes, and one class for what only OAuth knows.
 * @see [RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-5.2)
 */
import { ERRORS, type ErrorCode } from '@assent/protocol'
import { AssentError } from '../../engine/errors.ts'

/** Every error code that these endpoints answer with, and its HTTP status where it is answered directly. */
export const OAUTH_ERRORS = {
  // RFC 6749 §4.1.2.1, §5.2
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
  // Of this platform: nothing is there, or not with this method, or not in this form.
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

  /** @param description what is wrong and what to do, without anything of the user */
  constructor(
    error: OAuthErrorCode,
    description: string,
    { status = OAUTH_ERRORS[error], cause }: { status?: number; cause?: unknown } = {},
  ) {
    super(description, { cause })
    this.error = error
    this.status = status
  }
}

/** The same outward error for unknown, used, expired and foreign credentials (requirement R035). */
const DEAD =
  'It is not valid for this client: it is unknown, expired, used, revoked or given to another.'

type Row = readonly [error: OAuthErrorCode, description?: string]

/** What is not here is ours: `server_error`. */
const CAUSES: Partial<Readonly<Record<ErrorCode, Row>>> = {
  PARAM_ILLEGAL: ['invalid_request'],
  BROWSER_NOT_ALLOWED: ['unauthorized_client'],
  CLIENT_UNKNOWN: ['invalid_client'],
  CLIENT_NOT_ACTIVE: ['invalid_client'],
  OVERLOADED: ['temporarily_unavailable'],
  CODE_UNKNOWN: ['invalid_grant', DEAD],
  CODE_USED: ['invalid_grant', DEAD],
  CODE_EXPIRED: ['invalid_grant', DEAD],
  REFERENCE_MISMATCH: ['invalid_grant', DEAD],
  REFRESH_TOKEN_UNKNOWN: ['invalid_grant', DEAD],
  REFRESH_TOKEN_EXPIRED: ['invalid_grant', DEAD],
  REFRESH_TOKEN_USED: ['invalid_grant', DEAD],
  ACCESS_TOKEN_INVALID: ['invalid_token', DEAD],
  ACCESS_TOKEN_EXPIRED: ['invalid_token', DEAD],
  SCOPE_INSUFFICIENT: ['insufficient_scope'],
  SCOPE_EXCEEDED: ['invalid_scope'],
  SCOPE_NOT_APPROVED: ['invalid_scope'],
  INVALID_TARGET: ['invalid_target'],
  UNKNOWN_USER_ID: ['invalid_request'],
  // What the wallet's page brings back to the client.
  NOT_PERMITTED: ['unauthorized_client'],
  NOT_A_TESTER: ['access_denied'],
  DECLINED_RECENTLY: ['access_denied'],
  DECLINED_REPEATEDLY: ['access_denied'],
  GUARDIAN_PENDING: ['access_denied'],
  USER_UNKNOWN: ['access_denied'],
  USER_NOT_ACTIVE: ['access_denied'],
  USER_UNAVAILABLE: ['temporarily_unavailable'],
  LOGIN_REQUIRED: ['login_required'],
  CONSENT_REQUIRED: ['consent_required'],
  GRANT_UNKNOWN: ['invalid_grant_id'],
  AUTH_REQUEST_INVALID: ['invalid_request_uri'],
}

/** What OAuth calls it. What is neither a refusal nor an OAuth error is ours. */
export function toOAuthError(error: unknown): OAuthError {
  if (error instanceof OAuthError) return error
  if (!(error instanceof AssentError)) {
    return new OAuthError('server_error', 'Something failed here. Report the trace-id.', {
      cause: error,
    })
  }
  const [name, description] = CAUSES[error.code] ?? ['server_error']
  const { message } = ERRORS[error.code]
  const detail = error.detail ? `${message} ${error.detail}` : message
  return new OAuthError(name, description ?? detail, { cause: error.cause })
}
