/**
 * @module Measures the registry at the size of a platform: applying 100,000 mini programs of 30,000 merchants while two nodes serve, the
 * start and the memory of a node afterwards, and the time until a change is in force on both nodes.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { keyFolderOf, openStore } from '../../packages/server/dist/config/store.js'
import { openRecordKeys } from '../../packages/server/dist/crypto/keys/key-encryption-key.js'
import { createRecordIntegrity } from '../../packages/server/dist/crypto/records/record-integrity.js'
import { writeChange } from '../../packages/server/dist/registry/changes/change-writer.js'
import { referencesOf } from '../../packages/server/dist/registry/records/record-types.js'
import type { StoreHandle } from '../../packages/server/dist/stores/store-handle.js'
import { cpuSeconds, median, quantile } from './closed-loop.ts'
import { peakMebibytes, residentMebibytes } from './memory.ts'
import { merchantsOf } from './merchants.ts'
import type { Pauses } from './pauses.ts'
import { keep, machine, table } from './results.ts'
import { type Installation, installAssent, MAIN, startNode } from './servers.ts'
import { openBenchStore } from './stores.ts'
import {
  startIdleProcess,
  startLoad,
  startWatchedNode,
  takeAllPauses,
  type WatchedNode,
  waitUntilInForce,
} from './watched-nodes.ts'

const MINI_PROGRAMS_PER_MERCHANT = 10 / 3
const STARTS = 5
const MEMORY_STARTS = 3
const IDLE_SECONDS = 20
const SAMPLE_MS = 100

export type RegistryOptions = {
  readonly store: string
  readonly merchants: number
  readonly changes: number
  readonly keep: boolean
}

/** What the nodes went through, and a process that does nothing. */
type Watch = { readonly nodes: Pauses; readonly idle: Pauses }

export async function measureRegistry(options: RegistryOptions): Promise<void> {
  const [store, emptyStore] = [
    await openBenchStore(options.store),
    await openBenchStore(options.store),
  ]
  const [full, empty] = [installAssent(store.url), installAssent(emptyStore.url)]
  try {
    for (const one of [full, empty]) await (await startNode(one)).stop()
    const { applied, changed, count } = await measureNodes(full, options)
    const starts = await measureStarts({ empty, full })
    const lines = [
      ['records applied', String(applied.records)],
      ['time to apply', `${applied.seconds.toFixed(0)} s`],
      ['CPU time of the command', `${applied.cpuSeconds.toFixed(0)} s`],
      ['memory of the command, peak', `${applied.peakMebibytes.toFixed(0)} MiB`],
      ['requests answered meanwhile', String(applied.requests)],
      ['requests that failed meanwhile', String(applied.failed)],
      ...linesOfPauses('during the apply', applied.watch),
      ...linesOfStarts(starts),
      [`change in force on all nodes, median of ${options.changes}`, ms(changed.p50)],
      [`change in force on all nodes, p99 of ${options.changes}`, ms(changed.p99)],
      ...linesOfPauses('during the changes', changed.watch),
    ] as const
    const text = table(
      [`${options.store}, ${count} nodes, ${options.merchants} merchants`, ''],
      lines,
    )
    console.log(text)
    if (options.keep)
      keep(`registry-${options.store}`, { machine: machine(), ...Object.fromEntries(lines) }, text)
  } finally {
    for (const one of [full, empty]) one.remove()
    for (const one of [store, emptyStore]) await one.stop()
  }
}

async function measureNodes(installation: Installation, options: RegistryOptions) {
  // An SQLite file has one serving process.
  const count = options.store === 'postgres' ? 2 : 1
  const nodes: WatchedNode[] = []
  for (let n = 0; n < count; n++) nodes.push(await startWatchedNode(installation))
  const idle = startIdleProcess()
  try {
    const watch = async (): Promise<Watch> => ({
      nodes: await takeAllPauses(nodes),
      idle: await takeAllPauses([idle]),
    })
    await watch()
    const applied = await measureApply(installation, nodes, options.merchants)
    const withPauses = { ...applied, watch: await watch() }
    const times = await measureChanges(installation, nodes, options.changes)
    return { applied: withPauses, changed: { ...times, watch: await watch() }, count }
  } finally {
    idle.stop()
    await Promise.all(nodes.map((node) => node.stop()))
  }
}

