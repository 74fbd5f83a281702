/**
 * @module Refresh: one chain, safe to retry. The successor is a function of the predecessor.
 * @see [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749.html#section-6)
 */
import { liveScopes } from './grant.ts'
import type { Ports, RefreshTokenClaims, Standing } from './ports.ts'
import type { Authorization } from './records.ts'
import { Refusal } from './refusal.ts'
import type { Client } from './registry.ts'
import { type IssuedTokens, issueTokens, type Reference, requireReference } from './tokens.ts'

/** The immediate predecessor, presented again this soon after its first use, is a lost reply: same successor (R027). */
export const REFRESH_RETRY_WINDOW_SECONDS = 60

export type RefreshInput = {
  readonly client: Client
  readonly refreshToken: string
  readonly reference: Reference
}

/** @throws {Refusal} `REFRESH_TOKEN_UNKNOWN`, `REFRESH_TOKEN_EXPIRED`, `REFRESH_TOKEN_USED`, `REFERENCE_MISMATCH` */
export async function refreshTokens(
  ports: Ports,
  input: RefreshInput,
  now: number,
): Promise<IssuedTokens> {
  const claims = ports.credentials.openRefreshToken(input.refreshToken)
  if (!claims) throw new Refusal('REFRESH_TOKEN_UNKNOWN')
  const standing = await ports.store.readStanding(claims.grantId, claims.authorizationId)
  const presented = requireLive(standing, input.client, now)
  requireReference(ports.registry, presented.grant, input.client, input.reference)
  const scopes = await scopesOf(ports, presented)
  const authorization = await advance(ports, claims, presented.authorization, now)
  return issueTokens(
    ports,
    { grant: presented.grant, authorization, scopes, client: input.client },
    now,
  )
}

type LiveStanding = Standing & { readonly authorization: Authorization }

function requireLive(standing: Standing | undefined, client: Client, now: number): LiveStanding {
  const authorization = standing?.authorization
  const isOwn = standing?.grant.clientNumber === client.number
  if (!isOwn || !authorization || authorization.endedAt !== undefined) {
    throw new Refusal('REFRESH_TOKEN_UNKNOWN')
  }
  if (authorization.redeemedAt <= standing.voidUntil) throw new Refusal('REFRESH_TOKEN_UNKNOWN')
  if (now >= authorization.expiresAt) throw new Refusal('REFRESH_TOKEN_EXPIRED')
  return { ...standing, authorization }
}

async function scopesOf(
  { store, registry }: Pick<Ports, 'store' | 'registry'>,
  { grant, authorization }: LiveStanding,
): Promise<readonly string[]> {
  const scopes = (await store.readScopeSet(authorization.scopeSet)) ?? []
  const live = liveScopes(registry, grant, authorization.epoch, scopes)
  if (live.length === 0) throw new Refusal('REFRESH_TOKEN_UNKNOWN')
  return live
}

/** Rotates, or finds the rotation that a retry of the same token has made. Anything older is reuse and ends it all. */
async function advance(
  { store }: Pick<Ports, 'store'>,
  { generation, authorizationId }: RefreshTokenClaims,
  presented: Authorization,
  now: number,
): Promise<Authorization> {
  if (presented.generation === generation) {
    const rotated = await store.rotateRefresh(authorizationId, generation, now)
    if (rotated) return rotated
  }
  const current = await store.readAuthorization(authorizationId)
  if (!current || current.endedAt !== undefined) throw new Refusal('REFRESH_TOKEN_UNKNOWN')
  const isRetry =
    current.generation === generation + 1 && now - current.rotatedAt <= REFRESH_RETRY_WINDOW_SECONDS
  if (isRetry) return current
  // Of two reuses at the same moment, one ends the chain; to the other it is ended.
  const sequence = await store.endAuthorization(authorizationId, now)
  throw new Refusal(sequence > 0 ? 'REFRESH_TOKEN_USED' : 'REFRESH_TOKEN_UNKNOWN')
}
