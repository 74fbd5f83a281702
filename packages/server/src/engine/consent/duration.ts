/**
 * @module Consent durations: which ones a prompt offers, and when a granted scope expires.
 * @see docs/consent.md#consent-duration
 */
import { CONSENT_DURATIONS, type ConsentDuration, type ScopeRequest } from '@assent/protocol'
import type { GrantedScope } from '../records.ts'
import type { Client, MiniProgram, Registry } from '../registry.ts'

/**
 * Shorter than the 10 minutes that the specification allows, because clients redeem codes at once.
 * @see [RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.2)
 */
export const AUTHORIZATION_CODE_LIFETIME_SECONDS = 60

const DAY_SECONDS = 86_400
/** Grants to an unverified mini program expire after a week. */
const MAX_UNVERIFIED_SECONDS = 7 * DAY_SECONDS

/** Lists the durations that are permitted for all of these scopes, the shortest first. Never empty. */
export function offeredDurations(
  { scopes, consentDurations }: Pick<Registry, 'scopes' | 'consentDurations'>,
  requested: readonly ScopeRequest[],
): readonly ConsentDuration[] {
  const offered = CONSENT_DURATIONS.filter((lifetime) =>
    requested.every(({ scope, lifetime: longest = 'until_withdrawn' }) => {
      const sensitivity = scopes.get(scope)?.sensitivity ?? 'restricted'
      return consentDurations[sensitivity].includes(lifetime) && isAtMost(lifetime, longest)
    }),
  )
  // When the scopes have no duration in common, the shortest is offered.
  return offered.length > 0 ? offered : ['once']
}

/** Chooses the default duration: neither permanent, nor one that prompts again at every visit. */
export function defaultDuration(offered: readonly ConsentDuration[]): ConsentDuration {
  return offered.includes('30d') ? '30d' : (offered[0] ?? 'once')
}

/** Computes when a scope expires. @returns `undefined` when it is granted until withdrawn */
export function expiryOf(
  lifetime: ConsentDuration,
  { miniProgram, client }: { readonly miniProgram: MiniProgram; readonly client: Client },
  now: number,
): number | undefined {
  const expiresAt = {
    // The latest moment at which the access token of the code can expire.
    once: now + AUTHORIZATION_CODE_LIFETIME_SECONDS + client.accessTokenLifetimeSeconds,
    '30d': now + 30 * DAY_SECONDS,
    until_withdrawn: undefined,
  }[lifetime]
  return miniProgram.verified
    ? expiresAt
    : Math.min(expiresAt ?? Infinity, now + MAX_UNVERIFIED_SECONDS)
}

/** Whether a granted scope has not expired. */
export function isNotExpired({ expiresAt }: GrantedScope, now: number): boolean {
  return expiresAt === undefined || now < expiresAt
}

function isAtMost(lifetime: ConsentDuration, longest: ConsentDuration): boolean {
  return CONSENT_DURATIONS.indexOf(lifetime) <= CONSENT_DURATIONS.indexOf(longest)
}
