/**
 * @module Authorization responses: the redirect URI with a code or an error, and with `iss` in both cases.
 * @see [RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.2),
 * [RFC 9207](https://www.rfc-editor.org/rfc/rfc9207.html)
 */
export type AuthorizationResult =
  | { readonly code: string }
  | { readonly error: string; readonly error_description?: string }

export function authorizationResponse(
  { redirectUri, state }: { readonly redirectUri: string; readonly state?: string | undefined },
  result: AuthorizationResult,
  issuer: string,
): string {
  const parameters = { ...result, ...(state !== undefined && { state }), iss: issuer }
  // Appended as text: parsing the registered URI as a URL could normalize it.
  const separator = redirectUri.includes('?') ? '&' : '?'
  return `${redirectUri}${separator}${new URLSearchParams(parameters)}`
}

/** The page of a wallet on which its users log in and decide. */
export type WalletPage = { readonly walletId: string; readonly authorizeUrl: string }
