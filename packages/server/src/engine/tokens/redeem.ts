/**
 * @module Redeem: a code becomes tokens, exactly once.
 * @see [RFC 6749 §4.1.3](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.3)
 */

import { AUTHORIZATION_CODE_LIFETIME_SECONDS } from '../consent/duration.ts'
import { AssentError } from '../errors.ts'
import { endAuthorization } from '../events.ts'
import {
  matchesBinding,
  resolveConstraints,
  type TokenRequestContext,
} from '../oauth/token-constraints.ts'
import type { CodeBinding, CodeClaims, Ports } from '../ports.ts'
import type { Authorization } from '../records.ts'
import type { Client } from '../registry.ts'
import { effectiveScopesOfCode, requiredConsistency } from './check.ts'
import { type IssuedTokens, issueTokens, type Reference, requireReference } from './issue-tokens.ts'

/** A second redemption this soon is a lost reply or a parallel retry: refused, but nothing is revoked. */
export const CODE_REPLAY_GRACE_SECONDS = 10

export type RedeemInput = {
  readonly client: Client
  readonly code: string
  readonly reference: Reference
  /** The verifier or nonce that the code is bound to. */
  readonly verifier?: string
  /** An OAuth client of this merchant redeems it. */
  readonly oauth?: TokenRequestContext
}

export type RedeemedCode = IssuedTokens & {
  /** What the code was bound to, when it came from the authorization endpoint. */
  readonly binding?: CodeBinding
}

/**
 * All checks come before the write, so a wrong request burns nothing.
 * @throws {AssentError} `CODE_UNKNOWN`, `CODE_EXPIRED`, `CODE_USED`, `REFERENCE_MISMATCH`; of an OAuth client also `INVALID_TARGET`, `SCOPE_EXCEEDED`
 */
export async function redeemCode(
  ports: Ports,
  input: RedeemInput,
  now: number,
): Promise<RedeemedCode> {
  const claims = ports.credentials.openCode(input.code)
  if (!claims || !matchesCodeBinding(ports, claims, input)) throw new AssentError('CODE_UNKNOWN')
  const scopes = (await ports.store.readScopeSet(claims.scopeSet)) ?? []
  const freshness = requiredConsistency(ports.registry, scopes)
  const standing = await ports.credentialStatus.read(claims, input.client, freshness)
  if (standing?.grant.clientNumber !== input.client.number) throw new AssentError('CODE_UNKNOWN')
  requireReference(ports.registry, standing.grant, input.client, input.reference)
  if (now >= claims.issuedAt + AUTHORIZATION_CODE_LIFETIME_SECONDS)
    await refuseDead(ports, claims, 'CODE_EXPIRED', now)
  const live = effectiveScopesOfCode(ports.registry, claims, standing, scopes, now)
  if (live.length === 0) await refuseDead(ports, claims, 'CODE_UNKNOWN', now)
  const oauth = input.oauth && (await resolveConstraints(ports, input.oauth, claims, live))
  const isOnce = live.some((scope) => standing.grant.granted[scope]?.lifetime === 'once')
  const authorization = newAuthorization(ports, claims, input.client, isOnce, now)
  const earlier = await ports.store.redeemCode(authorization)
  if (earlier) await refuseReplay(ports, earlier, now)
  const issued = issueTokens(
    ports,
    { grant: standing.grant, authorization, scopes: live, client: input.client, oauth },
    now,
  )
  return claims.binding ? { binding: claims.binding, ...issued } : issued
}

function matchesCodeBinding(
  { hasher }: Pick<Ports, 'hasher'>,
  { codeChallenge, binding }: CodeClaims,
  { verifier, oauth }: Pick<RedeemInput, 'verifier' | 'oauth'>,
): boolean {
  if (binding) return oauth !== undefined && matchesBinding(hasher, binding, verifier, oauth)
  // Without a secret of its own and without a challenge, anybody could be the one who redeems (RFC 9700 §2.1.1).
  if (oauth?.client.tokenEndpointAuth.method === 'none' && codeChallenge === undefined) return false
  // RFC 9700 §4.8.2: a verifier for a code that has no challenge is an attack, not an extra.
  if (codeChallenge === undefined) return verifier === undefined
  return verifier !== undefined && hasher.sha256(verifier) === codeChallenge
}

function newAuthorization(
  { credentials }: Pick<Ports, 'credentials'>,
  claims: CodeClaims,
  { accessTokenLifetimeSeconds, refreshTokenLifetimeSeconds }: Client,
  isOnce: boolean,
  now: number,
): Authorization {
  return {
    authorizationId: claims.authorizationId,
    grantId: claims.grantId,
    epoch: claims.epoch,
    scopeSet: claims.scopeSet,
    keyVersion: credentials.keyVersion,
    generation: 0,
    redeemedAt: now,
    rotatedAt: now,
    // What was granted for once ends with its access token: no refresh makes it longer.
    expiresAt: now + (isOnce ? accessTokenLifetimeSeconds : refreshTokenLifetimeSeconds),
  }
}

/** Even a code that is dead by now is a replay when it was used in its time. */
async function refuseDead(
  { store }: Pick<Ports, 'store'>,
  { authorizationId }: CodeClaims,
  cause: 'CODE_EXPIRED' | 'CODE_UNKNOWN',
  now: number,
): Promise<never> {
  const earlier = await store.readAuthorization(authorizationId)
  if (earlier) await refuseReplay({ store }, earlier, now)
  throw new AssentError(cause)
}

/** A valid replay after the grace ends what the code gave: somebody else has it too (OAuth 2.1 §4.1.3). */
async function refuseReplay(
  { store }: Pick<Ports, 'store'>,
  earlier: Authorization,
  now: number,
): Promise<never> {
  const isLate = now - earlier.redeemedAt > CODE_REPLAY_GRACE_SECONDS
  if (isLate) await endAuthorization(store, earlier, 'CODE_REPLAYED', now)
  throw new AssentError('CODE_USED')
}
