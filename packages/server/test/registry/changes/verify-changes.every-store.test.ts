/**
 * @module An audit of the registry: every edit of its rows is found, by the hashes alone, also when the attacker has the key of the MACs.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RecordIntegrity } from '../../../src/engine/ports/record-integrity.ts'
import type { RegistryHead } from '../../../src/engine/store/registry.ts'
import { writeChange } from '../../../src/registry/changes/change-writer.ts'
import { verifyChanges } from '../../../src/registry/changes/verify-changes.ts'
import { openPostgresStore } from '../../../src/stores/postgres/store.ts'
import { openConnection } from '../../../src/stores/sqlite/driver.ts'
import { openSqliteStore } from '../../../src/stores/sqlite/store.ts'
import type { StoreHandle } from '../../../src/stores/store-handle.ts'
import { causeOf, updateOf } from '../../stores/records.ts'
import { TEST_INTEGRITY } from '../../support/integrity.ts'
import { createTestStore, type TestStore } from '../../support/stores.ts'

const TABLES = ['registry_records', 'registry_references', 'registry_changes']
const CHANGES = 4

/** Accepts every row, as if it had been signed by who edited it. */
const BLIND_INTEGRITY: RecordIntegrity = { ...TEST_INTEGRITY, isGenuine: () => true }

const VERSION_1 = `id = 'c1' AND version = 1`
const idOf = (sequence: number): string =>
  `(SELECT change_id FROM registry_changes_backup WHERE sequence = ${sequence})`

const EDITS: readonly string[] = [
  `UPDATE registry_records SET document = '{"name":"evil"}' WHERE ${VERSION_1}`,
  `UPDATE registry_records SET document = NULL WHERE ${VERSION_1}`,
  `UPDATE registry_records SET owner = 'evil' WHERE ${VERSION_1}`,
  `UPDATE registry_records SET id = 'evil' WHERE ${VERSION_1}`,
  `UPDATE registry_records SET kind = 'wallet' WHERE ${VERSION_1}`,
  `UPDATE registry_records SET version = 7 WHERE ${VERSION_1}`,
  `UPDATE registry_records SET digest = 'evil' WHERE ${VERSION_1}`,
  `UPDATE registry_records SET reference_list = '[]' WHERE ${VERSION_1}`,
  `UPDATE registry_records SET change_id = ${idOf(2)} WHERE id = 'c2' AND version = 1`,
  `DELETE FROM registry_records WHERE ${VERSION_1}`,
  `DELETE FROM registry_records WHERE version = 3`,
  `DELETE FROM registry_records WHERE change_id = ${idOf(3)}`,
  `INSERT INTO registry_records SELECT kind, 'evil', version, change_id, owner, document, reference_list, digest, mac
     FROM registry_records_backup WHERE ${VERSION_1}`,
  `UPDATE registry_references SET value = 'evil' WHERE ${VERSION_1}`,
  `UPDATE registry_references SET name = 'evil' WHERE ${VERSION_1}`,
  `UPDATE registry_references SET rule = NULL WHERE ${VERSION_1}`,
  `DELETE FROM registry_references WHERE ${VERSION_1}`,
  `INSERT INTO registry_references SELECT kind, id, version, change_id, 'key', 'evil', rule
     FROM registry_references_backup WHERE ${VERSION_1}`,
  ...['actor', 'source', 'reason', 'request_id', 'records_digest', 'hash'].map(
    (column) => `UPDATE registry_changes SET ${column} = 'evil' WHERE sequence = 2`,
  ),
  `UPDATE registry_changes SET changed_at = 1 WHERE sequence = 2`,
  `UPDATE registry_changes SET record_count = 0 WHERE sequence = 2`,
  `UPDATE registry_changes SET sequence = 9 WHERE sequence = 2`,
  // Reorder
  `UPDATE registry_changes SET sequence = 9 - sequence WHERE sequence IN (2, 3);
   UPDATE registry_changes SET sequence = sequence - 4 WHERE sequence IN (6, 7)`,
  // Truncate at the beginning, in the middle, at the end
  ...[1, 2, 4].map((sequence) => `DELETE FROM registry_changes WHERE sequence = ${sequence}`),
  `DELETE FROM registry_records WHERE change_id = ${idOf(CHANGES)};
   DELETE FROM registry_references WHERE change_id = ${idOf(CHANGES)};
   DELETE FROM registry_changes WHERE sequence = ${CHANGES}`,
  TABLES.map((table) => `DELETE FROM ${table}`).join(';'),
]

