/**
 * @module Refresh: one chain, safe to retry. The successor is a function of the predecessor.
 * @see [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749.html#section-6)
 */

import { AssentError } from '../errors.ts'
import { endAuthorization } from '../events.ts'
import { resolveConstraints, type TokenRequestContext } from '../oauth/token-constraints.ts'
import type { RefreshTokenClaims } from '../ports/credentials.ts'
import type { Ports } from '../ports/ports.ts'
import { type Authorization, issueTimeOf } from '../records.ts'
import type { Client } from '../registry.ts'
import { effectiveScopesOfToken, requiredConsistency } from './check.ts'
import { type IssuedTokens, issueTokens, type Reference, requireReference } from './issue-tokens.ts'

/** The immediate predecessor, presented again this soon after its first use, is a lost reply: same successor (R027). */
export const REFRESH_RETRY_WINDOW_SECONDS = 60

export type RefreshInput = {
  readonly client: Client
  readonly refreshToken: string
  readonly reference: Reference
  /** An OAuth client of this merchant refreshes it. */
  readonly oauth?: TokenRequestContext
}

/**
 * All checks come before the write, but those of the row itself (generation, end, expiry), which the write makes.
 * @throws {AssentError} `REFRESH_TOKEN_UNKNOWN`, `REFRESH_TOKEN_EXPIRED`, `REFRESH_TOKEN_USED`, `REFERENCE_MISMATCH`; of an
 * OAuth client also `INVALID_TARGET`, `SCOPE_EXCEEDED`
 */
export async function refreshTokens(
  ports: Ports,
  input: RefreshInput,
  now: number,
): Promise<IssuedTokens> {
  const claims = ports.credentials.openRefreshToken(input.refreshToken)
  if (!claims || !isOwn(claims, input.oauth)) throw new AssentError('REFRESH_TOKEN_UNKNOWN')
  const scopes = (await ports.store.readScopeSet(claims.scopeSet)) ?? []
  const standing = await ports.credentialStatus.read(
    { issuedAt: issueTimeOf(claims.authorizationId), ...claims },
    input.client,
    requiredConsistency(ports.registry, scopes),
  )
  if (standing?.grant.clientNumber !== input.client.number)
    throw new AssentError('REFRESH_TOKEN_UNKNOWN')
  requireReference(ports.registry, standing.grant, input.client, input.reference)
  const live = effectiveScopesOfToken(ports.registry, claims, standing, scopes, now)
  if (live.length === 0) throw new AssentError('REFRESH_TOKEN_UNKNOWN')
  const oauth = input.oauth && (await resolveConstraints(ports, input.oauth, claims, live))
  const authorization = await advance(ports, claims, now)
  return issueTokens(
    ports,
    { grant: standing.grant, authorization, scopes: live, client: input.client, oauth },
    now,
  )
}

/** Given to this OAuth client, and with its key when it is bound to one; or to a merchant through the signed OpenAPI. */
function isOwn({ binding }: RefreshTokenClaims, oauth: TokenRequestContext | undefined): boolean {
  if (!binding || !oauth) return binding === undefined && oauth === undefined
  return (
    binding.clientId === oauth.client.clientId &&
    (binding.jkt === undefined || binding.jkt === oauth.jkt)
  )
}

/** Rotates, or finds the rotation that a retry of the same token has made. Anything older is reuse and ends it all. */
async function advance(
  { store }: Pick<Ports, 'store'>,
  { generation, authorizationId }: RefreshTokenClaims,
  now: number,
): Promise<Authorization> {
  const rotated = await store.rotateRefresh(authorizationId, generation, now)
  if (rotated) return rotated
  const current = await store.readAuthorization(authorizationId)
  if (!current || current.endedAt !== undefined) throw new AssentError('REFRESH_TOKEN_UNKNOWN')
  if (now >= current.expiresAt) throw new AssentError('REFRESH_TOKEN_EXPIRED')
  const isRetry =
    current.generation === generation + 1 && now - current.rotatedAt <= REFRESH_RETRY_WINDOW_SECONDS
  if (isRetry) return current
  // Of two reuses at the same moment, one ends the chain; to the other it is ended.
  const sequence = await endAuthorization(store, current, 'REFRESH_TOKEN_REUSED', now)
  throw new AssentError(sequence > 0 ? 'REFRESH_TOKEN_USED' : 'REFRESH_TOKEN_UNKNOWN')
}