async function measureApply(
  installation: Installation,
  nodes: readonly WatchedNode[],
  merchants: number,
) {
  const path = join(installation.folder, 'registry.json')
  const clients = merchantsOf(merchants, MINI_PROGRAMS_PER_MERCHANT)
  writeFileSync(path, JSON.stringify({ clients }))
  const config = join(installation.folder, 'assent.yaml')
  const load = startLoad(installation, nodes)
  const startedAt = performance.now()
  const command = spawn(
    process.execPath,
    [MAIN, 'apply', '-f', path, '--config', config, '--reason', 'Benchmark.'],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const used = sampleUsage(command.pid ?? 0)
  const [code] = await once(command, 'exit')
  if (code !== 0) throw new Error(`assent apply has ended with ${code}.`)
  const seconds = (performance.now() - startedAt) / 1000
  const apps = clients.reduce((sum, { miniPrograms }) => sum + miniPrograms.length, 0)
  return { records: clients.length + apps, seconds, ...used.stop(), ...(await load.stop()) }
}

/** The CPU time and the largest memory of a process that ends. */
function sampleUsage(pid: number): {
  stop(): { readonly cpuSeconds: number; readonly peakMebibytes: number }
} {
  const used = { cpuSeconds: 0, peakMebibytes: 0 }
  const timer = setInterval(() => {
    const seconds = cpuSeconds(pid)
    if (seconds === undefined) return
    used.cpuSeconds = Math.max(used.cpuSeconds, seconds)
    used.peakMebibytes = Math.max(used.peakMebibytes, peakMebibytes(pid) || 0)
  }, SAMPLE_MS)
  return {
    stop() {
      clearInterval(timer)
      return used
    },
  }
}

/** Suspends and reinstates a mini program in turn, until all nodes do so. */
async function measureChanges(
  installation: Installation,
  nodes: readonly WatchedNode[],
  count: number,
): Promise<{ readonly p50: number; readonly p99: number }> {
  const store = await openInstalledStore(installation)
  const times: number[] = []
  for (let change = 0; change < count; change++) {
    const isActive = change % 2 === 1
    await writeState(store, isActive ? 'ACTIVE' : 'SUSPENDED')
    const writtenAt = performance.now()
    await waitUntilInForce(installation, nodes, 'app-1', isActive)
    times.push(performance.now() - writtenAt)
  }
  await store.close()
  times.sort((one, other) => one - other)
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
}

type Starts = {
  readonly readyMs: number
  /** Until the node was ready. */
  readonly cpuMs: number
  readonly mebibytes: number
}

/** Medians of starts in turn, so that both installations have the same machine. */
async function measureStarts<K extends string>(
  installations: Readonly<Record<K, Installation>>,
): Promise<Readonly<Record<K, Starts>>> {
  const names = Object.keys(installations) as K[]
  const found = new Map(names.map((name) => [name, { ready: [], cpu: [], memory: [] } as Samples]))
  for (let start = 0; start < STARTS; start++) {
    const nodes = []
    for (const name of start % 2 === 0 ? names : names.toReversed()) {
      const startedAt = performance.now()
      const node = await startNode(installations[name])
      const samples = found.get(name)
      samples?.ready.push(performance.now() - startedAt)
      samples?.cpu.push(1000 * (cpuSeconds(node.pid) ?? 0))
      nodes.push({ node, samples })
    }
    if (start < MEMORY_STARTS) await sleep(1000 * IDLE_SECONDS)
    for (const { node, samples } of nodes) {
      if (start < MEMORY_STARTS) samples?.memory.push(residentMebibytes(node.pid))
      await node.stop()
    }
  }
  return Object.fromEntries(
    [...found].map(([name, { ready, cpu, memory }]) => [
      name,
      { readyMs: median(ready), cpuMs: median(cpu), mebibytes: median(memory) },
    ]),
  ) as Record<K, Starts>
}

type Samples = { readonly ready: number[]; readonly cpu: number[]; readonly memory: number[] }

function linesOfStarts({ empty, full }: Readonly<Record<'empty' | 'full', Starts>>) {
  const both = (of: (starts: Starts) => number, unit: string): string =>
    `${of(empty).toFixed(0)}, ${of(full).toFixed(0)} ${unit}`
  return [
    ['start to ready, empty and full registry', both(({ readyMs }) => readyMs, 'ms')],
    ['CPU time of the start, empty and full', both(({ cpuMs }) => cpuMs, 'ms')],
    ['idle memory, empty and full', both(({ mebibytes }) => mebibytes, 'MiB')],
  ] as const
}

export function linesOfPauses(when: string, { nodes, idle }: Watch) {
  return [
    [`longest pause of an event loop ${when}`, ms(nodes.longestMs)],
    ['… without waiting for a processor', ms(nodes.ownMs)],
    ['… of a process that does nothing', ms(idle.longestMs)],
    ['longest work of an event loop at once', ms(nodes.workMs)],
  ] as const
}

export function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(0)} ms`
}

function openInstalledStore({ folder }: Installation): Promise<StoreHandle> {
  const config = parse(readFileSync(join(folder, 'assent.yaml'), 'utf8')) as { store: string }
  const keys = openRecordKeys(keyFolderOf({ folder }))
  return openStore(
    { folder, store: config.store },
    { integrity: createRecordIntegrity(keys, () => {}) },
  )
}

async function writeState(store: StoreHandle, state: 'ACTIVE' | 'SUSPENDED'): Promise<void> {
  const record = await store.readRecord('miniProgram', 'app-1')
  if (!record) throw new Error('The mini program app-1 is not in the registry.')
  const { kind, id, version: follows, owner } = record
  const document = { ...record.document, state }
  const references = referencesOf({ kind, id }, document)
  const update = { kind, id, follows, owner, document, references }
  const changedAt = Math.floor(Date.now() / 1000)
  await writeChange(store, { actor: 'bench', source: 'command', reason: 'Benchmark.', changedAt }, [
    update,
  ])
}
