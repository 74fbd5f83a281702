/**
 * @module The SQLite store: the contract of a store, restarts and checkpoints.
 */
import { statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { writeChange } from '../../../src/registry/changes/change-writer.ts'
import { openConnection } from '../../../src/stores/sqlite/driver.ts'
import { migrate } from '../../../src/stores/sqlite/migrate.ts'
import { openSqliteStore } from '../../../src/stores/sqlite/store.ts'
import { TEST_INTEGRITY } from '../../support/integrity.ts'
import { describeStore } from '../contract.ts'
import { describeMigration, type MigratedStore, oldMigrations } from '../migration.ts'
import { oldRows } from '../migration-rows.ts'
import { authorizationOf, causeOf, hexId } from '../records.ts'
import { temporaryFile } from '../temporary-file.ts'

describeStore('sqlite', async (integrity = TEST_INTEGRITY) => {
  const file = temporaryFile()
  const store = openSqliteStore(file.path, { integrity })
  return {
    ...store,
    async exec(sql) {
      const connection = openConnection(file.path)
      connection.exec(sql)
      connection.close()
    },
    async close() {
      await store.close()
      file.remove()
    },
  }
})

describeMigration('sqlite', migrateSqlite)

describe(openSqliteStore, () => {
  it('runs checkpoints in a separate thread while it serves, and keeps every row', async () => {
    const file = temporaryFile()
    const store = openSqliteStore(file.path, { integrity: TEST_INTEGRITY, serves: true })
    const before = statSync(file.path).size
    const rows = 20_000
    for (let n = 0; n < rows; n += 1000) {
      await Promise.all(
        Array.from({ length: 1000 }, (_, k) =>
          store.redeemCode(authorizationOf({ authorizationId: hexId(n + k, n + k) })),
        ),
      )
    }
    // No commit runs a checkpoint; the thread does so within a second.
    await expect
      .poll(() => statSync(file.path).size, { timeout: 10_000 })
      .toBeGreaterThan(before * 2)
    await store.close()
    const again = openSqliteStore(file.path, { integrity: TEST_INTEGRITY })
    for (const n of [0, rows / 2, rows - 1])
      expect(await again.readAuthorization(hexId(n, n))).toBeDefined()
    await again.close()
    file.remove()
  })

  it('creates files that only their owner may read, whatever the umask', async () => {
    const umask = process.umask(0)
    const file = temporaryFile()
    const store = openSqliteStore(file.path, { integrity: TEST_INTEGRITY })
    await store.redeemCode(authorizationOf())
    const modes = [file.path, `${file.path}-wal`, `${file.path}-shm`].map(
      (path) => statSync(path).mode & 0o777,
    )
    process.umask(umask)
    expect(modes).toEqual([0o600, 0o600, 0o600])
    await store.close()
    file.remove()
  })

  it('calls back after each change of the registry, until it is stopped', async () => {
    const file = temporaryFile()
    const store = openSqliteStore(file.path, { integrity: TEST_INTEGRITY })
    let calls = 0
    const watch = store.watch(() => calls++)
    await writeChange(store, causeOf(), [])
    await writeChange(store, causeOf(), [])
    expect(calls).toBe(2)
    await watch.stop()
    await writeChange(store, causeOf(), [])
    expect(calls).toBe(2)
    await store.close()
    file.remove()
  })

  it('keeps all rows over a restart, and applies each migration once', async () => {
    const file = temporaryFile()
    const first = openSqliteStore(file.path, { integrity: TEST_INTEGRITY })
    await first.redeemCode(authorizationOf())
    await first.close()
    const connection = openConnection(file.path)
    expect(migrate(connection)).toEqual([])
    connection.close()
    const second = openSqliteStore(file.path, { integrity: TEST_INTEGRITY })
    expect(await second.readAuthorization(authorizationOf().authorizationId)).toEqual(
      authorizationOf(),
    )
    await second.close()
    file.remove()
  })
})

async function migrateSqlite(): Promise<MigratedStore> {
  const file = temporaryFile()
  const connection = openConnection(file.path)
  connection.exec('CREATE TABLE migrations (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID')
  for (const { name, text } of oldMigrations('sqlite'))
    connection.exec(`${text};\nINSERT INTO migrations VALUES ('${name}')`)
  connection.exec(oldRows((hex) => `X'${hex}'`))
  const store = openSqliteStore(file.path, { integrity: TEST_INTEGRITY })
  return {
    store,
    async names() {
      const select = `SELECT name FROM sqlite_master
        UNION SELECT c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'`
      return connection
        .prepare(select)
        .all()
        .map(([name]) => String(name))
    },
    async close() {
      await store.close()
      connection.close()
      file.remove()
    },
  }
}
