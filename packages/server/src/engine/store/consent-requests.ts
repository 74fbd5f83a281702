/**
 * @module The port to pending decisions: consent requests, guardian requests and privacy links.
 */
import type { ConsentOutcome, ConsentRequest, Grant, GuardianRequest, UserRef } from '../records.ts'
import type { OutboxWrites } from './grants.ts'

/** A single-use link to the privacy page of a user. */
export type PrivacyLink = {
  readonly user: UserRef
  /** BCP 47 */
  readonly locale?: string
  readonly expiresAt: number
}

export interface ConsentRequestStore {
  /**
   * Creates a consent request and makes it the active prompt of its user, in one transaction. It takes the place of an
   * undecided prompt for the same user and mini program, which is dismissed, unless both are of one page and one second: then
   * the page has requested consent twice.
   * @param prompt.openSince a prompt that was opened before this instant is no longer active
   * @param prompt.at when this prompt is opened
   * @returns `false` when the user has another active prompt, which is neither decided nor completed
   */
  createConsentRequest(
    request: ConsentRequest,
    prompt: { readonly openSince: number; readonly at: number },
  ): Promise<boolean>
  /** Reads a consent request by the hash of its id, also after it expired. */
  readConsentRequest(idHash: string): Promise<ConsentRequest | undefined>
  /**
   * Records which page has opened the prompt of an undecided request (compare and set).
   * @param before the recorded hash; absent: no page has opened it
   * @returns `false` when another hash is recorded, or the request is not undecided
   */
  openPrompt(idHash: string, before: string | undefined, openerHash: string): Promise<boolean>
  /**
   * Records the outcome of an undecided request and replaces the grant, with event and receipt, in one transaction.
   * @returns `used` when the request is decided or completed already; `conflict` when the grant has changed since it
   * was read. In both cases nothing is written.
   */
  decideConsent(
    idHash: string,
    outcome: ConsentOutcome,
    next: Grant | undefined,
    writes?: OutboxWrites,
  ): Promise<'decided' | 'used' | 'conflict'>
  /**
   * Completes a request. Of concurrent calls, one gets the request.
   * @returns `undefined` when the request is unknown or completed already
   */
  completeConsent(idHash: string, now: number): Promise<ConsentRequest | undefined>

  /** Stores a request for a guardian. It replaces an earlier one of the same user and mini program. */
  createGuardianRequest(request: GuardianRequest): Promise<void>
  listGuardianRequests(guardian: UserRef): Promise<readonly GuardianRequest[]>
  /** Deletes a guardian request. An unknown one is ignored. */
  deleteGuardianRequest(user: UserRef, appId: string): Promise<void>

  createPrivacyLink(idHash: string, link: PrivacyLink): Promise<void>
  /**
   * Deletes a privacy link and returns it. Of concurrent calls, one gets the link.
   * @returns `undefined` when the link is unknown, used or expired
   */
  consumePrivacyLink(idHash: string, now: number): Promise<PrivacyLink | undefined>
}
