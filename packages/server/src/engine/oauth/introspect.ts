/**
 * @module Token introspection, for the client that a token was issued to and for its resource servers. For any other client, a token is
 * not active.
 * @see [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662.html)
 */

import { findOAuthClient, isClientTokenRevoked } from '../oauth-clients/clients.ts'
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
import { type GrantedDetail, grantedDetails } from './granted-details.ts'
import { findResource } from './resources.ts'

/** An opened token, whether or not it is still valid. */
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
  /** Absent if none were requested. */
  readonly details?: readonly GrantedDetail[] | undefined
  readonly kind: ResolvedToken['kind']
}

type IntrospectPorts = Pick<
  Ports,
  'registry' | 'credentials' | 'store' | 'credentialStatus' | 'hasher'
>

/**
 * Opens a token of any kind.
 * @param tokenId the `jti` of a JWT access token whose signature was verified
 */
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

/** @returns `undefined` when the token is not active, or the calling client may not introspect it */
export async function introspect(
  ports: IntrospectPorts,
  caller: OAuthClient,
  opened: ResolvedToken | undefined,
  now: number,
): Promise<IntrospectionResult | undefined> {
  const binding = opened?.claims.binding
  if (!opened || !binding || !mayIntrospect(binding, caller)) return undefined
  const owner = await findOAuthClient(ports, binding.clientId)
  if (!owner) return undefined
  if (opened.kind === 'client') {
    const { claims, idHash } = opened
    const isInvalid =
      now >= claims.expiresAt ||
      isClientTokenRevoked(owner, claims) ||
      (await ports.store.isConsumed(idHash))
    return isInvalid ? undefined : { kind: 'client', ...claims }
  }
  return opened.kind === 'access'
    ? introspectAccessToken(ports, opened.claims, binding, owner.merchant.clientId, now)
    : introspectRefreshToken(ports, opened.claims, binding, now)
}

/** The token was issued to the client, or the client is a resource server in the token's audience. */
function mayIntrospect({ clientId, resources = [] }: TokenBinding, caller: OAuthClient): boolean {
  return (
    clientId === caller.clientId ||
    resources.some((uri) => findResource(caller.resourceServerFor, uri) !== undefined)
  )
}

async function introspectAccessToken(
  ports: IntrospectPorts,
  claims: AccessTokenClaims,
  binding: TokenBinding,
  clientId: string,
  now: number,
): Promise<IntrospectionResult | undefined> {
  if (now >= claims.expiresAt) return undefined
  const scopes = (await ports.store.readScopeSet(claims.scopeSet)) ?? []
  const consistency = requiredConsistency(ports.registry, scopes)
  const status = await ports.credentialStatus.read(claims, { clientId }, consistency)
  const effective = status
    ? await effectiveScopesOfToken(ports.registry, claims, status, scopes, now)
    : []
  if (!status || effective.length === 0) return undefined
  const { issuedAt, expiresAt } = claims
  const { subject } = status.grant
  const details = grantedDetails(binding, status.grant, effective)
  return { kind: 'access', scopes: effective, binding, issuedAt, expiresAt, subject, details }
}

/** Read from the store: only the authorization's row knows the current generation. */
async function introspectRefreshToken(
  ports: IntrospectPorts,
  claims: RefreshTokenClaims,
  binding: TokenBinding,
  now: number,
): Promise<IntrospectionResult | undefined> {
  const state = await ports.store.readGrantState(claims.grantId, claims.authorizationId)
  const authorization = state?.authorization
  if (!state || !authorization) return undefined
  const isLatest = authorization.generation === claims.generation && now < authorization.expiresAt
  const scopes = (await ports.store.readScopeSet(claims.scopeSet)) ?? []
  const status = toCredentialStatus(state)
  const effective = await effectiveScopesOfToken(ports.registry, claims, status, scopes, now)
  if (!isLatest || effective.length === 0) return undefined
  return {
    kind: 'refresh',
    scopes: effective,
    binding,
    issuedAt: issueTimeOf(claims.authorizationId),
    expiresAt: authorization.expiresAt,
    subject: state.grant.subject,
    details: grantedDetails(binding, state.grant, effective),
  }
}
