/**
 * @module Forward-only migrations: applies each file of `migrations/postgres` once, in the order of the names.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { PACKAGE_ROOT } from '../../package-root.ts'
import type { Connection, Query } from './driver.ts'

const FOLDER = new URL('migrations/postgres/', PACKAGE_ROOT)

/**
 * Brings the schema up to date.
 * @param steps what follows a file in its transaction, by the name of the file
 * @returns the names of the files that this call applied
 */
export async function migrate(
  connection: Connection,
  steps: Readonly<Record<string, (query: Query) => Promise<void>>> = {},
): Promise<readonly string[]> {
  const newlyApplied: string[] = []
  await createTable(connection)
  await connection.transaction(async (query) => {
    // With this lock, a second starting node waits here, and then finds all migrations applied.
    await query('LOCK TABLE migrations IN ACCESS EXCLUSIVE MODE')
    const applied = new Set((await query('SELECT name FROM migrations')).map(([name]) => name))
    for (const name of readdirSync(FOLDER).sort()) {
      if (applied.has(name)) continue
      await query(readFileSync(new URL(name, FOLDER), 'utf8'))
      await steps[name]?.(query)
      await query('INSERT INTO migrations (name) VALUES ($1)', name)
      newlyApplied.push(name)
    }
    await adoptRestoredEvents(query)
  })
  return newlyApplied
}

/**
 * Events are listed by transaction, and a dump is often restored on a new server, whose transaction ids are lower. Rows of transactions
 * that the server has not begun yet are from the dump, and come before all others. The newest event tells whether there are any.
 */
async function adoptRestoredEvents(query: Query): Promise<void> {
  const isRestored = 'transaction >= pg_snapshot_xmax(pg_current_snapshot())'
  const [newest] = await query(
    `SELECT 1 FROM (SELECT transaction FROM events ORDER BY sequence DESC LIMIT 1) newest WHERE ${isRestored}`,
  )
  if (newest) await query(`UPDATE events SET transaction = '0' WHERE ${isRestored}`)
}

/** SQLSTATEs of concurrent `CREATE TABLE IF NOT EXISTS`: the catalog row, the type or the table already exists. */
const ALREADY_CREATED_SQLSTATES = new Set(['23505', '42710', '42P07'])

async function createTable(connection: Connection): Promise<void> {
  try {
    await connection.query('CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY)')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!ALREADY_CREATED_SQLSTATES.has(code)) throw error
  }
}
