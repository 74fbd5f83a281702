/**
 * @module Changes of the registry are made as a whole or not at all, also when the writer fails or is killed at any point.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RecordUpdate, STAGING_SECONDS } from '../../../src/engine/store/registry.ts'
import {
  type ChangeStore,
  RegistryProblemsError,
  writeChange,
} from '../../../src/registry/changes/change-writer.ts'
import { openSqliteStore } from '../../../src/stores/sqlite/store.ts'
import type { StoreHandle } from '../../../src/stores/store-handle.ts'
import { causeOf, updateOf } from '../../stores/records.ts'
import { temporaryFile } from '../../stores/temporary-file.ts'
import { TEST_INTEGRITY } from '../../support/integrity.ts'

const METHODS = [
  'stageRecords',
  'readStagedDigests',
  'findProblems',
  'readHead',
  'commitChange',
  'discardStaged',
  'internClient',
] as const
/** Two chunks. */
const RECORDS = 101

let store: StoreHandle
const file = temporaryFile()
beforeAll(() => {
  store = openSqliteStore(file.path, { integrity: TEST_INTEGRITY })
})
afterAll(async () => {
  await store.close()
  file.remove()
})

type Call = (method: keyof ChangeStore, run: () => Promise<unknown>) => Promise<unknown>

/** The store, with each of its calls made by a function. */
function intercept(call: Call): ChangeStore {
  const methods = METHODS.map((method) => [
    method,
    (...parameters: readonly unknown[]) => {
      const run = store[method] as (...all: readonly unknown[]) => Promise<unknown>
      return call(method, () => run(...parameters))
    },
  ])
  return Object.fromEntries(methods)
}

function updatesOf(name: string, follows = 0): RecordUpdate[] {
  return Array.from({ length: RECORDS }, (_, n) => updateOf({ id: `${name}-${n}`, follows }))
}

async function versionsOf(name: string): Promise<readonly number[]> {
  return [...new Set(await store.readVersions(updatesOf(name)))]
}

/** How the n-th call of a writer ends, and whether all later ones fail as well. */
const FAULTS = [
  { name: 'a call fails', isExecuted: false, isKilled: false },
  { name: 'a reply is lost', isExecuted: true, isKilled: false },
  { name: 'the process is killed before a call', isExecuted: false, isKilled: true },
  { name: 'the process is killed after a call', isExecuted: true, isKilled: true },
]

function failAt(n: number, { isExecuted, isKilled }: (typeof FAULTS)[number]): Call {
  let count = 0
  return async (_method, run) => {
    count++
    const isFaulty = count === n || (isKilled && count > n)
    const reply = isFaulty && !(isExecuted && count === n) ? undefined : await run()
    if (isFaulty) throw new Error('fault')
    return reply
  }
}

async function collect(updates: AsyncIterable<RecordUpdate> | Iterable<RecordUpdate>) {
  const [outcome] = await Promise.allSettled([writeChange(store, causeOf(), updates)])
  return outcome.status === 'rejected' ? outcome.reason : outcome.value
}

describe(writeChange, () => {
  it.each(FAULTS)('changes all or nothing when $name, whichever it is', async (fault) => {
    let n = 0
    for (let isDone = false; !isDone; ) {
      n++
      const name = `${fault.name} ${n}`
      await writeChange(store, causeOf(), updatesOf(name))
      const before = await store.readHead()
      const failing = writeChange(intercept(failAt(n, fault)), causeOf(), updatesOf(name, 1))
      const [outcome] = await Promise.allSettled([failing])
      const head = await store.readHead()
      const isCommitted = head.sequence > before.sequence
      expect(await versionsOf(name), name).toEqual([isCommitted ? 2 : 1])
      const next = await writeChange(store, causeOf(), updatesOf(name, isCommitted ? 2 : 1))
      expect(next.sequence).toBe(head.sequence + 1)
      isDone = outcome.status === 'fulfilled'
      if (isDone) expect(isCommitted).toBe(true)
    }
    // To stage takes two calls, then digests, head, problems and commit follow.
    expect(n).toBe(7)
    const later = Math.floor(Date.now() / 1000) + STAGING_SECONDS + 60
    let dropped = 0
    for (let count = 1; count > 0; dropped += count) count = await store.dropExpired(later, 500)
    expect(dropped > 0).toBe(fault.isKilled)
  })

  it('leaves nothing when the updates cannot be read to their end', async () => {
    async function* updates() {
      yield* updatesOf('unreadable')
      throw new Error('line 102 is not a record')
    }
    expect(await collect(updates())).toMatchObject({ message: 'line 102 is not a record' })
    expect(await versionsOf('unreadable')).toEqual([0])
    const later = Math.floor(Date.now() / 1000) + STAGING_SECONDS + 60
    expect(await store.dropExpired(later, 500)).toBe(0)
  })

  it('names every problem, and what to do', async () => {
    const key = { name: 'key', value: 'k', rule: 'unique' } as const
    const parent = { name: 'client', value: 'parent', rule: 'exists' } as const
    await writeChange(store, causeOf(), [
      updateOf({ id: 'parent', references: [key], owner: 'assent.yaml' }),
      updateOf({ kind: 'miniProgram', id: 'child', references: [parent] }),
    ])
    const error = await collect([
      { kind: 'client', id: 'parent', follows: 1, owner: 'registry', references: [] },
      updateOf({ kind: 'wallet', id: 'w', follows: 7 }),
      updateOf({ kind: 'scope', id: 's', references: [{ ...parent, value: 'nobody' }] }),
    ])
    expect(error).toBeInstanceOf(RegistryProblemsError)
    expect(error.message.split('\n').toSorted()).toEqual([
      'Nothing was changed.',
      'client parent: It cannot be removed, because miniProgram child (owner: registry) names it. Remove or change that first.',
      'scope s: It names client nobody, which does not exist. Add it, or correct the name.',
      'wallet w: It was changed meanwhile, or stands twice in this change. Compare again.',
    ])
    const duplicate = await collect([updateOf({ id: 'second', references: [key] })])
    expect(duplicate.message).toContain(
      'client second: Its key k is the one of client parent (owner: assent.yaml). Use another one.',
    )
    const twice = await collect([updateOf({ id: 'twice' }), updateOf({ id: 'twice' })])
    expect(twice.problems).toEqual([{ kind: 'client', id: 'twice', problem: 'conflict' }])
    expect(await store.readVersions([{ kind: 'client', id: 'twice' }])).toEqual([0])
  })

  it.each(['actor', 'reason'])('needs the %s of a change', async (member) => {
    const { sequence } = await store.readHead()
    const writing = writeChange(store, causeOf({ [member]: ' ' }), [updateOf({ id: 'nameless' })])
    await expect(writing).rejects.toThrow('A change of the registry needs an actor and a reason.')
    expect(await store.readHead()).toMatchObject({ sequence })
    expect(await versionsOf('nameless')).toEqual([0])
  })

  it('writes a line of the log for a change without records', async () => {
    const change = await writeChange(store, causeOf({ source: 'emergency' }), [])
    expect(await store.readRegistryChanges(change.sequence - 1, 9)).toEqual([
      { ...change, keys: [] },
    ])
  })

  it('stages large records in small chunks', async () => {
    const chunks: unknown[] = []
    const counting = intercept((method, run) => {
      if (method === 'stageRecords') chunks.push(method)
      return run()
    })
    const document = { image: 'x'.repeat(600_000) }
    const updates = [1, 2, 3, 4, 5].map((n) => updateOf({ id: `large-${n}`, document }))
    await writeChange(counting, causeOf(), updates)
    expect(chunks).toHaveLength(3)
  })
})
