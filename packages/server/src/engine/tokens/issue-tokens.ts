/**
 * @module Issues the tokens of an authorization: an access token and the refresh token of the current generation.
 */

import { AssentError } from '../errors.ts'
import type { AccessTokenClaims, RefreshTokenClaims, TokenBinding } from '../ports/credentials.ts'
import type { Ports } from '../ports/ports.ts'
import type { Authorization, Grant } from '../records.ts'
import type { Client, Registry } from '../registry.ts'

/** The identifiers that a request may name beside its credential. They must match those of the credential. @see docs/merchant-api.md#applytoken */
export type Reference = {
  readonly appId?: string | undefined
  readonly referenceClientId?: string | undefined
  readonly authClientId?: string | undefined
  readonly customerBelongsTo?: string | undefined
}

export type IssuedTokens = {
  readonly accessToken: string
  readonly claims: AccessTokenClaims
  readonly accessTokenExpiresAt: number
  readonly refreshToken: string
  readonly refreshTokenExpiresAt: number
  readonly grant: Grant
  readonly scopes: readonly string[]
}

export type TokenInput = {
  readonly grant: Grant
  readonly authorization: Authorization
  readonly client: Client
  /** The effective scopes. */
  readonly scopes: readonly string[]
  /** For an OAuth client: the scopes of the access token, and the bindings of both tokens. */
  readonly oauth?: TokenConstraints | undefined
}

export type TokenConstraints = {
  readonly scopes: readonly string[]
  readonly access: TokenBinding
  readonly refresh: TokenBinding
  readonly scopeSet: number
}

export function issueTokens(
  { credentials }: Pick<Ports, 'credentials'>,
  { grant, authorization, client, scopes, oauth }: TokenInput,
  now: number,
): IssuedTokens {
  const expiresAt = Math.min(now + client.accessTokenLifetimeSeconds, authorization.expiresAt)
  const claims: AccessTokenClaims = {
    authorizationId: authorization.authorizationId,
    grantId: grant.grantId,
    // The authorization's epoch, not the grant's: a scope that was withdrawn and granted again stays revoked for this token.
    epoch: authorization.epoch,
    clientNumber: client.number,
    scopeSet: oauth?.scopeSet ?? authorization.scopeSet,
    issuedAt: now,
    expiresAt,
    ...(oauth && { binding: oauth.access }),
  }
  return {
    accessToken: credentials.sealAccessToken(claims),
    claims,
    accessTokenExpiresAt: expiresAt,
    refreshToken: refreshTokenOf({ credentials }, authorization, oauth?.refresh),
    refreshTokenExpiresAt: authorization.expiresAt,
    grant,
    scopes: oauth?.scopes ?? scopes,
  }
}

/**
 * The token says what it permits. The row of its authorization, which somebody could edit in the database, only decides whether and until
 * when it is valid.
 */
export function withClaims(
  authorization: Authorization,
  { grantId, epoch, scopeSet }: Pick<RefreshTokenClaims, 'grantId' | 'epoch' | 'scopeSet'>,
): Authorization {
  return { ...authorization, grantId, epoch, scopeSet }
}

export function refreshTokenOf(
  { credentials }: Pick<Ports, 'credentials'>,
  authorization: Authorization,
  binding?: TokenBinding,
): string {
  return credentials.makeRefreshToken(binding ? { binding, ...authorization } : authorization)
}

/** @throws {AssentError} `REFERENCE_MISMATCH` */
export function requireReference(
  registry: Registry,
  grant: Grant,
  client: Client,
  reference: Reference,
): void {
  const accepted = [grant.appId, client.clientId]
  const wallet = registry.wallets.get(grant.user.walletId)?.customerBelongsTo.toUpperCase()
  const matches =
    (reference.appId ?? grant.appId) === grant.appId &&
    accepted.includes(reference.referenceClientId ?? client.clientId) &&
    accepted.includes(reference.authClientId ?? client.clientId) &&
    (reference.customerBelongsTo?.toUpperCase() ?? wallet) === wallet
  if (!matches) throw new AssentError('REFERENCE_MISMATCH')
}
