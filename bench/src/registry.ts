/**
 * @module Measures the registry at the size of a platform: applying 100,000 mini programs of 30,000 merchants while two nodes serve, the
 * start and the memory of a node afterwards, and the time until a change is in force on both nodes.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { WALLET_PATHS } from '@assent/protocol'
import { Pool } from 'undici'
import { parse } from 'yaml'
import { keyFolderOf, openStore } from '../../packages/server/dist/config/store.js'
import { openRecordKeys } from '../../packages/server/dist/crypto/keys/key-encryption-key.js'
import { createRecordIntegrity } from '../../packages/server/dist/crypto/records/record-integrity.js'
import { weaknessOf } from '../../packages/server/dist/engine/key-strength.js'
import { writeChange } from '../../packages/server/dist/registry/changes/change-writer.js'
import { referencesOf } from '../../packages/server/dist/registry/records/record-types.js'
import type { StoreHandle } from '../../packages/server/dist/stores/store-handle.js'
import { median, quantile } from './closed-loop.ts'
import { residentMebibytes } from './memory.ts'
import { keep, machine, table } from './results.ts'
import { createSigners, type Signers } from './scenarios.ts'
import {
  APP_ID,
  freePort,
  type Installation,
  installAssent,
  type Server,
  startNode,
} from './servers.ts'
import { openBenchStore } from './stores.ts'

const MINI_PROGRAMS_PER_MERCHANT = 10 / 3
const STARTS = 5
const IDLE_SECONDS = 20
const POLL_MS = 5

const MAIN = join(
  dirname(createRequire(import.meta.url).resolve('@assent/server/package.json')),
  'dist/assent.js',
)

export type RegistryOptions = {
  readonly store: string
  readonly merchants: number
  readonly changes: number
  readonly keep: boolean
}

export async function measureRegistry(options: RegistryOptions): Promise<void> {
  const store = await openBenchStore(options.store)
  const installation = installAssent(store.url)
  // An SQLite file has one serving process.
  const count = options.store === 'postgres' ? 2 : 1
  try {
    await (await startNode(installation)).stop()
    const empty = await measureIdle(installation)
    const nodes = await startNodes(installation, count)
    const apply = await measureApply(installation, nodes, options.merchants)
    const changes = await measureChanges(installation, nodes, options.changes)
    await Promise.all(nodes.map((node) => node.stop()))
    const full = await measureIdle(installation)
    const lines: readonly (readonly [string, string])[] = [
      ['records applied', String(apply.records)],
      ['time to apply', `${apply.seconds.toFixed(0)} s`],
      ['memory of the command, peak', `${apply.peakMebibytes.toFixed(0)} MiB`],
      ['requests answered meanwhile', String(apply.requests)],
      ['requests that failed meanwhile', String(apply.failed)],
      ['longest pause of an event loop meanwhile', `${apply.pauseMs.toFixed(0)} ms`],
      ['start to ready, empty registry', `${empty.readyMs.toFixed(0)} ms`],
      ['start to ready, full registry', `${full.readyMs.toFixed(0)} ms`],
      ['idle memory, empty registry', `${empty.mebibytes.toFixed(0)} MiB`],
      ['idle memory, full registry', `${full.mebibytes.toFixed(0)} MiB`],
      [
        `change in force on all nodes, median of ${options.changes}`,
        `${changes.p50.toFixed(0)} ms`,
      ],
      [`change in force on all nodes, p99 of ${options.changes}`, `${changes.p99.toFixed(0)} ms`],
      ['longest pause of an event loop during the changes', `${changes.pauseMs.toFixed(0)} ms`],
    ]
    const text = table([`${options.store}, ${count} nodes`, ''], lines)
    console.log(text)
    if (options.keep) keep('registry', { machine: machine(), ...Object.fromEntries(lines) }, text)
  } finally {
    installation.remove()
    await store.stop()
  }
}

async function startNodes(installation: Installation, count: number): Promise<readonly Node[]> {
  const nodes: Node[] = []
  for (let index = 0; index < count; index++) {
    const metricsPort = await freePort()
    nodes.push({ ...(await startNode(installation, 1, metricsPort)), metricsPort })
  }
  return nodes
}

type Node = Server & { readonly metricsPort: number }

/** Medians of several starts. */
async function measureIdle(
  installation: Installation,
): Promise<{ readonly readyMs: number; readonly mebibytes: number }> {
  const ready: number[] = []
  const memory: number[] = []
  for (let start = 0; start < STARTS; start++) {
    const startedAt = performance.now()
    const node = await startNode(installation)
    ready.push(performance.now() - startedAt)
    if (start === 0) await sleep(1000 * IDLE_SECONDS)
    if (start === 0) memory.push(residentMebibytes(node.pid))
    await node.stop()
  }
  return { readyMs: median(ready), mebibytes: median(memory) }
}

