/**
 * @module Reads assent.yaml in a thread of its own: parsing and checking thousands of merchants takes seconds, in which the event loop
 * would serve nobody.
 */
import { Worker } from 'node:worker_threads'
import { workerScript } from '../package-root.ts'
import type { LoadedConfig } from './loaded-config.ts'
import { ConfigError, type ConfigIssue } from './yaml.ts'

export type LoadWorkerData = { readonly path: string; readonly running: LoadedConfig | undefined }

export type LoadWorkerResult =
  | { readonly config: LoadedConfig }
  | { readonly issues: readonly ConfigIssue[] }

/** Does the same as `loadConfig`. @throws {ConfigError} */
export async function loadConfigInThread(
  path: string,
  running?: LoadedConfig,
): Promise<LoadedConfig> {
  const workerData: LoadWorkerData = { path, running }
  // Without the options of this process: they may let packages resolve to sources, which a thread cannot run.
  const worker = new Worker(workerScript('config/load-worker'), { workerData, execArgv: [] })
  const result = await new Promise<LoadWorkerResult>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('The thread that reads assent.yaml has ended.')))
  })
  if ('issues' in result) throw new ConfigError(path, result.issues)
  return result.config
}
