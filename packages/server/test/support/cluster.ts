/**
 * @module Several `assent serve` processes on a dedicated PostgreSQL server. A test can kill any of them.
 */
import { startPostgres } from '../../../../tools/postgres.mjs'
import { freePort, type Installation, install, type ServeProcess, serve } from './command.ts'
import { waitForDatabase } from './postgres.ts'
import { type TestConfig, type TestPlatform, testConfig } from './server.ts'

export type Node = TestPlatform & {
  /** Kills the node with SIGKILL and starts it again. */
  crash(): Promise<void>
  /** Stops the node with SIGTERM and starts it again. @returns the exit code */
  restart(): Promise<number | null>
}

export type Cluster = {
  readonly nodes: readonly Node[]
  readonly database: Awaited<ReturnType<typeof startPostgres>>
  /** Kills the database server and all its processes with SIGKILL, and starts it again. */
  crashDatabase(): Promise<void>
  close(): Promise<void>
}

export async function startCluster(
  count: number,
  users: readonly object[],
  flags: readonly string[] = [],
  base: TestConfig = testConfig(),
): Promise<Cluster> {
  const database = await startPostgres()
  const store = database.url('postgres')
  await waitForDatabase(store)
  const config = { ...base, store, logLevel: 'fatal' } as const
  const installation = install({ ...config, listen: { drainSeconds: 0.5 } }, users)
  const nodes: (Node & { stop(): Promise<void> })[] = []
  // Sequential, because the first node generates the keys.
  for (let n = 0; n < count; n++) nodes.push(await startNode(installation, flags))
  return {
    nodes,
    database,
    async crashDatabase() {
      database.signal('SIGKILL')
      await database.restart()
      await waitForDatabase(store)
    },
    async close() {
      await Promise.all(nodes.map((node) => node.stop()))
      await database.stop()
      installation.remove()
    },
  }
}

async function startNode(
  installation: Installation,
  flags: readonly string[],
): Promise<Node & { stop(): Promise<void> }> {
  const port = await freePort()
  const start = (): Promise<ServeProcess> => serve(installation, port, ...flags)
  let serveProcess = await start()
  const { url, clock, platformKey } = serveProcess

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    serveProcess.child.kill(signal)
    return (await serveProcess.ended).code
  }

  return {
    url,
    urls: [url],
    clock,
    platformKey,
    async crash() {
      await end('SIGKILL')
      serveProcess = await start()
    },
    async restart() {
      const code = await end('SIGTERM')
      serveProcess = await start()
      return code
    },
    async stop() {
      await end('SIGTERM')
    },
  }
}