async function measureApply(
  installation: Installation,
  nodes: readonly Node[],
  merchants: number,
): Promise<{
  readonly records: number
  readonly seconds: number
  readonly peakMebibytes: number
  readonly requests: number
  readonly failed: number
  readonly pauseMs: number
}> {
  const path = join(installation.folder, 'registry.json')
  const clients = Array.from({ length: merchants }, (_, n) => merchant(n))
  writeFileSync(path, JSON.stringify({ clients }))
  const load = startLoad(installation, nodes)
  const pauses = watchPauses(nodes)
  const startedAt = performance.now()
  const command = promisify(execFile)(
    process.execPath,
    [
      '--max-old-space-size=4096',
      MAIN,
      'apply',
      '-f',
      path,
      '--config',
      join(installation.folder, 'assent.yaml'),
      '--reason',
      'Benchmark.',
    ],
    { maxBuffer: 1 << 30 },
  )
  let peakMebibytes = 0
  const timer = setInterval(() => {
    peakMebibytes = Math.max(peakMebibytes, residentMebibytes(command.child.pid ?? 0))
  }, 200)
  await command
  const seconds = (performance.now() - startedAt) / 1000
  clearInterval(timer)
  const { requests, failed } = await load.stop()
  const apps = clients.reduce((sum, { miniPrograms }) => sum + miniPrograms.length, 0)
  return {
    records: clients.length + apps,
    seconds,
    peakMebibytes,
    requests,
    failed,
    pauseMs: await pauses.stop(),
  }
}

function merchant(n: number) {
  const first = Math.round(n * MINI_PROGRAMS_PER_MERCHANT)
  const next = Math.round((n + 1) * MINI_PROGRAMS_PER_MERCHANT)
  return {
    clientId: `merchant-${n}`,
    name: `Merchant ${n} Trading`,
    country: 'SG',
    keys: [{ version: 1, publicKey: publicKey() }],
    miniPrograms: Array.from({ length: next - first }, (_, index) => ({
      appId: `app-${first + index}`,
      name: `Shop ${first + index}`,
      domains: [`https://shop-${first + index}.example`],
      scopes: ['auth_base', 'auth_user'],
      verified: true,
    })),
  }
}

/** A modulus that looks like that of a key. Thirty thousand real keys would take hours. */
function publicKey(): string {
  for (;;) {
    const bytes = randomBytes(256)
    bytes[0] = 0xc0
    const jwk = { kty: 'RSA', n: bytes.toString('base64url'), e: 'AQAB' }
    if (weaknessOf(jwk) === undefined) return pemOf(bytes)
  }
}

/** DER of an RSA key of 2048 bits with the exponent 65537, up to the modulus, and after it (RFC 8017 A.1.1). */
const PREFIX = Buffer.from(
  '30820122300d06092a864886f70d01010105000382010f003082010a0282010100',
  'hex',
)
const SUFFIX = Buffer.from('0203010001', 'hex')

function pemOf(modulus: Buffer): string {
  return Buffer.concat([PREFIX, modulus, SUFFIX]).toString('base64')
}

/** Consults for a mini program on all nodes, one after the other. */
function startLoad(
  installation: Installation,
  nodes: readonly Server[],
): { stop(): Promise<{ readonly requests: number; readonly failed: number }> } {
  const signers = createSigners(installation)
  let isStopped = false
  const counts = { requests: 0, failed: 0 }
  const callers = nodes.map(async ({ url }) => {
    const pool = new Pool(url, { connections: 1 })
    while (!isStopped) {
      counts.requests++
      if (!(await canAsk(pool, signers, APP_ID))) counts.failed++
    }
    await pool.close()
  })
  return {
    async stop() {
      isStopped = true
      await Promise.all(callers)
      return counts
    },
  }
}

async function canAsk(pool: Pool, signers: Signers, appId: string): Promise<boolean> {
  const request = { appId, userId: 'user-1', scopes: ['auth_base'] }
  const { path, headers, body } = signers.ofWallet(WALLET_PATHS.consult, request)
  const response = await pool.request({ path, method: 'POST', headers, body })
  const reply = (await response.body.json()) as { result: { resultStatus: string } }
  return reply.result.resultStatus === 'S'
}

const PAUSE = /^nodejs_eventloop_lag_max_seconds (\S+)$/m

/** The longest pause of any node. Each reading of the metric begins a new measurement. */
function watchPauses(nodes: readonly Node[]): { stop(): Promise<number> } {
  let longest = 0
  async function read(): Promise<void> {
    for (const { metricsPort } of nodes) {
      const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`)
      longest = Math.max(longest, 1000 * Number(PAUSE.exec(await response.text())?.[1] ?? 0))
    }
  }
  const first = read().then(() => {
    longest = 0
  })
  const timer = setInterval(() => void read().catch(() => {}), 1000)
  return {
    async stop() {
      await first
      clearInterval(timer)
      await read()
      return longest
    },
  }
}

/** Suspends and reinstates a mini program in turn, until all nodes do so. */
async function measureChanges(
  installation: Installation,
  nodes: readonly Node[],
  count: number,
): Promise<{ readonly p50: number; readonly p99: number; readonly pauseMs: number }> {
  const signers = createSigners(installation)
  const pools = nodes.map(({ url }) => new Pool(url, { connections: 1 }))
  const pauses = watchPauses(nodes)
  const store = await openInstalledStore(installation)
  const times: number[] = []
  for (let change = 0; change < count; change++) {
    const isActive = change % 2 === 1
    await writeState(store, isActive ? 'ACTIVE' : 'SUSPENDED')
    const writtenAt = performance.now()
    for (const pool of pools)
      while ((await canAsk(pool, signers, 'app-1')) !== isActive) await sleep(POLL_MS)
    times.push(performance.now() - writtenAt)
  }
  await store.close()
  const pauseMs = await pauses.stop()
  await Promise.all(pools.map((pool) => pool.close()))
  times.sort((one, other) => one - other)
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), pauseMs }
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
  const update = { kind, id, follows, owner, document, references: referencesOf(record, document) }
  const changedAt = Math.floor(Date.now() / 1000)
  await writeChange(store, { actor: 'bench', source: 'command', reason: 'Benchmark.', changedAt }, [
    update,
  ])
}
