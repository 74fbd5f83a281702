/**
 * @module Consent: a pending request is read, decided once and completed once. granted ⊆ shown ⊆ requested ⊆ approved
 * (requirements R063, R065).
 */
import type { AuthErrorScopes, ConsentDuration, Sheet, SheetScope } from '@assent/protocol'
import { AssentError } from '../errors.ts'
import { eventOfChange } from '../events.ts'
import { applyDecision, emptyGrant, type GrantTerms, hasScope } from '../grant.ts'
import type { OutboxWrites } from '../ports/grants.ts'
import type { Ports } from '../ports/ports.ts'
import type { ConsentOutcome, ConsentRequest, Grant, RedirectTarget, UserRef } from '../records.ts'
import { activeMiniProgram } from '../registry.ts'
import {
  consumeAuthRequest,
  errorScopes,
  type IssuedCode,
  issueCode,
} from '../tokens/issue-code.ts'
import { expiryOf } from './duration.ts'
import { receiptOf } from './receipt.ts'

type Reading = Pick<Ports, 'store' | 'hasher'>

export type PendingConsent = { readonly request: ConsentRequest; readonly sheet: Sheet }

export type Decision = {
  readonly consentRequestId: string
  readonly sheetHash: string
  /** The scopes of the sheet that the user allows. Empty: refused. */
  readonly granted: readonly string[]
  /** One of those that the sheet offers. Default: what it says. */
  readonly lifetime?: ConsentDuration | undefined
}

export type CompletionResult =
  | ({ readonly kind: 'granted' } & IssuedCode)
  | {
      readonly kind: 'declined' | 'dismissed'
      readonly authErrorScopes: AuthErrorScopes
      readonly redirect?: RedirectTarget
    }
  /** A guardian has allowed it: the code is for the minor, who asks again. */
  | { readonly kind: 'recorded' }

/**
 * The request that still waits for its decision.
 * @throws {AssentError} `CONSENT_REQUEST_UNKNOWN`, `CONSENT_REQUEST_EXPIRED`, `CONSENT_REQUEST_USED`
 */
export async function readPendingConsent(
  { store, hasher }: Reading,
  consentRequestId: string,
  now: number,
): Promise<PendingConsent> {
  const request = await store.readConsentRequest(hasher.sha256(consentRequestId))
  if (!request) throw new AssentError('CONSENT_REQUEST_UNKNOWN')
  if (now >= request.expiresAt) throw new AssentError('CONSENT_REQUEST_EXPIRED')
  if (request.outcome || request.completedAt) throw new AssentError('CONSENT_REQUEST_USED')
  return { request, sheet: JSON.parse(request.sheet) as Sheet }
}

/**
 * Records what the user decided, and changes the grant with it.
 * @throws {AssentError} `SHEET_HASH_MISMATCH`, `DECISION_INVALID`, `NOT_PERMITTED`, and those of {@link readPendingConsent}
 */
export async function decideConsent(ports: Ports, decision: Decision, now: number): Promise<void> {
  for (;;) {
    const { request, sheet } = await readPendingConsent(ports, decision.consentRequestId, now)
    checkDecision(decision, request, sheet)
    const grant = await ports.store.openGrant(startOf(ports, request))
    const next = decideGrant(ports, decision, request, sheet, grant, now)
    const outcome = decision.granted.length > 0 ? 'granted' : 'declined'
    const { granted } = decision
    const actor = request.guardianId === undefined ? 'user' : 'guardian'
    const change = { before: grant, next, actor, decided: { request, sheet, granted } } as const
    const attached = {
      event: eventOfChange(grant, next, 'USER'),
      receipt: await receiptOf(ports, change, now),
    }
    if (await recordOutcome(ports.store, request, outcome, next, attached)) {
      const { appId, user } = request
      const others = shownScopes(sheet).filter((scope) => !granted.includes(scope))
      ports.funnel.count('granted', { appId, user, scopes: granted })
      ports.funnel.count('declined', { appId, user, scopes: others })
      if (actor === 'guardian') await ports.store.deleteGuardianRequest(request.user, request.appId)
      return
    }
  }
}

/**
 * Closes a request without a choice: nothing is granted, nothing is remembered as refused.
 * @throws {AssentError} those of {@link readPendingConsent}
 */
export async function dismissConsent(
  ports: Reading & Pick<Ports, 'funnel'>,
  consentRequestId: string,
  now: number,
): Promise<void> {
  const { request, sheet } = await readPendingConsent(ports, consentRequestId, now)
  await recordOutcome(ports.store, request, 'dismissed', undefined)
  const { appId, user } = request
  ports.funnel.count('dismissed', { appId, user, scopes: shownScopes(sheet) })
}

/**
 * Ends a request for the wallet that opened it: the code of a granted one. One that is still pending is dismissed.
 * @throws {AssentError} `CONSENT_REQUEST_UNKNOWN`, `CONSENT_REQUEST_EXPIRED`, `CONSENT_REQUEST_USED`, `PAGE_GONE`, `NOT_PERMITTED`
 */
