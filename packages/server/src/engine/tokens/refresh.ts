/**
 * @module Refreshes tokens with rotation. Retries are safe: the next refresh token is a function of the previous one.
 * @see [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749.html#section-6)
 */

import type { EventReason } from '@assent/protocol'
import { AssentError } from '../errors.ts'
import { endAuthorization } from '../events.ts'
import { isOpenToUser } from '../grant.ts'
import { resolveConstraints, type TokenRequestContext } from '../oauth/token-constraints.ts'
import { requireFirst } from '../once.ts'
import type { RefreshTokenClaims } from '../ports/credentials.ts'
import type { Ports } from '../ports/ports.ts'
import { type Authorization, type Grant, issueTimeOf, type OnceRecord } from '../records.ts'
import type { Client } from '../registry.ts'
import { findAccount } from '../users/find-user.ts'
import { effectiveScopesOfToken, requiredConsistency } from './check.ts'
import {
  type IssuedTokens,
  issueTokens,
  type Reference,
  requireReference,
  withClaims,
} from './issue-tokens.ts'
import { CODE_REPLAY_GRACE_SECONDS } from './redeem.ts'

/**
 * The previous refresh token, presented again within this time after the rotation, is a retry after a lost reply. It gets the same
 * successor.
 */
export const REFRESH_RETRY_WINDOW_SECONDS = 60

export type RefreshInput = {
  readonly client: Client
  readonly refreshToken: string
  readonly reference: Reference
  /** Set when an OAuth client of this merchant refreshes. */
  readonly oauth?: TokenRequestContext
  /** The record of a signed request. */
  readonly once?: OnceRecord | undefined
}

/**
 * All checks precede the write, except those of the authorization's row (generation, end, expiry), which are part of the write.
 * @throws {AssentError} `REFRESH_TOKEN_UNKNOWN`, `AUTHORIZATION_ENDED`, `REFRESH_TOKEN_EXPIRED`, `REFRESH_TOKEN_USED`,
 * `REQUEST_REPEATED`, `REFERENCE_MISMATCH`, `USER_NOT_ACTIVE`, `USER_UNAVAILABLE`; for an OAuth client also `INVALID_TARGET`, `SCOPE_EXCEEDED`
 */
export async function refreshTokens(
  ports: Ports,
  input: RefreshInput,
  now: number,
): Promise<IssuedTokens> {
  const claims = ports.credentials.openRefreshToken(input.refreshToken)
  if (!claims || !isOwn(claims, input.oauth)) throw new AssentError('REFRESH_TOKEN_UNKNOWN')
  const scopes = (await ports.store.readScopeSet(claims.scopeSet)) ?? []
  const status = await ports.credentialStatus.read(
    { issuedAt: issueTimeOf(claims.authorizationId), ...claims },
    input.client,
    requiredConsistency(ports.registry, scopes),
  )
  if (status?.grant.clientNumber !== input.client.number)
    throw new AssentError('REFRESH_TOKEN_UNKNOWN')
  requireReference(ports.registry, status.grant, input.client, input.reference)
  const valid = await effectiveScopesOfToken(ports.registry, claims, status, scopes, now)
  if (valid.length === 0) throw await endedOrUnknown(ports, claims, input.client)
  const effective = await scopesOpenToUser(ports, status.grant, valid, now)
  const oauth = input.oauth && (await resolveConstraints(ports, input.oauth, claims, effective))
  await requireFirst(ports, input.oauth?.proof)
  const authorization = withClaims(await rotate(ports, input, claims, now), claims)
  return issueTokens(
    ports,
    { grant: status.grant, authorization, scopes: effective, client: input.client, oauth },
    now,
  )
}

/**
 * Judges the account of the user, and selects the scopes that it may still give: a user who has become a minor gives only what
 * the guardian granted.
 * @throws {AssentError} `REFRESH_TOKEN_UNKNOWN`, `USER_NOT_ACTIVE`, `USER_UNAVAILABLE`
 */
