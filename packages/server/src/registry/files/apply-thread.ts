/**
 * @module Applies assent.yaml in a thread of its own, with its own connection to the store: reading, checking and comparing thousands of
 * merchants takes seconds, in which the event loop would serve nobody.
 */
import { Worker } from 'node:worker_threads'
import type { NodeConfig } from '../../config/loaded-config.ts'
import { ConfigError, type ConfigIssue } from '../../config/yaml.ts'
import { workerScript } from '../../package-root.ts'
import { type AppliedConfig, ConfigConflictError } from './apply-config.ts'

export type ApplyWorkerData = Pick<NodeConfig, 'path' | 'folder' | 'store' | 'keys'> & {
  /** Epoch seconds. */
  readonly now: number
}

export type ApplyWorkerResult =
  | { readonly applied: AppliedConfig }
  | { readonly issues: readonly ConfigIssue[] }
  | { readonly conflict: string }

/** Does the same as `applyConfig`. @throws as `applyConfig` */
export async function applyConfigInThread(
  { path, folder, store, keys }: NodeConfig,
  now: number,
): Promise<AppliedConfig> {
  const workerData: ApplyWorkerData = {
    path,
    folder,
    store,
    now,
    ...(keys !== undefined && { keys }),
  }
  // Without the options of this process: they may let packages resolve to sources, which a thread cannot run.
  const worker = new Worker(workerScript('registry/files/apply-worker'), {
    workerData,
    execArgv: [],
  })
  const result = await new Promise<ApplyWorkerResult>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('The thread that applies assent.yaml has ended.')))
  })
  if ('issues' in result) throw new ConfigError(path, result.issues)
  if ('conflict' in result) throw new ConfigConflictError(result.conflict)
  return result.applied
}
