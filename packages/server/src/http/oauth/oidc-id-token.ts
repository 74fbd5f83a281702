/**
 * @module ID tokens: who the user is for this client, and when the wallet has last authenticated them. Nothing else: claims are at userinfo.
 * @see [OpenID Connect Core §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)
 */
import type { OAuthClient } from '../../engine/registry.ts'
import { JWT_TYPES, type OAuthOptions } from './context.ts'

/** It is read at once. */
export const ID_TOKEN_SECONDS = 300

export function idTokenOf(
  { jwtSigner }: OAuthOptions,
  { clientId }: OAuthClient,
  {
    subject,
    now,
    authTime,
    nonce,
  }: {
    readonly subject: string
    readonly now: number
    readonly authTime?: number
    readonly nonce?: string
  },
): Promise<string> {
  return jwtSigner.sign(JWT_TYPES.idToken, {
    sub: subject,
    aud: clientId,
    iat: now,
    exp: now + ID_TOKEN_SECONDS,
    ...(authTime !== undefined && { auth_time: authTime }),
    ...(nonce !== undefined && { nonce }),
  })
}
