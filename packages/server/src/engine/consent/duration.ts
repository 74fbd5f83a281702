/**
 * @module For how long a user lets a mini program (requirements R062, R064, R076).
 */
import { CONSENT_DURATIONS, type ConsentDuration, type ScopeRequest } from '@assent/protocol'
import type { GrantedScope } from '../records.ts'
import type { Client, MiniProgram, Registry } from '../registry.ts'

/** RFC 6749 §4.1.2 allows 10 minutes; requirement R019 asks for 60 seconds. */
export const AUTHORIZATION_CODE_LIFETIME_SECONDS = 60

const DAY_SECONDS = 86_400
/** What a tester grants to a mini program that is not verified lapses (requirement R062). */
const MAX_UNVERIFIED_SECONDS = 7 * DAY_SECONDS

/** What may be chosen for all of these scopes, the shortest first; never empty. */
export function offeredDurations(
  { scopes, consentDurations }: Pick<Registry, 'scopes' | 'consentDurations'>,
  asked: readonly ScopeRequest[],
): readonly ConsentDuration[] {
  const offered = CONSENT_DURATIONS.filter((lifetime) =>
    asked.every(({ scope, lifetime: longest = 'until_withdrawn' }) => {
      const tier = scopes.get(scope)?.sensitivity ?? 'restricted'
      return consentDurations[tier].includes(lifetime) && isAtMost(lifetime, longest)
    }),
  )
  // Scopes that cannot agree on anything: then on the least.
  return offered.length > 0 ? offered : ['once']
}

/** What is chosen before the user chooses: nothing for good, and nothing that asks again at every visit. */
export function defaultDuration(offered: readonly ConsentDuration[]): ConsentDuration {
  return offered.includes('30d') ? '30d' : (offered[0] ?? 'once')
}

/** @returns `undefined`: until it is withdrawn */
export function expiryOf(
  lifetime: ConsentDuration,
  { miniProgram, client }: { readonly miniProgram: MiniProgram; readonly client: Client },
  now: number,
): number | undefined {
  const ends = {
    // A code and the access token that it gives, at their latest.
    once: now + AUTHORIZATION_CODE_LIFETIME_SECONDS + client.accessTokenLifetimeSeconds,
    '30d': now + 30 * DAY_SECONDS,
    until_withdrawn: undefined,
  }[lifetime]
  return miniProgram.verified ? ends : Math.min(ends ?? Infinity, now + MAX_UNVERIFIED_SECONDS)
}

export function isNotExpired({ expiresAt }: GrantedScope, now: number): boolean {
  return expiresAt === undefined || now < expiresAt
}

function isAtMost(lifetime: ConsentDuration, longest: ConsentDuration): boolean {
  return CONSENT_DURATIONS.indexOf(lifetime) <= CONSENT_DURATIONS.indexOf(longest)
}
