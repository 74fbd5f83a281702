/**
 * @module Approvals: what an administrator asked for, and a second person decides.
 * @see docs/administrators.md#approvals
 */
import type { RecordUpdate } from '../store/registry.ts'
import { AdminError } from './admin-error.ts'
import { authorizeAdmin } from './authorize.ts'
import type { AdminOperation } from './operations.ts'
import { actorOf, type Principal } from './principal.ts'

export const APPROVAL_LIFETIME_SECONDS: number = 7 * 86_400

export type Approval = {
  readonly operation: AdminOperation
  /** The organization that the operation is about. */
  readonly organization: string
  /** What happens when it is approved, as the operation's own request. */
  readonly request: Readonly<Record<string, unknown>>
  readonly reason: string
  readonly requestedBy: string
  /** The person who asked, so that no second account of the same person approves. */
  readonly requesterIdentity: string
  readonly requestedAt: number
  readonly expiresAt: number
  readonly state: 'pending' | 'approved' | 'declined'
  readonly decidedBy?: string
  readonly decidedAt?: number
}

export function requestApproval(
  principal: Principal,
  request: Pick<Approval, 'operation' | 'organization' | 'request' | 'reason'>,
  now: number,
): Approval {
  return {
    ...request,
    requestedBy: actorOf(principal),
    requesterIdentity: principal.identity,
    requestedAt: now,
    expiresAt: now + APPROVAL_LIFETIME_SECONDS,
    state: 'pending',
  }
}

/**
 * The decided approval. Its record and what it permits are written in one change, so that it is used once.
 * @throws {AdminError} `forbidden`, `not-found`, `own-record`, `used`, `expired`
 */
export function decideApproval(
  principal: Principal,
  approval: Approval,
  state: 'approved' | 'declined',
  now: number,
): Approval {
  authorizeAdmin(principal, 'approvals.decide', { organization: approval.organization })
  if (isSamePerson(principal, approval))
    throw new AdminError('own-record', 'Nobody decides about an own request. Ask another person.')
  if (approval.state !== 'pending')
    throw new AdminError('used', `This request was ${approval.state} before.`)
  if (now >= approval.expiresAt)
    throw new AdminError('expired', 'This request has expired. It has to be made again.')
  return { ...approval, state, decidedBy: actorOf(principal), decidedAt: now }
}

function isSamePerson(principal: Principal, { requestedBy, requesterIdentity }: Approval): boolean {
  return principal.identity === requesterIdentity || actorOf(principal) === requestedBy
}

/** @param follows the version of the record; 0 for a new one */
export function approvalUpdate(id: string, approval: Approval, follows: number): RecordUpdate {
  return {
    kind: 'approval',
    id,
    follows,
    owner: 'registry',
    document: approval,
    references: [{ name: 'approvalState', value: approval.state }],
  }
}
