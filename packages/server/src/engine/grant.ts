/**
 * @module Grants change by pure functions; every change raises the epoch (architecture: credentials are sealed).
 */

import type { EventReason, UserField } from '@assent/protocol'
import { eventOfChange } from './events.ts'
import { isInTime } from './lifetime.ts'
import type { RandomSource, Store } from './ports.ts'
import type { ReceiptDraft } from './receipt.ts'
import type { Grant, HeldScope, RefusedScope, UserRef } from './records.ts'
import {
  activeMiniProgram,
  type Client,
  isEntitled,
  isOpenTo,
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
    voidBefore: 0,
    held: {},
    refused: {},
  }
}

export function heldScope(grant: Grant | undefined, scope: string): HeldScope | undefined {
  return grant && Object.hasOwn(grant.held, scope) ? grant.held[scope] : undefined
}

export function holds(grant: Grant | undefined, scope: string, now: number): grant is Grant {
  const held = heldScope(grant, scope)
  return held !== undefined && isInTime(held, now)
}

/** On what terms a scope was granted on a sheet. */
export type Terms = Required<Pick<HeldScope, 'sheetHash' | 'lifetime' | 'fields'>> &
  Pick<HeldScope, 'expiresAt' | 'purpose'>

/** What was settled about a grant: by nobody, on a sheet, against a sheet. */
export type Settlement = {
  /** Granted without asking. */
  readonly silent: readonly string[]
  /** Granted on a sheet. */
  readonly granted: Readonly<Record<string, Terms>>
  readonly refused: readonly string[]
}

/**
 * Adds what was settled. What is held goes on under its new terms and is not taken away by a no to being asked: older
 * credentials keep opening it. What was for once, or is over, begins anew.
 */
export function settle(grant: Grant, settlement: Settlement, now: number): Grant {
  const epoch = grant.epoch + 1
  const { silent, granted } = settlement
  const added: HeldScope = { grantedAt: now, since: epoch }
  const goesOn = (scope: string, terms: Terms): boolean =>
    holds(grant, scope, now) && terms.lifetime !== 'once' && grant.held[scope]?.lifetime !== 'once'
  const held: Grant['held'] = {
    ...stamp(silent, added),
    ...grant.held,
    ...Object.fromEntries(
      Object.entries(granted).map(([scope, terms]) => [
        scope,
        {
          ...added,
          ...(goesOn(scope, terms) && { since: grant.held[scope]?.since ?? epoch }),
          ...terms,
        },
      ]),
    ),
  }
  const refused = settlement.refused.filter((scope) => !Object.hasOwn(held, scope))
  return {
    ...grant,
    epoch,
    held,
    refused: {
      ...without(grant.refused, [...silent, ...Object.keys(granted)]),
      ...Object.fromEntries(refused.map((scope) => [scope, refuse(grant, scope, now)])),
    },
  }
}

/** A sheet that is refused this often is not shown again, until the user allows that (requirement R059). */
export const REFUSALS_FOR_GOOD = 3
export const COOL_DOWN_SECONDS = 86_400

/** For how many more seconds a scope may not be asked. 0: it may. `Infinity`: until the user allows it. */
export function quietSeconds(grant: Grant | undefined, scope: string, now: number): number {
  const refused = grant && Object.hasOwn(grant.refused, scope) ? grant.refused[scope] : undefined
  if (!refused || refused.times === 0) return 0
  if (refused.times >= REFUSALS_FOR_GOOD) return Number.POSITIVE_INFINITY
  return Math.max(0, refused.at + COOL_DOWN_SECONDS - now)
}

/** The user lets a mini program ask again for what was refused. */
export function allowAsking(grant: Grant, now: number): Grant {
  return {
    ...grant,
    epoch: grant.epoch + 1,
    refused: Object.fromEntries(
      Object.entries(grant.refused).map(([scope, one]) => [scope, { ...one, at: now, times: 0 }]),
    ),
  }
}

/** Takes scopes away. When none is left, it is a whole withdrawal: every credential made so far is dead. */
export function withdraw(grant: Grant, scopes: readonly string[], now: number): Grant {
  const epoch = grant.epoch + 1
  const taken = scopes.filter((scope) => heldScope(grant, scope))
  const held = without(grant.held, taken)
  return {
    ...grant,
    epoch,
    voidBefore: Object.keys(held).length === 0 ? epoch : grant.voidBefore,
    held,
    // What is held was not refused since it was granted.
    refused: { ...grant.refused, ...stamp(taken, { at: now, times: 0, withdrawnAt: now }) },
  }
}

/** When a grant that holds nothing any more was given up; absent while it holds something, or never has. */
export function withdrawnAtOf({ held, refused }: Grant): number | undefined {
  if (Object.keys(held).length > 0) return undefined
  const times = Object.values(refused).flatMap(({ withdrawnAt }) => withdrawnAt ?? [])
  return times.length > 0 ? Math.max(...times) : undefined
}

function refuse({ refused }: Grant, scope: string, at: number): RefusedScope {
  const known = Object.hasOwn(refused, scope) ? refused[scope] : undefined
  return { ...known, at, times: (known?.times ?? 0) + 1 }
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
  now: number,
): readonly string[] {
  const miniProgram = activeMiniProgram(registry, grant.appId)?.miniProgram
  if (!miniProgram || !isOpenTo(miniProgram, grant.user)) return []
  // A later epoch than the grant's own is of a time that a restored database has forgotten.
  if (epoch < grant.voidBefore || epoch > grant.epoch) return []
  return scopes.filter((scope) => {
    const held = heldScope(grant, scope)
    return (
      held !== undefined &&
      epoch >= held.since &&
      isInTime(held, now) &&
      isAgreed(registry, scope, held) &&
      isEntitled(registry, miniProgram, scope)
    )
  })
}

/** What is not silent opens only by the sheet on which its user agreed. */
function isAgreed(registry: Registry, scope: string, { sheetHash }: HeldScope): boolean {
  return sheetHash !== undefined || registry.scopes.get(scope)?.silent === true
}

/** The fields that these scopes open: those that are registered now and that the user was shown. In a fixed order. */
export function openedFields(
  registry: Registry,
  grant: Grant,
  scopes: readonly string[],
): readonly UserField[] {
  const opened = scopes.flatMap((scope) => {
    const shown = heldScope(grant, scope)?.fields
    const fields = registry.scopes.get(scope)?.fields ?? []
    return fields.filter((field) => shown?.includes(field) ?? true)
  })
  return [...new Set(opened)].sort()
}

/**
 * Whether a user's yes still answers the question: it is in time, was not for once, and neither the purpose nor the fields
 * have grown since (requirement R064).
 */
export function isRemembered(
  registry: Registry,
  { purposes }: MiniProgram,
  grant: Grant | undefined,
  scope: string,
  now: number,
): boolean {
  const held = heldScope(grant, scope)
  if (!held || !isInTime(held, now)) return false
  const entry = registry.scopes.get(scope)
  if (entry?.silent) return true
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
    readonly receipt?: (before: Grant, next: Grant) => Promise<ReceiptDraft | undefined>
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