let folder: string
let database: TestStore
let store: StoreHandle
let exec: (sql: string) => Promise<void>
let disconnect: () => Promise<void>
let checkpoints: RegistryHead[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assent-registry-'))
  database = await createTestStore(`sqlite:${join(folder, 'assent.db')}`)
  if (database.url.startsWith('sqlite:')) {
    const path = database.url.slice('sqlite:'.length)
    store = openSqliteStore(path, { integrity: BLIND_INTEGRITY })
    const connection = openConnection(path)
    exec = async (sql) => connection.exec(sql)
    disconnect = async () => connection.close()
  } else {
    store = await openPostgresStore(database.url, { integrity: BLIND_INTEGRITY })
    const client = new pg.Client(database.url)
    await client.connect()
    exec = async (sql) => void (await client.query(sql))
    disconnect = () => client.end()
  }
  await fill()
  for (const table of TABLES) await exec(`CREATE TABLE ${table}_backup AS SELECT * FROM ${table}`)
})
afterAll(async () => {
  await disconnect()
  await store.close()
  await database.remove()
  rmSync(folder, { recursive: true, force: true })
})

/** Two records: new, changed, changed and removed. */
async function fill(reason = 'a test'): Promise<void> {
  checkpoints = []
  const key = (value: string) => [{ name: 'key', value, rule: 'unique' }] as const
  const [one, two] = ['c1', 'c2'].map((id) => updateOf({ id, references: key(id) }))
  if (!one || !two) throw new Error('unreachable')
  for (const updates of [
    [two, one],
    [{ ...one, follows: 1, document: { name: 'two' } }],
    [{ ...two, follows: 1 }],
    [{ kind: one.kind, id: one.id, owner: one.owner, follows: 2, references: [] }],
  ])
    checkpoints.push(await writeChange(store, causeOf({ reason }), updates))
}

async function undo(): Promise<void> {
  for (const table of TABLES) {
    await exec(`DELETE FROM ${table}`)
    await exec(`INSERT INTO ${table} SELECT * FROM ${table}_backup`)
  }
}

describe(verifyChanges, () => {
  it('finds nothing when nothing was edited, also in the middle of a change', async () => {
    await store.stageRecords('staged', [{ ...updateOf({ id: 'c9' }), digest: 'd' }])
    expect(await verifyChanges(store.audit, checkpoints)).toEqual({
      changes: CHANGES,
      records: 5,
      problems: [],
    })
    await store.discardStaged('staged')
  })

  it('finds each edit, also when every row has a valid MAC', async () => {
    const missed: string[] = []
    for (const edit of EDITS) {
      await exec(edit)
      const { problems } = await verifyChanges(store.audit, checkpoints.slice(-1))
      if (problems.length === 0) missed.push(edit)
      await undo()
    }
    expect(missed).toEqual([])
    expect((await verifyChanges(store.audit, checkpoints)).problems).toEqual([])
  })

  it('finds by a checkpoint that the whole log was rewritten', async () => {
    const signed = checkpoints
    for (const table of TABLES) await exec(`DELETE FROM ${table}`)
    await fill('another reason')
    expect((await verifyChanges(store.audit, [])).problems).toEqual([])
    expect((await verifyChanges(store.audit, signed.slice(1, 2))).problems).toEqual([
      'registry change 2: It does not match its checkpoint: the log was rewritten.',
    ])
    checkpoints = signed
    await undo()
  })
})
