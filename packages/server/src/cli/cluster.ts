/**
 * @module `assent serve --workers N`: runs N server processes on one port. Each is a node; this process starts them, restarts
 * those that end unexpectedly, and stops them.
 */
import cluster from 'node:cluster'

/** A worker that ends sooner is restarted with a delay: it would probably fail again at once. */
const MIN_HEALTHY_MS = 1000

/** The environment variable that tells a worker its index. */
const INDEX_VARIABLE = 'ASSENT_WORKER_INDEX'

export function isWorker(): boolean {
  return cluster.isWorker
}

/** @returns the place of this process among the workers; a restarted worker keeps that of its predecessor */
export function workerIndex(): number {
  return isWorker() ? Number(process.env[INDEX_VARIABLE] ?? 0) : 0
}

/** Runs the workers until a signal arrives and every worker has stopped. @returns the exit code */
export function runWorkers(count: number): Promise<number> {
  let stopping = false
  let failed = false

  function fork(index: number): void {
    const startedAt = performance.now()
    cluster.fork({ [INDEX_VARIABLE]: String(index) }).on('exit', (code, signal) => {
      if (stopping) {
        // The signal itself ends a worker that is still starting, which is no failure: its code is null.
        failed ||= code > 0
        return
      }
      process.stderr.write(`A worker ended unexpectedly (${signal ?? code}). Starting a new one.\n`)
      const wasHealthy = performance.now() - startedAt > MIN_HEALTHY_MS
      setTimeout(() => fork(index), wasHealthy ? 0 : MIN_HEALTHY_MS)
    })
  }

  function signalAll(signal: NodeJS.Signals): void {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal)
  }

  function stop(): void {
    stopping = true
    signalAll('SIGTERM')
  }

  for (let worker = 0; worker < count; worker++) fork(worker)
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
    process.on('SIGHUP', signalAll)
    cluster.on('exit', () => {
      if (stopping && Object.keys(cluster.workers ?? {}).length === 0) resolve(failed ? 1 : 0)
    })
  })
}
