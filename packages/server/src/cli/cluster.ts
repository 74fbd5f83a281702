/**
 * @module `assent serve --workers N`: N processes on one port of one machine. Each is a node of its own; this one only
 * starts them, replaces one that dies, and stops them.
 */
import cluster from 'node:cluster'

/** A worker that dies sooner than this was never well: replacing it at once would only spin. */
const HEALTHY_MILLISECONDS = 1000

export function isWorker(): boolean {
  return cluster.isWorker
}

/** Runs until a signal; resolves when every worker has stopped. @returns the exit code */
export function runWorkers(count: number): Promise<number> {
  let stopping = false
  let failed = false

  function fork(): void {
    const startedAt = performance.now()
    cluster.fork().on('exit', (code, signal) => {
      if (stopping) {
        // A worker that was still starting dies of the signal itself: nothing of its was under way.
        failed ||= code > 0
        return
      }
      process.stderr.write(`worker ended: ${signal ?? code}\n`)
      const wasHealthy = performance.now() - startedAt > HEALTHY_MILLISECONDS
      setTimeout(fork, wasHealthy ? 0 : HEALTHY_MILLISECONDS)
    })
  }

  function stop(): void {
    stopping = true
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM')
  }

  for (let worker = 0; worker < count; worker++) fork()
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
    cluster.on('exit', () => {
      if (stopping && Object.keys(cluster.workers ?? {}).length === 0) resolve(failed ? 1 : 0)
    })
  })
}
