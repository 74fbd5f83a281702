/**
 * @module A new database for each test, on the PostgreSQL server of the test run.
 */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** `postgres://…/` of the test run's server, without a database name. */
    postgres: string
  }
}

export type TestDatabase = {
  readonly url: string
  /** Every row of every table, as Latin-1 text. */
  dump(): Promise<string>
  remove(): Promise<void>
}

/** Longer than the deadline of the store, so that a machine that is busy with other work is not taken for a database that is down. */
const DEADLINES = '?statement_timeout=20000&query_timeout=20500'

/** The database of the test run that has the current schema and no rows. */
export const MIGRATED = 'migrated'

/** Creates a database with the current schema and no rows, as the first node leaves it. */
export function createMigratedDatabase(): Promise<TestDatabase> {
  return createDatabase(MIGRATED)
}

/** @param template the database that is copied. Default: one without a schema. */
export async function createDatabase(template = 'template1'): Promise<TestDatabase> {
  const server = inject('postgres')
  const name = `t_${randomBytes(6).toString('hex')}`
  await administer(server, `CREATE DATABASE ${name} TEMPLATE ${template}`)
  return {
    url: server + name + DEADLINES,
    dump: () => dump(server + name),
    remove: () => administer(server, `DROP DATABASE ${name} WITH (FORCE)`),
  }
}

const READY_TIMEOUT_MS = 30_000

/** Waits until the server accepts connections. */
export async function waitForDatabase(connectionString: string): Promise<void> {
  const until = Date.now() + READY_TIMEOUT_MS
  for (;;) {
    const client = new pg.Client({ connectionString })
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      if (Date.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${server}postgres` })
  await client.connect()
  await client.query(statement)
  await client.end()
}

async function dump(connectionString: string): Promise<string> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  const { rows: tables } = await client.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
  )
  const lines: string[] = []
  for (const { name } of tables) {
    const { rows } = await client.query<{ line: string }>(`SELECT t::text AS line FROM ${name} t`)
    lines.push(...rows.map(({ line }) => line))
  }
  await client.end()
  return Buffer.from(lines.join('\n')).toString('latin1')
}
