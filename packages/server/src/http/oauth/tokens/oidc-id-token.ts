/**
 * @module ID tokens. They contain the pairwise `sub`, the time and context of the login, and the claims that the client requested for them; all other claims are at the UserInfo endpoint.
 * @see [OpenID Connect Core §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)
 */
import type { OAuthClient } from '../../../engine/registry.ts'
import { JWT_TYPES, type OAuthOptions } from '../context.ts'

/** Short, because clients read it immediately. */
export const ID_TOKEN_SECONDS = 300

export function signIdToken(
  { jwtSigner }: OAuthOptions,
  { clientId, idTokenSignedResponseAlg }: OAuthClient,
  {
    subject,
    now,
    authTime,
    nonce,
    acr,
    claims,
  }: {
    readonly subject: string
    readonly now: number
    readonly authTime?: number
    readonly nonce?: string
    readonly acr?: string
    /** The claims about the user that the client requested for its ID token. */
    readonly claims?: object
  },
): Promise<string> {
  const content = {
    ...claims,
    sub: subject,
    aud: clientId,
    iat: now,
    exp: now + ID_TOKEN_SECONDS,
    ...(authTime !== undefined && { auth_time: authTime }),
    ...(nonce !== undefined && { nonce }),
    ...(acr !== undefined && { acr }),
  }
  return jwtSigner.sign(JWT_TYPES.idToken, content, idTokenSignedResponseAlg)
}
