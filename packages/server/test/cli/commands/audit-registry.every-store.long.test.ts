/**
 * @module `assent audit verify` after edits of the change log and of records in the database: each is reported, with the exit code 1.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { freePort, type Installation, serve } from '../../support/command.ts'
import { installOnTestStore, openDatabaseOf, runInProcess } from '../../support/in-process.ts'
import { clientEntry } from '../../support/registry-sections.ts'
import { testConfig } from '../../support/server.ts'

const TABLES = ['registry_records', 'registry_references', 'registry_changes']
/** The first one is of assent.yaml. */
const CHANGES = 5

let installation: Installation & { remove(): Promise<void> }
let database: Awaited<ReturnType<typeof openDatabaseOf>>
beforeAll(async () => {
  const config = {
    ...testConfig(),
    receiptCheckpoints: 'checkpoints.log',
    logLevel: 'error' as const,
  }
  installation = await installOnTestStore(config)
  const server = await serve(installation, await freePort())
  const [kopi, teh] = [clientEntry('kopi', 1), clientEntry('teh', 2)]
  await apply(kopi, teh)
  await apply({ ...kopi, country: 'PH' }, teh)
  await apply({ ...kopi, country: 'SG' }, teh)
  await apply(teh)
  // The server signs a checkpoint when it stops, and once a minute.
  server.child.kill('SIGTERM')
  expect((await server.ended).code).toBe(0)
  database = await openDatabaseOf(installation)
  for (const table of TABLES)
    await database.exec(`CREATE TABLE ${table}_backup AS SELECT * FROM ${table}`)
})
afterAll(async () => {
  await database.close()
  await installation.remove()
})

const verify = () => runInProcess(installation, 'audit', 'verify')

async function apply(...clients: object[]): Promise<void> {
  const path = join(installation.folder, 'registry.yaml')
  writeFileSync(path, stringify({ clients }))
  const { code, output } = await runInProcess(
    installation,
    ...['apply', '-f', path, '--prune', '--reason', 'A test.'],
  )
  expect(code, output).toBe(0)
}

async function undo(): Promise<void> {
  for (const table of TABLES) {
    await database.exec(`DELETE FROM ${table}`)
    await database.exec(`INSERT INTO ${table} SELECT * FROM ${table}_backup`)
  }
}

const changeIdOf = (sequence: number): string =>
  `(SELECT change_id FROM registry_changes_backup WHERE sequence = ${sequence})`
const kopiOf = (version: number): string =>
  `kind = 'client' AND id = 'kopi' AND version = ${version}`
const setChange = (assignment: string): string =>
  `UPDATE registry_changes SET ${assignment} WHERE sequence = 3`
const deleteChanges = (condition: string): string =>
  `DELETE FROM registry_references WHERE change_id IN (SELECT change_id FROM registry_changes WHERE ${condition});
   DELETE FROM registry_records WHERE change_id IN (SELECT change_id FROM registry_changes WHERE ${condition});
   DELETE FROM registry_changes WHERE ${condition}`
const CHANGE_COLUMNS =
  'actor, source, reason, request_id, changed_at, record_count, records_digest, hash, mac'
const RECORD_COLUMNS = 'owner, document, reference_list, digest, mac'

const EDITED_CHANGE =
  /^registry change 3: Its row was changed without Assent, and permits nothing\.\nregistry change 4: It follows change 2: changes are missing, added or out of order\.$/m
const EDITED_VERSION =
  /^registry record client kopi, version \d: Its row was changed without Assent, and permits nothing\.$/m
const MISSING_CHANGE =
  /^registry change 4: It follows change 2: changes are missing, added or out of order\.$/m
const MISSING_VERSION =
  /^registry change \d: Some of its records were edited, added or removed: it had 1, and now has 0\.$/m
const TRUNCATED =
  /^The change log of the registry ends at \d, but there is a checkpoint for change 5: the log was truncated\.$/m

