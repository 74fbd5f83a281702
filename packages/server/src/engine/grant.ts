/**
 * @module Pure functions that change and read grants. Every change increments the epoch of the grant.
 * @see ARCHITECTURE.md#credentials
 */

import type { EventReason, UserField } from '@assent/protocol'
import { isNotExpired } from './consent/duration.ts'
import { AssentError } from './errors.ts'
import { eventOfChange } from './events.ts'
import { requireFirst } from './once.ts'
import type { RandomSource } from './ports/crypto.ts'
import type { DirectoryUser } from './ports/directory.ts'
import type { NewReceipt } from './receipt-records.ts'
import type { DeniedScope, Grant, GrantedScope, OnceRecord, UserRef } from './records.ts'
import {
  type ActiveMiniProgram,
  type Client,
  isAvailableTo,
  isImplicit,
  isScopeApproved,
  type MiniProgram,
  type Registry,
} from './registry.ts'
import type { Store } from './store/store.ts'

/** The user and the mini program of a grant, with the client that owns the mini program. */
export type GrantParty = {
  readonly user: UserRef
  readonly miniProgram: MiniProgram
  readonly client: Client
}

/** Creates a grant without scopes. */
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

/** Finds a scope of a grant, also when it has expired. */
export function grantedScope(grant: Grant | undefined, scope: string): GrantedScope | undefined {
  return grant && Object.hasOwn(grant.granted, scope) ? grant.granted[scope] : undefined
}

/** Whether a scope is granted and has not expired. */
export function hasScope(grant: Grant | undefined, scope: string, now: number): grant is Grant {
  const granted = grantedScope(grant, scope)
  return granted !== undefined && isNotExpired(granted, now)
}

/** The terms under which a scope is granted on a consent prompt. */
export type GrantTerms = Required<Pick<GrantedScope, 'sheetHash' | 'lifetime' | 'fields'>> &
  Pick<GrantedScope, 'expiresAt' | 'purpose' | 'byGuardian' | 'requesters'>

/** The changes to one grant: scopes granted without a prompt, granted on a prompt, and not granted on it. */
export type DecisionChange = {
  /** Granted without a prompt. */
  readonly implicit: readonly string[]
  /** Granted on a prompt. */
  readonly granted: Readonly<Record<string, GrantTerms>>
  /** Scopes of a prompt that the user declined. */
  readonly denied: readonly string[]
  /** Options that the user did not choose on a prompt on which other scopes were granted. */
  readonly leftOff: readonly string[]
}

/**
 * Applies a decision to a grant.
 *
 * A scope that is already granted continues under its new terms: credentials of earlier epochs keep it. Scopes that were
 * granted once, or have expired, start at the new epoch. Denying a prompt never withdraws a granted scope.
 */
export function applyDecision(grant: Grant, change: DecisionChange, now: number): Grant {
  const epoch = grant.epoch + 1
  const { implicit } = change
  const added: GrantedScope = { grantedAt: now, since: epoch }
  const continues = (scope: string, terms: GrantTerms): boolean =>
    hasScope(grant, scope, now) &&
    terms.lifetime !== 'once' &&
    grant.granted[scope]?.lifetime !== 'once'
  const granted: Grant['granted'] = {
    ...grant.granted,
    ...stamp(
      implicit.filter((scope) => !hasScope(grant, scope, now)),
      added,
    ),
    ...Object.fromEntries(
      Object.entries(change.granted).map(([scope, terms]) => [
        scope,
        {
          ...added,
          ...(continues(scope, terms) && { since: grant.granted[scope]?.since ?? epoch }),
          ...terms,
          ...(continues(scope, terms) && mergeRequesters(grant.granted[scope], terms)),
        },
      ]),
    ),
  }
  const missing = (scopes: readonly string[]): readonly string[] =>
    scopes.filter((scope) => !Object.hasOwn(granted, scope))
  return {
    ...grant,
    epoch,
    granted,
    denied: {
      ...without(grant.denied, [...implicit, ...Object.keys(change.granted)]),
      ...mapTo(missing(change.denied), (scope) => deny(grant, scope, now)),
      ...mapTo(missing(change.leftOff), (scope) => leaveOff(grant, scope, now)),
    },
  }
}

