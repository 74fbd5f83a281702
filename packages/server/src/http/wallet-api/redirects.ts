/**
 * @module Where the wallet's page sends the user's browser after a prepared request or an authorization request of an OAuth client.
 */
import type { ErrorCode, RedirectReply } from '@assent/protocol'
import { AssentError } from '../../engine/errors.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import type { RedirectTarget } from '../../engine/records.ts'
import { consumeAuthRequest } from '../../engine/tokens/issue-code.ts'
import {
  type AuthorizationResult,
  authorizationResponse,
  type ResponseContext,
} from '../authorization-response.ts'
import { toOAuthError } from '../oauth/errors.ts'

type Recipient = 'client' | 'wallet' | 'client-without-prompt'

/** Who receives an error of an authorization request: the wallet, unless neither it nor the user can resolve the error now. */
const RECIPIENTS = {
  CONSENT_REQUIRED: 'client',
  GRANT_UNKNOWN: 'client',
  SCOPE_NOT_APPROVED: 'client',
  NOT_PERMITTED: 'client',
  NOT_A_TESTER: 'client',
  DECLINED_RECENTLY: 'client',
  DECLINED_REPEATEDLY: 'client',
  GUARDIAN_PENDING: 'client',
  USER_NOT_ACTIVE: 'client',
  // The wallet can authenticate the user, unless the client forbids prompts.
  LOGIN_REQUIRED: 'client-without-prompt',
  API_UNKNOWN: 'wallet',
  PARAM_ILLEGAL: 'wallet',
  CLIENT_UNKNOWN: 'wallet',
  CLIENT_NOT_ACTIVE: 'wallet',
  SIGNATURE_INVALID: 'wallet',
  TIMESTAMP_INVALID: 'wallet',
  REQUEST_REPEATED: 'wallet',
  SANDBOX_CLIENT_REQUIRED: 'wallet',
  BROWSER_NOT_ALLOWED: 'wallet',
  OVERLOADED: 'wallet',
  INTERNAL: 'wallet',
  GRANT_TYPE_UNSUPPORTED: 'wallet',
  CODE_UNKNOWN: 'wallet',
  CODE_USED: 'wallet',
  CODE_EXPIRED: 'wallet',
  REFERENCE_MISMATCH: 'wallet',
  REFRESH_TOKEN_UNKNOWN: 'wallet',
  AUTHORIZATION_ENDED: 'wallet',
  REFRESH_TOKEN_EXPIRED: 'wallet',
  REFRESH_TOKEN_USED: 'wallet',
  ACCESS_TOKEN_INVALID: 'wallet',
  ACCESS_TOKEN_EXPIRED: 'wallet',
  SCOPE_INSUFFICIENT: 'wallet',
  RATE_LIMITED: 'wallet',
  UPSTREAM_REFUSED: 'wallet',
  UPSTREAM_UNAVAILABLE: 'wallet',
  USER_UNAVAILABLE: 'wallet',
  NO_AUTHORIZE_URL: 'wallet',
  UNKNOWN_USER_ID: 'wallet',
  SCOPE_EXCEEDED: 'wallet',
  INVALID_TARGET: 'wallet',
  FIRST_SCREEN: 'wallet',
  DEEP_LINK: 'wallet',
  NO_USER_GESTURE: 'wallet',
  CONSENT_ALREADY_OPEN: 'wallet',
  PAGE_GONE: 'wallet',
  NOT_VISIBLE: 'wallet',
  USER_UNKNOWN: 'wallet',
  CONSENT_REQUEST_UNKNOWN: 'wallet',
  CONSENT_REQUEST_EXPIRED: 'wallet',
  CONSENT_REQUEST_USED: 'wallet',
  SHEET_HASH_MISMATCH: 'wallet',
  DECISION_INVALID: 'wallet',
  AUTH_REQUEST_INVALID: 'wallet',
} as const satisfies Record<ErrorCode, Recipient>

/**
 * Redirects an error to the OAuth client that sent the request, if the wallet cannot resolve it.
 * @throws the error itself in all other cases
 */
export async function redirectError(
  ports: Ports,
  redirect: RedirectTarget | undefined,
  error: unknown,
  context: ResponseContext,
): Promise<RedirectReply> {
  const request = redirect?.oauth
  if (!redirect || !request || !(error instanceof AssentError)) throw error
  const forbidsPrompts = request.prompts?.includes('none') ?? false
  const recipient = RECIPIENTS[error.code]
  const isForClient =
    recipient === 'client' || (recipient === 'client-without-prompt' && forbidsPrompts)
  if (!isForClient) throw error
  await consumeAuthRequest(ports, request)
  const { error: name, message } = toOAuthError(error)
  const result = { error: name, error_description: message }
  return { status: 'REDIRECT', redirectUrl: toRedirectUrl(redirect, result, context) }
}

export function toRedirectUrl(
  { uri, state, oauth }: RedirectTarget,
  result: AuthorizationResult,
  context: ResponseContext,
): string {
  const target = { redirectUri: uri, state, responseMode: oauth?.responseMode }
  return authorizationResponse(target, result, context)
}

/** OAuth clients receive `code` and `state`, other prepared requests `authCode` and `authState`. */
export function toCodeUrl(
  redirect: RedirectTarget,
  authCode: string,
  context: ResponseContext,
): string {
  if (redirect.oauth) return toRedirectUrl(redirect, { code: authCode }, context)
  const { uri, state } = redirect
  const url = new URL(uri)
  url.searchParams.set('authCode', authCode)
  if (state !== undefined) url.searchParams.set('authState', state)
  return url.href
}
