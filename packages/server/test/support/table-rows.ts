/**
 * @module The rows that a test server has stored, read past the server.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { parse } from 'yaml'
import { openConnection } from '../../src/stores/sqlite/driver.ts'
import type { TestServer } from './server.ts'

/** The rows of each table as text, sorted. */
export type TableRows = Readonly<Record<string, readonly string[]>>

/** Each node renews a row of its own, whatever it is asked. */
const TABLE_OF_NODES = 'nodes'

export async function readTableRows({ folder }: Pick<TestServer, 'folder'>): Promise<TableRows> {
  const { store } = parse(readFileSync(join(folder, 'assent.yaml'), 'utf8')) as { store: string }
  const { [TABLE_OF_NODES]: _nodes, ...rows } = store.startsWith('postgres')
    ? await readPostgres(store)
    : readSqlite(join(folder, store.replace('sqlite:', '')))
  return rows
}

function readSqlite(path: string): TableRows {
  const database = openConnection(path)
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
  const rows = tables.map(([name]) => [
    name,
    database
      .prepare(`SELECT * FROM ${name}`)
      .all()
      .map((row) => JSON.stringify(row))
      .sort(),
  ])
  database.close()
  return Object.fromEntries(rows)
}

async function readPostgres(connectionString: string): Promise<TableRows> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  const { rows: tables } = await client.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
  )
  const rows: Record<string, readonly string[]> = {}
  for (const { name } of tables) {
    const result = await client.query<{ line: string }>(`SELECT t::text AS line FROM ${name} t`)
    rows[name] = result.rows.map(({ line }) => line).sort()
  }
  await client.end()
  return rows
}
