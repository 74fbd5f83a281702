/**
 * @module Check an access token: is it genuine, this client's, in time, and what does it still open?
 */
import { liveScopes } from './grant.ts'
import type { AccessTokenClaims, Ports, Standing } from './ports.ts'
import type { Grant } from './records.ts'
import { Refusal } from './refusal.ts'
import type { Client, Registry } from './registry.ts'

export type CheckedToken = {
  readonly claims: AccessTokenClaims
  readonly grant: Grant
  /** The scopes that it opens at this moment. Never empty. */
  readonly scopes: readonly string[]
}

/** @throws {Refusal} `ACCESS_TOKEN_INVALID`, `ACCESS_TOKEN_EXPIRED` */
export async function checkAccessToken(
  ports: Pick<Ports, 'registry' | 'credentials' | 'store'>,
  input: { readonly client: Client; readonly accessToken: string },
  now: number,
): Promise<CheckedToken> {
  const claims = openOwnAccessToken(ports, input)
  if (now >= claims.expiresAt) throw new Refusal('ACCESS_TOKEN_EXPIRED')
  const standing = await ports.store.readStanding(claims.grantId, claims.authorizationId)
  const scopes = (await ports.store.readScopeSet(claims.scopeSet)) ?? []
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

/** What a token opens, given all that its life depends on. Nothing: it is dead. */
export function liveScopesOfToken(
  registry: Registry,
  claims: AccessTokenClaims,
  { grant, authorization, voidUntil }: Standing,
  scopes: readonly string[],
): readonly string[] {
  const isAlive =
    authorization !== undefined &&
    authorization.endedAt === undefined &&
    claims.issuedAt > voidUntil
  return isAlive ? liveScopes(registry, grant, claims.epoch, scopes) : []
}
