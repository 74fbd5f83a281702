/**
 * @module Measures the memory of an idle node, and the time from its start until it is ready, on an existing store.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { median } from './closed-loop.ts'
import { table } from './results.ts'
import { installAssent, startNode } from './servers.ts'
import { openBenchStore } from './stores.ts'

/** Without requests, V8 returns the memory of the start-up after 10 to 17 s. */
const MEASURED_AFTER_SECONDS = [3, 20]

export async function measureMemory(rounds: number): Promise<void> {
  console.log(`\nmedians of ${rounds} starts\n`)
  const titles = MEASURED_AFTER_SECONDS.map((seconds) => `resident MiB after ${seconds} s`)
  const lines: (readonly string[])[] = []
  for (const name of ['sqlite', 'postgres']) {
    const store = await openBenchStore(name)
    const installation = installAssent(store.url)
    // The first start creates keys and schema.
    await (await startNode(installation)).stop()
    const ready: number[] = []
    const memory = MEASURED_AFTER_SECONDS.map((): number[] => [])
    for (let round = 0; round < rounds; round++) {
      const startedAt = performance.now()
      const node = await startNode(installation)
      ready.push(performance.now() - startedAt)
      for (const [index, seconds] of MEASURED_AFTER_SECONDS.entries()) {
        await sleep(1000 * (seconds - (MEASURED_AFTER_SECONDS[index - 1] ?? 0)))
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

/** Linux only. */
export function residentMebibytes(pid: number): number {
  return readMebibytes(pid, 'VmRSS')
}

/** The largest memory so far. Linux only. */
export function peakMebibytes(pid: number): number {
  return readMebibytes(pid, 'VmHWM')
}

function readMebibytes(pid: number, name: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024
}
