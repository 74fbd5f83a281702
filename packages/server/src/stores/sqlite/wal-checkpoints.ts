/**
 * @module Checkpoints of the write-ahead log in a separate thread. Otherwise SQLite runs them inside a commit, and all requests of the
 * serving thread wait for the disk.
 */
import { Worker } from 'node:worker_threads'
import { workerScript } from '../../package-root.ts'

export type CheckpointWorkerData = { readonly path: string }

/** @param onFailure called when the thread has failed; from then on the commits have to run the checkpoints */
export function startCheckpointWorker(
  path: string,
  onFailure: () => void,
): { stop(): Promise<void> } {
  const workerData: CheckpointWorkerData = { path }
  const worker = new Worker(workerScript('stores/sqlite/checkpoint-worker'), { workerData })
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  worker.once('error', onFailure)
  // The HTTP server keeps the process running, not this thread.
  worker.unref()
  return {
    async stop() {
      worker.ref()
      worker.postMessage('stop')
      await exited
    },
  }
}
