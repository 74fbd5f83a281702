/**
 * @module Consent: a pending request is read, decided once and completed once. granted ⊆ shown ⊆ requested ⊆ approved
 * (requirements R063, R065).
 */
import type { AuthErrorScopes, Sheet } from '@assent/protocol'
import { eventOfChange } from './events.ts'
import { emptyGrant, holds, settle } from './grant.ts'
import { errorScopes, type IssuedCode, issueCode } from './issue.ts'
import type { Ports } from './ports.ts'
import type { ConsentOutcome, ConsentRequest, EventDraft, Grant, UserRef } from './records.ts'
import { Refusal } from './refusal.ts'
import { activeMiniProgram } from './registry.ts'

type Reading = Pick<Ports, 'store' | 'hasher'>

export type PendingConsent = { readonly request: ConsentRequest; readonly sheet: Sheet }

export type Decision = {
  readonly consentRequestId: string
  readonly sheetHash: string
  /** The scopes of the sheet that the user allows. Empty: refused. */
  readonly granted: readonly string[]
}

export type Completed =
  | ({ readonly kind: 'granted' } & IssuedCode)
  | { readonly kind: 'declined' | 'dismissed'; readonly authErrorScopes: AuthErrorScopes }

/**
 * The request that still waits for its decision.
 * @throws {Refusal} `CONSENT_REQUEST_UNKNOWN`, `CONSENT_REQUEST_EXPIRED`, `CONSENT_REQUEST_USED`
 */
export async function readPendingConsent(
  { store, hasher }: Reading,
  consentRequestId: string,
  now: number,
): Promise<PendingConsent> {
  const request = await store.readConsentRequest(hasher.sha256(consentRequestId))
  if (!request) throw new Refusal('CONSENT_REQUEST_UNKNOWN')
  if (now >= request.expiresAt) throw new Refusal('CONSENT_REQUEST_EXPIRED')
  if (request.outcome || request.completedAt) throw new Refusal('CONSENT_REQUEST_USED')
  return { request, sheet: JSON.parse(request.sheet) as Sheet }
}

/**
 * Records what the user decided, and changes the grant with it.
 * @throws {Refusal} `SHEET_MISMATCH`, `DECISION_INVALID`, `NOT_PERMITTED`, and those of {@link readPendingConsent}
 */
export async function decideConsent(ports: Ports, decision: Decision, now: number): Promise<void> {
  for (;;) {
    const { request, sheet } = await readPendingConsent(ports, decision.consentRequestId, now)
    checkDecision(decision, request, sheet)
    const grant = await ports.store.openGrant(startOf(ports, request))
    const next = decideGrant(ports, decision, request, sheet, grant, now)
    const outcome = decision.granted.length > 0 ? 'granted' : 'declined'
    const event = eventOfChange(grant, next, 'USER')
    if (await recordOutcome(ports.store, request, outcome, next, event)) return
  }
}

/**
 * Closes a request without a choice: nothing is granted, nothing is remembered as refused.
 * @throws {Refusal} those of {@link readPendingConsent}
 */
export async function dismissConsent(
  ports: Reading,
  consentRequestId: string,
  now: number,
): Promise<void> {
  const { request } = await readPendingConsent(ports, consentRequestId, now)
  await recordOutcome(ports.store, request, 'dismissed', undefined)
}

/**
 * Ends a request for the wallet that opened it: the code of a granted one. One that is still pending is dismissed.
 * @throws {Refusal} `CONSENT_REQUEST_UNKNOWN`, `CONSENT_REQUEST_EXPIRED`, `CONSENT_REQUEST_USED`, `NOT_PERMITTED`
 */
export async function completeConsent(
  ports: Ports,
  input: { readonly consentRequestId: string; readonly user: UserRef },
  now: number,
): Promise<Completed> {
  const idHash = ports.hasher.sha256(input.consentRequestId)
  const request = await ports.store.readConsentRequest(idHash)
  requireOwn(request, input.user)
  if (now >= request.expiresAt) throw new Refusal('CONSENT_REQUEST_EXPIRED')
  const completed = await ports.store.completeConsent(idHash, now)
  if (!completed) throw new Refusal('CONSENT_REQUEST_USED')
  const grant = await ports.store.findGrant(request.user, request.appId)
  // Withdrawn again already, on another device perhaps: then there is nothing to give a code for.
  const isHeld = completed.asked.some((scope) => holds(grant, scope))
  if (completed.outcome === 'granted' && grant && isHeld) {
    if (!activeMiniProgram(ports.registry, request.appId)) throw new Refusal('NOT_PERMITTED')
    return { kind: 'granted', ...(await issueCode(ports, grant, completed, now)) }
  }
  return {
    kind: completed.outcome === 'declined' ? 'declined' : 'dismissed',
    authErrorScopes: errorScopes(completed.notEntitled, shownScopes(JSON.parse(completed.sheet))),
  }
}

/** A request of another user is as unknown as none. @throws {Refusal} `CONSENT_REQUEST_UNKNOWN` */
export function requireOwn(
  request: ConsentRequest | undefined,
  user: UserRef,
): asserts request is ConsentRequest {
  const own = request?.user.walletId === user.walletId && request.user.userId === user.userId
  if (!own) throw new Refusal('CONSENT_REQUEST_UNKNOWN')
}

function shownScopes(sheet: Sheet): readonly string[] {
  return sheet.scopes.map(({ scope }) => scope)
}

function checkDecision(decision: Decision, request: ConsentRequest, sheet: Sheet): void {
  if (decision.sheetHash !== request.sheetHash) throw new Refusal('SHEET_MISMATCH')
  const shown = shownScopes(sheet)
  const required = sheet.scopes.filter((row) => row.required).map(({ scope }) => scope)
  const isSubset = decision.granted.every((scope) => shown.includes(scope))
  const isEnough = required.every((scope) => decision.granted.includes(scope))
  if (!isSubset || (decision.granted.length > 0 && !isEnough)) throw new Refusal('DECISION_INVALID')
}

function startOf(
  { registry, random }: Pick<Ports, 'registry' | 'random'>,
  request: ConsentRequest,
): Grant {
  const party = activeMiniProgram(registry, request.appId)
  if (!party) throw new Refusal('NOT_PERMITTED')
  return emptyGrant({ user: request.user, ...party }, random)
}

function decideGrant(
  { registry }: Pick<Ports, 'registry'>,
  { granted }: Decision,
  request: ConsentRequest,
  sheet: Sheet,
  grant: Grant,
  now: number,
): Grant {
  const refused = shownScopes(sheet).filter((scope) => !granted.includes(scope))
  const isSilent = (scope: string): boolean => registry.scopes.get(scope)?.silent === true
  const silent = granted.length > 0 ? request.asked.filter(isSilent) : []
  return settle(grant, { silent, granted, refused, sheetHash: request.sheetHash }, now)
}

/** `false`: the grant has changed meanwhile. */
async function recordOutcome(
  store: Ports['store'],
  request: ConsentRequest,
  outcome: ConsentOutcome,
  next: Grant | undefined,
  event?: EventDraft,
): Promise<boolean> {
  const recorded = await store.decideConsent(request.idHash, outcome, next, event)
  if (recorded === 'used') throw new Refusal('CONSENT_REQUEST_USED')
  return recorded === 'decided'
}
