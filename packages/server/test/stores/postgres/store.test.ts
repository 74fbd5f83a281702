/**
 * @module The PostgreSQL store: the contract of a store, and several nodes with one database.
 */
import { readdirSync } from 'node:fs'
import pg from 'pg'
import { describe, expect, it, vi } from 'vitest'
import { writeChange } from '../../../src/registry/changes/change-writer.ts'
import { openConnection } from '../../../src/stores/postgres/driver.ts'
import { migrate } from '../../../src/stores/postgres/migrate.ts'
import { openPostgresStore } from '../../../src/stores/postgres/store.ts'
import type { StoreHandle } from '../../../src/stores/store-handle.ts'
import { TEST_INTEGRITY } from '../../support/integrity.ts'
import { createDatabase, createMigratedDatabase } from '../../support/postgres.ts'
import { describeStore } from '../contract.ts'
import { describeMigration, type MigratedStore, oldMigrations } from '../migration.ts'
import { oldRows } from '../migration-rows.ts'
import { authorizationOf, causeOf, eventOf, grantOf } from '../records.ts'

describeStore('postgres', async (integrity = TEST_INTEGRITY) => {
  const database = await createMigratedDatabase()
  const store = await openPostgresStore(database.url, { integrity })
  return {
    ...store,
    async exec(sql) {
      const connection = openConnection(database.url)
      await connection.query(sql)
      await connection.close()
    },
    async close() {
      await store.close()
      await database.remove()
    },
  }
})

// In this file, so that no transaction of a parallel test file delays the visibility of events and revocations.
describeMigration('postgres', migratePostgres)

const MIGRATIONS: readonly string[] = readdirSync(
  new URL('../../../migrations/postgres/', import.meta.url),
).sort()

describe(openPostgresStore, () => {
  it('applies each migration once when several nodes start at the same time', async () => {
    for (let round = 0; round < 10; round++) {
      const database = await createDatabase()
      const connections = Array.from({ length: 6 }, () => openConnection(database.url))
      // Connect first, so that all migrations start at the same moment.
      await Promise.all(connections.map((connection) => connection.query('SELECT 1')))
      const applied = await Promise.all(connections.map((connection) => migrate(connection)))
      expect(applied.flat()).toEqual(MIGRATIONS)
      await Promise.all(connections.map((connection) => connection.close()))
      await database.remove()
    }
  })

  it('lists the events of a dump that was restored on another server', async () => {
    const database = await createMigratedDatabase()
    const before = await openPostgresStore(database.url, { integrity: TEST_INTEGRITY })
    await before.appendEvent(eventOf({ eventId: 'before' }))
    await before.close()
    const connection = openConnection(database.url)
    await connection.query("UPDATE events SET transaction = '9000000000'")
    await connection.close()
    const store = await openPostgresStore(database.url, { integrity: TEST_INTEGRITY })
    await store.appendEvent(eventOf({ eventId: 'after' }))
    const listIds = async (): Promise<readonly string[]> =>
      (await store.listEvents(1, undefined, 10)).events.map(({ eventId }) => eventId)
    await expect.poll(listIds, { timeout: 20_000 }).toEqual(['before', 'after'])
    await store.close()
    await database.remove()
  })

  it('redeems a code once on three nodes', async () => {
    const database = await createMigratedDatabase()
    const nodes = await Promise.all(
      [1, 2, 3].map(() => openPostgresStore(database.url, { integrity: TEST_INTEGRITY })),
    )
    for (let round = 0; round < 50; round++) {
      const authorizationId = (round + 1).toString(16).padStart(32, '0')
      const outcomes = await Promise.all(
        Array.from({ length: 48 }, (_, index) =>
          nodes[index % 3]?.redeemCode(authorizationOf({ authorizationId, redeemedAt: index })),
        ),
      )
      expect(outcomes.filter((earlier) => earlier === undefined)).toHaveLength(1)
      const rotated = await Promise.all(
        Array.from({ length: 48 }, (_, index) =>
          nodes[index % 3]?.rotateRefresh(authorizationId, 0, index),
        ),
      )
      expect(rotated.filter(Boolean)).toHaveLength(1)
    }
    await Promise.all(nodes.map((node) => node.close()))
    await database.remove()
  })

  it('completes the batches of three nodes over the same rows in any order', async () => {
    const database = await createMigratedDatabase()
    const nodes = await Promise.all(
      [1, 2, 3].map(() => openPostgresStore(database.url, { integrity: TEST_INTEGRITY })),
    )
    const ids = Array.from({ length: 64 }, (_, n) => (n + 1).toString(16).padStart(32, '0'))
    for (let generation = 0; generation < 20; generation++) {
      if (generation === 0) {
        await Promise.all(
          ids.map((authorizationId) => nodes[0]?.redeemCode(authorizationOf({ authorizationId }))),
        )
      }
      const rotations = await Promise.all(
        nodes.map((node, index) => {
          const shuffled = index === 1 ? [...ids].reverse() : ids
          return Promise.all(shuffled.map((id) => node.rotateRefresh(id, generation, generation)))
        }),
      )
      expect(rotations.flat().filter(Boolean)).toHaveLength(ids.length)
    }
    await Promise.all(nodes.map((node) => node.close()))
    await database.remove()
  })

  it('writes a withdrawal and its entry in the revocation log together', async () => {
    const database = await createMigratedDatabase()
    const [one, two] = await Promise.all([
      openPostgresStore(database.url, { integrity: TEST_INTEGRITY }),
      openPostgresStore(database.url, { integrity: TEST_INTEGRITY }),
    ])
    const grant = await one.openGrant(grantOf())
    const next = { ...grant, epoch: 1 }
    const outcomes = await Promise.all(
      [one, two, one, two].map((node) => node.replaceGrant(next, true)),
    )
    expect(outcomes.filter(Boolean)).toHaveLength(1)
    expect((await two.readRevocations(undefined)).entries).toHaveLength(1)
    await Promise.all([one.close(), two.close()])
    await database.remove()
  })
})

