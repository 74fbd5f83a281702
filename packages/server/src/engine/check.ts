/**
 * @module Check an access token: is it genuine, this client's, in time, and what does it still open?
 */
import { liveScopes } from './grant.ts'
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
import type { Client, Registry } from './registry.ts'

export type CheckedToken = {
  readonly claims: AccessTokenClaims
  readonly grant: Grant
  /** The scopes that it opens at this moment. Never empty. */
  readonly scopes: readonly string[]
}

export type CheckInput = {
  readonly client: Client
  readonly accessToken: string
  /** A line of the revocation log that the answer may not be older than. */
  readonly atLeast?: number
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
  const claims = openOwnAccessToken(ports, input)
  if (now >= claims.expiresAt) throw new Refusal('ACCESS_TOKEN_EXPIRED')
  const scopes = (await ports.store.readScopeSet(claims.scopeSet)) ?? []
  const standing = await ports.standings.find(
    claims,
    input.client,
    freshnessFor(ports.registry, scopes, input.atLeast),
  )
  const live = standing ? liveScopesOfToken(ports.registry, claims, standing, scopes) : []
  if (!standing || live.length === 0) throw new Refusal('ACCESS_TOKEN_INVALID')
  return { claims, grant: standing.grant, scopes: live }
}

/** The claims of a token that was sealed here for this client, dead or alive. @throws {Refusal} `ACCESS_TOKEN_INVALID` */
export function openOwnAccessToken(
  { credentials }: Pick<Ports, 'credentials'>,
  { client, accessToken }: { readonly client: Client; readonly accessToken: string },
): AccessTokenClaims {
  const claims = credentials.openAccessToken(accessToken)
  if (claims?.clientNumber !== client.number) throw new Refusal('ACCESS_TOKEN_INVALID')
  return claims
}

/** Where more than basic scopes are at stake, a withdrawal counts at once (requirement R047). */
export function freshnessFor(
  registry: Registry,
  scopes: readonly string[],
  atLeast = 0,
): Freshness {
  const strict = !scopes.every((scope) => registry.scopes.get(scope)?.tier === 'basic')
  return { strict, atLeast }
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
): readonly string[] {
  return standing.ended ? [] : liveScopesOfCode(registry, claims, standing, scopes)
}

/** As of a token; what an earlier redemption gave does not count. */
export function liveScopesOfCode(
  registry: Registry,
  { authorizationId, epoch }: Pick<CredentialClaims, 'authorizationId' | 'epoch'>,
  { grant, voidUntil }: CredentialStanding,
  scopes: readonly string[],
): readonly string[] {
  return issueTimeOf(authorizationId) > voidUntil ? liveScopes(registry, grant, epoch, scopes) : []
}
