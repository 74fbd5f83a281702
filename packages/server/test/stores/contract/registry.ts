/**
 * @module Part of the contract of a store: the registry. A change is staged, and becomes visible as a whole.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRecordIntegrity } from '../../../src/crypto/records/record-integrity.ts'
import {
  MAX_CHANGE_KEYS,
  MAX_RECORD_PROBLEMS,
  type RecordProblem,
  type RecordUpdate,
  type RegistryRecord,
  STAGING_SECONDS,
} from '../../../src/engine/store/registry.ts'
import { digestOfRecord } from '../../../src/registry/changes/change-hash.ts'
import { RegistryProblemsError, writeChange } from '../../../src/registry/changes/change-writer.ts'
import { TEST_RECORD_KEYS } from '../../support/integrity.ts'
import { causeOf, NOW, type OpenStore, type StoreUnderTest, updateOf } from '../records.ts'

const CLIENT = updateOf({ kind: 'client', id: 'c1' })
const APP = updateOf({
  kind: 'miniProgram',
  id: 'a1',
  references: [{ name: 'client', value: 'c1', rule: 'exists' }],
})
const KEYED = updateOf({
  kind: 'client',
  id: 'c1',
  references: [{ name: 'key', value: 'thumbprint', rule: 'unique' }],
})

/** One edit of a row in each column that has a MAC. */
const EDITS = [
  `registry_records SET document = '{"name":"evil"}'`,
  `registry_records SET document = '{'`,
  `registry_records SET owner = 'evil'`,
  `registry_records SET id = 'other'`,
  `registry_records SET kind = 'wallet'`,
  `registry_records SET version = 9`,
  `registry_records SET reference_list = '[]'`,
  `registry_records SET digest = 'x'`,
  `registry_records SET mac = NULL`,
  `registry_changes SET sequence = 9`,
  `registry_changes SET actor = 'evil'`,
  `registry_changes SET source = 'emergency'`,
  `registry_changes SET reason = 'evil'`,
  `registry_changes SET request_id = 'evil'`,
  `registry_changes SET changed_at = 1`,
  `registry_changes SET record_count = 2`,
  `registry_changes SET records_digest = 'x'`,
  `registry_changes SET hash = 'x'`,
  `registry_changes SET mac = NULL`,
]

/** The update that removes a record. */
function removalOf({ kind, id, owner }: RecordUpdate, follows = 1): RecordUpdate {
  return { kind, id, owner, follows, references: [] }
}

function stagedOf(update: RecordUpdate) {
  return { ...update, digest: digestOfRecord(update) }
}

