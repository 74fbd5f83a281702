import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openConnection } from '../../src/stores/sqlite/driver.ts'
import { createGroupCommit } from '../../src/stores/sqlite/group-commit.ts'
import { migrate } from '../../src/stores/sqlite/migrate.ts'
import { openSqliteStore } from '../../src/stores/sqlite/store.ts'
import { authorizationOf, describeStore, hexId } from './contract.ts'

function temporaryFile(): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'assent-store-'))
  return {
    path: join(folder, 'assent.db'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

describeStore('sqlite', async () => {
  const file = temporaryFile()
  const store = openSqliteStore(file.path)
  return {
    ...store,
    async close() {
      await store.close()
      file.remove()
    },
  }
})

describe('sqlite, this engine’s own', () => {
  it('shares one commit among the writes of a turn, and answers only after it', async () => {
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

  it('serves: another thread moves the log into the file, and every row is there afterwards', async () => {
    const file = temporaryFile()
    const store = openSqliteStore(file.path, { serves: true })
    const before = statSync(file.path).size
    const rows = 20_000
    for (let n = 0; n < rows; n += 1000) {
      await Promise.all(
        Array.from({ length: 1000 }, (_, k) =>
          store.redeemCode(authorizationOf({ authorizationId: hexId(n + k, n + k) })),
        ),
      )
    }
    // No commit has moved it: the thread does, within a moment.
    await expect
      .poll(() => statSync(file.path).size, { timeout: 10_000 })
      .toBeGreaterThan(before * 2)
    await store.close()
    const again = openSqliteStore(file.path)
    for (const n of [0, rows / 2, rows - 1])
      expect(await again.readAuthorization(hexId(n, n))).toBeDefined()
    await again.close()
    file.remove()
  })

  it('a write that fails takes no other with it', async () => {
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

  it('keeps everything over a restart, and migrates once', async () => {
    const file = temporaryFile()
    const first = openSqliteStore(file.path)
    await first.redeemCode(authorizationOf())
    await first.close()
    const connection = openConnection(file.path)
    expect(migrate(connection)).toEqual([])
    connection.close()
    const second = openSqliteStore(file.path)
    expect(await second.readAuthorization(authorizationOf().authorizationId)).toEqual(
      authorizationOf(),
    )
    await second.close()
    file.remove()
  })

  it('lets through only parameters that the binding can take', () => {
    const connection = openConnection(':memory:')
    const statement = connection.prepare('SELECT ?')
    expect(statement.get(Buffer.from('a'))).toEqual([Buffer.from('a')])
    expect(() => statement.get(true as never)).toThrow(TypeError)
    expect(() => statement.get(Number.NaN)).toThrow(TypeError)
    expect(() => statement.get(undefined as never)).toThrow(TypeError)
    connection.close()
  })
})
