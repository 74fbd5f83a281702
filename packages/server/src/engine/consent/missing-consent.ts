/**
 * @module Finds the scopes of a request that are not covered by earlier consent.
 * @see docs/consent.md#when-users-are-asked-again, docs/consent.md#denials-and-cooldown
 */
import type { ScopeRequest } from '@assent/protocol'
import { AssentError } from '../errors.ts'
import {
  isConsentStillValid,
  isOpenToUser,
  remainingCooldownSeconds,
  wasLeftOff,
} from '../grant.ts'
import type { Requester } from '../oauth-clients/client-identity.ts'
import type { DirectoryUser } from '../ports/directory.ts'
import type { Grant } from '../records.ts'
import { type ActiveMiniProgram, isImplicit, type Registry } from '../registry.ts'
import { errorScopes } from '../tokens/issue-code.ts'

export type MissingConsent = {
  /** Scopes that are granted without a prompt. */
  readonly implicit: readonly string[]
  /** Scopes that the user has to be prompted for. */
  readonly prompted: readonly ScopeRequest[]
}

type Input = {
  readonly registry: Pick<Registry, 'scopes'>
  readonly party: ActiveMiniProgram
  readonly user: DirectoryUser
  readonly grant: Grant | undefined
  readonly requester: Requester
  /** Whether the request demands a new prompt (`prompt=consent`). */
  readonly isPromptForced: boolean
}

/**
 * Finds the scopes that are missing.
 * @param scopes the scopes of the request
 * @param approved the names of those that are approved for the mini program
 * @throws {AssentError} `DECLINED_RECENTLY`, `DECLINED_REPEATEDLY` when a scope in cooldown stops the request
 */
export function findMissingConsent(
  input: Input,
  scopes: readonly ScopeRequest[],
  approved: readonly string[],
  now: number,
): MissingConsent {
  const { registry, party, user, grant, requester } = input
  const isPromptForced = input.isPromptForced || !requester.isProven
  // Nothing is answered silently for an unproven client: a code alone would log the user in at another application.
  const isSilent = (scope: string): boolean => requester.isProven && isImplicit(registry, scope)
  const missing = approved.filter(
    (scope) =>
      (isPromptForced && !isSilent(scope)) ||
      !isConsentStillValid(registry, party, grant, scope, now, requester.clientId) ||
      !isOpenToUser(user, grant, scope),
  )
  const covered = approved.filter((scope) => !missing.includes(scope))
  const undecided = scopes.filter(
    ({ scope }) =>
      missing.includes(scope) &&
      !isSilent(scope) &&
      !covered.some((other) => isAlternative(registry, other, scope)),
  )
  const permitted = undecided.filter(
    ({ scope }) => remainingCooldownSeconds(grant, scope, now) === 0,
  )
  const hasCovered = covered.some((scope) => !isImplicit(registry, scope))
  const prompted = isPromptForced
    ? permitted
    : withoutOptionsLeftOff(grant, permitted, hasCovered, now)
  if (permitted.length < undecided.length)
    assertCooldownPermits(grant, undecided, prompted.length > 0 || hasCovered, now)
  return {
    implicit: missing.filter(isSilent),
    prompted: prompted.map((one) =>
      isImplicit(registry, one.scope) ? { ...one, required: true } : one,
    ),
  }
}

/** Whether one scope is a narrower alternative to the other: consent to either is enough. */
function isAlternative({ scopes }: Pick<Registry, 'scopes'>, one: string, other: string): boolean {
  return scopes.get(one)?.narrowerThan === other || scopes.get(other)?.narrowerThan === one
}

/**
 * An option that the user left off is not offered again for a day beside other scopes. A request that needs it, because the
 * scope is required or nothing else is requested, asks for it.
 */
function withoutOptionsLeftOff(
  grant: Grant | undefined,
  permitted: readonly ScopeRequest[],
  hasCovered: boolean,
  now: number,
): readonly ScopeRequest[] {
  const needed = permitted.filter(
    ({ scope, required }) => required || !wasLeftOff(grant, scope, now),
  )
  return needed.length === 0 && !hasCovered ? permitted : needed
}

/**
 * A scope in cooldown is left out of the prompt. It stops the request only if it is required or if no other scope remains.
 * @throws {AssentError} `DECLINED_RECENTLY`, `DECLINED_REPEATEDLY`
 */
function assertCooldownPermits(
  grant: Grant | undefined,
  undecided: readonly ScopeRequest[],
  hasOtherScopes: boolean,
  now: number,
): void {
  const seconds = undecided
    .filter(({ required }) => required || !hasOtherScopes)
    .map(({ scope }) => remainingCooldownSeconds(grant, scope, now))
  const longest = Math.max(0, ...seconds)
  if (longest === 0) return
  const authErrorScopes = errorScopes(
    [],
    undecided.map(({ scope }) => scope),
  )
  if (longest === Number.POSITIVE_INFINITY)
    throw new AssentError('DECLINED_REPEATEDLY', { authErrorScopes })
  throw new AssentError('DECLINED_RECENTLY', { authErrorScopes, retryAfterSeconds: longest })
}
