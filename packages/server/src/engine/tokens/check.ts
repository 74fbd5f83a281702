/**
 * @module Check an access token: is it genuine, this client's, in time, and what does it still open?
 */

import { AssentError } from '../errors.ts'
import { effectiveScopes } from '../grant.ts'
import { findOAuthClient } from '../oauth/clients.ts'
import type { Consistency, CredentialStatus } from '../ports/credential-status.ts'
import type { AccessTokenClaims, CredentialClaims } from '../ports/credentials.ts'
import type { Ports } from '../ports/ports.ts'
import type { GrantState } from '../ports/revocation-log.ts'
import { type Grant, issueTimeOf } from '../records.ts'
import type { Client, Registry, Sensitivity } from '../registry.ts'

export type CheckedAccessToken = {
  readonly claims: AccessTokenClaims
  readonly grant: Grant
  /** The scopes that it opens at this moment. Never empty. */
  readonly scopes: readonly string[]
}

/** How fresh the answer has to be. */
export type ConsistencyRequirement = {
  /** A line of the revocation log that it may not be older than. */
  readonly minSequence?: number
  /** Of what is asked for, when it is more than the token's scopes say. */
  readonly sensitivity?: Sensitivity
}

export type CheckInput = ConsistencyRequirement & {
  readonly client: Client
  readonly accessToken: string
  /** The thumbprint of the key that was shown with the token (RFC 9449). */
  readonly jkt?: string | undefined
}

/**
 * A withdrawal is heard of within a second; where a scope is more than basic, at once (requirement R047).
 * @throws {AssentError} `ACCESS_TOKEN_INVALID`, `ACCESS_TOKEN_EXPIRED`
 * @throws {StoreUnavailableError} when nothing sure can be said
 */
export async function checkAccessToken(
  ports: Pick<Ports, 'registry' | 'credentials' | 'store' | 'credentialStatus'>,
  input: CheckInput,
  now: number,
): Promise<CheckedAccessToken> {
  return checkClaims(ports, openOwnAccessToken(ports, input), input.client, now, input)
}

/**
 * The same for a token that comes without a signed request: its client is who it was given to.
 * @throws {AssentError} `ACCESS_TOKEN_INVALID`, `ACCESS_TOKEN_EXPIRED`, `CLIENT_NOT_ACTIVE`
 * @throws {StoreUnavailableError} when nothing sure can be said
 * @see [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750.html)
 */
export async function checkBearerToken(
  ports: Pick<Ports, 'registry' | 'credentials' | 'store' | 'credentialStatus'>,
  input: Omit<CheckInput, 'client'>,
  now: number,
): Promise<CheckedAccessToken & { readonly client: Client }> {
  const claims = ports.credentials.openAccessToken(input.accessToken)
  const client = claims && ports.registry.clientsByNumber.get(claims.clientNumber)
  if (!claims || !client) throw new AssentError('ACCESS_TOKEN_INVALID')
  if (!client.active) throw new AssentError('CLIENT_NOT_ACTIVE')
  await requireBinding(ports, claims, input)
  const { grant, scopes } = await checkClaims(ports, claims, client, now, input)
  return { claims, client, grant, scopes }
}

/** The key that it is bound to was shown; it is for this platform; and who was given it is still a client. */
async function requireBinding(
  ports: Pick<Ports, 'registry' | 'store'>,
  { binding }: AccessTokenClaims,
  { jkt }: Pick<CheckInput, 'jkt'>,
): Promise<void> {
  const isFitting = binding?.jkt === jkt && binding?.resources === undefined
  const isKnown = !binding || (await findOAuthClient(ports, binding.clientId))
  if (!isFitting || !isKnown) throw new AssentError('ACCESS_TOKEN_INVALID')
}

export async function checkClaims(
  ports: Pick<Ports, 'registry' | 'store' | 'credentialStatus'>,
  claims: AccessTokenClaims,
  client: Client,
  now: number,
  demand: ConsistencyRequirement = {},
): Promise<CheckedAccessToken> {
  if (now >= claims.expiresAt) throw new AssentError('ACCESS_TOKEN_EXPIRED')
  const scopes = (await ports.store.readScopeSet(claims.scopeSet)) ?? []
  const standing = await ports.credentialStatus.read(
    claims,
    client,
    requiredConsistency(ports.registry, scopes, demand),
  )
  const live = standing ? effectiveScopesOfToken(ports.registry, claims, standing, scopes, now) : []
  if (!standing || live.length === 0) throw new AssentError('ACCESS_TOKEN_INVALID')
  return { claims, grant: standing.grant, scopes: live }
}

/** The claims of a token that was sealed here for this client through the signed OpenAPI, dead or alive. @throws {AssentError} `ACCESS_TOKEN_INVALID` */
export function openOwnAccessToken(
  { credentials }: Pick<Ports, 'credentials'>,
  { client, accessToken }: { readonly client: Client; readonly accessToken: string },
): AccessTokenClaims {
  const claims = credentials.openAccessToken(accessToken)
  if (claims?.clientNumber !== client.number || claims.binding)
    throw new AssentError('ACCESS_TOKEN_INVALID')
  return claims
}

/** Where more than basic scopes are at stake, a withdrawal counts at once (requirement R047). */
export function requiredConsistency(
  registry: Registry,
  scopes: readonly string[],
  { minSequence = 0, sensitivity = 'basic' }: ConsistencyRequirement = {},
): Consistency {
  const isBasic =
    sensitivity === 'basic' &&
    scopes.every((scope) => registry.scopes.get(scope)?.sensitivity === 'basic')
  return { strong: !isBasic, minSequence }
}

/** What the life of a credential depends on, from rows. */
export function toCredentialStatus({
  grant,
  authorization,
  revokedThrough,
}: GrantState): CredentialStatus {
  const ended = authorization === undefined || authorization.endedAt !== undefined
  return { grant, ended, revokedThrough }
}

/** What a token opens, given all that its life depends on. Nothing: it is dead. */
export function effectiveScopesOfToken(
  registry: Registry,
  claims: Pick<CredentialClaims, 'authorizationId' | 'epoch'>,
  standing: CredentialStatus,
  scopes: readonly string[],
  now: number,
): readonly string[] {
  return standing.ended ? [] : effectiveScopesOfCode(registry, claims, standing, scopes, now)
}

/** As of a token; what an earlier redemption gave does not count. */
export function effectiveScopesOfCode(
  registry: Registry,
  { authorizationId, epoch }: Pick<CredentialClaims, 'authorizationId' | 'epoch'>,
  { grant, revokedThrough }: CredentialStatus,
  scopes: readonly string[],
  now: number,
): readonly string[] {
  const isVoid = issueTimeOf(authorizationId) <= revokedThrough
  return isVoid ? [] : effectiveScopes(registry, grant, epoch, scopes, now)
}