const MINI_PROGRAM = ''
/** The user is asked again when more OAuth clients than this have requested a scope since. */
const MAX_REQUESTERS = 16

function requestersOf({
  requesters = [MINI_PROGRAM],
}: Pick<GrantedScope, 'requesters'>): readonly string[] {
  return requesters
}

/** A scope that continues stays consented to for those who requested it before. */
function mergeRequesters(
  before: GrantedScope | undefined,
  terms: GrantTerms,
): Pick<GrantedScope, 'requesters'> {
  const added = requestersOf(terms)
  const earlier = before ? requestersOf(before).filter((one) => !added.includes(one)) : []
  if (earlier.length === 0) return {}
  return { requesters: [...earlier, ...added].slice(-MAX_REQUESTERS) }
}

/**
 * Whether the user consented to a scope for this requester. Another OAuth client of the same mini program does not inherit consent.
 * Implicit scopes need none.
 * @param clientId the OAuth client; absent: the mini program itself
 */
export function wasRequestedBy(granted: GrantedScope, clientId: string | undefined): boolean {
  const isImplicitlyGranted = granted.sheetHash === undefined
  return isImplicitlyGranted || requestersOf(granted).includes(clientId ?? MINI_PROGRAM)
}

/**
 * After this many denials a scope is not requested again until the user resets its denials.
 * @see docs/consent.md#denials-and-cooldown
 */
export const MAX_DENIALS = 3
/** After a denial, a scope is not requested again for one day. */
export const DENIAL_COOLDOWN_SECONDS = 86_400

/**
 * Computes for how many more seconds a scope must not be requested.
 * @returns 0 when it may be requested now; `Infinity` when only the user can permit it
 */
export function remainingCooldownSeconds(
  grant: Grant | undefined,
  scope: string,
  now: number,
): number {
  const denied = deniedScope(grant, scope)
  if (!denied || denied.times === 0) return 0
  if (denied.times >= MAX_DENIALS) return Number.POSITIVE_INFINITY
  return Math.max(0, denied.deniedAt + DENIAL_COOLDOWN_SECONDS - now)
}

/**
 * Whether the user left a scope off as an option within the last day. Leaving an option off is not a denial: requests that
 * need the scope may ask for it.
 * @see docs/consent.md#options-that-are-left-off
 */
export function wasLeftOff(grant: Grant | undefined, scope: string, now: number): boolean {
  const { leftOffAt } = deniedScope(grant, scope) ?? {}
  return leftOffAt !== undefined && now < leftOffAt + DENIAL_COOLDOWN_SECONDS
}

/** Resets all denials, so that the mini program may request the scopes again. @returns the same grant when there is nothing to reset */
export function clearDenials(grant: Grant, now: number): Grant {
  const isDenied = ({ times, leftOffAt }: DeniedScope): boolean =>
    times > 0 || leftOffAt !== undefined
  if (!Object.values(grant.denied).some(isDenied)) return grant
  const reset = ([scope, { leftOffAt: _leftOffAt, ...denial }]: [string, DeniedScope]): [
    string,
    DeniedScope,
  ] => [scope, { ...denial, deniedAt: now, times: 0 }]
  return {
    ...grant,
    epoch: grant.epoch + 1,
    denied: Object.fromEntries(Object.entries(grant.denied).map(reset)),
  }
}

/**
 * Withdraws scopes. Later grants of these scopes have a later `since`, so earlier credentials never get them back.
 * @returns the same grant when none of the scopes is granted
 */
