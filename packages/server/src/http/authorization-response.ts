/**
 * @module Authorization responses: what a user's browser brings back to a client.
 * @see [RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.2),
 * [RFC 9207](https://www.rfc-editor.org/rfc/rfc9207.html): who answers is always named
 */
export type AuthorizationAnswer =
  | { readonly code: string }
  | { readonly error: string; readonly error_description?: string }

export function authorizationResponse(
  { redirectUri, state }: { readonly redirectUri: string; readonly state?: string | undefined },
  answer: AuthorizationAnswer,
  issuer: string,
): string {
  const members = { ...answer, ...(state !== undefined && { state }), iss: issuer }
  // Appended to the very text that was registered: a URL would write it anew.
  const separator = redirectUri.includes('?') ? '&' : '?'
  return `${redirectUri}${separator}${new URLSearchParams(members)}`
}
