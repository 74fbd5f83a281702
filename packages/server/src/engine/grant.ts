/**
 * @module Grants change by pure functions; every change raises the epoch (architecture: credentials are sealed).
 */

import type { EventReason, UserField } from '@assent/protocol'
import { isNotExpired } from './consent/duration.ts'
import type { NewReceipt } from './consent/receipt.ts'
import { eventOfChange } from './events.ts'
import type { RandomSource, Store } from './ports.ts'
import type { DeniedScope, Grant, GrantedScope, UserRef } from './records.ts'
import {
  activeMiniProgram,
  type Client,
  isAvailableTo,
  isScopeApproved,
  type MiniProgram,
  type Registry,
} from './registry.ts'

export type GrantParty = {
  readonly user: UserRef
  readonly miniProgram: MiniProgram
  readonly client: Client
}

/** A grant that holds nothing. */
export function emptyGrant(party: GrantParty, random: RandomSource): Grant {
  return {
    grantId: random.integer48(),
    user: party.user,
    appId: party.miniProgram.appId,
    clientNumber: party.client.number,
    subject: random.text(18),
    epoch: 0,
    granted: {},
    denied: {},
  }
}

export function grantedScope(grant: Grant | undefined, scope: string): GrantedScope | undefined {
  return grant && Object.hasOwn(grant.granted, scope) ? grant.granted[scope] : undefined
}

export function hasScope(grant: Grant | undefined, scope: string, now: number): grant is Grant {
  const held = grantedScope(grant, scope)
  return held !== undefined && isNotExpired(held, now)
}

/** On what terms a scope was granted on a sheet. */
export type GrantTerms = Required<Pick<GrantedScope, 'sheetHash' | 'lifetime' | 'fields'>> &
  Pick<GrantedScope, 'expiresAt' | 'purpose'>

/** The changes to one grant: scopes granted without a prompt, granted on a prompt, and denied on a prompt. */
export type DecisionChange = {
  /** Granted without asking. */
  readonly implicit: readonly string[]
  /** Granted on a sheet. */
  readonly granted: Readonly<Record<string, GrantTerms>>
  readonly denied: readonly string[]
}

/**
 * Adds what was settled. What is held goes on under its new terms and is not taken away by a no to being asked: older
 * credentials keep opening it. What was for once, or is over, begins anew.
 */
export function applyDecision(grant: Grant, change: DecisionChange, now: number): Grant {
  const epoch = grant.epoch + 1
  const { implicit } = change
  const added: GrantedScope = { grantedAt: now, since: epoch }
  const goesOn = (scope: string, terms: GrantTerms): boolean =>
    hasScope(grant, scope, now) &&
    terms.lifetime !== 'once' &&
    grant.granted[scope]?.lifetime !== 'once'
  const granted: Grant['granted'] = {
    ...stamp(implicit, added),
    ...grant.granted,
    ...Object.fromEntries(
      Object.entries(change.granted).map(([scope, terms]) => [
        scope,
        {
          ...added,
          ...(goesOn(scope, terms) && { since: grant.granted[scope]?.since ?? epoch }),
          ...terms,
        },
      ]),
    ),
  }
  const denied = change.denied.filter((scope) => !Object.hasOwn(granted, scope))
  return {
    ...grant,
    epoch,
    granted,
    denied: {
      ...without(grant.denied, [...implicit, ...Object.keys(change.granted)]),
      ...Object.fromEntries(denied.map((scope) => [scope, deny(grant, scope, now)])),
    },
  }
}

/** A sheet that is refused this often is not shown again, until the user allows that (requirement R059). */
export const MAX_DENIALS = 3
export const DENIAL_COOLDOWN_SECONDS = 86_400

/** For how many more seconds a scope may not be asked. 0: it may. `Infinity`: until the user allows it. */
export function remainingCooldownSeconds(
  grant: Grant | undefined,
  scope: string,
  now: number,
): number {
  const refused = grant && Object.hasOwn(grant.denied, scope) ? grant.denied[scope] : undefined
  if (!refused || refused.times === 0) return 0
  if (refused.times >= MAX_DENIALS) return Number.POSITIVE_INFINITY
  return Math.max(0, refused.deniedAt + DENIAL_COOLDOWN_SECONDS - now)
}

/** The user lets a mini program ask again for what was refused. */
export function clearDenials(grant: Grant, now: number): Grant {
  return {
    ...grant,
    epoch: grant.epoch + 1,
    denied: Object.fromEntries(
      Object.entries(grant.denied).map(([scope, one]) => [
        scope,
        { ...one, deniedAt: now, times: 0 },
      ]),
    ),
  }
}

