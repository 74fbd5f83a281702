/**
 * @module `assent apply` against other writers, and on a store that fails: one of several changes wins, and nothing is in force of the others.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Member, memberUpdate, removalOf } from '../../src/engine/admin/records.ts'
import { RegistryProblemsError, writeChange } from '../../src/registry/changes/change-writer.ts'
import { startCommand } from '../support/command.ts'
import { openStoreOf } from '../support/in-process.ts'
import { type LargeRegistry, openLargeRegistry } from '../support/large-registry.ts'
import { CAUSE } from '../support/registry-sections.ts'

const RECORDS = 200
const CONFLICT = /was changed by somebody else meanwhile: compare again, and repeat the command\./

let registry: LargeRegistry
beforeAll(async () => {
  registry = await openLargeRegistry()
})
afterAll(() => registry.remove())

/** @returns the export afterwards */
async function applyAlone(label: string): Promise<string> {
  const { code, output } = await registry.run(
    ...registry.apply(registry.write(label, RECORDS)).slice(0, -2),
  )
  expect(code, output).toBe(0)
  return registry.exported()
}

const isPostgres = process.env['ASSENT_TEST_STORE'] === 'postgres'
const HEAD = 'SELECT coalesce(max(sequence), 0) FROM registry_changes'

describe('assent apply', () => {
  it('is made by one of two processes, or by both one after the other', async () => {
    const states = [await applyAlone('one'), await applyAlone('two')]
    await applyAlone('base')
    const before = await registry.database.count(HEAD)
    const commands = ['one', 'two'].map((label) =>
      startCommand(registry.apply(registry.write(label, RECORDS))),
    )
    const results = await Promise.all(commands.map(({ ended }) => ended))
    for (const { code, output } of results) {
      if (code === 0) expect(output).toContain('Applied as change')
      else {
        expect(code).toBe(1)
        expect(output).toMatch(CONFLICT)
        expect(output).toMatch(/Nothing was changed\.\n$/)
      }
    }
    const done = results.filter(({ code }) => code === 0).length
    expect(done).toBeGreaterThan(0)
    expect(await registry.database.count(HEAD)).toBe(before + done)
    expect(states).toContain(await registry.exported())
    expect(await registry.run('audit', 'verify')).toMatchObject({ code: 0 })
  })

  it.each<[string, (version: number, document: Member) => Parameters<typeof writeChange>[2]]>([
    [
      'changes a record',
      (version, document) => [memberUpdate('ana', { ...document, name: 'Ana B.' }, version)],
    ],
    ['removes a record', (version) => [removalOf('member', 'ana', version)]],
  ])(
    'or an administrator %s of it first, and then nothing is in force of the file',
    async (_name, updates) => {
      await applyAlone('base')
      const store = await openStoreOf(registry.installation)
      const member = await store.readRecord('member', 'ana')
      const command = await registry.start(registry.write('other', RECORDS))
      await command.waitForStaged(1)
      const written = writeChange(
        store,
        CAUSE,
        updates(member?.version ?? 0, member?.document as Member),
      )
      const [outcome] = await Promise.allSettled([written])
      const { code, output } = await command.ended
      await store.close()
      // A machine that is busy with other work may let the command finish first.
      if (outcome.status === 'rejected') {
        expect(outcome.reason).toBeInstanceOf(RegistryProblemsError)
        expect(code, output).toBe(0)
      } else {
        expect(code, output).toBe(1)
        expect(output).toMatch(/member ana/)
        expect(output).toMatch(/Nothing was changed\.\n$/)
        expect(await registry.exported()).toContain('contact: base\n')
      }
    },
  )
})

type Fault = {
  readonly name: string
  /** Makes the store of a command fail. @returns what starts the command */
  begin(): Promise<readonly [string, ...string[]]>
  readonly message: RegExp
}

/** The disk is full for the command alone: its files may have half a megabyte. */
const SQLITE_FAULTS: readonly Fault[] = [
  {
    name: 'the file of the database cannot grow',
    begin: async () => ['/bin/sh', '-c', 'ulimit -f 1024; exec "$0" "$@"', process.execPath],
    message: /assent\.db cannot (be read or written|grow)[^\n]*\nNothing was changed\.\n$/,
  },
]

const POSTGRES_FAULTS: readonly Fault[] = [
  {
    name: 'the disk of the database is full',
    begin: () =>
      failInPostgres('registry_records', "RAISE EXCEPTION 'full' USING ERRCODE = '53100'"),
    message: /The disk of the database is full\. Free space on it\.\nNothing was changed\.\n$/,
  },
  {
    name: 'the database is lost while records are written',
    begin: () => failInPostgres('registry_records', LOSE),
    message: /The database does not respond\.\nNothing was changed\.\n$/,
  },
  {
    name: 'the database is lost before the commit',
    begin: () => failInPostgres('registry_changes', LOSE),
    message:
      /The database does not respond\.\nIt is not known whether the change was made: the database has not confirmed it\. Repeat the command: it changes only what is missing\.\n$/,
  },
]

const LOSE = 'PERFORM pg_terminate_backend(pg_backend_pid())'

async function failInPostgres(table: string, action: string): Promise<readonly [string]> {
  await registry.database.exec(
    `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       IF (SELECT count(*) FROM registry_records WHERE change_id IN (SELECT change_id FROM registry_stagings)) >= 500
       THEN ${action}; END IF; RETURN NULL; END $$;
     CREATE TRIGGER fault BEFORE INSERT ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION fail()`,
  )
  return [process.execPath]
}

describe('assent apply on a store that fails', () => {
  it.each(isPostgres ? POSTGRES_FAULTS : SQLITE_FAULTS)(
    'changes nothing when $name, and says so',
    async ({ begin, message }) => {
      const before = await applyAlone('base')
      const launcher = await begin()
      const file = registry.write('large', 3 * RECORDS)
      const { code, output } = await startCommand(registry.apply(file), launcher).ended
      if (isPostgres) await registry.database.exec('DROP FUNCTION fail CASCADE')
      expect(output).toMatch(message)
      expect(code).toBe(1)
      expect(await registry.exported()).toBe(before)
      expect(await registry.run('audit', 'verify')).toMatchObject({ code: 0 })
      const repeated = await registry.run(...registry.apply(file).slice(0, -2))
      expect(repeated).toEqual({ code: 0, output: expect.stringContaining('Applied as change') })
    },
  )
})
