/**
 * @module Check an access token: is it genuine, this client's, in time, and what does it still open?
 */
import { liveScopes } from './grant.ts'
import { findOAuthClient } from './oauth/clients.ts'
import type {
  AccessTokenClaims,
  CredentialClaims,
  CredentialStanding,
  Freshness,
  Ports,
  Standing,
} from './ports.ts'
import { type Grant, issueTimeOf } from './records.ts'
import { Refusal } from './refusal.ts'
import type { Client, Registry, Tier } from './registry.ts'

export type CheckedToken = {
  readonly claims: AccessTokenClaims
  readonly grant: Grant
  /** The scopes that it opens at this moment. Never empty. */
  readonly scopes: readonly string[]
}

/** How fresh the answer has to be. */
export type Demand = {
  /** A line of the revocation log that it may not be older than. */
  readonly atLeast?: number
  /** Of what is asked for, when it is more than the token's scopes say. */
  readonly tier?: Tier
}

export type CheckInput = Demand & {
  readonly client: Client
  readonly accessToken: string
  /** The thumbprint of the key that was shown with the token (RFC 9449). */
  readonly jkt?: string | undefined
}

/**
 * A withdrawal is heard of within a second; where a scope is more than basic, at once (requirement R047).
 * @throws {Refusal} `ACCESS_TOKEN_INVALID`, `ACCESS_TOKEN_EXPIRED`
 * @throws {StoreUnavailable} when nothing sure can be said
 */
export async function checkAccessToken(
  ports: Pick<Ports, 'registry' | 'credentials' | 'store' | 'standings'>,
  input: CheckInput,
  now: number,
): Promise<CheckedToken> {
  return checkClaims(ports, openOwnAccessToken(ports, input), input.client, now, input)
}

/**
 * The same for a token that comes without a signed request: its client is who it was given to.
 * @throws {Refusal} `ACCESS_TOKEN_INVALID`, `ACCESS_TOKEN_EXPIRED`, `CLIENT_NOT_ACTIVE`
 * @throws {StoreUnavailable} when nothing sure can be said
 * @see [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750.html)
 */
export async function checkBearerToken(
  ports: Pick<Ports, 'registry' | 'credentials' | 'store' | 'standings'>,
  input: Omit<CheckInput, 'client'>,
  now: number,
): Promise<CheckedToken & { readonly client: Client }> {
  const claims = ports.credentials.openAccessToken(input.accessToken)
  const client = claims && ports.registry.clientsByNumber.get(claims.clientNumber)
  if (!claims || !client) throw new Refusal('ACCESS_TOKEN_INVALID')
  if (!client.active) throw new Refusal('CLIENT_NOT_ACTIVE')
  await requireTerms(ports, claims, input)
  const { grant, scopes } = await checkClaims(ports, claims, client, now, input)
  return { claims, client, grant, scopes }
}

/** The key that it is bound to was shown; it is for this platform; and who was given it is still a client. */
async function requireTerms(
  ports: Pick<Ports, 'registry' | 'store'>,
  { terms }: AccessTokenClaims,
  { jkt }: Pick<CheckInput, 'jkt'>,
): Promise<void> {
  const isFitting = terms?.jkt === jkt && terms?.resources === undefined
  const isKnown = !terms || (await findOAuthClient(ports, terms.clientId))
  if (!isFitting || !isKnown) throw new Refusal('ACCESS_TOKEN_INVALID')
}

export async function checkClaims(
  ports: Pick<Ports, 'registry' | 'store' | 'standings'>,
  claims: AccessTokenClaims,
  client: Client,
  now: number,
  demand: Demand = {},
): Promise<CheckedToken> {
  if (now >= claims.expiresAt) throw new Refusal('ACCESS_TOKEN_EXPIRED')
  const scopes = (await ports.store.readScopeSet(claims.scopeSet)) ?? []
  const standing = await ports.standings.find(
    claims,
    client,
    freshnessFor(ports.registry, scopes, demand),
  )
  const live = standing ? liveScopesOfToken(ports.registry, claims, standing, scopes, now) : []
  if (!standing || live.length === 0) throw new Refusal('ACCESS_TOKEN_INVALID')
  return { claims, grant: standing.grant, scopes: live }
}

/** The claims of a token that was sealed here for this client through the signed OpenAPI, dead or alive. @throws {Refusal} `ACCESS_TOKEN_INVALID` */
export function openOwnAccessToken(
  { credentials }: Pick<Ports, 'credentials'>,
  { client, accessToken }: { readonly client: Client; readonly accessToken: string },
): AccessTokenClaims {
  const claims = credentials.openAccessToken(accessToken)
  if (claims?.clientNumber !== client.number || claims.terms)
    throw new Refusal('ACCESS_TOKEN_INVALID')
  return claims
}

/** Where more than basic scopes are at stake, a withdrawal counts at once (requirement R047). */
export function freshnessFor(
  registry: Registry,
  scopes: readonly string[],
  { atLeast = 0, tier = 'basic' }: Demand = {},
): Freshness {
  const isBasic =
    tier === 'basic' && scopes.every((scope) => registry.scopes.get(scope)?.tier === 'basic')
  return { strict: !isBasic, atLeast }
}

/** What the life of a credential depends on, from rows. */
export function standingOfCredential({
  grant,
  authorization,
  voidUntil,
}: Standing): CredentialStanding {
  const ended = authorization === undefined || authorization.endedAt !== undefined
  return { grant, ended, voidUntil }
}

/** What a token opens, given all that its life depends on. Nothing: it is dead. */
export function liveScopesOfToken(
  registry: Registry,
  claims: Pick<CredentialClaims, 'authorizationId' | 'epoch'>,
  standing: CredentialStanding,
  scopes: readonly string[],
  now: number,
): readonly string[] {
  return standing.ended ? [] : liveScopesOfCode(registry, claims, standing, scopes, now)
}

/** As of a token; what an earlier redemption gave does not count. */
export function liveScopesOfCode(
  registry: Registry,
  { authorizationId, epoch }: Pick<CredentialClaims, 'authorizationId' | 'epoch'>,
  { grant, voidUntil }: CredentialStanding,
  scopes: readonly string[],
  now: number,
): readonly string[] {
  const isVoid = issueTimeOf(authorizationId) <= voidUntil
  return isVoid ? [] : liveScopes(registry, grant, epoch, scopes, now)
}
