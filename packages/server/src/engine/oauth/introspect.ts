/**
 * @module Introspect: what a token is at this moment, said to those whom it concerns. All others hear that it is not active.
 * @see [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662.html)
 */

import type {
  AccessTokenClaims,
  ClientTokenClaims,
  RefreshTokenClaims,
  TokenBinding,
} from '../ports/credentials.ts'
import type { Ports } from '../ports/ports.ts'
import { issueTimeOf } from '../records.ts'
import type { OAuthClient } from '../registry.ts'
import { effectiveScopesOfToken, requiredConsistency, toCredentialStatus } from '../tokens/check.ts'
import { findOAuthClient } from './clients.ts'

/** A token as it was opened, dead or alive. */
export type ResolvedToken =
  | { readonly kind: 'access'; readonly claims: AccessTokenClaims }
  | { readonly kind: 'refresh'; readonly claims: RefreshTokenClaims }
  | { readonly kind: 'client'; readonly claims: ClientTokenClaims; readonly idHash: string }

export type IntrospectionResult = {
  readonly scopes: readonly string[]
  readonly binding: TokenBinding
  readonly issuedAt: number
  readonly expiresAt: number
  /** The pairwise id; absent for a client's own token. */
  readonly subject?: string
  readonly kind: ResolvedToken['kind']
}

type IntrospectPorts = Pick<
  Ports,
  'registry' | 'credentials' | 'store' | 'credentialStatus' | 'hasher'
>

/** @param tokenId the `jti` of a JWT whose signature is this server's */
export function openToken(
  { credentials, hasher }: Pick<Ports, 'credentials' | 'hasher'>,
  token: string,
  tokenId?: string,
): ResolvedToken | undefined {
  const access =
    tokenId === undefined ? credentials.openAccessToken(token) : credentials.openTokenId(tokenId)
  if (access) return { kind: 'access', claims: access }
  const refresh = credentials.openRefreshToken(token)
  if (refresh) return { kind: 'refresh', claims: refresh }
  const own = credentials.openClientToken(token)
  return own && { kind: 'client', claims: own, idHash: hasher.sha256(`ended ${token}`) }
}

/** `undefined`: it is not active, or none of the asking client's business. */
export async function introspect(
  ports: IntrospectPorts,
  asking: OAuthClient,
  opened: ResolvedToken | undefined,
  now: number,
): Promise<IntrospectionResult | undefined> {
  const binding = opened?.claims.binding
  if (!opened || !binding || !concerns(binding, asking)) return undefined
  const party = await findOAuthClient(ports, binding.clientId)
  if (!party) return undefined
  if (opened.kind === 'client') {
    const { claims, idHash } = opened
    const isDead = now >= claims.expiresAt || (await ports.store.isConsumed(idHash))
    return isDead ? undefined : { kind: 'client', ...claims }
  }
  return opened.kind === 'access'
    ? accessToken(ports, opened.claims, binding, party.merchant.clientId, now)
    : refreshToken(ports, opened.claims, binding, now)
}

/** It was given the token, or it is a resource that the token is for. */
function concerns({ clientId, resources = [] }: TokenBinding, asking: OAuthClient): boolean {
  return (
    clientId === asking.clientId || resources.some((one) => asking.resourceServerFor.includes(one))
  )
}

async function accessToken(
  ports: IntrospectPorts,
  claims: AccessTokenClaims,
  binding: TokenBinding,
  clientId: string,
  now: number,
): Promise<IntrospectionResult | undefined> {
  if (now >= claims.expiresAt) return undefined
  const scopes = (await ports.store.readScopeSet(claims.scopeSet)) ?? []
  const freshness = requiredConsistency(ports.registry, scopes)
  const standing = await ports.credentialStatus.read(claims, { clientId }, freshness)
  const live = standing ? effectiveScopesOfToken(ports.registry, claims, standing, scopes, now) : []
  if (!standing || live.length === 0) return undefined
  const { issuedAt, expiresAt } = claims
  const { subject } = standing.grant
  return { kind: 'access', scopes: live, binding, issuedAt, expiresAt, subject }
}

/** By its rows: only they know which one is the latest. */
async function refreshToken(
  ports: IntrospectPorts,
  claims: RefreshTokenClaims,
  binding: TokenBinding,
  now: number,
): Promise<IntrospectionResult | undefined> {
  const standing = await ports.store.readGrantState(claims.grantId, claims.authorizationId)
  const authorization = standing?.authorization
  if (!standing || !authorization) return undefined
  const isLatest = authorization.generation === claims.generation && now < authorization.expiresAt
  const scopes = (await ports.store.readScopeSet(claims.scopeSet)) ?? []
  const credential = toCredentialStatus(standing)
  const live = effectiveScopesOfToken(ports.registry, claims, credential, scopes, now)
  if (!isLatest || live.length === 0) return undefined
  return {
    kind: 'refresh',
    scopes: live,
    binding,
    issuedAt: issueTimeOf(claims.authorizationId),
    expiresAt: authorization.expiresAt,
    subject: standing.grant.subject,
  }
}