/** Withdraws scopes. Later grants of these scopes have a later `since`, so earlier credentials never get them back. */
export function withdraw(grant: Grant, scopes: readonly string[], now: number): Grant {
  const epoch = grant.epoch + 1
  const taken = scopes.filter((scope) => grantedScope(grant, scope))
  const granted = without(grant.granted, taken)
  return {
    ...grant,
    epoch,
    granted,
    // What is held was not refused since it was granted.
    denied: { ...grant.denied, ...stamp(taken, { deniedAt: now, times: 0, withdrawnAt: now }) },
  }
}

/** When a grant that holds nothing any more was given up; absent while it holds something, or never has. */
export function withdrawnAtOf({ granted, denied }: Grant): number | undefined {
  if (Object.keys(granted).length > 0) return undefined
  const times = Object.values(denied).flatMap(({ withdrawnAt }) => withdrawnAt ?? [])
  return times.length > 0 ? Math.max(...times) : undefined
}

function deny({ denied }: Grant, scope: string, deniedAt: number): DeniedScope {
  const known = Object.hasOwn(denied, scope) ? denied[scope] : undefined
  return { ...known, deniedAt, times: (known?.times ?? 0) + 1 }
}

/**
 * The scopes of a credential that it still opens: granted since, not withdrawn, and still approved for a mini program
 * that is still active. Empty: the credential is dead.
 */
export function effectiveScopes(
  registry: Registry,
  grant: Grant,
  epoch: number,
  scopes: readonly string[],
  now: number,
): readonly string[] {
  const miniProgram = activeMiniProgram(registry, grant.appId)?.miniProgram
  if (!miniProgram || !isAvailableTo(miniProgram, grant.user)) return []
  // A later epoch than the grant's own is of a time that a restored database has forgotten.
  if (epoch > grant.epoch) return []
  return scopes.filter((scope) => {
    const held = grantedScope(grant, scope)
    return (
      held !== undefined &&
      epoch >= held.since &&
      isNotExpired(held, now) &&
      wasConsented(registry, scope, held) &&
      isScopeApproved(registry, miniProgram, scope)
    )
  })
}

/** What is not silent opens only by the sheet on which its user agreed. */
function wasConsented(registry: Registry, scope: string, { sheetHash }: GrantedScope): boolean {
  return sheetHash !== undefined || registry.scopes.get(scope)?.implicit === true
}

/** The fields that these scopes open: those that are registered now and that the user was shown. In a fixed order. */
export function permittedFields(
  registry: Registry,
  grant: Grant,
  scopes: readonly string[],
): readonly UserField[] {
  const opened = scopes.flatMap((scope) => {
    const shown = grantedScope(grant, scope)?.fields
    const fields = registry.scopes.get(scope)?.fields ?? []
    return fields.filter((field) => shown?.includes(field) ?? true)
  })
  return [...new Set(opened)].sort()
}

/**
 * Whether a user's yes still answers the question: it is in time, was not for once, and neither the purpose nor the fields
 * have grown since (requirement R064).
 */
export function isConsentStillValid(
  registry: Registry,
  { purposes }: MiniProgram,
  grant: Grant | undefined,
  scope: string,
  now: number,
): boolean {
  const held = grantedScope(grant, scope)
  if (!held || !isNotExpired(held, now)) return false
  const entry = registry.scopes.get(scope)
  if (entry?.implicit) return true
  const fields = entry?.fields ?? []
  return (
    held.lifetime !== 'once' &&
    held.purpose === purposes[scope]?.version &&
    fields.every((field) => held.fields?.includes(field))
  )
}

/** Changes a grant, however many others change it at the same time. */
export async function changeGrant(
  store: Pick<Store, 'openGrant' | 'replaceGrant'>,
  start: Grant,
  change: (grant: Grant) => Grant,
  options: {
    readonly revokes: boolean
    readonly reason: EventReason
    readonly receipt?: (before: Grant, next: Grant) => Promise<NewReceipt | undefined>
  },
): Promise<{ readonly grant: Grant; readonly sequence: number }> {
  for (;;) {
    const before = await store.openGrant(start)
    const next = change(before)
    const event = eventOfChange(before, next, options.reason)
    const receipt = await options.receipt?.(before, next)
    const replaced = await store.replaceGrant(next, options.revokes, { event, receipt })
    if (replaced) return { grant: next, sequence: replaced.sequence }
  }
}

function stamp<T>(names: readonly string[], value: T): Readonly<Record<string, T>> {
  return Object.fromEntries(names.map((name) => [name, value]))
}

function without<T>(
  record: Readonly<Record<string, T>>,
  names: readonly string[],
): Readonly<Record<string, T>> {
  const gone = new Set(names)
  return Object.fromEntries(Object.entries(record).filter(([name]) => !gone.has(name)))
}
