/**
 * @module Group commit of concurrent writes.
 */
import { describe, expect, it } from 'vitest'
import { openConnection } from '../../../src/stores/sqlite/driver.ts'
import { createGroupCommit } from '../../../src/stores/sqlite/group-commit.ts'
import { temporaryFile } from '../temporary-file.ts'

describe(createGroupCommit, () => {
  it('commits the writes of one event loop iteration together, and resolves them after the commit', async () => {
    const file = temporaryFile()
    const connection = openConnection(file.path)
    let commits = 0
    const group = createGroupCommit({
      ...connection,
      prepare(sql) {
        const statement = connection.prepare(sql)
        if (sql !== 'COMMIT') return statement
        return {
          ...statement,
          get() {
            commits++
            return statement.get()
          },
        }
      },
    })
    connection.exec('CREATE TABLE t (n INTEGER)')
    const insert = connection.prepare('INSERT INTO t (n) VALUES (?)')
    const reader = openConnection(file.path)
    const count = reader.prepare('SELECT count(*) FROM t')
    const seen = await Promise.all(
      [1, 2, 3].map(async (n) => {
        await group.write(() => insert.get(n))
        return count.get()?.[0]
      }),
    )
    expect(seen).toEqual([3, 3, 3])
    expect(commits).toBe(1)
    reader.close()
    connection.close()
    file.remove()
  })

  it('commits the other writes of a group when one of them fails', async () => {
    const file = temporaryFile()
    const connection = openConnection(file.path)
    const group = createGroupCommit(connection)
    connection.exec('CREATE TABLE t (n INTEGER UNIQUE)')
    const insert = connection.prepare('INSERT INTO t (n) VALUES (?)')
    const outcomes = await Promise.allSettled(
      [1, 2, 1, 3].map((n) =>
        group.write(() => {
          insert.get(n * 10)
          insert.get(n)
        }),
      ),
    )
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect(connection.prepare('SELECT n FROM t ORDER BY n').all()).toEqual([
      [1],
      [2],
      [3],
      [10],
      [20],
      [30],
    ])
    connection.close()
    file.remove()
  })
})
