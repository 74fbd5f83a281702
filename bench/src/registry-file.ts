/**
 * @module Measures a large assent.yaml: how long a node with 6,667 merchants of three mini programs in its file takes to start, and what the
 * nodes go through when the file changes while they serve.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { cpuSeconds, median } from './closed-loop.ts'
import { residentMebibytes } from './memory.ts'
import { type MerchantEntry, merchantsOf } from './merchants.ts'
import { linesOfPauses, ms } from './registry.ts'
import { keep, machine, table } from './results.ts'
import { type Installation, installAssent } from './servers.ts'
import { openBenchStore } from './stores.ts'
import {
  startIdleProcess,
  startLoad,
  startWatchedNode,
  takeAllPauses,
  type WatchedNode,
  waitUntilInForce,
} from './watched-nodes.ts'

const MINI_PROGRAMS_PER_MERCHANT = 3
const CHANGES = 5

export type RegistryFileOptions = {
  readonly store: string
  readonly merchants: number
  readonly keep: boolean
}

export async function measureRegistryFile(options: RegistryFileOptions): Promise<void> {
  const store = await openBenchStore(options.store)
  const installation = installAssent(store.url)
  const file = openFile(installation, options.merchants)
  // An SQLite file has one serving process.
  const count = options.store === 'postgres' ? 2 : 1
  try {
    const first = await measureStart(installation)
    await first.node.stop()
    const again = await measureStart(installation)
    const nodes = [again.node]
    while (nodes.length < count) nodes.push(await startWatchedNode(installation))
    const changes = await measureChanges(installation, nodes, file)
    await Promise.all(nodes.map((node) => node.stop()))
    const lines = [
      ['size of the file', `${(file.size / 1e6).toFixed(1)} MB`],
      ['start to ready, new file', `${first.seconds.toFixed(1)} s`],
      ['CPU time of this start', `${first.cpu.toFixed(1)} s`],
      ['start to ready, same file', `${again.seconds.toFixed(1)} s`],
      ['CPU time of this start', `${again.cpu.toFixed(1)} s`],
      ['memory of a node afterwards', `${changes.mebibytes.toFixed(0)} MiB`],
      [`one merchant changed, until in force on all nodes, median of ${CHANGES}`, ms(changes.one)],
      ['all merchants changed, until in force on all nodes', ms(changes.all)],
      ['requests answered during the changes', String(changes.requests)],
      ['requests that failed during the changes', String(changes.failed)],
      ...linesOfPauses('during the changes', changes.watch),
    ] as const
    const title = `${options.store}, ${count} nodes, ${options.merchants} merchants in assent.yaml`
    const text = table([title, ''], lines)
    console.log(text)
    if (options.keep) keep(`registry-file-${options.store}`, { machine: machine(), lines }, text)
  } finally {
    installation.remove()
    await store.stop()
  }
}

async function measureStart(installation: Installation) {
  const startedAt = performance.now()
  const node = await startWatchedNode(installation)
  const seconds = (performance.now() - startedAt) / 1000
  return { node, seconds, cpu: cpuSeconds(node.pid) ?? 0 }
}

async function measureChanges(
  installation: Installation,
  nodes: readonly WatchedNode[],
  file: MerchantFile,
) {
  const idle = startIdleProcess()
  await takeAllPauses([...nodes, idle])
  const load = startLoad(installation, nodes)
  const times: number[] = []
  for (let change = 0; change < CHANGES; change++) {
    const isActive = change % 2 === 1
    const changedAt = performance.now()
    file.write({ isActive })
    await waitUntilInForce(installation, nodes, 'app-1', isActive)
    times.push(performance.now() - changedAt)
  }
  const changedAt = performance.now()
  file.write({ isActive: true, contact: 'merchants@example.com' })
  await waitUntilInForce(installation, nodes, 'app-1', true)
  const all = performance.now() - changedAt
  const answered = await load.stop()
  const watch = { nodes: await takeAllPauses(nodes), idle: await takeAllPauses([idle]) }
  idle.stop()
  const mebibytes = median(nodes.map(({ pid }) => residentMebibytes(pid)))
  return { one: median(times), all, mebibytes, watch, ...answered }
}

type MerchantFile = {
  /** Bytes. */
  readonly size: number
  /** @param change.isActive the state of the mini program `app-1` @param change.contact of all merchants */
  write(change: { readonly isActive: boolean; readonly contact?: string }): void
}

/** Adds merchants to the assent.yaml of an installation. */
function openFile({ folder }: Installation, count: number): MerchantFile {
  const path = join(folder, 'assent.yaml')
  const { clients, ...settings } = parse(readFileSync(path, 'utf8')) as { clients: object[] }
  const start = `${stringify(settings)}clients:\n${stringify(clients)}`
  const merchants = merchantsOf(count, MINI_PROGRAMS_PER_MERCHANT)
  const texts = merchants.map(toText)
  const file = {
    size: start.length + texts.join('').length,
    write({ isActive, contact }: Parameters<MerchantFile['write']>[0]) {
      const state = isActive ? 'ACTIVE' : 'SUSPENDED'
      const ofApp = merchants.slice(0, 1).map((one) => toText(withState(one, 'app-1', state)))
      const all = [...ofApp, ...texts.slice(1)]
      const more = contact === undefined ? '' : `  contact: ${contact}\n`
      writeFileSync(path, start + all.map((text) => text + more).join(''))
    },
  }
  file.write({ isActive: true })
  return file
}

function withState(merchant: MerchantEntry, appId: string, state: string): object {
  const miniPrograms = merchant.miniPrograms.map((app) =>
    app.appId === appId ? { ...app, state } : app,
  )
  return { ...merchant, miniPrograms }
}

function toText(merchant: object): string {
  return stringify([merchant])
}
