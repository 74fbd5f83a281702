/**
 * @module The authorization details of a token, as the user granted them: without scopes that are not granted, and with the duration that
 * the user chose.
 * @see [RFC 9396 §7](https://www.rfc-editor.org/rfc/rfc9396.html#section-7)
 */
import type { ConsentDuration } from '@assent/protocol'
import { grantedScope } from '../grant.ts'
import type { TokenBinding } from '../ports/credentials.ts'
import type { Grant } from '../records.ts'

export type GrantedDetail = {
  readonly scopes: readonly string[]
  /** Absent: granted until withdrawn, without a prompt. */
  readonly lifetime?: ConsentDuration
}

/**
 * @param scopes the effective scopes of the token
 * @returns `undefined` if the authorization request had no authorization details
 */
export function grantedDetails(
  binding: Pick<TokenBinding, 'authorizationDetails'> | undefined,
  grant: Grant,
  scopes: readonly string[],
): readonly GrantedDetail[] | undefined {
  return binding?.authorizationDetails?.flatMap((requested) =>
    byLifetime(
      grant,
      requested.filter((scope) => scopes.includes(scope)),
    ),
  )
}

/** Scopes of one detail can have been granted on different prompts, for different durations. */
function byLifetime(grant: Grant, scopes: readonly string[]): readonly GrantedDetail[] {
  const lifetimeOf = (scope: string): ConsentDuration | undefined =>
    grantedScope(grant, scope)?.lifetime
  return [...new Set(scopes.map(lifetimeOf))].map((lifetime) => ({
    scopes: scopes.filter((scope) => lifetimeOf(scope) === lifetime),
    ...(lifetime !== undefined && { lifetime }),
  }))
}