async function scopesOpenToUser(
  ports: Ports,
  grant: Grant,
  scopes: readonly string[],
  now: number,
): Promise<readonly string[]> {
  const account = await findAccount(ports, grant.user, now)
  if (!account) throw new AssentError('REFRESH_TOKEN_UNKNOWN')
  if (account.status !== 'ACTIVE') throw new AssentError('USER_NOT_ACTIVE')
  const open = scopes.filter((scope) => isOpenToUser(account, grant, scope))
  if (open.length === 0) throw new AssentError('REFRESH_TOKEN_UNKNOWN')
  return open
}

/** What the merchant can do so that it does not happen again. */
const ADVICE_BY_END: Partial<Record<EventReason, string>> = {
  CODE_REPLAYED: `Its authCode was sent again more than ${CODE_REPLAY_GRACE_SECONDS} s after the first time. Send each code once, also when the page reloads.`,
  REFRESH_TOKEN_REUSED:
    'A refreshToken that had been replaced was sent again. Keep the newest one, in one store.',
  MERCHANT: 'Your server cancelled them.',
}

/** A withdrawal changes the grant. Whatever else ends an authorization has an event with its id. */
async function endedOrUnknown(
  { store }: Pick<Ports, 'store'>,
  { authorizationId }: RefreshTokenClaims,
  { number }: Client,
): Promise<AssentError> {
  const reason = (await store.findEvent(number, authorizationId))?.reason
  if (reason === undefined) return new AssentError('REFRESH_TOKEN_UNKNOWN')
  const detail = ADVICE_BY_END[reason]
  return new AssentError('AUTHORIZATION_ENDED', {
    endReason: reason,
    ...(detail !== undefined && { detail }),
  })
}

/** Issued to this OAuth client, and presented with the key that it is bound to; or issued through the merchant API. */
function isOwn({ binding }: RefreshTokenClaims, oauth: TokenRequestContext | undefined): boolean {
  if (!binding || !oauth) return binding === undefined && oauth === undefined
  return (
    binding.clientId === oauth.client.clientId &&
    (binding.jkt === undefined || binding.jkt === oauth.jkt) &&
    (binding.dpopBound === undefined || oauth.jkt !== undefined)
  )
}

/**
 * Rotates the refresh token, or finds the rotation that this request repeats. An older token was stolen or leaked: its authorization ends.
 * A repeated request proves nothing, nor does one that was signed before the last rotation.
 */
async function rotate(
  { store }: Pick<Ports, 'store'>,
  { client, once }: Pick<RefreshInput, 'client' | 'once'>,
  claims: RefreshTokenClaims,
  now: number,
): Promise<Authorization> {
  const { generation, authorizationId } = claims
  const rotated = await store.rotateRefresh(authorizationId, generation, now, once)
  if (rotated && rotated !== 'repeated') return rotated
  const current = await store.readAuthorization(authorizationId)
  if (!current) throw new AssentError('REFRESH_TOKEN_UNKNOWN')
  if (current.endedAt !== undefined) throw await endedOrUnknown({ store }, claims, client)
  if (now >= current.expiresAt) throw new AssentError('REFRESH_TOKEN_EXPIRED')
  const isRetry =
    current.generation === generation + 1 && now - current.rotatedAt <= REFRESH_RETRY_WINDOW_SECONDS
  if (isRetry) return current
  if (rotated === 'repeated') throw new AssentError('REQUEST_REPEATED')
  if ((once?.signedAt ?? now) < current.rotatedAt) throw new AssentError('REFRESH_TOKEN_USED')
  // Of two concurrent reuses one ends the authorization. The other finds it ended.
  const sequence = await endAuthorization(store, current, 'REFRESH_TOKEN_REUSED', now)
  throw sequence > 0
    ? new AssentError('REFRESH_TOKEN_USED')
    : await endedOrUnknown({ store }, claims, client)
}
