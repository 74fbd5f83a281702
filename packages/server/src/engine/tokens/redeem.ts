/**
 * @module Redeems an authorization code for tokens, exactly once.
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
import { requireFirst } from '../once.ts'
import type { CredentialStatus } from '../ports/credential-status.ts'
import type { CodeBinding, CodeClaims } from '../ports/credentials.ts'
import type { Ports } from '../ports/ports.ts'
import { type Authorization, CODE_EPOCHS, epochOfCode, type OnceRecord } from '../records.ts'
import type { Client } from '../registry.ts'
import { effectiveScopesOfCode, requiredConsistency } from './check.ts'
import { type IssuedTokens, issueTokens, type Reference, requireReference } from './issue-tokens.ts'

/** A second redemption within this time is a retry after a lost reply: it is rejected, but nothing is revoked. */
export const CODE_REPLAY_GRACE_SECONDS = 10

export type RedeemInput = {
  readonly client: Client
  readonly code: string
  readonly reference: Reference
  /** The code verifier (RFC 7636) or the nonce that the code is bound to. */
  readonly verifier?: string
  /** Set when an OAuth client of this merchant redeems the code. */
  readonly oauth?: TokenRequestContext
  /** The record of a signed request. */
  readonly once?: OnceRecord | undefined
}

export type RedeemedCode = IssuedTokens & {
  /** The binding of a code that was issued by the authorization endpoint. */
  readonly binding?: CodeBinding
}

/**
 * All checks precede the write, so a rejected request does not consume the code.
 * @throws {AssentError} `CODE_UNKNOWN`, `CODE_EXPIRED`, `CODE_USED`, `REQUEST_REPEATED`, `REFERENCE_MISMATCH`; for an OAuth
 * client also `INVALID_TARGET`, `SCOPE_EXCEEDED`
 */
export async function redeemCode(
  ports: Ports,
  input: RedeemInput,
  now: number,
): Promise<RedeemedCode> {
  const opened = ports.credentials.openCode(input.code)
  if (!opened || !matchesCodeBinding(ports, opened, input)) throw new AssentError('CODE_UNKNOWN')
  const scopes = (await ports.store.readScopeSet(opened.scopeSet)) ?? []
  const status = await readStatus(ports, input.client, opened, scopes)
  if (status?.grant.clientNumber !== input.client.number) throw new AssentError('CODE_UNKNOWN')
  const claims = { ...opened, epoch: epochOfCode(opened.epoch, status.grant) }
  requireReference(ports.registry, status.grant, input.client, input.reference)
  if (now >= claims.issuedAt + AUTHORIZATION_CODE_LIFETIME_SECONDS)
    await rejectInvalid(ports, claims, 'CODE_EXPIRED', input, now)
  const effective = await effectiveScopesOfCode(ports.registry, claims, status, scopes, now)
  if (effective.length === 0) await rejectInvalid(ports, claims, 'CODE_UNKNOWN', input, now)
  const oauth = input.oauth && (await resolveConstraints(ports, input.oauth, claims, effective))
  const isOnce = effective.some((scope) => status.grant.granted[scope]?.lifetime === 'once')
  const authorization = newAuthorization(ports, claims, input.client, isOnce, now)
  await requireFirst(ports, input.oauth?.proof)
  const redeemed = await ports.store.redeemCode(authorization, input.once)
  if (redeemed === 'repeated') throw new AssentError('REQUEST_REPEATED')
  if (redeemed) await rejectReplay(ports, redeemed, input, now)
  const issued = issueTokens(
    ports,
    { grant: status.grant, authorization, scopes: effective, client: input.client, oauth },
    now,
  )
  return claims.binding ? { binding: claims.binding, ...issued } : issued
}

/** A cached grant from before its epochs began again could not restore the epoch of a code, so it is read from the store. */
async function readStatus(
  ports: Pick<Ports, 'registry' | 'credentialStatus'>,
  client: Client,
  claims: CodeClaims,
  scopes: readonly string[],
): Promise<CredentialStatus | undefined> {
  const consistency = requiredConsistency(ports.registry, scopes)
  const status = await ports.credentialStatus.read(claims, client, consistency)
  if (!status || status.grant.epoch < CODE_EPOCHS / 2) return status
  return ports.credentialStatus.read(claims, client, { ...consistency, strong: true })
}

function matchesCodeBinding(
  { hasher }: Pick<Ports, 'hasher'>,
  { codeChallenge, binding }: CodeClaims,
  { verifier, oauth }: Pick<RedeemInput, 'verifier' | 'oauth'>,
): boolean {
  if (binding) return oauth !== undefined && matchesBinding(hasher, binding, verifier, oauth)
  // Without client authentication and without a challenge, anyone who has the code could redeem it (RFC 9700 §2.1.1).
  if (oauth?.client.tokenEndpointAuth.method === 'none' && codeChallenge === undefined) return false
  // A verifier for a code that has no challenge indicates a PKCE downgrade attack (RFC 9700 §4.8.2).
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
    // A grant for one use ends with its access token: refreshing does not extend it.
    expiresAt: now + (isOnce ? accessTokenLifetimeSeconds : refreshTokenLifetimeSeconds),
  }
}

/** A code that is no longer valid is still a replay when it was redeemed before. */
async function rejectInvalid(
  { store }: Pick<Ports, 'store'>,
  { authorizationId }: CodeClaims,
  code: 'CODE_EXPIRED' | 'CODE_UNKNOWN',
  input: Pick<RedeemInput, 'once' | 'oauth'>,
  now: number,
): Promise<never> {
  const redeemed = await store.readAuthorization(authorizationId)
  if (!redeemed) throw new AssentError(code)
  if (input.once && !(await store.recordRequest(authorizationId, input.once)))
    throw new AssentError('REQUEST_REPEATED')
  return rejectReplay({ store }, redeemed, input, now)
}

/**
 * A second request with the code after the grace period revokes the authorization, because the code may have been stolen
 * (RFC 6749 §4.1.2). A request that was signed earlier proves nothing, whenever it arrives. A client with a security profile has no grace
 * period.
 */
async function rejectReplay(
  { store }: Pick<Ports, 'store'>,
  redeemed: Authorization,
  { once, oauth }: Pick<RedeemInput, 'once' | 'oauth'>,
  now: number,
): Promise<never> {
  const sentAt = Math.min(now, once?.signedAt ?? now)
  const graceSeconds = oauth?.client.profile === undefined ? CODE_REPLAY_GRACE_SECONDS : 0
  const isLate = sentAt - redeemed.redeemedAt > graceSeconds
  if (!isLate) throw new AssentError('CODE_USED')
  await endAuthorization(store, redeemed, 'CODE_REPLAYED', now)
  throw new AssentError('CODE_USED', {
    detail: `It came more than ${graceSeconds} s after the first time, so the tokens of the first use were revoked.`,
  })
}
