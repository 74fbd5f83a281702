/**
 * @module Grants change by pure functions; every change raises the epoch (architecture: credentials are sealed).
 */

import type { EventReason } from '@assent/protocol'
import { eventOfChange } from './events.ts'
import type { RandomSource, Store } from './ports.ts'
import type { Grant, HeldScope, UserRef } from './records.ts'
import { activeMiniProgram, type Client, type MiniProgram, type Registry } from './registry.ts'

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
    voidBefore: 0,
    held: {},
    refused: {},
  }
}

export function holds(grant: Grant | undefined, scope: string): grant is Grant {
  return grant !== undefined && Object.hasOwn(grant.held, scope)
}

/** What was settled about a grant: by nobody, on a sheet, against a sheet. */
export type Settlement = {
  /** Granted without asking. */
  readonly silent: readonly string[]
  /** Granted on the sheet of this hash. */
  readonly granted: readonly string[]
  readonly refused: readonly string[]
  readonly sheetHash?: string
}

/**
 * Adds what was settled. What is held already stays as it is, so that older credentials keep opening it, and is not taken
 * away by a no to being asked.
 */
export function settle(grant: Grant, settlement: Settlement, now: number): Grant {
  const epoch = grant.epoch + 1
  const { silent, granted, sheetHash } = settlement
  const added: HeldScope = { grantedAt: now, since: epoch }
  const held = {
    ...stamp(silent, added),
    ...stamp(granted, { ...added, ...(sheetHash && { sheetHash }) }),
    ...grant.held,
  }
  const refused = settlement.refused.filter((scope) => !Object.hasOwn(held, scope))
  return {
    ...grant,
    epoch,
    held,
    refused: { ...without(grant.refused, [...silent, ...granted]), ...stamp(refused, now) },
  }
}

/** Takes scopes away. When none is left, it is a whole withdrawal: every credential made so far is dead. */
export function withdraw(grant: Grant, scopes: readonly string[], now: number): Grant {
  const epoch = grant.epoch + 1
  const taken = scopes.filter((scope) => holds(grant, scope))
  const held = without(grant.held, taken)
  return {
    ...grant,
    epoch,
    voidBefore: Object.keys(held).length === 0 ? epoch : grant.voidBefore,
    held,
    refused: { ...grant.refused, ...stamp(taken, now) },
  }
}

/**
 * The scopes of a credential that it still opens: granted since, not withdrawn, and still approved for a mini program
 * that is still active. Empty: the credential is dead.
 */
export function liveScopes(
  registry: Registry,
  grant: Grant,
  epoch: number,
  scopes: readonly string[],
): readonly string[] {
  const approved = activeMiniProgram(registry, grant.appId)?.miniProgram.scopes
  // A later epoch than the grant's own is of a time that a restored database has forgotten.
  if (!approved || epoch < grant.voidBefore || epoch > grant.epoch) return []
  return scopes.filter((scope) => {
    const held = Object.hasOwn(grant.held, scope) ? grant.held[scope] : undefined
    return held !== undefined && epoch >= held.since && approved.has(scope)
  })
}

/** Changes a grant, however many others change it at the same time. */
export async function changeGrant(
  store: Pick<Store, 'openGrant' | 'replaceGrant'>,
  start: Grant,
  change: (grant: Grant) => Grant,
  options: { readonly revokes: boolean; readonly reason: EventReason },
): Promise<{ readonly grant: Grant; readonly sequence: number }> {
  for (;;) {
    const before = await store.openGrant(start)
    const next = change(before)
    const event = eventOfChange(before, next, options.reason)
    const replaced = await store.replaceGrant(next, options.revokes, event)
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
