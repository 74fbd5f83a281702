/**
 * @module Access tokens as they are given: sealed, or for foreign resources as a JWT that they can verify themselves.
 * @see [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068.html)
 */
import type { AccessTokenClaims } from '../../engine/ports/credentials.ts'
import type { OAuthClient } from '../../engine/registry.ts'
import { JWT_TYPES, type OAuthOptions } from './context.ts'

export type Issued = {
  readonly claims: AccessTokenClaims
  readonly scopes: readonly string[]
  readonly subject: string
  /** Sealed, when it is already. */
  readonly accessToken?: string
}

export async function accessTokenOf(
  { ports: { credentials }, jwtSigner }: OAuthOptions,
  { accessTokenFormat, clientId }: OAuthClient,
  { claims, scopes, subject, accessToken }: Issued,
): Promise<string> {
  const { issuedAt, expiresAt, binding } = claims
  const { resources, jkt, authTime } = binding ?? {}
  if (accessTokenFormat === 'sealed' || !resources)
    return accessToken ?? credentials.sealAccessToken(claims)
  return jwtSigner.sign(JWT_TYPES.accessToken, {
    sub: subject,
    aud: audienceOf(resources),
    client_id: clientId,
    scope: scopes.join(' '),
    iat: issuedAt,
    exp: expiresAt,
    // By which this server knows whose it is and whether it is withdrawn; it opens nothing itself.
    jti: credentials.sealTokenId(claims),
    ...(authTime !== undefined && { auth_time: authTime }),
    ...(jkt !== undefined && { cnf: { jkt } }),
  })
}

/** One as a text, several as a list (RFC 7519 §4.1.3). */
export function audienceOf(resources: readonly string[]): string | readonly string[] {
  return resources.length === 1 ? (resources[0] as string) : resources
}
