/**
 * @module Client credentials: a client acts for itself, on the APIs of the platform that concern no single user's data.
 * @see [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.4)
 */
import { Refusal } from '../../engine/refusal.ts'
import type { ClientCall, OAuthOptions } from './parts.ts'
import type { TokenResponse } from './rfc6749-token.ts'

const CLIENT_TOKEN_SECONDS = 600

/** @throws {Refusal} `SCOPE_TOO_WIDE`, `TARGET_INVALID` */
export async function issueToClient(
  { ports: { credentials } }: OAuthOptions,
  { party: { client }, proof, now }: ClientCall,
): Promise<TokenResponse> {
  const own: readonly string[] = client.platformScopes
  const { scopes = own, resources, jkt } = proof
  if (scopes.length === 0 || !scopes.every((scope) => own.includes(scope)))
    throw new Refusal('SCOPE_TOO_WIDE')
  if (resources && !resources.every((one) => client.resources.includes(one)))
    throw new Refusal('TARGET_INVALID')
  const terms = {
    clientId: client.clientId,
    ...(jkt !== undefined && { jkt }),
    ...(resources && { resources }),
  }
  const expiresAt = now + CLIENT_TOKEN_SECONDS
  return {
    access_token: credentials.sealClientToken({ scopes, issuedAt: now, expiresAt, terms }),
    token_type: jkt === undefined ? 'Bearer' : 'DPoP',
    expires_in: CLIENT_TOKEN_SECONDS,
    scope: scopes.join(' '),
  }
}
