/**
 * @module Reports the status of an access token and the current refresh token of its authorization.
 * @see docs/merchant-api.md#canceltoken-and-query
 */
import type { TokenStatus } from '@assent/protocol'
import { AssentError } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import type { Client } from '../registry.ts'
import { effectiveScopesOfToken, openOwnAccessToken, toCredentialStatus } from './check.ts'
import { refreshTokenOf, withClaims } from './issue-tokens.ts'

export type TokenStatusResult = {
  readonly status: TokenStatus
  readonly accessTokenExpiresAt: number
  readonly refreshToken: string
  readonly refreshTokenExpiresAt: number
}

/**
 * Reads from the store, so the status includes every revocation that was committed.
 * @throws {AssentError} `ACCESS_TOKEN_INVALID` when it was not issued to this client, or its authorization was deleted after
 * it had expired
 */
export async function queryToken(
  ports: Pick<Ports, 'registry' | 'credentials' | 'store'>,
  input: { readonly client: Client; readonly accessToken: string },
  now: number,
): Promise<TokenStatusResult> {
  const claims = openOwnAccessToken(ports, input)
  const state = await ports.store.readGrantState(claims.grantId, claims.authorizationId)
  const authorization = state?.authorization
  if (!state || !authorization) throw new AssentError('ACCESS_TOKEN_INVALID')
  const scopes = (await ports.store.readScopeSet(claims.scopeSet)) ?? []
  const status = toCredentialStatus(state)
  const effective = await effectiveScopesOfToken(ports.registry, claims, status, scopes, now)
  const unrevoked = now >= claims.expiresAt ? 'EXPIRED' : 'ACTIVE'
  return {
    status: effective.length > 0 ? unrevoked : 'REVOKED',
    accessTokenExpiresAt: claims.expiresAt,
    refreshToken: refreshTokenOf(ports, withClaims(authorization, claims)),
    refreshTokenExpiresAt: authorization.expiresAt,
  }
}
