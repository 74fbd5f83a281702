/**
 * @module Where the browser returns to after a logout. The wallet's page carries it as a signed token, so nothing is stored.
 */

import { DEFAULT_TOKEN_ALGORITHM } from '../../../engine/oauth/token-algorithms.ts'
import { findOAuthClient } from '../../../engine/oauth-clients/clients.ts'
import { JWT_TYPES, type OAuthOptions } from '../context.ts'
import { OAuthError } from '../errors.ts'

const LIFETIME_SECONDS = 600

/** A registered address of the client. Without it, the browser stays on a page of this server. */
export type ReturnTarget = {
  readonly clientId?: string
  readonly redirectUri?: string
  readonly state?: string
}

export function sealReturn(
  { jwtSigner, issuer, clock }: OAuthOptions,
  { clientId, redirectUri, state }: ReturnTarget,
): Promise<string> {
  const exp = clock() + LIFETIME_SECONDS
  const claims = { aud: issuer, exp, client_id: clientId, redirect_uri: redirectUri, state }
  return jwtSigner.sign(JWT_TYPES.logoutRequest, claims, DEFAULT_TOKEN_ALGORITHM)
}

/** @throws {OAuthError} `invalid_request` */
export async function openReturn(
  { jwtSigner, ports, clock }: OAuthOptions,
  sealed: string,
): Promise<ReturnTarget> {
  const claims = await jwtSigner.verify(JWT_TYPES.logoutRequest, sealed)
  if (!claims || clock() >= Number(claims['exp'])) throw expired()
  const { client_id: clientId, redirect_uri: redirectUri, state } = claims
  if (typeof redirectUri !== 'string') return {}
  const caller = await findOAuthClient(ports, String(clientId))
  if (!caller?.client.postLogoutRedirectUris?.includes(redirectUri)) throw expired()
  return { clientId: String(clientId), redirectUri, ...(typeof state === 'string' && { state }) }
}

function expired(): OAuthError {
  return new OAuthError(
    'invalid_request',
    'logout_request is unknown or older than 10 minutes. Send the browser to the end session endpoint again.',
  )
}