describe('the revocation log of PostgreSQL', () => {
  it('returns entries of transactions that commit late, and does not repeat entries permanently', async () => {
    const database = await createMigratedDatabase()
    const [reader, late] = [
      await openPostgresStore(database.url, { integrity: TEST_INTEGRITY }),
      new pg.Client(database.url),
    ]
    await late.connect()
    await late.query('BEGIN')
    await late.query(
      "INSERT INTO revocations (kind, id, revoked_through) VALUES ('client', 'late', 1)",
    )
    const early = await reader.revokeIssuedThrough('client', 'early', 1)
    const first = await reader.readRevocations(undefined)
    const second = await reader.readRevocations(first.cursor)
    await late.query('COMMIT')
    const third = await reader.readRevocations(second.cursor)
    const fourth = await reader.readRevocations(third.cursor)
    const ids = [first, second, third, fourth].map(({ entries }) =>
      entries.map((line) => ('id' in line ? line.id : '')).sort(),
    )
    expect(ids).toEqual([['early'], ['early'], ['early', 'late'], []])
    expect(third.entries.find(({ sequence }) => sequence < early)).toMatchObject({ id: 'late' })
    await Promise.all([reader.close(), late.end()])
    await database.remove()
  })

  it('is read completely over several pages', async () => {
    const database = await createMigratedDatabase()
    const [store, client] = [
      await openPostgresStore(database.url, { integrity: TEST_INTEGRITY }),
      new pg.Client(database.url),
    ]
    await client.connect()
    await client.query(
      "INSERT INTO revocations (kind, id) SELECT 'authorization', n::text FROM generate_series(1, 25000) n",
    )
    const { entries } = await store.readRevocations(undefined)
    expect(new Set(entries.map(({ sequence }) => sequence)).size).toBe(25_000)
    await Promise.all([store.close(), client.end()])
    await database.remove()
  })

  it('calls back when another node has written an entry, also after the connection was lost', async () => {
    const database = await createMigratedDatabase()
    const [reader, writer] = (await Promise.all(
      [1, 2].map(() => openPostgresStore(database.url, { integrity: TEST_INTEGRITY })),
    )) as [StoreHandle, StoreHandle]
    let notifications = 0
    const watch = reader.watch(() => notifications++)
    const revoke = (): Promise<unknown> => writer.revokeIssuedThrough('client', 'c', 1)
    const change = (): Promise<unknown> => writeChange(writer, causeOf(), [])
    const expectNotification = async (write: () => Promise<unknown>): Promise<void> => {
      const before = notifications
      await vi.waitUntil(
        async () => {
          await write()
          return notifications > before
        },
        { timeout: 10_000, interval: 20 },
      )
    }
    await expectNotification(revoke)
    await expectNotification(change)
    const client = new pg.Client(database.url)
    await client.connect()
    await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()",
    )
    await expectNotification(revoke)
    await watch.stop()
    await Promise.all([reader.close(), writer.close(), client.end()])
    await database.remove()
  })
})

async function migratePostgres(): Promise<MigratedStore> {
  const database = await createDatabase()
  const client = new pg.Client(database.url)
  await client.connect()
  await client.query('CREATE TABLE migrations (name text PRIMARY KEY)')
  for (const { name, text } of oldMigrations('postgres'))
    await client.query(`${text};\nINSERT INTO migrations VALUES ('${name}')`)
  await client.query(oldRows((hex) => `'\\x${hex}'`))
  const store = await openPostgresStore(database.url, { integrity: TEST_INTEGRITY })
  return {
    store,
    async names() {
      const { rows } = await client.query<{ name: string }>(
        `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
         UNION SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'
         UNION SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace`,
      )
      return rows.map(({ name }) => name)
    },
    async close() {
      await store.close()
      await client.end()
      await database.remove()
    },
  }
}