export function withdraw(grant: Grant, scopes: readonly string[], now: number): Grant {
  const epoch = grant.epoch + 1
  const withdrawn = scopes.filter((scope) => grantedScope(grant, scope))
  if (withdrawn.length === 0) return grant
  const granted = without(grant.granted, withdrawn)
  return {
    ...grant,
    epoch,
    granted,
    // A withdrawal is not a denial: the scope may be requested again at once.
    denied: { ...grant.denied, ...stamp(withdrawn, { deniedAt: now, times: 0, withdrawnAt: now }) },
  }
}

/** Reads when the last scope was withdrawn. @returns `undefined` while the grant has scopes, or if it never had any */
export function withdrawnAtOf({ granted, denied }: Grant): number | undefined {
  if (Object.keys(granted).length > 0) return undefined
  const times = Object.values(denied).flatMap(({ withdrawnAt }) => withdrawnAt ?? [])
  return times.length > 0 ? Math.max(...times) : undefined
}

function deniedScope(grant: Grant | undefined, scope: string): DeniedScope | undefined {
  return grant && Object.hasOwn(grant.denied, scope) ? grant.denied[scope] : undefined
}

function deny(grant: Grant, scope: string, deniedAt: number): DeniedScope {
  const previous = deniedScope(grant, scope)
  return { ...previous, deniedAt, times: (previous?.times ?? 0) + 1 }
}

function leaveOff(grant: Grant, scope: string, leftOffAt: number): DeniedScope {
  return { deniedAt: leftOffAt, times: 0, ...deniedScope(grant, scope), leftOffAt }
}

/**
 * Selects the scopes of a credential that are in effect: granted without interruption since it was issued, not expired,
 * and approved for the mini program. When the result is empty, the credential is invalid.
 * @param miniProgram that of the grant. It and its client are active
 * @param epoch the epoch of the credential
 */
export function effectiveScopes(
  registry: Pick<Registry, 'scopes'>,
  miniProgram: MiniProgram,
  grant: Grant,
  epoch: number,
  scopes: readonly string[],
  now: number,
): readonly string[] {
  if (!isAvailableTo(miniProgram, grant.user)) return []
  // A credential of a later epoch was issued before the database was restored from an older backup.
  if (epoch > grant.epoch) return []
  return scopes.filter((scope) => {
    const granted = grantedScope(grant, scope)
    return (
      granted !== undefined &&
      epoch >= granted.since &&
      isNotExpired(granted, now) &&
      wasConsented(registry, scope, granted) &&
      isScopeApproved(registry, miniProgram, scope)
    )
  })
}

/** A scope that was granted without a prompt is in effect only while it is implicit: the operator may change that. */
function wasConsented(
  registry: Pick<Registry, 'scopes'>,
  scope: string,
  { sheetHash }: GrantedScope,
): boolean {
  return sheetHash !== undefined || isImplicit(registry, scope)
}

/** Lists the fields that these scopes permit to read: registered now, and named on the prompt that the user saw. Sorted. */
export function permittedFields(
  registry: Pick<Registry, 'scopes'>,
  grant: Grant,
  scopes: readonly string[],
): readonly UserField[] {
  const permitted = scopes.flatMap((scope) => {
    const shown = grantedScope(grant, scope)?.fields
    const fields = registry.scopes.get(scope)?.fields ?? []
    return fields.filter((field) => shown?.includes(field) ?? true)
  })
  return [...new Set(permitted)].sort()
}

/**
 * Whether an earlier consent still covers a scope, so that no new prompt is needed: it has not expired and was not for once,
 * the same party requested it, the purpose has not changed, and no field was added.
 * @param clientId the OAuth client that requests the scope; absent: the mini program itself
 * @see docs/consent.md#when-users-are-asked-again
 */
