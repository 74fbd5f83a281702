/**
 * @module The client credentials grant: a token for the platform's APIs that a client calls on its own behalf.
 * @see [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.4)
 */
import { AssentError } from '../../../engine/errors.ts'
import { chooseResources, PLATFORM } from '../../../engine/oauth/resources.ts'
import { requireFirst } from '../../../engine/once.ts'
import type { ClientRequest, OAuthOptions } from '../context.ts'
import type { TokenResponse } from './token-response.ts'

const CLIENT_TOKEN_SECONDS = 600

/** @throws {AssentError} `SCOPE_EXCEEDED`, `INVALID_TARGET` */
export function grantClientCredentials(
  options: OAuthOptions,
  request: ClientRequest,
): Promise<TokenResponse> {
  return issueClientToken(options, request, request.caller.client.platformScopes)
}

/**
 * @param registered the scopes that the client can request
 * @throws {AssentError} `SCOPE_EXCEEDED`, `INVALID_TARGET`
 */
export async function issueClientToken(
  { ports }: OAuthOptions,
  { tokenRequest, now }: Pick<ClientRequest, 'tokenRequest' | 'now'>,
  registered: readonly string[],
): Promise<TokenResponse> {
  const { client } = tokenRequest
  const { scopes = registered, jkt } = tokenRequest
  if (scopes.length === 0 || !scopes.every((scope) => registered.includes(scope)))
    throw new AssentError('SCOPE_EXCEEDED')
  const resources = chooseResources(tokenRequest.resources ?? [PLATFORM], [
    PLATFORM,
    ...client.resources,
  ])
  const binding = {
    clientId: client.clientId,
    ...(jkt !== undefined && { jkt }),
    ...(resources && { resources }),
  }
  await requireFirst(ports, tokenRequest.proof)
  const expiresAt = now + CLIENT_TOKEN_SECONDS
  return {
    access_token: ports.credentials.sealClientToken({ scopes, issuedAt: now, expiresAt, binding }),
    token_type: jkt === undefined ? 'Bearer' : 'DPoP',
    expires_in: CLIENT_TOKEN_SECONDS,
    scope: scopes.join(' '),
  }
}
