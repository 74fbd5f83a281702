/**
 * @module Where the wallet's page sends the user's browser after a prepared request or an authorization request of an OAuth client.
 */
import type { ErrorCode, RedirectReply } from '@assent/protocol'
import { AssentError } from '../../engine/errors.ts'
import type { Ports } from '../../engine/ports.ts'
import type { RedirectTarget } from '../../engine/records.ts'
import { consumeAuthRequest } from '../../engine/tokens/issue-code.ts'
import { type AuthorizationResult, authorizationResponse } from '../authorization-response.ts'
import { toOAuthError } from '../oauth/errors.ts'

/** Errors that neither the wallet nor the user can resolve now. */
const FINAL_ERRORS: ReadonlySet<string> = new Set<ErrorCode>([
  'CONSENT_REQUIRED',
  'GRANT_UNKNOWN',
  'SCOPE_NOT_APPROVED',
  'NOT_PERMITTED',
  'NOT_A_TESTER',
  'DECLINED_RECENTLY',
  'DECLINED_REPEATEDLY',
  'GUARDIAN_PENDING',
  'USER_NOT_ACTIVE',
])

/**
 * Redirects an error to the OAuth client that sent the request, if the wallet cannot resolve it.
 * @throws the error itself in all other cases
 */
export async function redirectError(
  ports: Ports,
  redirect: RedirectTarget | undefined,
  error: unknown,
  issuer: string,
): Promise<RedirectReply> {
  const request = redirect?.oauth
  if (!redirect || !request || !(error instanceof AssentError)) throw error
  const forbidsPrompts = request.prompts?.includes('none') ?? false
  const isFinal =
    FINAL_ERRORS.has(error.code) || (forbidsPrompts && error.code === 'LOGIN_REQUIRED')
  if (!isFinal) throw error
  await consumeAuthRequest(ports, request)
  const { error: name, message } = toOAuthError(error)
  const result = { error: name, error_description: message }
  return { status: 'REDIRECT', redirectUrl: toRedirectUrl(redirect, result, issuer) }
}

export function toRedirectUrl(
  { uri, state }: RedirectTarget,
  result: AuthorizationResult,
  issuer: string,
): string {
  return authorizationResponse({ redirectUri: uri, state }, result, issuer)
}

/** OAuth clients receive `code` and `state`, other prepared requests `authCode` and `authState`. */
export function toCodeUrl(redirect: RedirectTarget, authCode: string, issuer: string): string {
  if (redirect.oauth) return toRedirectUrl(redirect, { code: authCode }, issuer)
  const { uri, state } = redirect
  const url = new URL(uri)
  url.searchParams.set('authCode', authCode)
  if (state !== undefined) url.searchParams.set('authState', state)
  return url.href
}