export async function completeConsent(
  ports: Ports,
  input: {
    readonly consentRequestId: string
    readonly user: UserRef
    /** The page that wants the code. */
    readonly pageInstance?: string | undefined
  },
  now: number,
): Promise<CompletionResult> {
  const idHash = ports.hasher.sha256(input.consentRequestId)
  const request = await ports.store.readConsentRequest(idHash)
  requireOwn(request, input.user)
  if (now >= request.expiresAt) throw new AssentError('CONSENT_REQUEST_EXPIRED')
  const completed = await ports.store.completeConsent(idHash, now)
  if (!completed) throw new AssentError('CONSENT_REQUEST_USED')
  // It is over either way: what another page asked is not given later (requirement R003).
  if (completed.pageInstance !== input.pageInstance) throw new AssentError('PAGE_GONE')
  if (completed.outcome === 'granted' && completed.guardianId !== undefined)
    return { kind: 'recorded' }
  const grant = await ports.store.findGrant(request.user, request.appId)
  // Withdrawn again already, on another device perhaps: then there is nothing to give a code for.
  const isHeld = completed.requested.some((scope) => hasScope(grant, scope, now))
  if (completed.outcome === 'granted' && grant && isHeld) {
    if (!activeMiniProgram(ports.registry, request.appId)) throw new AssentError('NOT_PERMITTED')
    ports.accessLog.recordSignIn(grant.grantId)
    return { kind: 'granted', ...(await issueCode(ports, grant, completed, now)) }
  }
  const { redirect } = completed
  if (redirect?.oauth) await consumeAuthRequest(ports, redirect.oauth)
  return {
    kind: completed.outcome === 'declined' ? 'declined' : 'dismissed',
    authErrorScopes: errorScopes(completed.unapproved, shownScopes(JSON.parse(completed.sheet))),
    ...(redirect && { redirect }),
  }
}

/** A request of another user, or of a minor whose guardian decides, is as unknown as none. @throws {AssentError} `CONSENT_REQUEST_UNKNOWN` */
export function requireOwn(
  request: ConsentRequest | undefined,
  user: UserRef,
): asserts request is ConsentRequest {
  const decider = request?.guardianId ?? request?.user.userId
  const own = request?.user.walletId === user.walletId && decider === user.userId
  if (!own) throw new AssentError('CONSENT_REQUEST_UNKNOWN')
}

function shownScopes(sheet: Sheet): readonly string[] {
  return sheet.scopes.map(({ scope }) => scope)
}

function checkDecision(decision: Decision, request: ConsentRequest, sheet: Sheet): void {
  if (decision.sheetHash !== request.sheetHash) throw new AssentError('SHEET_HASH_MISMATCH')
  const shown = shownScopes(sheet)
  const required = sheet.scopes.filter((row) => row.required).map(({ scope }) => scope)
  const isSubset = decision.granted.every((scope) => shown.includes(scope))
  const isEnough = required.every((scope) =>
    answersOf(sheet, scope).some((one) => decision.granted.includes(one)),
  )
  const isOffered = sheet.lifetimes.includes(decision.lifetime ?? sheet.lifetime)
  if (!isSubset || !isOffered || (decision.granted.length > 0 && !isEnough))
    throw new AssentError('DECISION_INVALID')
}

/** The scope itself, and what the sheet offers instead of it. */
function answersOf(sheet: Sheet, scope: string): readonly string[] {
  const smaller = sheet.scopes.filter(({ insteadOf }) => insteadOf === scope)
  return [scope, ...smaller.map((row) => row.scope)]
}

function startOf(
  { registry, random }: Pick<Ports, 'registry' | 'random'>,
  request: ConsentRequest,
): Grant {
  const party = activeMiniProgram(registry, request.appId)
  if (!party) throw new AssentError('NOT_PERMITTED')
  return emptyGrant({ user: request.user, ...party }, random)
}

function decideGrant(
  { registry }: Pick<Ports, 'registry'>,
  { granted, lifetime }: Decision,
  request: ConsentRequest,
  sheet: Sheet,
  grant: Grant,
  now: number,
): Grant {
  const party = activeMiniProgram(registry, request.appId)
  if (!party) throw new AssentError('NOT_PERMITTED')
  const isSilent = (scope: string): boolean => registry.scopes.get(scope)?.implicit === true
  const implicit = granted.length > 0 ? request.requested.filter(isSilent) : []
  const chosen = lifetime ?? sheet.lifetime
  const expiresAt = expiryOf(chosen, party, now)
  const terms = ({ fields, purpose }: SheetScope): GrantTerms => ({
    sheetHash: request.sheetHash,
    lifetime: chosen,
    fields,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(purpose && { purpose: purpose.version }),
  })
  const rows = sheet.scopes.filter(({ scope }) => granted.includes(scope))
  return applyDecision(
    grant,
    {
      implicit,
      granted: Object.fromEntries(rows.map((row) => [row.scope, terms(row)])),
      denied: refusedOn(sheet, granted),
    },
    now,
  )
}

/** Of two answers to one question, who gives one has not refused the other. */
function refusedOn(sheet: Sheet, granted: readonly string[]): readonly string[] {
  const isAnswered = ({ scope, insteadOf = scope }: SheetScope): boolean =>
    answersOf(sheet, insteadOf).some((one) => granted.includes(one))
  return sheet.scopes.filter((row) => !isAnswered(row)).map(({ scope }) => scope)
}

/** `false`: the grant has changed meanwhile. */
async function recordOutcome(
  store: Ports['store'],
  request: ConsentRequest,
  outcome: ConsentOutcome,
  next: Grant | undefined,
  attached?: OutboxWrites,
): Promise<boolean> {
  const recorded = await store.decideConsent(request.idHash, outcome, next, attached)
  if (recorded === 'used') throw new AssentError('CONSENT_REQUEST_USED')
  return recorded === 'decided'
}
