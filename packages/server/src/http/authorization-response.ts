/**
 * @module Authorization responses. The redirect always contains the issuer.
 * @see [RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.2),
 * [RFC 9207](https://www.rfc-editor.org/rfc/rfc9207.html)
 */
export type AuthorizationAnswer =
  | { readonly code: string }
  | { readonly error: string; readonly error_description?: string }

export function authorizationResponse(
  { redirectUri, state }: { readonly redirectUri: string; readonly state?: string | undefined },
  response: AuthorizationAnswer,
  issuer: string,
): string {
  const members = { ...response, ...(state !== undefined && { state }), iss: issuer }
  // Appended to the registered text, because parsing it as a URL would normalize it.
  const separator = redirectUri.includes('?') ? '&' : '?'
  return `${redirectUri}${separator}${new URLSearchParams(members)}`
}
