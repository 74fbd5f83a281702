/**
 * @module Runs `assent` in the process of the test, which takes less time than to start another one.
 */
import pg from 'pg'
import { vi } from 'vitest'
import { runCommandLine } from '../../src/cli/args.ts'
import { loadConfig } from '../../src/config/load.ts'
import { openStore, sqliteFileOf } from '../../src/config/store.ts'
import { openConnection } from '../../src/stores/sqlite/driver.ts'
import type { StoreHandle } from '../../src/stores/store-handle.ts'
import { type CommandResult, type Installation, install } from './command.ts'
import { integrityOf } from './integrity.ts'
import { type TestConfig, testConfig } from './server.ts'
import { createTestStore } from './stores.ts'

export async function runInProcess(
  { configPath }: Pick<Installation, 'configPath'>,
  ...args: readonly string[]
): Promise<CommandResult> {
  const former = process.argv
  let output = ''
  const keep = (chunk: string | Uint8Array): boolean => {
    output += String(chunk)
    return true
  }
  const streams = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(keep),
  )
  process.argv = ['node', 'assent', ...args, '--config', configPath]
  process.exitCode = 0
  try {
    await runCommandLine()
    return { code: Number(process.exitCode), output }
  } finally {
    process.argv = former
    process.exitCode = 0
    process.stdout.removeAllListeners('error')
    for (const stream of streams) stream.mockRestore()
  }
}

/** An installation whose records are in the store of the test run. */
export async function installOnTestStore(
  config: TestConfig = testConfig(),
): Promise<Installation & { remove(): Promise<void> }> {
  const database = await createTestStore(config.store)
  const installation = install({ ...config, store: database.url })
  return {
    ...installation,
    async remove() {
      await database.remove()
      installation.remove()
    },
  }
}

/** Opens the store of an installation, as a node does. */
export function openStoreOf({ folder, configPath }: Installation): Promise<StoreHandle> {
  return openStore(loadConfig(configPath), { integrity: integrityOf(folder) })
}

export type Database = {
  /** Runs SQL. */
  exec(sql: string): Promise<void>
  /** @returns the number that a query selects */
  count(sql: string): Promise<number>
  close(): Promise<void>
}

/** Opens the database of an installation past Assent. */
export async function openDatabaseOf({ folder, configPath }: Installation): Promise<Database> {
  const { store } = loadConfig(configPath)
  const path = sqliteFileOf({ store, folder })
  if (path !== undefined) {
    const connection = openConnection(path)
    return {
      exec: async (sql) => connection.exec(sql),
      count: async (sql) => Number(connection.prepare(sql).get()?.[0]),
      close: async () => connection.close(),
    }
  }
  const client = new pg.Client(store)
  await client.connect()
  return {
    exec: async (sql) => void (await client.query(sql)),
    count: async (text) => Number((await client.query({ text, rowMode: 'array' })).rows[0]?.[0]),
    close: () => client.end(),
  }
}
