/**
 * @module The thread that moves committed writes from the log into the file (`assets/checkpointer.js`): else a commit, and all who are
 * served in its thread, would wait for that now and then.
 */
import { Worker } from 'node:worker_threads'
import { PACKAGE_ROOT } from '../../package-root.ts'

const SCRIPT = new URL('assets/checkpointer.js', PACKAGE_ROOT)

/** @param failed the thread is gone: whoever commits has to move the log again */
export function startCheckpointWorker(path: string, failed: () => void): { stop(): Promise<void> } {
  const worker = new Worker(SCRIPT, { workerData: { path } })
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  worker.once('error', failed)
  // Whoever serves keeps the process alive, not this.
  worker.unref()
  return {
    async stop() {
      worker.ref()
      worker.postMessage('stop')
      await ended
    },
  }
}
