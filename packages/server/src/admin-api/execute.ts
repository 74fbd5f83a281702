/**
 * @module Carries out a call: asks the table of roles, then reads, tries, asks a second person, or changes.
 */
import { AdminError } from '../engine/admin/admin-error.ts'
import { approvalUpdate } from '../engine/admin/approvals.ts'
import { actorOf, type Principal } from '../engine/admin/principal.ts'
import type { ChangeCause, RecordProblem } from '../engine/store/registry.ts'
import { RegistryProblemsError, writeChange } from '../registry/changes/change-writer.ts'
import { isMember } from '../registry/files/administration.ts'
import { applyUpdates, checkUpdates, OutdatedPlanError } from '../registry/files/apply.ts'
import { describeProblem } from '../registry/files/problems.ts'
import { assertAdministration } from '../registry/records/administration.ts'
import { keepRequest } from './approved-change.ts'
import { type AdminApiContext, type AdminCall, type CallInput, createCall } from './call.ts'
import type { Change, Reply } from './change.ts'
import { plannedChanges } from './records/record-changes.ts'
import { messageFor } from './records/record-owners.ts'
import { type ChangeRow, type FoundRow, isChange, needsVersion } from './row.ts'

/** How a request wants to be carried out. */
export type Terms = {
  readonly now: number
  readonly requestId: string
  /** Checks everything, and changes nothing. */
  readonly isDryRun: boolean
  readonly reason: string | undefined
}

export type Outcome = Reply & { readonly status: number }

/** @throws {AdminError} */
export async function execute(
  context: AdminApiContext,
  { operation, row }: FoundRow,
  principal: Principal,
  input: CallInput,
  terms: Terms,
): Promise<Outcome> {
  const { call, isDecided, needsApproval } = createCall(
    context,
    operation,
    principal,
    input,
    terms.now,
  )
  // A row that forgets to ask the table of roles shows and changes nothing.
  const requireDecision = (): void => {
    if (!isDecided()) throw new Error(`${row.id} was not decided by the table of roles.`)
  }
  if (!isChange(row)) {
    const reply = await row.read(call)
    requireDecision()
    return { status: 200, ...reply }
  }
  const change = await row.change(call)
  requireDecision()
  const writer = createWriter(call, row, terms)
  if (terms.isDryRun) return writer.tryOut(change, needsApproval())
  return needsApproval() ? writer.askForApproval() : writer.write(change)
}

type Writer = {
  tryOut(change: Change, needsApproval: boolean): Promise<Outcome>
  askForApproval(): Promise<Outcome>
  write(change: Change): Promise<Outcome>
}

const APPROVAL_ID_BYTES = 16

function createWriter(call: AdminCall, row: ChangeRow, terms: Terms): Writer {
  const { store, random } = call.ports
  const cause: ChangeCause = {
    actor: actorOf(call.principal),
    source: call.operation.startsWith('emergency.') ? 'emergency' : 'api',
    reason: terms.reason ?? `${row.summary}.`,
    requestId: terms.requestId,
    changedAt: terms.now,
  }
  const record = async (reason: string): Promise<void> => {
    await writeChange(store, { ...cause, reason }, [])
  }

  async function writeUpdates(change: Change): Promise<void> {
    assertAdministration(change.updates)
    await withProblems(call, row, () => applyUpdates(store, cause, checkedUpdatesOf(change)))
  }

  return {
    async tryOut(change, needsApproval) {
      assertAdministration(change.updates)
      if (change.updates.length > 0)
        await withProblems(call, row, () => checkUpdates(store, cause, checkedUpdatesOf(change)))
      const changes = await plannedChanges(call, change.updates)
      return { status: 200, body: { dryRun: true, needsApproval, changes } }
    },
    async askForApproval() {
      const id = random.text(APPROVAL_ID_BYTES)
      const { approval, confirmation } = keepRequest(call, row, cause.reason)
      await writeUpdates({ updates: [approvalUpdate(id, approval, 0)], reply: {} })
      const location = `/approvals/${id}`
      const { request: _request, requesterIdentity: _identity, ...shown } = approval
      return {
        status: 202,
        body: { id, ...shown, ...(confirmation !== undefined && { confirmation }) },
        location,
        secrets: ['confirmation'],
      }
    },
    async write(change) {
      // The record of an approval is written before its effect, so that the effect happens once.
      if (change.updates.length > 0) await writeUpdates(change)
      const after = await change.effect?.(record)
      await call.live.log.catchUp()
      return { status: row.status, ...change.reply, ...after }
    },
  }
}

function checkedUpdatesOf({ updates, checks = [], sequence = 0 }: Change) {
  return { updates, written: updates, checks, members: updates.filter(isMember), sequence }
}

/** @throws {AdminError} `stale`, `conflict` */
async function withProblems<T>(
  { principal }: AdminCall,
  row: ChangeRow,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (error instanceof OutdatedPlanError)
      throw new AdminError('conflict', messageFor(principal, error.message))
    if (error instanceof RegistryProblemsError) throw toAdminError(principal, row, error.problems)
    throw error
  }
}

function toAdminError(
  principal: Principal,
  row: ChangeRow,
  problems: readonly RecordProblem[],
): AdminError {
  const isStale = problems.every(({ problem }) => problem === 'conflict')
  if (isStale && needsVersion(row))
    return new AdminError('stale', 'Somebody else has changed the record meanwhile. Read it again.')
  const details = problems.map((problem) => messageFor(principal, describeProblem(problem)))
  return new AdminError('conflict', details.join('\n'), {
    issues: details.map((detail) => ({ pointer: '', detail })),
  })
}
