/**
 * @module What a node costs that does nothing: memory, and the time from its start to ready, on a store that exists.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { median } from './load.ts'
import { installAssent, startNode } from './servers.ts'
import { openBenchStore } from './stores.ts'

const SETTLE_MILLISECONDS = 3000

export async function measureIdle(rounds: number): Promise<void> {
  console.log(`\nmedians of ${rounds} starts\n`)
  console.log('| store | ready after ms | resident MiB, idle |\n|---|---:|---:|')
  for (const name of ['sqlite', 'postgres']) {
    const store = await openBenchStore(name)
    const installation = installAssent(store.url)
    // The first start makes keys and schema.
    await (await startNode(installation)).stop()
    const ready: number[] = []
    const memory: number[] = []
    for (let round = 0; round < rounds; round++) {
      const startedAt = performance.now()
      const node = await startNode(installation)
      ready.push(performance.now() - startedAt)
      await sleep(SETTLE_MILLISECONDS)
      memory.push(residentMebibytes(node.pid))
      await node.stop()
    }
    console.log(`| ${name} | ${median(ready).toFixed(0)} | ${median(memory).toFixed(0)} |`)
    installation.remove()
    await store.stop()
  }
}

/** Linux. */
export function residentMebibytes(pid: number): number {
  const kibibytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kibibytes) / 1024
}
