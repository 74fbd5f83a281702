/**
 * @module Carries out a plan: as one change, all of it or nothing.
 */
import type { ChangeCause, RegistryChange, RegistryStore } from '../../engine/store/registry.ts'
import { type ChangeStore, writeChange } from '../changes/change-writer.ts'
import { findOwnerProblems } from './administration.ts'
import { type RegistryPlan, updatesOf } from './plan.ts'

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
  return write(store, cause, plan, async (change) => {
    await checkAgain(store, plan, change.sequence - 1)
    return store.commitChange(change)
  })
}

/**
 * Does everything that {@link applyPlan} does, except for the commit.
 * @throws {RegistryProblemsError} when the plan cannot be applied
 */
export async function checkPlan(
  store: ChangeStore,
  cause: ChangeCause,
  plan: RegistryPlan,
): Promise<void> {
  const end = new Error('The change was checked.')
  await write(store, cause, plan, () => Promise.reject(end)).catch((error: unknown) => {
    if (error !== end) throw error
  })
}

function write(
  store: ChangeStore,
  cause: ChangeCause,
  plan: RegistryPlan,
  commitChange: ChangeStore['commitChange'],
): Promise<RegistryChange> {
  return writeChange({ ...store, commitChange }, cause, updatesOf(plan))
}

const PAGE_CHANGES = 100

/** The store knows the rules of single records. Those of the whole registry were checked when the plan was made. */
async function checkAgain(store: ApplyStore, plan: RegistryPlan, through: number): Promise<void> {
  for (let { sequence } = plan; sequence < through; ) {
    const changes = await store.readRegistryChanges(sequence, PAGE_CHANGES)
    for (const { keys } of changes) {
      if (!keys)
        throw new OutdatedPlanError(
          'The registry was changed by a large change meanwhile. Repeat the command.',
        )
      for (const { kind, id } of keys) {
        const record = await store.readRecord(kind, id)
        if (record) plan.checks.addOther(record)
      }
    }
    sequence = changes.at(-1)?.sequence ?? through
  }
  const problems = [
    ...plan.checks.findProblems([...plan.created, ...plan.changed]),
    ...(await findOwnerProblems(store, plan)),
  ]
  if (problems.length > 0) throw new OutdatedPlanError(problems.join('\n'))
}
