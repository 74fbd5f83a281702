/**
 * @module kill -9 during `assent apply`, at moments that are spread over its work: everything is in force afterwards, or nothing.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { STAGING_SECONDS } from '../../src/engine/store/registry.ts'
import { openStoreOf } from '../support/in-process.ts'
import {
  type ApplyProcess,
  type LargeRegistry,
  openLargeRegistry,
} from '../support/large-registry.ts'
import { sampleSize } from '../support/sample-size.ts'

const POINTS = 30
/** A usual run tries fewer points with fewer records. */
const USUAL_SHARE = 0.1
const RECORDS = sampleSize(2000, 0.15)

let registry: LargeRegistry
let files: readonly string[]
/** What is exported after each of the files. */
const states: string[] = []
/** The index of the file that is in force. */
let current = 0
/** How long a command takes until it writes the first record. */
let planMs = 0
beforeAll(async () => {
  registry = await openLargeRegistry()
  files = ['one', 'two'].map((label) => registry.write(label, RECORDS))
  for (const file of files) {
    const { code, output } = await registry.run(...registry.apply(file).slice(0, -2))
    expect(code, output).toBe(0)
    states.push(await registry.exported())
  }
  const startedAt = performance.now()
  const measured = await registry.start(files[0] ?? '')
  await measured.waitForStaged(1)
  planMs = performance.now() - startedAt
  expect((await measured.ended).code).toBe(0)
})
afterAll(() => registry.remove())

type Moment = { readonly name: string; wait(command: ApplyProcess): Promise<unknown> }

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const HEAD = 'SELECT coalesce(max(sequence), 0) FROM registry_changes'

async function waitForCommit(command: ApplyProcess): Promise<void> {
  const before = await registry.database.count(HEAD)
  while (command.child.exitCode === null && (await registry.database.count(HEAD)) === before);
}

/** While the file is read and compared; while records are staged; while the staged change is checked, and around its commit. */
function listMoments(): readonly Moment[] {
  const planning = [0.3, 0.6, 0.8, 0.95].map((part) => ({
    name: `${part} of the time before the first record`,
    wait: () => after(part * planMs),
  }))
  const staging = Array.from({ length: 18 }, (_, n) => Math.round(1 + (n * RECORDS) / 18)).map(
    (records) => ({
      name: `${records} records`,
      wait: (command: ApplyProcess) => command.waitForStaged(records),
    }),
  )
  const checking = [0, 5, 15, 30, 60].map((ms) => ({
    name: `${ms} ms after all records`,
    async wait(command: ApplyProcess) {
      await command.waitForStaged(RECORDS)
      await after(ms)
    },
  }))
  const committed = [0, 2, 10].map((ms) => ({
    name: `${ms} ms after the commit`,
    async wait(command: ApplyProcess) {
      await waitForCommit(command)
      await after(ms)
    },
  }))
  return [...planning, ...staging, ...checking, ...committed]
}

/** Every n-th, and always the first and the last one. */
function sampleOf(moments: readonly Moment[]): readonly Moment[] {
  const last = sampleSize(POINTS, USUAL_SHARE) - 1
  const indexes = Array.from({ length: last + 1 }, (_, n) =>
    Math.round((n * (moments.length - 1)) / last),
  )
  return indexes.flatMap((index) => moments[index] ?? [])
}

/** PostgreSQL finishes the statement of a client that was killed. */
async function waitUntilAlone(): Promise<void> {
  if (process.env['ASSENT_TEST_STORE'] !== 'postgres') return
  const others =
    'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()'
  while ((await registry.database.count(others)) > 0) await after(5)
}

const MOMENTS = listMoments()
const seen = new Set<string>()

describe('assent apply that is killed', () => {
  it.each(sampleOf(MOMENTS))('changes all or nothing: $name', async (moment) => {
    const next = 1 - current
    const command = await registry.start(files[next] ?? '')
    await moment.wait(command)
    command.child.kill('SIGKILL')
    const { output } = await command.ended
    await waitUntilAlone()
    const state = await registry.exported()
    expect(states.indexOf(state), output).toBeGreaterThanOrEqual(0)
    const isDone = state === states[next]
    if (output.includes('Applied as change')) expect(isDone).toBe(true)
    seen.add(isDone ? 'all' : 'nothing')
    if (isDone) current = next
  })

  it('can be repeated', async () => {
    expect(MOMENTS).toHaveLength(POINTS)
    expect([...seen].toSorted()).toEqual(['all', 'nothing'])
    const repeated = await registry.run(...registry.apply(files[1 - current] ?? '').slice(0, -2))
    expect(repeated).toEqual({ code: 0, output: expect.stringContaining('Applied as change') })
    expect(await registry.exported()).toBe(states[1 - current])
    expect(await registry.run('audit', 'verify')).toMatchObject({ code: 0 })
  })

  it('leaves records behind that are deleted after a day, and change nothing until then', async () => {
    const { database, installation } = registry
    const uncommitted =
      'SELECT count(*) FROM registry_records WHERE change_id NOT IN (SELECT change_id FROM registry_changes)'
    for (let n = 0; (await database.count(uncommitted)) === 0; n++) {
      // A machine that is busy with other work may kill it too late.
      const command = await registry.start(registry.write(`other-${n}`, RECORDS))
      await command.waitForStaged(1)
      command.child.kill('SIGKILL')
      await command.ended
      await waitUntilAlone()
    }
    const before = await registry.exported()
    const store = await openStoreOf(installation)
    const now = Math.floor(Date.now() / 1000)
    await store.dropExpired(now, RECORDS)
    expect(await database.count(uncommitted)).toBeGreaterThan(0)
    while ((await store.dropExpired(now + STAGING_SECONDS + 60, RECORDS)) > 0);
    await store.close()
    expect(await database.count(uncommitted)).toBe(0)
    expect(await database.count('SELECT count(*) FROM registry_stagings')).toBe(0)
    expect(await registry.exported()).toBe(before)
    expect(await registry.run('audit', 'verify')).toMatchObject({ code: 0 })
  })
})
