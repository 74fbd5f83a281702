/**
 * @module Follows assent.yaml while a node runs. When the file changes, its records are brought into the registry, and the settings that the
 * schema marks are applied. An invalid file changes nothing.
 */
import { unwatchFile, watchFile } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { NodeConfig } from '../../config/loaded-config.ts'
import { RELOADABLE_SECTIONS } from '../../config/schema.ts'
import { type ConfigIssue, formatIssue } from '../../config/yaml.ts'
import type { RegistryLog } from '../registry-log.ts'
import type { AppliedConfig } from './apply-config.ts'

const POLL_INTERVAL_MS = 500

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
  /** How many entries and images of the file are left out. */
  readonly issueCount: number
}

export interface ConfigFile {
  status(): ConfigStatus
  /** Reads the file at once. An invalid file is logged, and changes nothing. */
  reload(): Promise<void>
  stop(): Promise<void>
}

export type ConfigFileOptions = {
  /** Brings the records of the file into the registry. */
  readonly apply: () => Promise<AppliedConfig>
  /** Called when a version of the file has been applied. */
  readonly onApplied: (node: NodeConfig) => Promise<void>
  readonly log: RegistryLog
  /** Epoch seconds. */
  readonly clock: () => number
}

/** @param started the version that the node has started with; `undefined`: it was rejected, and the registry is as it was before */
export function followConfigFile(
  running: NodeConfig,
  started: AppliedConfig | undefined,
  { apply, onApplied, log, clock }: ConfigFileOptions,
): ConfigFile {
  let status = started ? statusOf(started) : REJECTED
  let pendingReload = Promise.resolve()
  if (started) logIssues(running.path, started.issues, log)

  function statusOf({ hash, node, issues }: AppliedConfig): ConfigStatus {
    return {
      hash,
      loadedAt: clock(),
      isRejected: false,
      needsRestart: settingsThatNeedRestart(running, node).length > 0,
      issueCount: issues.length,
    }
  }

  /** One after the other: otherwise an older version of the file could replace a newer one. */
  function reload(): Promise<void> {
    pendingReload = pendingReload.then(readFile)
    return pendingReload
  }

  async function readFile(): Promise<void> {
    try {
      const applied = await apply()
      await onApplied(applied.node)
      status = statusOf(applied)
      log.info('Reloaded assent.yaml.')
      logIssues(running.path, applied.issues, log)
      const settings = settingsThatNeedRestart(running, applied.node)
      if (settings.length > 0)
        log.warn(
          { settings },
          `Restart the node to apply the changes of ${settings.join(', ')} in assent.yaml.`,
        )
    } catch (error) {
      status = { ...status, isRejected: true }
      log.error(
        { err: error },
        'Reloading assent.yaml failed. The node keeps the previous configuration; run `assent check` and fix the file.',
      )
    }
  }

  const onChange = (): void => void reload()
  watchFile(running.path, { interval: POLL_INTERVAL_MS, persistent: false }, onChange)
  return {
    status: () => status,
    reload,
    async stop() {
      unwatchFile(running.path, onChange)
      await pendingReload
    },
  }
}

const REJECTED: ConfigStatus = {
  hash: '',
  loadedAt: 0,
  isRejected: true,
  needsRestart: false,
  issueCount: 0,
}

/** The settings that differ and that the schema does not mark as reloadable. */
export function settingsThatNeedRestart(
  { fromFile: before }: Pick<NodeConfig, 'fromFile'>,
  { fromFile: after }: Pick<NodeConfig, 'fromFile'>,
): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter(
    (name) =>
      !RELOADABLE_SECTIONS.has(name) &&
      !isDeepStrictEqual(before[name as keyof typeof before], after[name as keyof typeof after]),
  )
}

/** One line for each problem of an entry. The metric `assent_config_issues` counts them. */
function logIssues(path: string, issues: readonly ConfigIssue[], log: RegistryLog): void {
  for (const issue of issues)
    log.error(
      { line: issue.line },
      `${formatIssue(path, issue)}. Without this, the rest of assent.yaml is in use; fix it and run \`assent check\`.`,
    )
}
