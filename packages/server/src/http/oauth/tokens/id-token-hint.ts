/**
 * @module `id_token_hint`: an ID token that this server issued to the client, for the user that the client expects. It may have expired.
 * @see [OpenID Connect Core §3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)
 */
import type { OAuthClient } from '../../../engine/registry.ts'
import { JWT_TYPES, type OAuthOptions } from '../context.ts'
import { OAuthError } from '../errors.ts'

/** @returns the `sub` of the user @throws {OAuthError} `invalid_request` */
export async function subjectOfHint(
  { jwtSigner }: Pick<OAuthOptions, 'jwtSigner'>,
  { clientId }: Pick<OAuthClient, 'clientId'>,
  hint: string,
): Promise<string> {
  const { aud, sub } = (await jwtSigner.verify(JWT_TYPES.idToken, hint)) ?? {}
  if (aud !== clientId || typeof sub !== 'string')
    throw new OAuthError(
      'invalid_request',
      'id_token_hint must be an ID token that this server issued to this client. Leave it out if you no longer have one.',
    )
  return sub
}
