/**
 * @module Group commit when COMMIT fails: no write is confirmed that is not committed.
 */
import { describe, expect, it } from 'vitest'
import type { Connection } from '../../../src/stores/sqlite/driver.ts'
import { createGroupCommit } from '../../../src/stores/sqlite/group-commit.ts'

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
