/**
 * @module Authorization responses: the address that the browser opens next. It is the redirect URI with a code or an error, and with `iss` in
 * both cases; for `form_post` it is the page of this server that posts the same parameters.
 * @see [RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.2),
 * [RFC 9207](https://www.rfc-editor.org/rfc/rfc9207.html)
 */
import { AUTHORIZATION_CODE_LIFETIME_SECONDS } from '../engine/consent/duration.ts'
import type { Credentials } from '../engine/ports/credentials.ts'
import type { ResponseMode } from '../engine/records.ts'

export type AuthorizationResult =
  | { readonly code: string }
  | { readonly error: string; readonly error_description?: string }

export type ResponseTarget = {
  readonly redirectUri: string
  readonly state?: string | undefined
  /** Default: `query`. */
  readonly responseMode?: ResponseMode | undefined
}

export type ResponseContext = {
  readonly issuer: string
  readonly credentials: Pick<Credentials, 'sealFormResponse'>
  readonly now: number
}

/** The page that posts a response. Its parameter `response` is the sealed response. */
export const FORM_POST_PATH = '/oauth2/form-post'

export function authorizationResponse(
  { redirectUri, state, responseMode }: ResponseTarget,
  result: AuthorizationResult,
  { issuer, credentials, now }: ResponseContext,
): string {
  const parameters = { ...result, ...(state !== undefined && { state }), iss: issuer }
  if (responseMode === 'form_post') {
    const expiresAt = now + AUTHORIZATION_CODE_LIFETIME_SECONDS
    const sealed = credentials.sealFormResponse({ uri: redirectUri, parameters, expiresAt }, now)
    return `${issuer}${FORM_POST_PATH}?response=${sealed}`
  }
  // Appended as text: parsing the registered URI as a URL could normalize it.
  const separator = redirectUri.includes('?') ? '&' : '?'
  return `${redirectUri}${separator}${new URLSearchParams(parameters)}`
}

/** The page of a wallet on which its users log in and decide. */
export type WalletPage = { readonly walletId: string; readonly authorizeUrl: string }
