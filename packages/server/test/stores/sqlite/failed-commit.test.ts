/**
 * @module Group commit when COMMIT fails: no write is confirmed that is not committed.
 */
import { describe, expect, it, vi } from 'vitest'
import { StoreUnavailableError } from '../../../src/engine/store/store.ts'
import { type Connection, openConnection } from '../../../src/stores/sqlite/driver.ts'
import { createGroupCommit } from '../../../src/stores/sqlite/group-commit.ts'
import { temporaryFile } from '../temporary-file.ts'

/** A connection that records its statements. `fails` decides which of them throw. */
function connectionStub(fails: (sql: string, count: number) => boolean): {
  readonly connection: Connection
  readonly log: string[]
} {
  const log: string[] = []
  const run = (sql: string): undefined => {
    log.push(sql)
    if (fails(sql, log.filter((one) => one === sql).length)) throw new Error(`${sql} failed`)
    return undefined
  }
  const connection: Connection = {
    prepare: (sql) => ({ get: () => run(sql), all: () => [] }),
    exec: (sql) => void run(sql),
    close: () => {},
  }
  return { connection, log }
}

const BEGIN = 'BEGIN IMMEDIATE'

describe('a full disk', () => {
  it('rejects writes as unavailable, names the disk, and is not ready until there is space', async () => {
    const file = temporaryFile()
    const connection = openConnection(file.path)
    connection.exec('CREATE TABLE t (bytes BLOB) STRICT')
    connection.exec('PRAGMA max_page_count = 8')
    const group = createGroupCommit(connection)
    const insert = connection.prepare('INSERT INTO t VALUES (zeroblob(?))')
    await group.write(() => insert.get(100))
    expect(() => group.checkDisk()).not.toThrow()
    const outcomes = await Promise.allSettled([
      group.write(() => insert.get(100_000)),
      group.write(() => insert.get(100)),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
    await expect(group.write(() => insert.get(100_000))).rejects.toThrow(StoreUnavailableError)
    await expect(group.write(() => insert.get(100_000))).rejects.toThrow(
      /^The disk is full: .*\.db/,
    )
    expect(() => group.checkDisk()).toThrow(/The disk is full/)
    connection.exec('PRAGMA max_page_count = 1000')
    await group.write(() => insert.get(100_000))
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 6000)
    expect(() => group.checkDisk()).not.toThrow()
    vi.restoreAllMocks()
    connection.close()
    file.remove()
  })
})

describe(createGroupCommit, () => {
  it('rejects a write whose commit fails, and rolls it back', async () => {
    const { connection, log } = connectionStub((sql) => sql === 'COMMIT')
    const { write } = createGroupCommit(connection)
    await expect(write(() => 'one')).rejects.toThrow('COMMIT failed')
    expect(log).toEqual([BEGIN, 'COMMIT', 'ROLLBACK'])
  })

  it('rejects every write when each commit fails', async () => {
    const { connection } = connectionStub((sql) => sql === 'COMMIT')
    const { write } = createGroupCommit(connection)
    const outcomes = await Promise.allSettled([write(() => 1), write(() => 2), write(() => 3)])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  })

  it('repeats each write of a failed group in a separate transaction', async () => {
    const { connection, log } = connectionStub((sql, count) => sql === 'COMMIT' && count === 1)
    const { write } = createGroupCommit(connection)
    expect(await Promise.all([write(() => 1), write(() => 2)])).toEqual([1, 2])
    expect(log).toEqual([BEGIN, 'COMMIT', 'ROLLBACK', BEGIN, 'COMMIT', BEGIN, 'COMMIT'])
  })
})
