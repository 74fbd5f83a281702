/**
 * @module What deleted rows leave behind in a database file.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openConnection } from '../../../src/stores/sqlite/driver.ts'
import { containsText, removeResidue } from '../../../src/stores/sqlite/residue.ts'
import { temporaryFile } from '../temporary-file.ts'

const ROWS = 4000
/** In no order, and with different lengths, so that pages are split. */
const idOf = (n: number): string =>
  `${((n * 2_654_435_761) % 2 ** 32).toString(36).padStart(7, '0')}-${'x'.repeat(n % 40)}`

const DELETED = Array.from({ length: ROWS / 4 }, (_, index) => idOf(index * 4 + 2))

let file: ReturnType<typeof temporaryFile>
beforeEach(() => {
  file = temporaryFile()
})
afterEach(() => file.remove())

describe(removeResidue, () => {
  it('removes the copies of deleted rows that secure_delete leaves', () => {
    const connection = openConnection(file.path)
    connection.exec('CREATE TABLE users (key INTEGER PRIMARY KEY, id TEXT UNIQUE, other TEXT)')
    const insert = connection.prepare('INSERT OR REPLACE INTO users VALUES (?, ?, ?)')
    connection.exec('BEGIN')
    for (let n = 0; n < ROWS; n++)
      insert.get(n % 3 === 0 ? (n * 7919) % 1_000_003 : n, idOf(n), 'o'.repeat((n * 37) % 900))
    connection.exec('COMMIT')
    const drop = connection.prepare('DELETE FROM users WHERE id = ?')
    for (const id of DELETED) drop.get(id)
    connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    connection.close()
    const left = idsIn(file.path)
    expect(left.length).toBeGreaterThan(0)
    expect(left.length).toBeLessThan(DELETED.length / 5)

    removeResidue(file.path, left[0] ?? '')
    expect(idsIn(file.path)).toEqual([])
    const again = openConnection(file.path)
    expect(again.prepare('SELECT id FROM users WHERE key = 4').all()).toEqual([[idOf(4)]])
    again.close()
  })
})

/** The deleted ids that a file contains. */
function idsIn(path: string): readonly string[] {
  const content = readFileSync(path)
  return DELETED.filter((id) => content.includes(id))
}

describe(containsText, () => {
  it.each([0, 1, 2 ** 20 - 3, 2 ** 20, 2 ** 21 - 1, 2_500_000])('finds a text at byte %i', (at) => {
    const content = Buffer.alloc(2_500_010, 'a')
    writeFileSync(file.path, content)
    expect(containsText(file.path, 'user')).toBe(false)
    content.write('user', at)
    writeFileSync(file.path, content)
    expect(containsText(file.path, 'user')).toBe(true)
  })
})
