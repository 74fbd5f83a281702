/**
 * @module Nodes whose pauses are measured, and the load that they answer meanwhile.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { WALLET_PATHS } from '@assent/protocol'
import { Pool } from 'undici'
import { longestOf, NO_PAUSES, type Pauses } from './pauses.ts'
import { createSigners, type Signers } from './scenarios.ts'
import {
  APP_ID,
  freePort,
  type Installation,
  MAIN,
  type Server,
  waitUntilReady,
} from './servers.ts'

const REPORTER = fileURLToPath(new URL('./pause-reporter.js', import.meta.url))
/** Longer than the interval of the reports. */
const LAST_REPORT_MS = 500
const POLL_MS = 5

type Watched = {
  /** The longest pauses since the last call. */
  takePauses(): Promise<Pauses>
}
export type WatchedNode = Server & Watched

export async function startWatchedNode({
  folder,
}: Pick<Installation, 'folder'>): Promise<WatchedNode> {
  const port = await freePort()
  const serve = ['serve', '--config', join(folder, 'assent.yaml'), '--port', String(port)]
  const child = spawnWatched([MAIN, ...serve])
  return { ...(await waitUntilReady(child, port)), ...watch(child) }
}

/** Shows how late a process is that does nothing. */
export function startIdleProcess(): Watched & { stop(): void } {
  const child = spawnWatched(['-e', 'setInterval(() => {}, 1e9)'])
  return { ...watch(child), stop: () => void child.kill() }
}

function spawnWatched(parameters: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--import', REPORTER, ...parameters], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}

function watch(child: ChildProcess): Watched {
  let longest = NO_PAUSES
  child.on('message', (pauses) => {
    longest = longestOf([longest, pauses as Pauses])
  })
  return {
    async takePauses() {
      await sleep(LAST_REPORT_MS)
      const taken = longest
      longest = NO_PAUSES
      return taken
    },
  }
}

export async function takeAllPauses(all: readonly Watched[]): Promise<Pauses> {
  return longestOf(await Promise.all(all.map((one) => one.takePauses())))
}

/** Consults for a mini program on all nodes, one after the other on each. */
export function startLoad(
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

/** Resolves when each node answers for a mini program that is active, or rejects for one that is suspended. */
export async function waitUntilInForce(
  installation: Installation,
  nodes: readonly Server[],
  appId: string,
  isActive: boolean,
): Promise<void> {
  const signers = createSigners(installation)
  for (const { url } of nodes) {
    const pool = new Pool(url, { connections: 1 })
    while ((await canAsk(pool, signers, appId)) !== isActive) await sleep(POLL_MS)
    await pool.close()
  }
}

async function canAsk(pool: Pool, signers: Signers, appId: string): Promise<boolean> {
  const request = { appId, userId: 'user-1', scopes: ['auth_base'] }
  const { path, headers, body } = signers.ofWallet(WALLET_PATHS.consult, request)
  const response = await pool.request({ path, method: 'POST', headers, body })
  const reply = (await response.body.json()) as { result: { resultStatus: string } }
  return reply.result.resultStatus === 'S'
}
