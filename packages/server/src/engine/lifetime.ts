/**
 * @module For how long a user lets a mini program (requirements R062, R064, R076).
 */
import { LIFETIMES, type Lifetime, type ScopeRequest } from '@assent/protocol'
import type { HeldScope } from './records.ts'
import type { Client, MiniProgram, Registry } from './registry.ts'

/** RFC 6749 §4.1.2 allows 10 minutes; requirement R019 asks for 60 seconds. */
export const AUTHORIZATION_CODE_LIFETIME_SECONDS = 60

const DAY_SECONDS = 86_400
/** What a tester grants to a mini program that is not verified lapses (requirement R062). */
const UNVERIFIED_SECONDS = 7 * DAY_SECONDS

/** What may be chosen for all of these scopes, the shortest first; never empty. */
export function offeredLifetimes(
  { scopes, lifetimes }: Pick<Registry, 'scopes' | 'lifetimes'>,
  asked: readonly ScopeRequest[],
): readonly Lifetime[] {
  const offered = LIFETIMES.filter((lifetime) =>
    asked.every(({ scope, lifetime: longest = 'until_withdrawn' }) => {
      const tier = scopes.get(scope)?.tier ?? 'restricted'
      return lifetimes[tier].includes(lifetime) && isAtMost(lifetime, longest)
    }),
  )
  // Scopes that cannot agree on anything: then on the least.
  return offered.length > 0 ? offered : ['once']
}

/** What is chosen before the user chooses: nothing for good, and nothing that asks again at every visit. */
export function preselected(offered: readonly Lifetime[]): Lifetime {
  return offered.includes('30d') ? '30d' : (offered[0] ?? 'once')
}

/** @returns `undefined`: until it is withdrawn */
export function expiryOf(
  lifetime: Lifetime,
  { miniProgram, client }: { readonly miniProgram: MiniProgram; readonly client: Client },
  now: number,
): number | undefined {
  const ends = {
    // A code and the access token that it gives, at their latest.
    once: now + AUTHORIZATION_CODE_LIFETIME_SECONDS + client.accessTokenLifetimeSeconds,
    '30d': now + 30 * DAY_SECONDS,
    until_withdrawn: undefined,
  }[lifetime]
  return miniProgram.verified ? ends : Math.min(ends ?? Infinity, now + UNVERIFIED_SECONDS)
}

export function isInTime({ expiresAt }: HeldScope, now: number): boolean {
  return expiresAt === undefined || now < expiresAt
}

function isAtMost(lifetime: Lifetime, longest: Lifetime): boolean {
  return LIFETIMES.indexOf(lifetime) <= LIFETIMES.indexOf(longest)
}
