/**
 * @module Brings the wallets, scopes, APIs and clients that assent.yaml declares into the registry, as `assent apply` does. They belong to
 * the file: what it no longer declares is removed, and nobody else changes them.
 */
import { createHash } from 'node:crypto'
import { parse } from 'yaml'
import type { LoadedConfig, NodeConfig } from '../../config/loaded-config.ts'
import type { Sections } from '../../config/sections.ts'
import type { ConfigIssue } from '../../config/yaml.ts'
import type { GrantStore } from '../../engine/store/grants.ts'
import type { ChangeCause, RegistryStore } from '../../engine/store/registry.ts'
import type { TesterNames } from '../../engine/store/testers.ts'
import { RegistryProblemsError } from '../changes/change-writer.ts'
import { type DeclaredRecords, recordsOf } from '../records/declared-records.ts'
import type { FileDocument } from '../records/file.ts'
import { applyPlan, OutdatedPlanError } from './apply.ts'
import { exportRegistry } from './export.ts'
import { digestOfFile } from './file-digest.ts'
import { planChanges } from './plan.ts'
import { isEmptyPlan } from './plan-text.ts'

export type ConfigStore = RegistryStore & TesterNames & Pick<GrantStore, 'internClient'>

/** The owner of the records that assent.yaml declares. */
export const CONFIG_OWNER = 'assent.yaml'

/** What a node keeps of a version of the file whose records are in the registry. */
export type AppliedConfig = {
  readonly node: NodeConfig
  /** Why entries and images of the file are left out. */
  readonly issues: readonly ConfigIssue[]
  /** Hexadecimal digits of a hash of the content. */
  readonly hash: string
}

/** The records of a file do not fit the others of the registry. */
export class ConfigConflictError extends Error {
  override readonly name = 'ConfigConflictError'
}

/** Reads the file. @param former the entries that are in the registry: those with texts that cannot be shown keep their former texts */
export type ReadConfig = (former?: Sections) => LoadedConfig

/**
 * @param now epoch seconds
 * @throws {ConfigError} for an invalid file
 * @throws {ConfigConflictError} when records of others are in the way
 */
export async function applyConfig(
  store: ConfigStore,
  read: ReadConfig,
  now: number,
): Promise<AppliedConfig> {
  const config = read()
  const { issues } = config
  const complete = issues.length > 0 ? read(await readSections(store)) : config
  const hash = hashOf(config)
  const reason = `assent.yaml has changed: this is its version ${hash}.`
  await applySections(store, complete, {
    actor: CONFIG_OWNER,
    source: 'file',
    reason,
    changedAt: now,
  })
  return { node: toNodeConfig(complete), issues, hash }
}

/** Other nodes may apply the same file at the same time. */
const MAX_ATTEMPTS = 5

async function applySections(
  store: ConfigStore,
  config: LoadedConfig,
  cause: ChangeCause,
): Promise<void> {
  const declared = recordsOf(config, config.folder, store)
  const digest = digestOfFile(declared)
  const file = await store.readRecord('file', CONFIG_OWNER)
  if (digest === (file?.document as FileDocument | undefined)?.digest) return
  const record = { kind: 'file' as const, id: CONFIG_OWNER, read: () => ({ digest }) }
  const records = new Map(declared).set('file', digest === undefined ? [] : [record])
  for (let attempt = 1; !(await bringIn(store, records, cause, attempt)); attempt++);
}

/** @returns `false` when others have changed the registry meanwhile */
async function bringIn(
  store: ConfigStore,
  records: DeclaredRecords,
  cause: ChangeCause,
  attempt: number,
): Promise<boolean> {
  const options = { owner: CONFIG_OWNER, prune: true, isSelfContained: true }
  const plan = await planChanges(store, records, options)
  if (plan.problems.length > 0) throw new ConfigConflictError(plan.problems.join('\n'))
  if (isEmptyPlan(plan)) return true
  try {
    await applyPlan(store, cause, plan)
    return true
  } catch (error) {
    const isOutdated = error instanceof RegistryProblemsError || error instanceof OutdatedPlanError
    if (!isOutdated) throw error
    if (attempt === MAX_ATTEMPTS) throw new ConfigConflictError(error.message)
    return false
  }
}

/** What the registry contains of the file. */
async function readSections(store: ConfigStore): Promise<Sections> {
  let text = ''
  for await (const part of exportRegistry(store, CONFIG_OWNER)) text += part
  return { wallets: [], clients: [], ...(parse(text) as Partial<Sections>) }
}

const HASH_DIGITS = 16

function hashOf({ fromFile }: LoadedConfig): string {
  const digest = createHash('sha256').update(JSON.stringify(fromFile)).digest('hex')
  return digest.slice(0, HASH_DIGITS)
}

/** The configuration without what is in the registry. */
export function toNodeConfig({
  wallets: _wallets,
  scopes: _scopes,
  apis: _apis,
  clients: _clients,
  fromFile,
  issues: _issues,
  ...node
}: LoadedConfig): NodeConfig {
  const { wallets, scopes, apis, clients, ...settings } = fromFile
  return { ...node, fromFile: settings }
}
