/**
 * @module Forward-only migrations: each file of `migrations/postgres`, in order, once.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { PACKAGE_ROOT } from '../../package-root.ts'
import type { Connection } from './driver.ts'

const FOLDER = new URL('migrations/postgres/', PACKAGE_ROOT)

/** Brings the schema up to date. @returns the names of the files that were applied now */
export async function migrate(connection: Connection): Promise<readonly string[]> {
  const applied: string[] = []
  await createTable(connection)
  await connection.transaction(async (query) => {
    // The lock on its own table makes a second node wait here, and then find everything done.
    await query('LOCK TABLE migrations IN ACCESS EXCLUSIVE MODE')
    const done = new Set((await query('SELECT name FROM migrations')).map(([name]) => name))
    for (const name of readdirSync(FOLDER).sort()) {
      if (done.has(name)) continue
      await query(readFileSync(new URL(name, FOLDER), 'utf8'))
      await query('INSERT INTO migrations (name) VALUES ($1)', name)
      applied.push(name)
    }
  })
  return applied
}

/** What PostgreSQL says to the second of two that create a table at the same moment: its row, its type, or itself exists. */
const CREATED_MEANWHILE = new Set(['23505', '42710', '42P07'])

async function createTable(connection: Connection): Promise<void> {
  try {
    await connection.query('CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY)')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!CREATED_MEANWHILE.has(code)) throw error
  }
}
