/**
 * @module Every command that changes something writes who, why and what into the change log, before it does it.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { stringify } from 'yaml'
import { COMMANDS } from '../../src/cli/command-table.ts'
import { withStore } from '../../src/cli/store.ts'
import type { RegistryChange } from '../../src/engine/store/registry.ts'
import { install } from '../support/command.ts'
import { unusedPublicKey } from '../support/keys.ts'
import { APP_ID, CLIENT_ID, testConfig, USER_ID, WALLET_ID } from '../support/server.ts'

const ACTOR = 'ana@example'
const WHY = 'A rehearsal.'

const installation = install({
  ...testConfig(),
  issuer: 'http://localhost:7300',
  administrators: {},
  oauth: { dynamicRegistration: true },
})
const registryFile = join(installation.folder, 'registry.yaml')
const TEH_HOUSE = {
  clientId: 'teh-house',
  name: 'Teh House',
  keys: [{ version: 1, publicKey: unusedPublicKey() }],
  miniPrograms: [],
}
writeFileSync(registryFile, stringify({ clients: [TEH_HOUSE] }))

/** What each command writes. */
const CHANGING: Readonly<
  Record<
    string,
    {
      readonly args: readonly string[]
      readonly source?: 'emergency'
      readonly lines: readonly string[]
    }
  >
> = {
  suspend: {
    args: ['--client', CLIENT_ID, '--key-version', '2'],
    source: 'emergency',
    lines: [
      `Suspends key 2 of client ${CLIENT_ID}.`,
      `Ends all codes and tokens of client ${CLIENT_ID}, and tells it.`,
    ],
  },
  reinstate: {
    args: ['--client', CLIENT_ID, '--key-version', '2'],
    source: 'emergency',
    lines: [`Reinstates key 2 of client ${CLIENT_ID}.`],
  },
  revoke: {
    args: ['--user', `${WALLET_ID}/${USER_ID}`, '--force'],
    source: 'emergency',
    lines: [`Ends all codes and tokens of a user of wallet ${WALLET_ID}, and tells the clients.`],
  },
  erase: {
    args: ['--user', `${WALLET_ID}/${USER_ID}`],
    lines: [`Erases a user of wallet ${WALLET_ID}.`],
  },
  apply: { args: ['-f', registryFile], lines: [''] },
  invite: {
    args: ['--role', 'owner', '--name', 'Ana'],
    lines: ['Invites a person as owner of platform.'],
  },
  'keys rotate': {
    args: ['--key', 'reply'],
    lines: ['Announces the next reply key of the platform.'],
  },
  'keys drop': {
    args: ['--key', 'reply', '--version', '2'],
    lines: ['Deletes key reply-2 of the platform.'],
  },
  'events replay': {
    args: ['--client', CLIENT_ID],
    lines: [`Sends the failed notifications of client ${CLIENT_ID} again.`],
  },
  'oauth initial-access-token': {
    args: ['--app', APP_ID, '--redirect-hosts', 'kopi.example'],
    lines: [`Permits one registration of a client of mini program ${APP_ID}.`],
  },
}

/** Commands that show something, or write files alone. A new command stands here or above. */
const READING = [
  'init',
  'check',
  'diff',
  'export',
  'keys generate',
  'keys show',
  'keys list',
  'oauth create-secret',
  'actions',
  'verify-request',
  'apis list',
  'events list',
  'audit verify',
  'audit export',
  'funnel',
  'schema',
]
/** The database itself, and processes that run. */
const RUNNING = ['serve', 'migrate', 'test-server', 'demo']

afterAll(() => {
  installation.remove()
  process.exitCode = undefined
})

async function run(name: string, args: readonly string[]): Promise<void> {
  const command = COMMANDS.find((one) => one.name === name)
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  await command?.run([...args, '--config', installation.configPath])
  vi.restoreAllMocks()
}

function linesAfter(sequence: number): Promise<readonly RegistryChange[]> {
  return withStore(installation.configPath, (store) => store.readRegistryChanges(sequence, 100))
}

async function head(): Promise<number> {
  return (await linesAfter(0)).at(-1)?.sequence ?? 0
}

describe('a command that changes something writes its steps into the change log', () => {
  it.each(Object.entries(CHANGING))('%s', async (name, { args, source = 'command', lines }) => {
    const before = await head()
    await run(name, [...args, '--actor', ACTOR, '--reason', WHY])
    const written = await linesAfter(before)
    expect(written.map((line) => [line.actor, line.source, line.reason])).toEqual(
      lines.map((line) => [ACTOR, source, `${line} ${WHY}`.trim()]),
    )
  })
})

it('no user is named in the log', async () => {
  expect(JSON.stringify(await linesAfter(0))).not.toContain(USER_ID)
})

it('every command is one that changes something, or one that does not', () => {
  const known = [...Object.keys(CHANGING), ...READING, ...RUNNING]
  expect(COMMANDS.map(({ name }) => name).toSorted()).toEqual(known.toSorted())
})
