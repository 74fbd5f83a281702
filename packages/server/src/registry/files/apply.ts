/**
 * @module Carries out a plan: as one change, all of it or nothing.
 */
import type {
  ChangeCause,
  RecordKey,
  RecordUpdate,
  RegistryChange,
  RegistryStore,
} from '../../engine/store/registry.ts'
import { type ChangeStore, writeChange } from '../changes/change-writer.ts'
import { findOwnerProblems, type MemberUpdate, memberUpdatesOf } from './administration.ts'
import { type RegistryPlan, updatesOf } from './plan.ts'
import type { RegistryChecks } from './registry-checks.ts'

export type ApplyStore = ChangeStore &
  Pick<RegistryStore, 'readRegistryChanges' | 'readRecord' | 'findRecords'>

/** What others have changed since the plan was made does not go together with it. */
export class OutdatedPlanError extends Error {
  override readonly name = 'OutdatedPlanError'
}

/**
 * @throws {RegistryProblemsError} when records of the plan were changed meanwhile, or do not fit the others
 * @throws {OutdatedPlanError} when the plan has to be made again
 */
export function applyPlan(
  store: ApplyStore,
  cause: ChangeCause,
  plan: RegistryPlan,
): Promise<RegistryChange> {
  return applyUpdates(store, cause, checkedUpdatesOf(plan))
}

/** New versions that fit the rules of the whole registry as it was at a change. */
export type CheckedUpdates = {
  readonly updates: Iterable<RecordUpdate>
  /** The records that the rules apply to. */
  readonly written: readonly RecordKey[]
  readonly checks: readonly RegistryChecks[]
  readonly members: readonly MemberUpdate[]
  /** The latest change that the rules were surely compared with. */
  readonly sequence: number
}

/** Writes updates as one change. @throws {RegistryProblemsError} {@link applyPlan} says when @throws {OutdatedPlanError} */
export function applyUpdates(
  store: ApplyStore,
  cause: ChangeCause,
  checked: CheckedUpdates,
): Promise<RegistryChange> {
  return write(store, cause, checked, async (change) => {
    await checkAgain(store, checked, change.sequence - 1)
    return store.commitChange(change)
  })
}

function checkedUpdatesOf(plan: RegistryPlan): CheckedUpdates {
  return {
    updates: updatesOf(plan),
    written: [...plan.created, ...plan.changed],
    checks: [plan.checks],
    members: memberUpdatesOf(plan),
    sequence: plan.sequence,
  }
}

/**
 * Does everything that {@link applyPlan} does, except for the commit.
 * @throws {RegistryProblemsError} when the plan cannot be applied
 * @throws {OutdatedPlanError} when the plan has to be made again
 */
export function checkPlan(
  store: ApplyStore,
  cause: ChangeCause,
  plan: RegistryPlan,
): Promise<void> {
  return checkUpdates(store, cause, checkedUpdatesOf(plan))
}

/** Does everything that {@link applyUpdates} does, except for the commit. @throws {RegistryProblemsError} */
export async function checkUpdates(
  store: ApplyStore,
  cause: ChangeCause,
  checked: CheckedUpdates,
): Promise<void> {
  const end = new Error('The change was checked.')
  const check = async (change: RegistryChange): Promise<never> => {
    await checkAgain(store, checked, change.sequence - 1)
    throw end
  }
  await write(store, cause, checked, check).catch((error: unknown) => {
    if (error !== end) throw error
  })
}

function write(
  store: ChangeStore,
  cause: ChangeCause,
  { updates }: CheckedUpdates,
  commitChange: ChangeStore['commitChange'],
): Promise<RegistryChange> {
  return writeChange({ ...store, commitChange }, cause, updates)
}

const PAGE_CHANGES = 100

/** The store knows the rules of single records. Those of the whole registry were checked when the plan was made. */
async function checkAgain(
  store: ApplyStore,
  { checks, members, written, ...checked }: CheckedUpdates,
  through: number,
): Promise<void> {
  for (let { sequence } = checked; checks.length > 0 && sequence < through; ) {
    const changes = await store.readRegistryChanges(sequence, PAGE_CHANGES)
    for (const { keys } of changes) {
      if (!keys)
        throw new OutdatedPlanError(
          'The registry was changed by a large change meanwhile. Repeat the command.',
        )
      for (const { kind, id } of keys) {
        const record = await store.readRecord(kind, id)
        if (record) for (const check of checks) check.addOther(record)
      }
    }
    sequence = changes.at(-1)?.sequence ?? through
  }
  const problems = [
    ...checks.flatMap((check) => check.findProblems(written)),
    ...(await findOwnerProblems(store, members)),
  ]
  if (problems.length > 0) throw new OutdatedPlanError(problems.join('\n'))
}
