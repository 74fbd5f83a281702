/**
 * @module SHA256withRSA (contract: openapi §1) in threads of their own (`assets/signer.js`): an RSA private key operation is the dearest
 * thing that this server does, and the event loop has other callers. Not in libuv's thread pool: its four threads would take turns
 * with the event loop for the cores, and wait together with everybody until it has the next ones; and names are looked up there.
 */
import type { KeyObject } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { PACKAGE_ROOT } from '../package-root.ts'

export interface SigningWorkerPool {
  /** Over prefix and body. @returns base64 @throws when its thread has ended; the next call starts another one */
  sign(prefix: string, body: string): Promise<string>
  /** What is not signed by then is rejected. */
  stop(): Promise<void>
}

const SCRIPT = new URL('assets/signer.js', PACKAGE_ROOT)
/** Two sign more than an event loop can ask for; and it needs a core for itself. */
const MOST = Math.min(2, Math.max(1, availableParallelism() - 1))

type Waiting = {
  readonly resolve: (base64: string) => void
  readonly reject: (reason: unknown) => void
}

/** Answers come in the order of the questions. */
type Thread = { readonly worker: Worker; readonly waiting: Waiting[] }

/** A thread starts when there is something to sign and all others are busy. @param most threads */
export function createSigningWorkerPool(key: KeyObject, most = MOST): SigningWorkerPool {
  const threads = new Set<Thread>()

  function start(): Thread {
    const worker = new Worker(SCRIPT, { workerData: { key } })
    const thread: Thread = { worker, waiting: [] }
    const end = (reason: unknown): void => {
      threads.delete(thread)
      for (const { reject } of thread.waiting.splice(0)) reject(reason)
    }
    worker.on('message', (base64: string) => thread.waiting.shift()?.resolve(base64))
    worker.once('error', end)
    worker.once('exit', () => end(new Error('the thread that signs has ended')))
    // Whoever serves keeps the process alive, not this.
    worker.unref()
    threads.add(thread)
    return thread
  }

  function choose(): Thread {
    const [least] = [...threads].sort((a, b) => a.waiting.length - b.waiting.length)
    const isFree = least && (least.waiting.length === 0 || threads.size >= most)
    return isFree ? least : start()
  }

  return {
    sign: (prefix, body) =>
      new Promise((resolve, reject) => {
        const { worker, waiting } = choose()
        waiting.push({ resolve, reject })
        worker.postMessage(prefix + body)
      }),
    async stop() {
      await Promise.all([...threads].map(({ worker }) => worker.terminate()))
    },
  }
}