export function describeRegistry(open: OpenStore): void {
  let store: StoreUnderTest
  let forged: string[]
  beforeEach(async () => {
    forged = []
    store = await open(createRecordIntegrity(TEST_RECORD_KEYS, (kind) => void forged.push(kind)))
  })
  afterEach(() => store.close())

  const write = (...updates: readonly RecordUpdate[]) => writeChange(store, causeOf(), updates)
  const stage = (changeId: string, ...updates: readonly RecordUpdate[]) =>
    store.stageRecords(changeId, updates.map(stagedOf))

  describe('a staged change of the registry', () => {
    it('is invisible until its commit makes all of its records visible', async () => {
      await write(CLIENT)
      await stage('staged', { ...CLIENT, follows: 1, owner: 'other' }, APP)
      const readAll = () =>
        Promise.all([
          store.readRecord('client', 'c1'),
          store.readRecord('miniProgram', 'a1'),
          store.listRecords('miniProgram', { limit: 10 }),
          store.listRecords('client', { limit: 10, owner: 'other' }),
          store.findRecords('miniProgram', { name: 'client', value: 'c1' }, { limit: 10 }),
          store.readVersions([CLIENT, APP]),
          store.readRecordHistory(CLIENT, 10),
          store.readRegistryChanges(1, 10),
        ])
      const [client, app, apps, ofOwner, found, versions, history, changes] = await readAll()
      expect([client?.version, app, apps, ofOwner, found, versions, changes]).toEqual([
        1,
        undefined,
        [],
        [],
        [],
        [1, 0],
        [],
      ])
      expect(history).toHaveLength(1)

      const change = await commitAs('staged', 2)
      const after = await readAll()
      expect(after[0]).toEqual({ ...recordOf(CLIENT, 2, 2), owner: 'other' })
      expect(after[1]).toEqual(recordOf(APP, 1, 2))
      expect(after[2]).toEqual([after[1]])
      expect(after[3]).toEqual([after[0]])
      expect(after[4]).toEqual([after[1]])
      expect(after[5]).toEqual([2, 1])
      expect(after[6].map(({ version }) => version)).toEqual([2, 1])
      expect(after[7]).toEqual([{ ...change, keys: [keyOf(CLIENT), keyOf(APP)] }])
      expect(forged).toEqual([])
    })

    it('is deleted when it is discarded, and can no longer be committed', async () => {
      const many = Array.from({ length: 700 }, (_, n) => updateOf({ id: `c${n}` }))
      await stage('staged', ...many)
      await store.discardStaged('staged')
      expect(await store.readStagedDigests('staged', { limit: 10 })).toEqual([])
      await expect(commitAs('staged', 1, 0)).rejects.toThrow('not staged completely')
      await store.discardStaged('unknown')
    })

    it('is not committed when more or fewer records are staged than it has', async () => {
      await stage('staged', CLIENT, APP)
      for (const count of [1, 3])
        await expect(commitAs('staged', 1, count)).rejects.toThrow('not staged completely')
      expect(await store.readHead()).toEqual({ sequence: 0, hash: '' })
    })

    it('is the same when its calls are repeated, and stays when it is discarded after its commit', async () => {
      await stage('staged', KEYED)
      await stage('staged', KEYED)
      const change = await commitAs('staged', 1)
      expect(await store.commitChange(change)).toBe(true)
      await expect(stage('staged', KEYED)).rejects.toThrow('was committed')
      await store.discardStaged('staged')
      await store.dropExpired(NOW * 2, 500)
      expect(await store.readRecord('client', 'c1')).toEqual(recordOf(KEYED, 1, 1))
    })

    it('cannot take the sequence of another change', async () => {
      await stage('one', CLIENT)
      await stage('two', APP)
      await commitAs('one', 1)
      expect(await store.commitChange(changeOf('two', 1, 1))).toBe(false)
      expect(await store.readRecord('miniProgram', 'a1')).toBeUndefined()
    })

    it('is deleted a day later, without the changes that were committed or staged since', async () => {
      const wallClock = Math.floor(Date.now() / 1000)
      await write(CLIENT)
      await stage('old', APP, updateOf({ id: 'c2' }), updateOf({ id: 'c3' }))
      expect(await store.dropExpired(wallClock + STAGING_SECONDS - 60, 500)).toBe(0)
      const later = wallClock + STAGING_SECONDS + 60
      const dropped = [1, 2, 3].map(() => () => store.dropExpired(later, 2))
      const counts: number[] = []
      for (const drop of dropped) counts.push(await drop())
      expect(counts).toEqual([2, 1, 0])
      expect(await store.readStagedDigests('old', { limit: 10 })).toEqual([])
      expect(await store.readRecord('client', 'c1')).toEqual(recordOf(CLIENT, 1, 1))
    })
  })

  describe('the versions of a registry record', () => {
    it('are kept, and continue after a removal', async () => {
      await write(CLIENT)
      const second = { ...CLIENT, follows: 1, document: { name: 'two' } }
      await write(second)
      await write(removalOf(CLIENT, 2))
      expect(await store.readRecord('client', 'c1')).toBeUndefined()
      expect(await store.listRecords('client', { limit: 10 })).toEqual([])
      expect(await store.readVersions([CLIENT, { kind: 'client', id: 'x' }])).toEqual([3, 0])
      await write({ ...CLIENT, follows: 3 })
      expect(await store.readRecord('client', 'c1')).toEqual(recordOf(CLIENT, 4, 4))
      const history = await store.readRecordHistory(CLIENT, 3)
      expect(
        history.map(({ version, document, change }) => [version, document, change.sequence]),
      ).toEqual([
        [4, CLIENT.document, 4],
        [3, undefined, 3],
        [2, { name: 'two' }, 2],
      ])
      expect(history[0]?.change).toMatchObject(causeOf())
    })

    it('keep every value of JSON, and every text', async () => {
      const document = { a: [1, null, true, { b: '' }], text: 'é\u0000\ud83d\ude00"\\', n: 1e21 }
      const id = 'ü/\'"%_'
      await write(updateOf({ id, document, references: [{ name: 'n', value: 'v {,}"\\' }] }))
      expect((await store.readRecord('client', id))?.document).toEqual(document)
      const found = await store.findRecords(
        'client',
        { name: 'n', value: 'v {,}"\\' },
        { limit: 1 },
      )
      expect(found.map((one) => one.id)).toEqual([id])
    })

    it('are listed page by page in order of the bytes of their ids, and by owner and reference', async () => {
      const ids = ['a', 'B', 'é', 'a1', 'Z', '_', 'z']
      await write(
        ...ids.map((id) =>
          updateOf({
            id,
            owner: id < 'a' ? 'registry' : 'assent.yaml',
            references: [{ name: 'skeleton', value: 's' }],
          }),
        ),
        updateOf({ kind: 'scope', id: 'b' }),
      )
      const sorted = ['B', 'Z', '_', 'a', 'a1', 'z', 'é']
      const idsOf = (records: readonly RegistryRecord[]) => records.map(({ id }) => id)
      const pages = async (list: typeof listAll): Promise<readonly string[]> => {
        const first = idsOf(await list({ limit: 3 }))
        return [...first, ...idsOf(await list({ after: first.at(-1) ?? '', limit: 9 }))]
      }
      const listAll = (page: { readonly after?: string; readonly limit: number }) =>
        store.listRecords('client', page)
      expect(await pages(listAll)).toEqual(sorted)
      expect(
        await pages((page) => store.findRecords('client', { name: 'skeleton', value: 's' }, page)),
      ).toEqual(sorted)
      expect(
        await pages((page) => store.listRecords('client', { ...page, owner: 'assent.yaml' })),
      ).toEqual(sorted.slice(3))
      expect(
        await store.findRecords('client', { name: 'skeleton', value: 'x' }, { limit: 9 }),
      ).toEqual([])
    })

    it('are read several at once, of any kind', async () => {
      const gone = updateOf({ id: 'gone' })
      await write(KEYED, APP, gone)
      await write({ ...KEYED, follows: 1 }, removalOf(gone))
      await stage('staged', updateOf({ id: 'new' }), { ...APP, follows: 1 })
      const sorted = (records: readonly RegistryRecord[]) =>
        records.toSorted((one, next) => (one.id < next.id ? -1 : 1))
      const both = [recordOf(APP, 1, 1), recordOf(KEYED, 2, 2)]
      const missing = updateOf({ kind: 'wallet', id: 'c1' })
      const keys = [KEYED, gone, APP, missing, updateOf({ id: 'new' })]
      expect(sorted(await store.readRecords(keys))).toEqual(both)
      const references = [...KEYED.references, ...APP.references, { name: 'key', value: 'c1' }]
      expect(sorted(await store.findRecordsOfAny(references))).toEqual(both)
      expect(await store.readRecords([])).toEqual([])
      expect(await store.findRecordsOfAny([])).toEqual([])
    })

    it('are read by any number of keys, each once', async () => {
      const updates = Array.from({ length: 1203 }, (_, n) =>
        updateOf({
          id: `c${n}`,
          references: [
            { name: 'letter', value: 'c' },
            { name: 'n', value: `${n}` },
          ],
        }),
      )
      await write(...updates)
      const references = updates.flatMap((one) => one.references)
      expect(new Set(await store.findRecordsOfAny(references)).size).toBe(1203)
      expect(await store.readRecords(updates)).toHaveLength(1203)
    })

    it('have the owner and the references of the current one only', async () => {
      await write(KEYED)
      await write({ ...CLIENT, follows: 1, owner: 'assent.yaml' })
      expect(
        await store.findRecords('client', { name: 'key', value: 'thumbprint' }, { limit: 9 }),
      ).toEqual([])
      expect(await store.findRecordsOfAny(KEYED.references)).toEqual([])
      expect(await store.listRecords('client', { limit: 9, owner: 'registry' })).toEqual([])
      expect(await store.listRecords('client', { limit: 9, owner: 'assent.yaml' })).toHaveLength(1)
    })
  })

  describe('the problems of a staged change', () => {
    const other = (id: string, owner = 'registry') => ({ kind: 'client', id, owner }) as const
    const KEY = { name: 'key', value: 'thumbprint' }
    const PARENT = { name: 'client', value: 'c1' }
    const cases: readonly {
      readonly name: string
      /** Committed first, each as one change. */
      readonly before?: readonly (readonly RecordUpdate[])[]
      readonly staged: readonly RecordUpdate[]
      readonly problems: readonly RecordProblem[]
    }[] = [
      { name: 'none: new records that refer to each other', staged: [APP, KEYED], problems: [] },
      {
        name: 'none: a record follows its current version',
        before: [[CLIENT]],
        staged: [{ ...CLIENT, follows: 1 }],
        problems: [],
      },
      {
        name: 'none: the record is new again after its removal',
        before: [[CLIENT], [removalOf(CLIENT)]],
        staged: [{ ...CLIENT, follows: 2 }],
        problems: [],
      },
      {
        name: 'conflict: the record exists',
        before: [[CLIENT]],
        staged: [CLIENT],
        problems: [{ ...keyOf(CLIENT), problem: 'conflict' }],
      },
      {
        name: 'conflict: the record has a later version',
        before: [[CLIENT], [{ ...CLIENT, follows: 1 }]],
        staged: [{ ...CLIENT, follows: 1 }],
        problems: [{ ...keyOf(CLIENT), problem: 'conflict' }],
      },
      {
        name: 'conflict: the record does not exist',
        staged: [removalOf(CLIENT)],
        problems: [{ ...keyOf(CLIENT), problem: 'conflict' }],
      },
      {
        name: 'conflict: the record was removed',
        before: [[CLIENT], [removalOf(CLIENT)]],
        staged: [{ ...CLIENT, follows: 1 }],
        problems: [{ ...keyOf(CLIENT), problem: 'conflict' }],
      },
      {
        name: 'duplicate: another record has the value',
        before: [[{ ...KEYED, owner: 'assent.yaml' }]],
        staged: [{ ...KEYED, id: 'c2' }],
        problems: [
          {
            kind: 'client',
            id: 'c2',
            problem: 'duplicate',
            ...KEY,
            other: other('c1', 'assent.yaml'),
          },
        ],
      },
      {
        name: 'duplicate: a record of another kind has the value',
        before: [[{ ...KEYED, kind: 'wallet', id: 'c1' }]],
        staged: [KEYED],
        problems: [
          {
            ...keyOf(KEYED),
            problem: 'duplicate',
            ...KEY,
            other: { ...other('c1'), kind: 'wallet' },
          },
        ],
      },
      {
        name: 'duplicate: two records of the change have the value',
        staged: [KEYED, { ...KEYED, id: 'c2' }],
        problems: [
          { ...keyOf(KEYED), problem: 'duplicate', ...KEY, other: other('c2') },
          { kind: 'client', id: 'c2', problem: 'duplicate', ...KEY, other: other('c1') },
        ],
      },
      {
        name: 'none: the record keeps its value',
        before: [[KEYED]],
        staged: [{ ...KEYED, follows: 1 }],
        problems: [],
      },
      {
        name: 'none: the other record gives the value up in the same change',
        before: [[KEYED]],
        staged: [
          { ...CLIENT, follows: 1 },
          { ...KEYED, id: 'c2' },
        ],
        problems: [],
      },
      {
        name: 'none: the other record gave the value up before',
        before: [[KEYED], [{ ...CLIENT, follows: 1 }]],
        staged: [{ ...KEYED, id: 'c2' }],
        problems: [],
      },
      {
        name: 'none: the other record was removed',
        before: [[KEYED], [removalOf(KEYED)]],
        staged: [{ ...KEYED, id: 'c2' }],
        problems: [],
      },
      {
        name: 'none: a reference without a rule has the same value',
        before: [[{ ...KEYED, references: [KEY] }]],
        staged: [{ ...KEYED, id: 'c2' }],
        problems: [],
      },
      {
        name: 'missing: the target never existed',
        staged: [APP],
        problems: [{ ...keyOf(APP), problem: 'missing', ...PARENT }],
      },
      {
        name: 'missing: the target was removed',
        before: [[CLIENT], [removalOf(CLIENT)]],
        staged: [APP],
        problems: [{ ...keyOf(APP), problem: 'missing', ...PARENT }],
      },
      {
        name: 'missing: the target is removed by the same change',
        before: [[CLIENT]],
        staged: [APP, removalOf(CLIENT)],
        problems: [{ ...keyOf(APP), problem: 'missing', ...PARENT }],
      },
      {
        name: 'missing: the target is of another kind',
        before: [[{ ...CLIENT, kind: 'wallet' }]],
        staged: [APP],
        problems: [{ ...keyOf(APP), problem: 'missing', ...PARENT }],
      },
      {
        name: 'referenced: another record points to the removed one',
        before: [[CLIENT], [APP]],
        staged: [removalOf(CLIENT)],
        problems: [
          {
            ...keyOf(CLIENT),
            problem: 'referenced',
            ...PARENT,
            other: { ...keyOf(APP), owner: 'registry' },
          },
        ],
      },
      {
        name: 'none: both are removed',
        before: [[CLIENT], [APP]],
        staged: [removalOf(CLIENT), removalOf(APP)],
        problems: [],
      },
      {
        name: 'none: the other record no longer points to the removed one',
        before: [[CLIENT, APP], [{ ...APP, follows: 1, references: [] }]],
        staged: [removalOf(CLIENT)],
        problems: [],
      },
      {
        name: 'none: a reference without a rule points to the removed record',
        before: [[CLIENT, { ...APP, references: [PARENT] }]],
        staged: [removalOf(CLIENT)],
        problems: [],
      },
    ]
    it('are those of the table', async () => {
      const outcomes: unknown[] = []
      for (const [index, { name, before = [], staged }] of cases.entries()) {
        for (const updates of before) await write(...updates.map(numbered(index)))
        await stage(name, ...staged.map(numbered(index)))
        outcomes.push({ name, problems: await findSorted(name, 0) })
      }
      expect(outcomes).toEqual(
        cases.map(({ name, problems }, index) => ({
          name,
          problems: problems.map(numberedProblem(index)),
        })),
      )
    })

    it('since a change are those that a later change has caused', async () => {
      const changed = cases.filter(({ before = [] }) => before.length > 0)
      const outcomes: unknown[] = []
      for (const [index, { name, before = [], staged }] of changed.entries()) {
        for (const updates of before.slice(0, -1)) await write(...updates.map(numbered(index)))
        await stage(name, ...staged.map(numbered(index)))
        await write(updateOf({ kind: 'scope', id: `${index}` }))
        const { sequence } = await store.readHead()
        const earlier = new Set((await findSorted(name, 0)).map((one) => JSON.stringify(one)))
        await write(...(before.at(-1) ?? []).map(numbered(index)))
        const found = (await findSorted(name, sequence)).map((one) => JSON.stringify(one))
        const problems = await findSorted(name, 0)
        const texts = problems.map((one) => JSON.stringify(one))
        const missed = texts.filter((one) => !found.includes(one) && !earlier.has(one))
        const invented = found.filter((one) => !texts.includes(one))
        outcomes.push({ name, problems, missed, invented })
      }
      expect(outcomes).toEqual(
        changed.map(({ name, problems }, index) => ({
          name,
          problems: problems.map(numberedProblem(index)),
          missed: [],
          invented: [],
        })),
      )
    })

    it('are at most so many, and none since a change after which nothing was committed', async () => {
      await write(updateOf({ kind: 'scope', id: 'first' }))
      await stage('staged', ...Array.from({ length: 600 }, (_, n) => ({ ...APP, id: `a${n}` })))
      expect(await store.findProblems('staged', 0)).toHaveLength(MAX_RECORD_PROBLEMS)
      expect(await store.findProblems('staged', 1)).toEqual([])
    })

    async function findSorted(changeId: string, since: number) {
      const problems = await store.findProblems(changeId, since)
      return problems.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    }
  })

  describe('32 writers at the same time', () => {
    it('of the same record: one of them succeeds', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 32 }, (_, n) => write({ ...CLIENT, document: { n } })),
      )
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const one of outcomes)
        if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(RegistryProblemsError)
      expect(await store.readVersions([CLIENT])).toEqual([1])
      expect(await store.readHead()).toMatchObject({ sequence: 1 })
    })

    it('of different records with one unique value: one of them succeeds', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 32 }, (_, n) => write({ ...KEYED, id: `c${n}` })),
      )
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(await store.listRecords('client', { limit: 100 })).toHaveLength(1)
    })

    it('of different records: all succeed, in one sequence without gaps', async () => {
      const changes = await Promise.all(
        Array.from({ length: 32 }, (_, n) => write(updateOf({ id: `c${n}` }))),
      )
      expect(changes.map(({ sequence }) => sequence).toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 32 }, (_, n) => n + 1),
      )
      expect(await store.listRecords('client', { limit: 100 })).toHaveLength(32)
    })
  })

  describe('a large change of the registry', () => {
    it('is one line of the log, which names no records', async () => {
      const many = Array.from({ length: 5000 }, (_, n) =>
        updateOf({
          id: `c${n}`,
          references: [{ name: 'key', value: `k${n}`, rule: 'unique' }],
        }),
      )
      const change = await write(...many)
      expect(await store.readRegistryChanges(0, 10)).toEqual([change])
      expect(change.recordCount).toBe(5000)
      const small = await write(
        ...many.slice(0, MAX_CHANGE_KEYS).map((one) => ({ ...one, follows: 1 })),
      )
      const [followed] = await store.readRegistryChanges(1, 10)
      expect(followed).toMatchObject(small)
      expect(followed?.keys).toHaveLength(MAX_CHANGE_KEYS)
    })
  })

  describe('rows of the registry that were edited in the database', () => {
    it('count as missing, and are reported', async () => {
      const outcomes: unknown[] = []
      for (const edit of EDITS) {
        for (const table of ['records', 'references', 'changes'])
          await store.exec(`DELETE FROM registry_${table}`)
        await write(KEYED)
        await store.exec(`UPDATE ${edit}`)
        forged.length = 0
        const permitted = (await readEverything()).filter((one) => one !== undefined).length
        outcomes.push({ edit, permitted, reported: [...new Set(forged)] })
      }
      expect(outcomes).toEqual(
        EDITS.map((edit) => ({
          edit,
          permitted: 0,
          reported: [edit.startsWith('registry_changes') ? 'registry-change' : 'registry-record'],
        })),
      )
    })

    it('cannot be followed by a change when they are the latest line of the log', async () => {
      await write(CLIENT)
      await store.exec(`UPDATE registry_changes SET actor = 'evil'`)
      expect(await store.readRegistryChanges(0, 9)).toEqual([])
      await expect(store.readHead()).rejects.toThrow('was edited or added in the database')
      await expect(write(APP)).rejects.toThrow('was edited or added in the database')
    })

    it('do not let an earlier version take their place', async () => {
      await write(CLIENT)
      await write({ ...CLIENT, follows: 1 })
      await store.exec(`UPDATE registry_records SET owner = 'x' WHERE version = 2`)
      expect(await store.readRecord('client', 'c1')).toBeUndefined()
      expect(await store.listRecords('client', { limit: 9 })).toEqual([])
    })

    it('do not shorten the page of the others', async () => {
      await write(...['a', 'b', 'c', 'd'].map((id) => updateOf({ id })))
      await store.exec(`UPDATE registry_records SET owner = 'x' WHERE id IN ('a', 'b')`)
      const page = await store.listRecords('client', { limit: 2 })
      expect(page.map(({ id }) => id)).toEqual(['c', 'd'])
    })

    it('do not find a record by a reference that it does not have', async () => {
      await write(CLIENT)
      const [{ change } = { change: undefined }] = await store.readRecordHistory(CLIENT, 1)
      await store.exec(`INSERT INTO registry_references (kind, id, version, change_id, name, value, rule)
        VALUES ('client', 'c1', 1, '${change?.changeId}', 'key', 'evil', 'unique')`)
      expect(
        await store.findRecords('client', { name: 'key', value: 'evil' }, { limit: 9 }),
      ).toEqual([])
      expect(await store.findRecordsOfAny([{ name: 'key', value: 'evil' }])).toEqual([])
    })

    it('do not make a staged change visible', async () => {
      await stage('staged', CLIENT)
      await store.exec(`INSERT INTO registry_changes
        (sequence, change_id, actor, source, reason, changed_at, record_count, records_digest, hash)
        VALUES (1, 'staged', 'evil', 'api', '', 1, 1, '', '')`)
      expect(await store.readRecord('client', 'c1')).toBeUndefined()
      expect(forged).toContain('registry-change')
    })
  })

  /** All that is permitted by `KEYED`, or by what an edit makes of it. */
  async function readEverything(): Promise<readonly unknown[]> {
    const reads = (['client', 'wallet'] as const).flatMap((kind) => [
      store.readRecord(kind, 'c1'),
      store.readRecord(kind, 'other'),
      store.listRecords(kind, { limit: 9 }),
      store.findRecords(kind, { name: 'key', value: 'thumbprint' }, { limit: 9 }),
      store.readRecords([
        { kind, id: 'c1' },
        { kind, id: 'other' },
      ]),
      store.findRecordsOfAny(KEYED.references),
      store.readRecordHistory({ kind, id: 'c1' }, 9),
    ])
    return (await Promise.all<unknown>(reads)).flat()
  }

  function changeOf(changeId: string, sequence: number, recordCount: number) {
    const hash = `hash-${sequence}`
    return { ...causeOf(), changeId, sequence, recordCount, recordsDigest: 'd', hash }
  }

  async function commitAs(changeId: string, sequence: number, recordCount?: number) {
    const staged = await store.readStagedDigests(changeId, { limit: 1000 })
    const change = changeOf(changeId, sequence, recordCount ?? staged.length)
    expect(await store.commitChange(change)).toBe(true)
    return change
  }
}

/** Gives each case of a table its own records. */
function numbered(index: number): (update: RecordUpdate) => RecordUpdate {
  return (update) => ({
    ...update,
    id: `${update.id}-${index}`,
    references: update.references.map((one) => ({ ...one, value: `${one.value}-${index}` })),
  })
}

function numberedProblem(index: number): (problem: RecordProblem) => RecordProblem {
  return ({ other, value, ...problem }) => ({
    ...problem,
    id: `${problem.id}-${index}`,
    ...(value !== undefined && { value: `${value}-${index}` }),
    ...(other && { other: { ...other, id: `${other.id}-${index}` } }),
  })
}

function keyOf({ kind, id }: RecordUpdate) {
  return { kind, id }
}

function recordOf({ kind, id, owner, document }: RecordUpdate, version: number, sequence: number) {
  return { kind, id, owner, document, version, sequence }
}
