/**
 * @module Reloads assent.yaml while a node runs. The schema marks the sections that can change without a restart. An invalid file
 * changes nothing; an entry with a text that cannot be shown keeps its former texts.
 */
import { unwatchFile, watchFile } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { Store } from '../engine/ports/store.ts'
import type { Registry } from '../engine/registry.ts'
import type { ApiRoutes } from '../http/gateway/api-routes.ts'
import type { Image, Theme } from '../http/html/theme-types.ts'
import type { SigningParty } from '../http/signed-messages/signing-context.ts'
import { readIcons } from './icons.ts'
import { loadConfig } from './load.ts'
import type { LoadedConfig } from './loaded-config.ts'
import { buildApiRoutes, buildCallers, buildRegistry } from './registry.ts'
import { type Config, RELOADABLE_SECTIONS } from './schema.ts'
import { readThemes } from './themes.ts'
import { formatIssue } from './yaml.ts'

const POLL_INTERVAL_MS = 500

/** Everything that is derived from one version of the file. */
type ConfigSnapshot = {
  readonly config: LoadedConfig
  readonly registry: Registry
  readonly callers: {
    readonly clients: ReadonlyMap<string, SigningParty>
    readonly wallets: ReadonlyMap<string, SigningParty>
  }
  readonly apiRoutes: ApiRoutes
  readonly icons: ReadonlyMap<string, Image>
  readonly themes: ReadonlyMap<string, Theme>
}

export interface ReloadableConfig {
  /** The snapshot of the last valid version of the file. */
  current(): ConfigSnapshot
  /** Reads the file at once. An invalid file is logged, and changes nothing. */
  reload(): Promise<void>
  stop(): void
}

type Log = {
  info(message: string): void
  warn(context: object, message: string): void
  error(context: object, message: string): void
}

/** @param load reads the file again */
export async function watchConfig(
  config: LoadedConfig,
  store: Pick<Store, 'internClient'>,
  log: Log,
  load: typeof loadConfig = loadConfig,
): Promise<ReloadableConfig> {
  let snapshot = await createSnapshot(config, store)
  logIssues(config, log)

  async function reload(): Promise<void> {
    try {
      const loaded = load(config.path, snapshot.config)
      snapshot = await createSnapshot(withReloadableSections(config, loaded), store)
      log.info('Reloaded assent.yaml.')
      logIssues(loaded, log)
      const sections = sectionsThatNeedRestart(config.fromFile, loaded.fromFile)
      if (sections.length > 0)
        log.warn(
          { sections },
          `Restart the node to apply the changes of ${sections.join(', ')} in assent.yaml.`,
        )
    } catch (error) {
      log.error(
        { err: error },
        'Reloading assent.yaml failed. The node keeps the previous configuration; run `assent check` and fix the file.',
      )
    }
  }

  const onChange = (): void => void reload()
  watchFile(config.path, { interval: POLL_INTERVAL_MS, persistent: false }, onChange)
  return { current: () => snapshot, reload, stop: () => unwatchFile(config.path, onChange) }
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
  return {
    config,
    registry: await buildRegistry(config, store),
    callers: buildCallers(config),
    apiRoutes: buildApiRoutes(config),
    icons: readIcons(config),
    themes: readThemes(config),
  }
}
