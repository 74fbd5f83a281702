/**
 * @module Decide and complete: a consent request is read, decided once and completed once. Granted scopes are a subset of the
 * shown scopes, shown scopes of the requested ones, requested scopes of the approved ones.
 * @see docs/consent.md#consent-prompt-rules
 */
import type { AuthErrorScopes, ConsentDuration, Sheet, SheetScope } from '@assent/protocol'
import { AssentError } from '../errors.ts'
import { eventOfChange } from '../events.ts'
import { applyDecision, emptyGrant, type GrantTerms, hasScope, withReceipt } from '../grant.ts'
import type { Ports } from '../ports/ports.ts'
import type { ConsentOutcome, ConsentRequest, Grant, RedirectTarget, UserRef } from '../records.ts'
import { type ActiveMiniProgram, findActiveMiniProgram, isImplicit } from '../registry.ts'
import type { OutboxWrites } from '../store/grants.ts'
import {
  consumeAuthRequest,
  errorScopes,
  type IssuedCode,
  issueCode,
} from '../tokens/issue-code.ts'
import { findActiveUser } from '../users/find-user.ts'
import { assertNotOfThief } from './auth-request-age.ts'
import { expiryOf } from './duration.ts'
import { receiptOf } from './receipt.ts'

type RequestPorts = Pick<Ports, 'store' | 'hasher'>

export type PendingConsent = { readonly request: ConsentRequest; readonly sheet: Sheet }

export type Decision = {
  readonly consentRequestId: string
  readonly sheetHash: string
  /** The scopes of the prompt that the user grants. Empty: the user declined. */
  readonly granted: readonly string[]
  /** One of the durations that the prompt offers. Default: the default of the prompt. */
  readonly lifetime?: ConsentDuration | undefined
}

export type CompletionResult =
  | ({ readonly kind: 'granted' } & IssuedCode)
  | {
      readonly kind: 'declined' | 'dismissed'
      readonly authErrorScopes: AuthErrorScopes
      readonly redirect?: RedirectTarget
    }
  /** A guardian approved the request of a minor. The code is issued to the minor's next request. */
  | { readonly kind: 'approvedByGuardian' }

/**
 * Reads a request that is not decided yet.
 * @throws {AssentError} `CONSENT_REQUEST_UNKNOWN`, `CONSENT_REQUEST_EXPIRED`, `CONSENT_REQUEST_USED`
 */
