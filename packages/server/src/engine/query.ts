/**
 * @module Query: what became of an access token (contract: openapi §5).
 */
import type { TokenStatus } from '@assent/protocol'
import { liveScopesOfToken, openOwnAccessToken, standingOfCredential } from './check.ts'
import type { Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import type { Client } from './registry.ts'
import { refreshTokenOf } from './tokens.ts'

export type QueriedToken = {
  readonly status: TokenStatus
  readonly accessTokenExpiresAt: number
  readonly refreshToken: string
  readonly refreshTokenExpiresAt: number
}

/** @throws {Refusal} `ACCESS_TOKEN_INVALID` when it was not issued to this client, or so long ago that it is forgotten */
export async function queryToken(
  ports: Pick<Ports, 'registry' | 'credentials' | 'store'>,
  input: { readonly client: Client; readonly accessToken: string },
  now: number,
): Promise<QueriedToken> {
  const claims = openOwnAccessToken(ports, input)
  const standing = await ports.store.readStanding(claims.grantId, claims.authorizationId)
  const authorization = standing?.authorization
  if (!standing || !authorization) throw new Refusal('ACCESS_TOKEN_INVALID')
  const scopes = (await ports.store.readScopeSet(claims.scopeSet)) ?? []
  const isAlive =
    liveScopesOfToken(ports.registry, claims, standingOfCredential(standing), scopes, now).length >
    0
  const inTime = now >= claims.expiresAt ? 'EXPIRED' : 'ACTIVE'
  return {
    status: isAlive ? inTime : 'REVOKED',
    accessTokenExpiresAt: claims.expiresAt,
    refreshToken: refreshTokenOf(ports, authorization),
    refreshTokenExpiresAt: authorization.expiresAt,
  }
}
