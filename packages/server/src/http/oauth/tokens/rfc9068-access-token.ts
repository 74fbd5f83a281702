/**
 * @module Access tokens as sent to clients: sealed, or as a JWT that other resource servers can verify themselves.
 * @see [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068.html)
 */
import { grantedDetails } from '../../../engine/oauth/granted-details.ts'
import type { AccessTokenClaims } from '../../../engine/ports/credentials.ts'
import type { Grant } from '../../../engine/records.ts'
import type { OAuthClient } from '../../../engine/registry.ts'
import { describeDetails } from '../authorization/rfc9396-authorization-details.ts'
import { JWT_TYPES, type OAuthOptions } from '../context.ts'

type UnencodedToken = {
  readonly claims: AccessTokenClaims
  readonly scopes: readonly string[]
  readonly grant: Grant
  /** The sealed form, if it was already created. */
  readonly accessToken?: string
}

export async function encodeAccessToken(
  { ports: { credentials }, jwtSigner }: OAuthOptions,
  { accessTokenFormat, clientId, idTokenSignedResponseAlg }: OAuthClient,
  { claims, scopes, grant, accessToken }: UnencodedToken,
): Promise<string> {
  const { issuedAt, expiresAt, binding } = claims
  const { resources, jkt, authTime } = binding ?? {}
  if (accessTokenFormat === 'sealed' || !resources)
    return accessToken ?? credentials.sealAccessToken(claims)
  const unsigned = {
    sub: grant.subject,
    aud: audienceOf(resources),
    client_id: clientId,
    scope: scopes.join(' '),
    iat: issuedAt,
    exp: expiresAt,
    // Identifies the grant when this token is introspected or revoked. It is not a credential.
    jti: credentials.sealTokenId(claims),
    ...(authTime !== undefined && { auth_time: authTime }),
    ...(jkt !== undefined && { cnf: { jkt } }),
    ...describeDetails(grantedDetails(binding, grant, scopes)),
  }
  return jwtSigner.sign(JWT_TYPES.accessToken, unsigned, idTokenSignedResponseAlg)
}

/** A single audience is a string, several are a list (RFC 7519 §4.1.3). */
export function audienceOf(resources: readonly string[]): string | readonly string[] {
  return resources.length === 1 ? (resources[0] as string) : resources
}
