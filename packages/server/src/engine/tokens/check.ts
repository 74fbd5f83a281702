/**
 * @module Checks access tokens: authenticity, client, expiry, and the scopes that are still effective.
 */

import { AssentError } from '../errors.ts'
import { effectiveScopes } from '../grant.ts'
import { findOAuthClient } from '../oauth-clients/clients.ts'
import type { Consistency, CredentialStatus } from '../ports/credential-status.ts'
import type { AccessTokenClaims, CredentialClaims } from '../ports/credentials.ts'
import type { Ports } from '../ports/ports.ts'
import { type Grant, issueTimeOf } from '../records.ts'
import {
  afterLookup,
  type Client,
  findActiveMiniProgram,
  type Registry,
  type Sensitivity,
} from '../registry.ts'
import type { GrantState } from '../store/revocation-log.ts'

export type CheckedAccessToken = {
  readonly claims: AccessTokenClaims
  readonly grant: Grant
  /** The scopes that the token permits now. Never empty. */
  readonly scopes: readonly string[]
}

/** How recent the credential status must be. */
export type ConsistencyRequirement = {
  /** The status must reflect the revocation log at least up to this sequence number. */
  readonly minSequence?: number
  /** The sensitivity of the requested API, when it exceeds that of the token's scopes. */
  readonly sensitivity?: Sensitivity
}

export type CheckInput = ConsistencyRequirement & {
  readonly client: Client
  readonly accessToken: string
  /** The thumbprint of the DPoP key that was presented with the token (RFC 9449). */
  readonly jkt?: string | undefined
}

/**
 * Checks an access token of a signed request. A revocation takes effect within a second, and immediately when a scope is
 * more sensitive than basic.
 * @throws {AssentError} `ACCESS_TOKEN_INVALID`, `ACCESS_TOKEN_EXPIRED`
 * @throws {StoreUnavailableError} when the status of the token is not known
 * @see docs/operating.md#revocation-propagation
 */
export async function checkAccessToken(
  ports: Pick<Ports, 'registry' | 'credentials' | 'store' | 'credentialStatus'>,
  input: CheckInput,
  now: number,
): Promise<CheckedAccessToken> {
  return checkClaims(ports, openOwnAccessToken(ports, input), input.client, now, input)
}

/**
 * Checks an access token that was presented without a signed request. The client is the one that the token was issued to.
 * @throws {AssentError} `ACCESS_TOKEN_INVALID`, `ACCESS_TOKEN_EXPIRED`, `CLIENT_NOT_ACTIVE`
 * @throws {StoreUnavailableError} when the status of the token is not known
 * @see [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750.html)
 */
export async function checkBearerToken(
  ports: Pick<Ports, 'registry' | 'credentials' | 'store' | 'credentialStatus'>,
  input: Omit<CheckInput, 'client'>,
  now: number,
): Promise<CheckedAccessToken & { readonly client: Client }> {
  const claims = ports.credentials.openAccessToken(input.accessToken)
  const client = claims && (await ports.registry.findClientByNumber(claims.clientNumber))
  if (!claims || !client) throw new AssentError('ACCESS_TOKEN_INVALID')
  if (!client.active) throw new AssentError('CLIENT_NOT_ACTIVE')
  await assertBinding(ports, claims, input)
  const { grant, scopes } = await checkClaims(ports, claims, client, now, input)
  return { claims, client, grant, scopes }
}

/** The token's key was presented, its audience is this platform, and its OAuth client still exists. */
async function assertBinding(
  ports: Pick<Ports, 'registry' | 'store'>,
  { binding }: AccessTokenClaims,
  { jkt }: Pick<CheckInput, 'jkt'>,
): Promise<void> {
  const isMatching = binding?.jkt === jkt && binding?.resources === undefined
  const owner = binding && (await findOAuthClient(ports, binding.clientId))
  // A client may have been bound to DPoP after the token was issued.
  const isUnbound = owner?.client.dpopBoundAccessTokens === true && jkt === undefined
  if (!isMatching || isUnbound || (binding && !owner)) throw new AssentError('ACCESS_TOKEN_INVALID')
}

/**
 * Checks the claims of an access token that was opened before.
 * @throws {AssentError} `ACCESS_TOKEN_INVALID`, `ACCESS_TOKEN_EXPIRED`
 */
export async function checkClaims(
  ports: Pick<Ports, 'registry' | 'store' | 'credentialStatus'>,
  claims: AccessTokenClaims,
  client: Client,
  now: number,
  requirement: ConsistencyRequirement = {},
): Promise<CheckedAccessToken> {
  if (now >= claims.expiresAt) throw new AssentError('ACCESS_TOKEN_EXPIRED')
  const scopes = (await ports.store.readScopeSet(claims.scopeSet)) ?? []
  const consistency = requiredConsistency(ports.registry, scopes, requirement)
  const status = await ports.credentialStatus.read(claims, client, consistency)
  const effective = status
    ? await effectiveScopesOfToken(ports.registry, claims, status, scopes, now)
    : []
  if (!status || effective.length === 0) throw new AssentError('ACCESS_TOKEN_INVALID')
  return { claims, grant: status.grant, scopes: effective }
}

/**
 * Opens an access token that was issued to this client through the merchant API, whether or not it is still valid.
 * @throws {AssentError} `ACCESS_TOKEN_INVALID`
 */
export function openOwnAccessToken(
  { credentials }: Pick<Ports, 'credentials'>,
  { client, accessToken }: { readonly client: Client; readonly accessToken: string },
): AccessTokenClaims {
  const claims = credentials.openAccessToken(accessToken)
  if (claims?.clientNumber !== client.number || claims.binding)
    throw new AssentError('ACCESS_TOKEN_INVALID')
  return claims
}

/** Strong consistency when any scope, or the requested API, is more sensitive than basic. */
export function requiredConsistency(
  registry: Pick<Registry, 'scopes'>,
  scopes: readonly string[],
  { minSequence = 0, sensitivity = 'basic' }: ConsistencyRequirement = {},
): Consistency {
  const isBasic =
    sensitivity === 'basic' &&
    scopes.every((scope) => registry.scopes.get(scope)?.sensitivity === 'basic')
  return { strong: !isBasic, minSequence }
}

/** The status of a credential, from the rows of its grant and authorization. */
export function toCredentialStatus({
  grant,
  authorization,
  revokedThrough,
}: GrantState): CredentialStatus {
  const ended = authorization === undefined || authorization.endedAt !== undefined
  return { grant, ended, revokedThrough }
}

/** The scopes that a token permits. Empty when the token is not valid. */
export function effectiveScopesOfToken(
  registry: Registry,
  claims: Pick<CredentialClaims, 'authorizationId' | 'epoch'>,
  status: CredentialStatus,
  scopes: readonly string[],
  now: number,
): readonly string[] | Promise<readonly string[]> {
  return status.ended ? [] : effectiveScopesOfCode(registry, claims, status, scopes, now)
}

/** The scopes that a code permits, whether or not its authorization exists: before redemption there is none. */
export function effectiveScopesOfCode(
  registry: Registry,
  { authorizationId, epoch }: Pick<CredentialClaims, 'authorizationId' | 'epoch'>,
  { grant, revokedThrough }: CredentialStatus,
  scopes: readonly string[],
  now: number,
): readonly string[] | Promise<readonly string[]> {
  if (issueTimeOf(authorizationId) <= revokedThrough) return []
  return afterLookup(findActiveMiniProgram(registry, grant.appId), (active) =>
    active ? effectiveScopes(registry, active.miniProgram, grant, epoch, scopes, now) : [],
  )
}
