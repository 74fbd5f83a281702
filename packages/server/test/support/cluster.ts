/**
 * @module Several nodes, each a process of its own, on one PostgreSQL of the test's own: all of them can be killed.
 */
import { startPostgres } from '../../../../tools/postgres.mjs'
import { freePort, type Installation, install, type Served, serve } from './command.ts'
import { waitForDatabase } from './postgres.ts'
import { type TestConfig, type TestPlatform, testConfig } from './server.ts'

export type Node = TestPlatform & {
  /** kill -9, and started again. */
  crash(): Promise<void>
  /** SIGTERM, and started again when it has ended. @returns the exit code */
  restart(): Promise<number | null>
}

export type Cluster = {
  readonly nodes: readonly Node[]
  readonly database: Awaited<ReturnType<typeof startPostgres>>
  /** kill -9 of the database server and all its processes, and started again. */
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
  // One after the other, so that the first makes the keys.
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
  const start = (): Promise<Served> => serve(installation, port, ...flags)
  let served = await start()
  const { url, clock, platformKey } = served

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    served.child.kill(signal)
    return (await served.ended).code
  }

  return {
    url,
    urls: [url],
    clock,
    platformKey,
    async crash() {
      await end('SIGKILL')
      served = await start()
    },
    async restart() {
      const code = await end('SIGTERM')
      served = await start()
      return code
    },
    async stop() {
      await end('SIGTERM')
    },
  }
}
