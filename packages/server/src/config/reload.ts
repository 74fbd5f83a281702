/**
 * @module Reloads assent.yaml while a node runs. The schema marks the sections that can change without a restart. An invalid file
 * changes nothing; an entry with a text that cannot be shown keeps its former texts. Suspensions by operators, which are in the
 * store, apply to every version of the file.
 */
import { createHash } from 'node:crypto'
import { unwatchFile, watchFile } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { suspendedKeysByClient, withOperatorActions } from '../engine/operator-actions.ts'
import { afterLookup, type Lookup, type Registry } from '../engine/registry.ts'
import type { OperatorAction } from '../engine/store/operator-actions.ts'
import type { Store } from '../engine/store/store.ts'
import type { ApiRoutes } from '../http/gateway/api-routes.ts'
import type { Image, Theme } from '../http/html/theme-types.ts'
import type { DiagnosticClient } from '../http/signature-diagnostics/diagnose.ts'
import type { SigningParties, SigningParty } from '../http/signed-messages/signing-context.ts'
import { readIcons } from './appearance/icons.ts'
import { readThemes } from './appearance/themes.ts'
import { loadConfigInThread } from './load-thread.ts'
import type { LoadedConfig } from './loaded-config.ts'
import { buildApiRoutes, buildCallers, buildRegistry, diagnosticClient } from './registry.ts'
import { type Config, RELOADABLE_SECTIONS } from './schema.ts'
import { formatIssue } from './yaml.ts'

const POLL_INTERVAL_MS = 500

/** Everything that is derived from one version of the file. */
type ConfigSnapshot = {
  readonly config: LoadedConfig
  readonly registry: Registry
  /** The parties that sign requests: clients for the merchant API, wallets for the wallet API. */
  readonly callers: { readonly clients: SigningParties; readonly wallets: SigningParties }
  readonly apiRoutes: ApiRoutes
  /** The icon of a mini program, when this server serves it. */
  readonly findIcon: (appId: string) => Lookup<Image>
  /** The keys and time tolerance of a client, for signature diagnostics. */
  readonly findDiagnosticClient: (clientId: string) => Lookup<DiagnosticClient>
  readonly themes: ReadonlyMap<string, Theme>
}

/** Which version of the file is in use. Metrics show it, so that nodes with different files are found. */
export type ConfigStatus = {
  /** Hexadecimal digits of a hash of the content. Nodes with the same file have the same. */
  readonly hash: string
  /** When the file was read. Epoch seconds. */
  readonly loadedAt: number
  /** Whether a later version of the file was rejected. */
  readonly isRejected: boolean
  /** Whether the file has changes that apply after a restart. */
  readonly needsRestart: boolean
}

export interface ReloadableConfig {
  /** The snapshot of the last valid version of the file. */
  current(): ConfigSnapshot
  status(): ConfigStatus
  /** Reads the file at once. An invalid file is logged, and changes nothing. */
  reload(): Promise<void>
  stop(): void
}

type Log = {
  info(message: string): void
  warn(context: object, message: string): void
  error(context: object, message: string): void
}

/** Reads the file again. @param running the configuration in use */
export type ConfigLoader = (
  path: string,
  running?: LoadedConfig,
) => LoadedConfig | Promise<LoadedConfig>

