/**
 * @module Query: what became of an access token (contract: openapi §5).
 */
import type { TokenStatus } from '@assent/protocol'
import { AssentError } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import type { Client } from '../registry.ts'
import { effectiveScopesOfToken, openOwnAccessToken, toCredentialStatus } from './check.ts'
import { refreshTokenOf } from './issue-tokens.ts'

export type TokenStatusResult = {
  readonly status: TokenStatus
  readonly accessTokenExpiresAt: number
  readonly refreshToken: string
  readonly refreshTokenExpiresAt: number
}

/** @throws {AssentError} `ACCESS_TOKEN_INVALID` when it was not issued to this client, or so long ago that it is forgotten */
export async function queryToken(
  ports: Pick<Ports, 'registry' | 'credentials' | 'store'>,
  input: { readonly client: Client; readonly accessToken: string },
  now: number,
): Promise<TokenStatusResult> {
  const claims = openOwnAccessToken(ports, input)
  const standing = await ports.store.readGrantState(claims.grantId, claims.authorizationId)
  const authorization = standing?.authorization
  if (!standing || !authorization) throw new AssentError('ACCESS_TOKEN_INVALID')
  const scopes = (await ports.store.readScopeSet(claims.scopeSet)) ?? []
  const isAlive =
    effectiveScopesOfToken(ports.registry, claims, toCredentialStatus(standing), scopes, now)
      .length > 0
  const inTime = now >= claims.expiresAt ? 'EXPIRED' : 'ACTIVE'
  return {
    status: isAlive ? inTime : 'REVOKED',
    accessTokenExpiresAt: claims.expiresAt,
    refreshToken: refreshTokenOf(ports, authorization),
    refreshTokenExpiresAt: authorization.expiresAt,
  }
}
