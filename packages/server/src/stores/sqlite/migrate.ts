/**
 * @module Forward-only migrations: applies each file of `migrations/sqlite` once, in the order of the names.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { PACKAGE_ROOT } from '../../package-root.ts'
import type { Connection } from './driver.ts'

const FOLDER = new URL('migrations/sqlite/', PACKAGE_ROOT)

/**
 * Brings the schema up to date.
 * @param steps what follows a file in its transaction, by the name of the file
 * @returns the names of the files that this call applied
 */
export function migrate(
  connection: Connection,
  steps: Readonly<Record<string, () => void>> = {},
): readonly string[] {
  connection.exec(
    'CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID',
  )
  const done = connection.prepare('SELECT name FROM migrations WHERE name = ?')
  const record = connection.prepare('INSERT INTO migrations (name) VALUES (?)')
  const applied: string[] = []
  for (const name of readdirSync(FOLDER).sort()) {
    // With IMMEDIATE, the second of two starting processes waits here, and then finds the migration applied.
    connection.exec('BEGIN IMMEDIATE')
    try {
      if (!done.get(name)) {
        connection.exec(readFileSync(new URL(name, FOLDER), 'utf8'))
        steps[name]?.()
        record.get(name)
        applied.push(name)
      }
      connection.exec('COMMIT')
    } catch (error) {
      connection.exec('ROLLBACK')
      throw error
    }
  }
  return applied
}
