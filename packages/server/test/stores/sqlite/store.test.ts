/**
 * @module The SQLite store: the contract of a store, restarts and checkpoints.
 */
import { statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openConnection } from '../../../src/stores/sqlite/driver.ts'
import { migrate } from '../../../src/stores/sqlite/migrate.ts'
import { openSqliteStore } from '../../../src/stores/sqlite/store.ts'
import { describeStore } from '../contract.ts'
import { authorizationOf, hexId } from '../records.ts'
import { temporaryFile } from '../temporary-file.ts'

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

describe(openSqliteStore, () => {
  it('runs checkpoints in a separate thread while it serves, and keeps every row', async () => {
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
    // No commit runs a checkpoint; the thread does so within a second.
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

  it('keeps all rows over a restart, and applies each migration once', async () => {
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
})
