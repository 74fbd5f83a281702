/**
 * @module A call of the admin API: who calls, on what, with which ports. No operation sees more of a request.
 */

import type { NodeSettings } from '../config/sections.ts'
import type { KeyWriter } from '../crypto/keys/key-announcement.ts'
import { AdminError } from '../engine/admin/admin-error.ts'
import type { Approval } from '../engine/admin/approvals.ts'
import { type AdminTarget, authorizeAdmin, widestReach } from '../engine/admin/authorize.ts'
import type { AdminOperation } from '../engine/admin/operations.ts'
import type { Principal } from '../engine/admin/principal.ts'
import type { Reach } from '../engine/admin/roles.ts'
import type { Ports } from '../engine/ports/ports.ts'
import type { JsonObject } from '../http/strict-json.ts'
import type { LiveRegistry } from '../registry/live-registry.ts'
import type { Change } from './change.ts'

/** What the operations work with. */
export type AdminApiContext = {
  readonly ports: Pick<Ports, 'store' | 'receipts' | 'random' | 'hasher'>
  readonly live: Pick<LiveRegistry, 'current' | 'log'>
  /** The settings that the rules of records depend on. */
  readonly settings: NodeSettings
  readonly issuer: string
  /** The state of this node. */
  readonly node: {
    readonly nodeId: string
    /** JSON, as its report to the other nodes. */
    readonly describe: () => string
    readonly keys: KeyWriter
  }
  /** Removes copies of a deleted text from the files of the store. */
  readonly removeResidue: (text: string) => Promise<void>
  /** What was asked for and is approved now, checked again. @throws {AdminError} */
  requestedChange(call: AdminCall, approval: Approval): Promise<Change>
}

export type CallInput = {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: JsonObject
  /** The version of `If-Match`. */
  readonly version: number | undefined
}

export type AdminCall = CallInput &
  AdminApiContext & {
    readonly operation: AdminOperation
    readonly principal: Principal
    readonly now: number
    /** Requires that the caller may do this to a target. Each call does this, or asks for its reach. @throws {AdminError} */
    permit(target: AdminTarget): void
    /** Whose records a list shows. @throws {AdminError} `forbidden` */
    reach(): Reach
    /** A member of the path. */
    param(name: string): string
  }

export type TrackedCall = {
  readonly call: AdminCall
  /** Whether the call has asked the table of roles. */
  isDecided(): boolean
  /** Whether a second person has to approve it. */
  needsApproval(): boolean
}

export function createCall(
  context: AdminApiContext,
  operation: AdminOperation,
  principal: Principal,
  input: CallInput,
  now: number,
): TrackedCall {
  let isDecided = false
  let needsApproval = false
  const call: AdminCall = {
    ...context,
    ...input,
    operation,
    principal,
    now,
    permit(target) {
      isDecided = true
      needsApproval ||= authorizeAdmin(principal, operation, target) === 'approval-required'
    },
    reach() {
      isDecided = true
      return requireReach(principal, operation)
    },
    param(name) {
      const value = input.params[name]
      if (value === undefined) throw new Error(`The path has no member ${name}.`)
      return value
    },
  }
  return { call, isDecided: () => isDecided, needsApproval: () => needsApproval }
}

/**
 * Who can do this to no record learns nothing about any.
 * @throws {AdminError} `forbidden`
 */
export function requireReach(principal: Principal, operation: AdminOperation): Reach {
  const reach = widestReach(principal, operation)
  if (reach === 'none') authorizeAdmin(principal, operation, { organization: '' })
  return reach
}

/** The same for a record that does not exist and for one that is out of reach. */
export function noSuchRecord(): AdminError {
  return new AdminError('not-found', 'There is no such record in the organizations of your role.')
}

/** What the caller has to change in the request. */
export function invalidMember(pointer: string, detail: string): AdminError {
  return new AdminError('invalid', `The request is invalid: ${pointer || 'the body'} ${detail}`, {
    issues: [{ pointer, detail }],
  })
}