export function isConsentStillValid(
  registry: Pick<Registry, 'scopes'>,
  { miniProgram: { purposes }, client }: ActiveMiniProgram,
  grant: Grant | undefined,
  scope: string,
  now: number,
  clientId?: string,
): boolean {
  const granted = grantedScope(grant, scope)
  if (!granted || !isNotExpired(granted, now)) return false
  if (isImplicit(registry, scope)) return true
  const { consentsNotBefore = -1 } = client
  if (granted.grantedAt <= consentsNotBefore) return false
  const fields = registry.scopes.get(scope)?.fields ?? []
  return (
    granted.lifetime !== 'once' &&
    wasRequestedBy(granted, clientId) &&
    granted.purpose === purposes[scope]?.version &&
    fields.every((field) => granted.fields?.includes(field))
  )
}

/**
 * Whether a scope was granted by the person who decides for this user now: for a minor, the guardian. Consent by a guardian
 * stays valid when the user comes of age. Implicit scopes need no consent.
 */
export function isOpenToUser(
  { guardianId }: Pick<DirectoryUser, 'guardianId'>,
  grant: Grant | undefined,
  scope: string,
): boolean {
  const granted = grantedScope(grant, scope)
  if (guardianId === undefined || granted === undefined) return true
  return granted.byGuardian === true || granted.sheetHash === undefined
}

/**
 * Changes a grant. Retries until no concurrent change interferes (optimistic concurrency control). A change that returns the same grant is
 * none: nothing is written except the record of the request.
 * @param options.once the record of the request, which is written in the transaction of the change
 * @returns the new grant, and the sequence number of the revocation log entry; 0 without one
 * @throws {AssentError} `REQUEST_REPEATED`
 */
export async function changeGrant(
  store: Pick<Store, 'openGrant' | 'findGrant' | 'replaceGrant' | 'consumeOnce'>,
  start: Grant,
  change: (grant: Grant) => Grant,
  options: {
    readonly revokes: boolean
    readonly reason: EventReason
    readonly receipt?: (before: Grant, next: Grant) => Promise<NewReceipt | undefined>
    readonly once?: OnceRecord | undefined
  },
): Promise<{ readonly grant: Grant; readonly sequence: number }> {
  const { once } = options
  for (;;) {
    const before = await reopenGrant(store, start)
    const changed = before && change(before)
    if (!before || !changed || changed === before) {
      await requireFirst({ store }, once)
      return { grant: before ?? start, sequence: 0 }
    }
    const event = eventOfChange(before, changed, options.reason)
    const receipt = await options.receipt?.(before, changed)
    const next = withReceipt(changed, receipt)
    const replaced = await store.replaceGrant(next, options.revokes, { event, receipt, once })
    if (replaced === 'repeated') throw new AssentError('REQUEST_REPEATED')
    if (replaced) return { grant: next, sequence: replaced.sequence }
  }
}

/** @returns `undefined` when the user was erased since the grant was read: nothing of it may come back */
function reopenGrant(
  store: Pick<Store, 'openGrant' | 'findGrant'>,
  grant: Grant,
): Promise<Grant | undefined> {
  return grant.epoch === 0 ? store.openGrant(grant) : store.findGrant(grant.user, grant.appId)
}

/** Names the receipt of a change in the grant, so that neither can be replaced without the other. */
export function withReceipt(
  grant: Grant,
  receipt: Pick<NewReceipt, 'receiptId'> | undefined,
): Grant {
  return receipt ? { ...grant, lastReceiptId: receipt.receiptId } : grant
}

function stamp<T>(names: readonly string[], value: T): Readonly<Record<string, T>> {
  return mapTo(names, () => value)
}

function mapTo<T>(
  names: readonly string[],
  toValue: (name: string) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(names.map((name) => [name, toValue(name)]))
}

function without<T>(
  record: Readonly<Record<string, T>>,
  names: readonly string[],
): Readonly<Record<string, T>> {
  const excluded = new Set(names)
  return Object.fromEntries(Object.entries(record).filter(([name]) => !excluded.has(name)))
}
