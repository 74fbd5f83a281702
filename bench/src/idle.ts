/**
 * @module What a node costs that does nothing: memory, and the time from its start to ready, on a store that exists.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { median } from './load.ts'
import { table } from './results.ts'
import { installAssent, startNode } from './servers.ts'
import { openBenchStore } from './stores.ts'

/** When nothing comes, V8 gives back what the start has left: after some 10 to 17 s. */
const SETTLED_SECONDS = [3, 20]

export async function measureIdle(rounds: number): Promise<void> {
  console.log(`\nmedians of ${rounds} starts\n`)
  const titles = SETTLED_SECONDS.map((seconds) => `resident MiB after ${seconds} s`)
  const lines: (readonly string[])[] = []
  for (const name of ['sqlite', 'postgres']) {
    const store = await openBenchStore(name)
    const installation = installAssent(store.url)
    // The first start makes keys and schema.
    await (await startNode(installation)).stop()
    const ready: number[] = []
    const memory = SETTLED_SECONDS.map((): number[] => [])
    for (let round = 0; round < rounds; round++) {
      const startedAt = performance.now()
      const node = await startNode(installation)
      ready.push(performance.now() - startedAt)
      for (const [index, seconds] of SETTLED_SECONDS.entries()) {
        await sleep(1000 * (seconds - (SETTLED_SECONDS[index - 1] ?? 0)))
        memory[index]?.push(residentMebibytes(node.pid))
      }
      await node.stop()
    }
    lines.push([name, ...[ready, ...memory].map((figures) => median(figures).toFixed(0))])
    installation.remove()
    await store.stop()
  }
  console.log(table(['store', 'ready after ms', ...titles], lines))
}

/** Linux. */
export function residentMebibytes(pid: number): number {
  const kibibytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kibibytes) / 1024
}