const EDITS: readonly [string, string, RegExp][] = [
  ['the actor', setChange(`actor = 'somebody else'`), EDITED_CHANGE],
  ['the source', setChange(`source = 'api'`), EDITED_CHANGE],
  ['the reason', setChange(`reason = 'another one'`), EDITED_CHANGE],
  ['the time', setChange('changed_at = changed_at - 1'), EDITED_CHANGE],
  ['the request id', setChange(`request_id = 'r'`), EDITED_CHANGE],
  ['the digest of the records', setChange(`records_digest = 'd'`), EDITED_CHANGE],
  ['the number of records', setChange('record_count = 2'), EDITED_CHANGE],
  ['the hash', setChange(`hash = 'h'`), EDITED_CHANGE],
  ['a document', `UPDATE registry_records SET document = '{}' WHERE ${kopiOf(2)}`, EDITED_VERSION],
  ['an owner', `UPDATE registry_records SET owner = 'evil' WHERE ${kopiOf(2)}`, EDITED_VERSION],
  [
    'a removal that is undone',
    `UPDATE registry_records SET document = '{}' WHERE ${kopiOf(4)}`,
    EDITED_VERSION,
  ],
  ['a deleted change', deleteChanges('sequence = 3'), MISSING_CHANGE],
  ['a deleted line of the log', 'DELETE FROM registry_changes WHERE sequence = 3', MISSING_CHANGE],
  [
    'the order of two changes',
    `UPDATE registry_changes SET sequence = -sequence WHERE sequence IN (3, 4);
    UPDATE registry_changes SET sequence = 7 + sequence WHERE sequence < 0`,
    /^registry change 3: Its row was .*\n(.*\n)*registry change 5: It follows change 2: changes are missing, added or out of order\.$/m,
  ],
  ['the newest change cut off', deleteChanges(`sequence = ${CHANGES}`), TRUNCATED],
  ['the two newest changes cut off', deleteChanges('sequence > 3'), TRUNCATED],
  ['everything cut off', deleteChanges('sequence > 0'), TRUNCATED],
  ['a deleted version', `DELETE FROM registry_records WHERE ${kopiOf(2)}`, MISSING_VERSION],
  ['a deleted newest version', `DELETE FROM registry_records WHERE ${kopiOf(4)}`, MISSING_VERSION],
  [
    'a forged change',
    `INSERT INTO registry_changes (sequence, change_id, ${CHANGE_COLUMNS})
    SELECT ${CHANGES + 1}, 'forged', ${CHANGE_COLUMNS} FROM registry_changes WHERE sequence = ${CHANGES}`,
    /^registry change 6: Its row was changed without Assent, and permits nothing\.$/m,
  ],
  [
    'a forged version',
    `INSERT INTO registry_records (kind, id, version, change_id, ${RECORD_COLUMNS})
    SELECT kind, id, 9, change_id, ${RECORD_COLUMNS} FROM registry_records WHERE ${kopiOf(3)}`,
    EDITED_VERSION,
  ],
  [
    'an older version in the place of a newer one',
    `UPDATE registry_records SET (${RECORD_COLUMNS}) =
    (SELECT ${RECORD_COLUMNS} FROM registry_records_backup WHERE ${kopiOf(1)}) WHERE ${kopiOf(3)}`,
    EDITED_VERSION,
  ],
  [
    'a version in another change',
    `UPDATE registry_records SET change_id = ${changeIdOf(4)} WHERE ${kopiOf(2)}`,
    EDITED_VERSION,
  ],
  [
    'a reference',
    `UPDATE registry_references SET value = 'evil' WHERE ${kopiOf(2)} AND name = 'key'`,
    /^registry record client kopi, version 2: Rows of registry_references were added, edited or removed\.$/m,
  ],
]

describe('assent audit verify', () => {
  it('finds nothing in a registry that was not edited', async () => {
    const { code, output } = await verify()
    expect(output).toMatch(
      /^5 changes of the registry with \d+ records\nThe registry was not edited\.$/m,
    )
    expect(code).toBe(0)
  })

  it.each(EDITS)('reports %s', async (_name, edit, message) => {
    await database.exec(edit)
    const { code, output } = await verify()
    await undo()
    expect(output).toMatch(message)
    expect(output).toMatch(/^The registry was edited\.$/m)
    expect(code).toBe(1)
  })

  it('finds nothing when every edit was undone', async () => {
    expect(await verify()).toMatchObject({ code: 0 })
  })
})
