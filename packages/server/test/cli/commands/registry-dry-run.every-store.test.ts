/**
 * @module What changes nothing: dry runs, comparisons, exports, and files that are refused. Every row of every table is compared.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadConfig } from '../../../src/config/load.ts'
import { applyConfig } from '../../../src/registry/files/apply-config.ts'
import type { Installation } from '../../support/command.ts'
import { installOnTestStore, openStoreOf, runInProcess } from '../../support/in-process.ts'
import {
  clientEntry,
  memberEntry,
  miniProgramEntry,
  PLATFORM,
  SVG,
  serviceAccountEntry,
  toDataUri,
} from '../../support/registry-sections.ts'
import { CLIENT_ID } from '../../support/server.ts'
import { readTableRows } from '../../support/table-rows.ts'

const ANA = memberEntry('ana')
const KOPI = clientEntry('kopi', 1, {
  miniPrograms: [miniProgramEntry('kopi-app', { icon: toDataUri(SVG) })],
})
const CURRENT = {
  organizations: [PLATFORM],
  members: [ANA, memberEntry('eva', { role: 'auditor' })],
  serviceAccounts: [serviceAccountEntry('sa_a')],
  clients: [KOPI, clientEntry('teh', 2)],
}

let installation: Installation & { remove(): Promise<void> }
beforeAll(async () => {
  installation = await installOnTestStore()
  const store = await openStoreOf(installation)
  const { configPath } = installation
  await applyConfig(store, (former) => loadConfig(configPath, former), 1_800_000_000)
  await store.close()
  const { code, output } = await run('apply', '-f', write(CURRENT), '--reason', 'A test.')
  expect(code, output).toBe(0)
})
afterAll(() => installation.remove())

const run = (...args: string[]) => runInProcess(installation, ...args)

function write(sections: object): string {
  const path = join(installation.folder, 'registry.yaml')
  writeFileSync(path, stringify(sections))
  return path
}

/** More than are staged at once. */
const MANY = {
  clientId: 'kopi',
  miniPrograms: Array.from({ length: 150 }, (_, n) =>
    miniProgramEntry(`app-${n}`, { name: `Program ${n} of many` }),
  ),
}

const DONE: readonly [string, object, readonly string[], RegExp][] = [
  [
    'creates and changes',
    { clients: [{ ...KOPI, country: 'PH' }, clientEntry('new', 3)] },
    [],
    /1 to create, 1 to change/,
  ],
  ['creates many records', { clients: [MANY] }, [], /150 to create/],
  [
    'removes',
    { members: [ANA], clients: [clientEntry('teh', 2)] },
    ['--prune'],
    /0 to create, 0 to change, 5 to remove/,
  ],
  [
    'takes over',
    { clients: [clientEntry(CLIENT_ID, 4)] },
    ['--take-over'],
    /owner: "assent\.yaml" → "registry"/,
  ],
  ['has nothing to change', CURRENT, ['--prune'], /Nothing was changed/],
]

const REFUSED: readonly [string, object, readonly string[], number, RegExp][] = [
  [
    'an invalid record',
    { clients: [{ ...KOPI, notifyUrl: 'http://kopi.example' }] },
    [],
    2,
    /notifyUrl must be an https URL/,
  ],
  ['an unknown section', { invitations: [] }, [], 2, /invitations/],
  [
    'a client that does not exist',
    { clients: [{ clientId: 'none', miniPrograms: [miniProgramEntry('a')] }] },
    [],
    1,
    /names the client none, which does not exist/,
  ],
  [
    'a record of another owner',
    { clients: [clientEntry(CLIENT_ID, 4)] },
    [],
    1,
    /belongs to assent\.yaml, and registry declares it as well/,
  ],
  [
    'a key of another client',
    { clients: [clientEntry('new', 1)] },
    [],
    1,
    /has a key of client kopi/,
  ],
  [
    'a name that looks like another one',
    { clients: [clientEntry('new', 3, { name: 'Merchant KOPI' })] },
    [],
    1,
    /looks like/,
  ],
  ['a removal of the last owner', { members: [] }, ['--prune'], 1, /last active owner/],
  [
    'a removal of an organization with members',
    { organizations: [] },
    ['--prune'],
    1,
    /organization platform cannot be removed/,
  ],
  [
    'an unknown scope',
    {
      clients: [
        { clientId: 'kopi', miniPrograms: [miniProgramEntry('b', { scopes: ['NOWHERE'] })] },
      ],
    },
    [],
    1,
    /names the scope NOWHERE, which does not exist/,
  ],
]

describe('every row of the database stays as it is', () => {
  it.each(DONE)('in a dry run that %s', async (_name, sections, flags, message) => {
    const path = write(sections)
    const before = await readTableRows(installation)
    const dry = await run('apply', '-f', path, '--dry-run', ...flags)
    expect(dry).toEqual({ code: 0, output: expect.stringMatching(message) })
    const diff = await run('diff', '-f', path)
    expect(diff.code, diff.output).toBeLessThanOrEqual(1)
    expect(await readTableRows(installation)).toEqual(before)
  })

  it.each(REFUSED)(
    'when a file is refused for %s, with and without --dry-run',
    async (_name, sections, flags, code, message) => {
      const path = write(sections)
      const before = await readTableRows(installation)
      for (const mode of [['--dry-run'], ['--reason', 'A test.']]) {
        const refused = await run('apply', '-f', path, ...flags, ...mode)
        expect(refused).toEqual({ code, output: expect.stringMatching(message) })
        if (code === 1) expect(refused.output).toMatch(/Nothing was changed\.\n$/)
      }
      expect(await readTableRows(installation)).toEqual(before)
    },
  )

  it('in an export', async () => {
    const before = await readTableRows(installation)
    expect(await run('export', '--owner', 'all')).toMatchObject({ code: 0 })
    expect(await readTableRows(installation)).toEqual(before)
  })
})