export async function watchConfig(
  config: LoadedConfig,
  store: Pick<Store, 'internClient' | 'listOperatorActions'>,
  log: Log,
  load: ConfigLoader = loadConfigInThread,
): Promise<ReloadableConfig> {
  let actions = await store.listOperatorActions()
  // Without the actions of operators, which apply to every version of the file.
  let base = await createSnapshot(config, store)
  let snapshot = applyActions(base, actions)
  let status = statusOf(config, false)
  logIssues(config, log)

  let pendingReload = Promise.resolve()
  let isReadingActions = false
  let isStoreReadable = true

  /** One after the other: otherwise an older version of the file could replace a newer one. */
  function reload(): Promise<void> {
    pendingReload = pendingReload.then(readFile)
    return pendingReload
  }

  async function readFile(): Promise<void> {
    try {
      const loaded = await load(config.path, snapshot.config)
      base = await createSnapshot(withReloadableSections(config, loaded), store)
      snapshot = applyActions(base, actions)
      log.info('Reloaded assent.yaml.')
      logIssues(loaded, log)
      const sections = sectionsThatNeedRestart(config.fromFile, loaded.fromFile)
      status = statusOf(loaded, sections.length > 0)
      if (sections.length > 0)
        log.warn(
          { sections },
          `Restart the node to apply the changes of ${sections.join(', ')} in assent.yaml.`,
        )
    } catch (error) {
      status = { ...status, isRejected: true }
      log.error(
        { err: error },
        'Reloading assent.yaml failed. The node keeps the previous configuration; run `assent check` and fix the file.',
      )
    }
  }

  async function readOperatorActions(): Promise<void> {
    if (isReadingActions) return
    isReadingActions = true
    try {
      const current = await store.listOperatorActions()
      if (!isStoreReadable) log.info('The actions of operators can be read again.')
      isStoreReadable = true
      if (isDeepStrictEqual(current, actions)) return
      actions = current
      snapshot = applyActions(base, actions)
      log.info('The suspensions by operators have changed. They are in force.')
    } catch (error) {
      if (!isStoreReadable) return
      isStoreReadable = false
      log.error(
        { err: error },
        'Reading the actions of operators failed. The node keeps the last ones and tries again; check the store.',
      )
    } finally {
      isReadingActions = false
    }
  }

  const timer = setInterval(() => void readOperatorActions(), POLL_INTERVAL_MS)
  timer.unref()
  const onChange = (): void => void reload()
  watchFile(config.path, { interval: POLL_INTERVAL_MS, persistent: false }, onChange)
  return {
    current: () => snapshot,
    status: () => status,
    reload,
    stop() {
      clearInterval(timer)
      unwatchFile(config.path, onChange)
    },
  }
}

function applyActions(
  snapshot: ConfigSnapshot,
  actions: readonly OperatorAction[],
): ConfigSnapshot {
  const { registry, callers } = snapshot
  return {
    ...snapshot,
    registry: withOperatorActions(registry, actions),
    callers: { ...callers, clients: withoutSuspendedKeys(callers.clients, actions) },
  }
}

function withoutSuspendedKeys(
  clients: SigningParties,
  actions: readonly OperatorAction[],
): SigningParties {
  const suspended = suspendedKeysByClient(actions)
  if (suspended.size === 0) return clients
  return {
    findParty(clientId) {
      const keys = suspended.get(clientId)
      const found = clients.findParty(clientId)
      return keys ? afterLookup(found, (caller) => caller && withoutKeys(caller, keys)) : found
    },
  }
}

function withoutKeys(caller: SigningParty, suspended: ReadonlySet<number>): SigningParty {
  return {
    ...caller,
    keys: new Map([...caller.keys].filter(([version]) => !suspended.has(version))),
  }
}

const HASH_DIGITS = 16

function statusOf({ fromFile }: LoadedConfig, needsRestart: boolean): ConfigStatus {
  const digest = createHash('sha256').update(JSON.stringify(fromFile)).digest('hex')
  return {
    hash: digest.slice(0, HASH_DIGITS),
    loadedAt: Math.floor(Date.now() / 1000),
    isRejected: false,
    needsRestart,
  }
}

/** One line for each problem of an entry. The metric `assent_config_issues` counts them. */
function logIssues({ path, issues }: LoadedConfig, log: Log): void {
  for (const issue of issues)
    log.error(
      { line: issue.line },
      `${formatIssue(path, issue)}. Without this, the rest of assent.yaml is in use; fix it and run \`assent check\`.`,
    )
}

/** The sections that differ and that the schema does not mark as reloadable. */
export function sectionsThatNeedRestart(before: Config, after: Config): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof Config>
  return [...names].filter(
    (name) => !RELOADABLE_SECTIONS.has(name) && !isDeepStrictEqual(before[name], after[name]),
  )
}

/** The running configuration with the reloadable sections of the changed file. */
function withReloadableSections(running: LoadedConfig, changed: LoadedConfig): LoadedConfig {
  const entries = [
    ...Object.entries(running).filter(([name]) => !RELOADABLE_SECTIONS.has(name)),
    ...Object.entries(changed).filter(([name]) => RELOADABLE_SECTIONS.has(name)),
  ]
  return { ...(Object.fromEntries(entries) as LoadedConfig), issues: changed.issues }
}

async function createSnapshot(
  config: LoadedConfig,
  store: Pick<Store, 'internClient'>,
): Promise<ConfigSnapshot> {
  const icons = readIcons(config)
  return {
    config,
    registry: await buildRegistry(config, store),
    callers: await buildCallers(config),
    apiRoutes: buildApiRoutes(config),
    findIcon: (appId) => icons.get(appId),
    findDiagnosticClient: (clientId) => diagnosticClient(config, clientId),
    themes: readThemes(config),
  }
}
