/**
 * @module Opens the registry of a node: brings the records of assent.yaml into the store, and follows the store and the file from then on.
 */

import type { JobFailures } from '../background/job-failures.ts'
import { loadConfig } from '../config/load.ts'
import type { LoadedConfig } from '../config/loaded-config.ts'
import type { Sections } from '../config/sections.ts'
import type { TestMiniProgram } from '../http/test-server/routes.ts'
import { consentDurationsOf } from '../registry/consent-durations.ts'
import { listAll } from '../registry/current-records.ts'
import {
  type AppliedConfig,
  applyConfig,
  ConfigConflictError,
  type ReadConfig,
  toNodeConfig,
} from '../registry/files/apply-config.ts'
import { applyConfigInThread } from '../registry/files/apply-thread.ts'
import { type ConfigFile, followConfigFile } from '../registry/files/config-file.ts'
import { type LiveRegistry, openLiveRegistry } from '../registry/live-registry.ts'
import type { RegistryLog } from '../registry/registry-log.ts'
import type { StoreHandle } from '../stores/store-handle.ts'
import type { Lifecycle } from './lifecycle.ts'

/** Reads assent.yaml. @param former the entries that are in the registry: those with texts that cannot be shown keep them */
export type ConfigLoader = (path: string, former?: Sections) => LoadedConfig

export type RegistryResources = {
  readonly live: LiveRegistry
  readonly configFile: ConfigFile
}

export type RegistryOptions = {
  readonly store: StoreHandle
  readonly log: RegistryLog
  readonly jobFailures: JobFailures
  /** Epoch seconds. */
  readonly clock: () => number
  /** Default: the file as it is, in a thread. */
  readonly loadConfig?: ConfigLoader | undefined
}

export async function openRegistry(
  config: LoadedConfig,
  { store, log, jobFailures, clock, loadConfig: load }: RegistryOptions,
  lifecycle: Lifecycle,
): Promise<RegistryResources> {
  const node = toNodeConfig(config)
  const started = await applyAtStart(store, config, load ?? loadConfig, log, clock())
  const consentDurations = consentDurationsOf(config)
  const live = lifecycle.use(
    await openLiveRegistry(store, {
      issuer: config.issuer,
      consentDurations,
      log,
      onReadError: () => jobFailures.record('registryLog'),
    }),
  )
  const configFile = lifecycle.use(
    followConfigFile(node, started, {
      apply: load
        ? () => applyConfig(store, (former) => load(node.path, former), clock())
        : () => applyConfigInThread(node, clock()),
      async onApplied(applied) {
        live.setConsentDurations(consentDurationsOf(applied))
        await live.log.catchUp()
      },
      log,
      clock,
    }),
  )
  return { live, configFile }
}

/** A node also starts when records of others are in the way: the registry then stays as it is. */
async function applyAtStart(
  store: StoreHandle,
  config: LoadedConfig,
  load: ConfigLoader,
  log: RegistryLog,
  now: number,
): Promise<AppliedConfig | undefined> {
  const read: ReadConfig = (former) => (former ? load(config.path, former) : config)
  try {
    return await applyConfig(store, read, now)
  } catch (error) {
    if (!(error instanceof ConfigConflictError)) throw error
    log.error(
      { err: error },
      'The records of assent.yaml do not fit the registry, which stays as it is. Run `assent diff` and change one of them.',
    )
    return undefined
  }
}

/** The mini programs that the overview of the test server lists. */
export async function listTestMiniPrograms(
  store: StoreHandle,
): Promise<readonly TestMiniProgram[]> {
  const found: TestMiniProgram[] = []
  for await (const { document } of listAll(store, 'miniProgram'))
    found.push(document as unknown as TestMiniProgram)
  return found.map(({ appId, name, scopes }) => ({ appId, name, scopes }))
}
