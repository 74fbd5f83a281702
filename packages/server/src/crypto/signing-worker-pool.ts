/**
 * @module SHA256withRSA in dedicated threads (docs/decisions/0016-rsa-signing-in-workers.md): an RSA private key operation is the most
 * expensive step of a request. The four threads of libuv's pool would compete with the event loop, and delay DNS lookups.
 */
import type { KeyObject } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { workerScript } from '../package-root.ts'

export type SigningWorkerData = { readonly key: KeyObject }

export interface SigningWorkerPool {
  /**
   * Signs prefix and body.
   * @returns base64
   * @throws {Error} when the thread has ended; the next call starts another one
   */
  sign(prefix: string, body: string): Promise<string>
  /** Messages of later calls are signed with this key, those of earlier calls with the previous one. */
  use(key: KeyObject): void
  /** Rejects the signatures that are still pending. */
  stop(): Promise<void>
}

/** Two threads sign more than one event loop can request, and the event loop needs a core. */
const MAX_THREADS = Math.min(2, Math.max(1, availableParallelism() - 1))

type PendingSignature = {
  readonly resolve: (base64: string) => void
  readonly reject: (reason: unknown) => void
}

/** Signatures arrive in the order of the requests. */
type SigningThread = { readonly worker: Worker; readonly pending: PendingSignature[] }

/** A thread starts when there is a message to sign and all running threads are busy. */
export function createSigningWorkerPool(
  firstKey: KeyObject,
  maxThreads = MAX_THREADS,
): SigningWorkerPool {
  let key = firstKey
  const threads = new Set<SigningThread>()

  function startThread(): SigningThread {
    const workerData: SigningWorkerData = { key }
    const worker = new Worker(workerScript('crypto/signing-worker'), { workerData })
    const thread: SigningThread = { worker, pending: [] }
    const end = (reason: unknown): void => {
      threads.delete(thread)
      for (const { reject } of thread.pending.splice(0)) reject(reason)
    }
    worker.on('message', (base64: string) => thread.pending.shift()?.resolve(base64))
    worker.once('error', end)
    worker.once('exit', () => end(new Error('The signing thread ended before it signed.')))
    // The HTTP server keeps the process running, not this thread.
    worker.unref()
    threads.add(thread)
    return thread
  }

  function chooseThread(): SigningThread {
    const [leastBusy] = [...threads].sort((a, b) => a.pending.length - b.pending.length)
    const isAvailable = leastBusy && (leastBusy.pending.length === 0 || threads.size >= maxThreads)
    return isAvailable ? leastBusy : startThread()
  }

  return {
    sign: (prefix, body) =>
      new Promise((resolve, reject) => {
        const { worker, pending } = chooseThread()
        pending.push({ resolve, reject })
        worker.postMessage(prefix + body)
      }),
    use(next) {
      key = next
      // A thread handles its messages in order, so what it received before is signed with the previous key.
      for (const { worker } of threads) worker.postMessage(next)
    },
    async stop() {
      await Promise.all([...threads].map(({ worker }) => worker.terminate()))
    },
  }
}