export async function readPendingConsent(
  { store, hasher }: RequestPorts,
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
 * Records the decision of the user and changes the grant, in one transaction.
 * @throws {AssentError} `SHEET_HASH_MISMATCH`, `DECISION_INVALID`, `NOT_PERMITTED`, and those of {@link readPendingConsent}
 */
export async function decideConsent(ports: Ports, decision: Decision, now: number): Promise<void> {
  const { store, funnel } = ports
  const { granted } = decision
  for (;;) {
    const { request, sheet } = await readPendingConsent(ports, decision.consentRequestId, now)
    checkDecision(decision, request, sheet)
    const party = await findActiveMiniProgram(ports.registry, request.appId)
    if (!party) throw new AssentError('NOT_PERMITTED')
    assertNotOfThief(party.client, request)
    const start = emptyGrant({ user: request.user, ...party }, ports.random)
    const grant = await store.openGrant(start)
    const next = decideGrant(ports, decision, party, { request, sheet }, grant, now)
    const actor = request.guardianId === undefined ? 'user' : 'guardian'
    const change = { before: grant, next, actor, decision: { request, sheet, granted } } as const
    const writes = {
      event: eventOfChange(grant, next, 'USER'),
      receipt: await receiptOf(ports, change, now),
    }
    const outcome = granted.length > 0 ? 'granted' : 'declined'
    const recorded = withReceipt(next, writes.receipt)
    const isRecorded = await recordOutcome(store, request, outcome, recorded, writes)
    if (!isRecorded) continue
    const { appId, user } = request
    const declined = shownScopes(sheet).filter((scope) => !granted.includes(scope))
    funnel.count('granted', { appId, user, scopes: granted })
    funnel.count('declined', { appId, user, scopes: declined })
    if (actor === 'guardian') await store.deleteGuardianRequest(user, appId)
    return
  }
}

/**
 * Closes a request without a decision: nothing is granted and no denial is recorded.
 * @throws {AssentError} those of {@link readPendingConsent}
 */
export async function dismissConsent(
  ports: RequestPorts & Pick<Ports, 'funnel'>,
  consentRequestId: string,
  now: number,
): Promise<void> {
  const { request, sheet } = await readPendingConsent(ports, consentRequestId, now)
  await recordOutcome(ports.store, request, 'dismissed', undefined)
  const { appId, user } = request
  ports.funnel.count('dismissed', { appId, user, scopes: shownScopes(sheet) })
}

/**
 * Completes a request for the wallet that opened it and issues the code when consent was granted. A pending request is
 * dismissed.
 * @throws {AssentError} `CONSENT_REQUEST_UNKNOWN`, `CONSENT_REQUEST_EXPIRED`, `CONSENT_REQUEST_USED`, `PAGE_GONE`, `NOT_PERMITTED`,
 * `USER_UNKNOWN`, `USER_NOT_ACTIVE`, `USER_UNAVAILABLE`
 */
export async function completeConsent(
  ports: Ports,
  input: {
    readonly consentRequestId: string
    readonly user: UserRef
    /** The page that gets the code. */
    readonly pageInstance?: string | undefined
  },
  now: number,
): Promise<CompletionResult> {
  const idHash = ports.hasher.sha256(input.consentRequestId)
  const request = await ports.store.readConsentRequest(idHash)
  assertDecider(request, input.user)
  if (now >= request.expiresAt) throw new AssentError('CONSENT_REQUEST_EXPIRED')
  if (request.outcome === 'granted') await findActiveUser(ports, request.user, now)
  const completed = await ports.store.completeConsent(idHash, now)
  if (!completed) throw new AssentError('CONSENT_REQUEST_USED')
  // Checked after the write: a request whose page is closed must not be completed by another page later.
  if (completed.pageInstance !== input.pageInstance) throw new AssentError('PAGE_GONE')
  if (completed.outcome === 'granted' && completed.guardianId !== undefined)
    return { kind: 'approvedByGuardian' }
  const grant = await ports.store.findGrant(request.user, request.appId)
  // The user may have withdrawn the grant since the decision, for example on another device.
  const isStillGranted = completed.requested.some((scope) => hasScope(grant, scope, now))
  if (completed.outcome === 'granted' && grant && isStillGranted) {
    const party = await findActiveMiniProgram(ports.registry, request.appId)
    if (!party) throw new AssentError('NOT_PERMITTED')
    assertNotOfThief(party.client, request)
    ports.accessLog.recordSignIn(grant.grantId)
    return { kind: 'granted', ...(await issueCode(ports, grant, completed, now)) }
  }
  return completeWithoutCode(ports, completed)
}

async function completeWithoutCode(
  ports: RequestPorts,
  { outcome, unapproved, sheet, redirect, authRequest }: ConsentRequest,
): Promise<CompletionResult> {
  // A prompt that was closed is no answer to a prepared request. An OAuth client gets an answer in any case.
  const answered = redirect?.oauth ?? (outcome === 'declined' ? authRequest : undefined)
  if (answered) await consumeAuthRequest(ports, answered)
  return {
    kind: outcome === 'declined' ? 'declined' : 'dismissed',
    authErrorScopes: errorScopes(unapproved, shownScopes(JSON.parse(sheet))),
    ...(redirect && { redirect }),
  }
}

/**
 * Checks that a request is the user's to decide: the guardian's for a minor. The error does not reveal whether a request of
 * another user exists.
 * @throws {AssentError} `CONSENT_REQUEST_UNKNOWN`
 */
export function assertDecider(
  request: ConsentRequest | undefined,
  user: UserRef,
): asserts request is ConsentRequest {
  const decider = request?.guardianId ?? request?.user.userId
  const isDecider = request?.user.walletId === user.walletId && decider === user.userId
  if (!isDecider) throw new AssentError('CONSENT_REQUEST_UNKNOWN')
}

function shownScopes(sheet: Sheet): readonly string[] {
  return sheet.scopes.map(({ scope }) => scope)
}

function checkDecision(decision: Decision, request: ConsentRequest, sheet: Sheet): void {
  if (decision.sheetHash !== request.sheetHash) throw new AssentError('SHEET_HASH_MISMATCH')
  const shown = shownScopes(sheet)
  const required = sheet.scopes.filter((row) => row.required).map(({ scope }) => scope)
  const isSubset = decision.granted.every((scope) => shown.includes(scope))
  const hasRequired = required.every((scope) =>
    alternativesTo(sheet, scope).some((one) => decision.granted.includes(one)),
  )
  const isOffered = sheet.lifetimes.includes(decision.lifetime ?? sheet.lifetime)
  if (!isSubset || !isOffered || (decision.granted.length > 0 && !hasRequired))
    throw new AssentError('DECISION_INVALID')
}

/** Lists a scope and the narrower alternatives that the prompt offers to it. */
function alternativesTo(sheet: Sheet, scope: string): readonly string[] {
  const narrower = sheet.scopes.filter(({ insteadOf }) => insteadOf === scope)
  return [scope, ...narrower.map((row) => row.scope)]
}

function decideGrant(
  { registry }: Pick<Ports, 'registry'>,
  { granted, lifetime }: Decision,
  party: ActiveMiniProgram,
  { request, sheet }: PendingConsent,
  grant: Grant,
  now: number,
): Grant {
  const chosen = lifetime ?? sheet.lifetime
  const expiresAt = expiryOf(chosen, party, now)
  const clientId = request.redirect?.oauth?.clientId
  const toTerms = ({ fields, purpose }: SheetScope): GrantTerms => ({
    sheetHash: request.sheetHash,
    lifetime: chosen,
    fields,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(purpose && { purpose: purpose.version }),
    ...(request.guardianId !== undefined && { byGuardian: true as const }),
    ...(clientId !== undefined && { requesters: [clientId] }),
  })
  // Implicit scopes are on the prompt of an unproven client. They are granted as everywhere else: without terms.
  const rows = sheet.scopes.filter(
    ({ scope }) => granted.includes(scope) && !isImplicit(registry, scope),
  )
  const implicit = request.requested.filter((scope) => isImplicit(registry, scope))
  const missing = notGrantedScopes(sheet, granted)
  const isDeclined = granted.length === 0
  return applyDecision(
    grant,
    {
      implicit: isDeclined ? [] : implicit,
      granted: Object.fromEntries(rows.map((row) => [row.scope, toTerms(row)])),
      denied: isDeclined ? missing : [],
      leftOff: isDeclined ? [] : missing,
    },
    now,
  )
}

/** Granting one of several alternatives answers the others too. */
function notGrantedScopes(sheet: Sheet, granted: readonly string[]): readonly string[] {
  const isCovered = ({ scope, insteadOf = scope }: SheetScope): boolean =>
    alternativesTo(sheet, insteadOf).some((one) => granted.includes(one))
  return sheet.scopes.filter((row) => !isCovered(row)).map(({ scope }) => scope)
}

/** @returns `false` when the grant has changed since it was read: read it again and retry */
async function recordOutcome(
  store: Ports['store'],
  request: ConsentRequest,
  outcome: ConsentOutcome,
  next: Grant | undefined,
  writes?: OutboxWrites,
): Promise<boolean> {
  const result = await store.decideConsent(request.idHash, outcome, next, writes)
  if (result === 'used') throw new AssentError('CONSENT_REQUEST_USED')
  return result === 'decided'
}
