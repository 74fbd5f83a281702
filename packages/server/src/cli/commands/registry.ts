/**
 * @module `assent apply`, `assent export` and `assent diff`: the registry in the store, as a file.
 * @see docs/registry.md
 */
import { createWriteStream, renameSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { loadConfig } from '../../config/load.ts'
import type { LoadedConfig } from '../../config/loaded-config.ts'
import type { ChangeCause } from '../../engine/store/registry.ts'
import { StoreUnavailableError } from '../../engine/store/store.ts'
import type { TesterNames } from '../../engine/store/testers.ts'
import { RegistryProblemsError } from '../../registry/changes/change-writer.ts'
import {
  type ApplyStore,
  applyPlan,
  checkPlan,
  OutdatedPlanError,
} from '../../registry/files/apply.ts'
import { exportRegistry } from '../../registry/files/export.ts'
import {
  type PlanOptions,
  type PlanStore,
  planChanges,
  type RegistryPlan,
} from '../../registry/files/plan.ts'
import { isEmptyPlan, linesOfPlan } from '../../registry/files/plan-text.ts'
import { describeProblem } from '../../registry/files/problems.ts'
import { readRegistryFile } from '../../registry/files/sections.ts'
import { createPatientStore } from '../../registry/patient-store.ts'
import { recordsOf } from '../../registry/records/declared-records.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import { CAUSE_OPTIONS, causeOf, parseReason } from '../operator.ts'
import { withStore } from '../store.ts'
import { UsageError } from '../usage-error.ts'

/** The owner of what commands write. */
const REGISTRY_OWNER = 'registry'

const FILE_OPTION = {
  filename: {
    type: 'string',
    short: 'f',
    help: 'The file with the sections, such as registry.yaml.',
  },
} as const

export const apply = defineCommand({
  name: 'apply',
  usages: [
    {
      syntax:
        'apply -f registry.yaml [--prune] [--take-over] --config assent.yaml (--reason TEXT [--actor NAME] | --dry-run)',
      help: 'Prints what the file changes in the registry, and changes it: all of it or nothing.',
    },
  ],
  options: {
    ...CONFIG_OPTION,
    ...FILE_OPTION,
    ...CAUSE_OPTIONS,
    prune: {
      type: 'boolean',
      default: false,
      help: 'Also removes what an earlier apply has created and the file does not declare.',
    },
    'take-over': {
      type: 'boolean',
      default: false,
      help: 'Records of assent.yaml that the file declares become records of the registry.',
    },
    'dry-run': { type: 'boolean', default: false, help: 'Checks and prints only.' },
  },
  async run({ config, filename, prune, actor, reason, ...flags }) {
    const { 'dry-run': isDryRun, 'take-over': takeOver } = flags
    const path = requireFile(filename)
    const loaded = loadConfig(config)
    const cause = {
      ...causeOf({ actor }, ''),
      reason: isDryRun ? 'A dry run.' : parseReason(reason),
    }
    await withStore(loaded, async (opened) => {
      const store = createPatientStore(opened)
      const plan = await planFile(store, loaded, path, { prune, takeOver })
      printPlan(plan)
      if (plan.problems.length > 0) return reportProblems(plan.problems)
      if (isEmptyPlan(plan)) return print('The registry is as the file says. Nothing was changed.')
      await (isDryRun ? rehearse : carryOut)(store, cause, plan)
    })
  },
})

async function rehearse(store: ApplyStore, cause: ChangeCause, plan: RegistryPlan): Promise<void> {
  try {
    await checkPlan(store, cause, plan)
    print('Nothing was changed: this was a dry run.')
  } catch (error) {
    reportProblems(problemsOf(error))
  }
}

async function carryOut(store: ApplyStore, cause: ChangeCause, plan: RegistryPlan): Promise<void> {
  let isCommitSent = false
  const watched: ApplyStore = {
    ...store,
    commitChange(change) {
      isCommitSent = true
      return store.commitChange(change)
    },
  }
  try {
    const { sequence } = await applyPlan(watched, cause, plan)
    print(`Applied as change ${sequence}. It is in force on every node within a second.`)
  } catch (error) {
    const isUnknown = isCommitSent && error instanceof StoreUnavailableError
    reportProblems(problemsOf(error), isUnknown ? UNKNOWN_OUTCOME : NOTHING_CHANGED)
  }
}

export const diff = defineCommand({
  name: 'diff',
  usages: [
    {
      syntax: 'diff -f registry.yaml --config assent.yaml',
      help: 'Prints what assent apply --prune would change. Exits with 1 when there are differences.',
    },
  ],
  options: { ...CONFIG_OPTION, ...FILE_OPTION },
  async run({ config, filename }) {
    const path = requireFile(filename)
    const loaded = loadConfig(config)
    const plan = await withStore(loaded, (store) => planFile(store, loaded, path, { prune: true }))
    printPlan(plan)
    for (const problem of plan.problems) process.stderr.write(`${problem}\n`)
    if (plan.problems.length > 0 || !isEmptyPlan(plan)) process.exitCode = 1
  },
})

export const exportRecords = defineCommand({
  name: 'export',
  usages: [
    {
      syntax: 'export [--owner all|NAME] [--out registry.yaml] --config assent.yaml',
      help: 'Writes the registry as a file that assent apply reads.',
    },
  ],
  options: {
    ...CONFIG_OPTION,
    owner: {
      type: 'string',
      default: REGISTRY_OWNER,
      help: 'Whose records are written, or all.',
    },
    out: { type: 'string', help: 'The file to write. Default: standard output.' },
  },
  async run({ config, owner, out }) {
    await withStore(config, async (store) => {
      const parts = Readable.from(exportRegistry(store, owner === 'all' ? undefined : owner))
      if (out === undefined) return pipeline(parts, process.stdout, { end: false })
      // An export that ends early leaves the former file as it is.
      await pipeline(parts, createWriteStream(`${out}.tmp`))
      renameSync(`${out}.tmp`, out)
    })
  },
})

function requireFile(filename: string | undefined): string {
  if (filename === undefined) throw new UsageError('Name the file: -f registry.yaml')
  return filename
}

/** @throws {ConfigError} with every problem of the file */
function planFile(
  store: PlanStore & TesterNames,
  config: LoadedConfig,
  path: string,
  options: Omit<PlanOptions, 'owner'>,
): Promise<RegistryPlan> {
  const { sections, folder } = readRegistryFile(path, config)
  return planChanges(store, recordsOf(sections, folder, store), {
    owner: REGISTRY_OWNER,
    ...options,
  })
}

function printPlan(plan: RegistryPlan): void {
  for (const line of linesOfPlan(plan)) print(line)
}

/** @throws the error when it is another one */
function problemsOf(error: unknown): readonly string[] {
  if (error instanceof RegistryProblemsError) return error.problems.map(describeProblem)
  if (error instanceof OutdatedPlanError || error instanceof StoreUnavailableError)
    return [error.message]
  throw error
}

const NOTHING_CHANGED = 'Nothing was changed.'
const UNKNOWN_OUTCOME =
  'It is not known whether the change was made: the database has not confirmed it. Repeat the command: it changes only what is missing.'

function reportProblems(problems: readonly string[], outcome: string = NOTHING_CHANGED): void {
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  process.stderr.write(`${outcome}\n`)
  process.exitCode = 1
}
