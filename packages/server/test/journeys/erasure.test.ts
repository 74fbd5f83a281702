/**
 * @module An erased user stays erased: over a restart, and over the restore of a database that was copied before the erasure.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type CommandResult,
  freePort,
  type Installation,
  install,
  runCommand,
  serve,
} from '../support/command.ts'
import { codeFor, inquire, redeem, testConfig, USER_ID, WALLET_ID } from '../support/server.ts'

let installation: Installation
beforeEach(() => {
  const config = testConfig()
  installation = install({
    ...config,
    // The user is a tester: old versions of the mini program stay.
    clients: config.clients.map((client) => ({
      ...client,
      miniPrograms: client.miniPrograms.map((app) => ({
        ...app,
        verified: false,
        testers: [`${WALLET_ID}/${USER_ID}`],
      })),
    })),
    store: 'sqlite:data/assent.db',
    revocationBackup: 'data/archive/revocations.log',
    receiptCheckpoints: 'data/archive/checkpoints.log',
    logLevel: 'debug',
  })
})
afterEach(() => installation.remove())

const path = (name: string): string => join(installation.folder, name)

/** The files that contain the id of the user. */
function filesWithUser(folder = path('data')): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(USER_ID))
}

/** Puts back the database of before the erasure. */
function restore(): void {
  for (const name of readdirSync(path('data')).filter((one) => one.startsWith('assent.db')))
    rmSync(path(`data/${name}`))
  cpSync(path('backup/assent.db'), path('data/assent.db'))
}

/** Runs a server for some work. @returns its log */
async function run(
  work: (server: Awaited<ReturnType<typeof serve>>) => Promise<void> = async () => {},
): Promise<CommandResult> {
  const server = await serve(installation, await freePort())
  await work(server)
  server.child.kill('SIGTERM')
  return server.ended
}

describe('an erased user', () => {
  it('is in no file of the data folder and in no log, after a restart and after a restore', async () => {
    const user = ['--config', installation.configPath, '--user', `${WALLET_ID}/${USER_ID}`]
    let accessToken = ''
    const first = await run(async (server) => {
      const tokens = await redeem(server, await codeFor(server, ['auth_user']))
      const reason = ['--reason', 'A rehearsal']
      expect((await runCommand('revoke', ...user, ...reason)).code).toBe(0)
      // Revocation has the resolution of a second.
      await new Promise((resolve) => setTimeout(resolve, 1100))
      accessToken = (await redeem(server, await codeFor(server, ['auth_user'])))['accessToken']
      expect(tokens['accessToken']).not.toBe(accessToken)
    })
    const exported = await runCommand('export', '--owner', 'all', '--config', user[1] ?? '')
    expect(exported.output).toContain(`- ${WALLET_ID}/tester:`)
    expect(exported.output).not.toContain(USER_ID)
    // The archive names nobody even before.
    expect(filesWithUser(path('data/archive'))).toEqual([])
    mkdirSync(path('backup'))
    cpSync(path('data/assent.db'), path('backup/assent.db'))

    const erased = await runCommand('erase', ...user)
    expect(erased.output).toContain('1 grants were revoked')
    expect(filesWithUser()).toEqual([])

    const second = await run()
    expect(filesWithUser()).toEqual([])

    restore()
    expect(filesWithUser()).toEqual([path('data/assent.db')])
    const third = await run(async (server) => {
      expect(filesWithUser()).toEqual([])
      const { result } = await inquire(server, accessToken)
      expect(result.resultCode).toBe('INVALID_ACCESS_TOKEN')
      // The user comes back, and is erased while the server runs.
      await redeem(server, await codeFor(server, ['auth_user']))
      expect(filesWithUser()).not.toEqual([])
      expect((await runCommand('erase', ...user)).code).toBe(0)
      expect(filesWithUser()).toEqual([])
    })
    expect(filesWithUser()).toEqual([])

    restore()
    const fourth = await run()
    expect(filesWithUser()).toEqual([])
    const logs = [first, second, third, fourth].map(({ output }) => output)
    expect(logs.filter((output) => output.includes(USER_ID))).toEqual([])

    const audit = await runCommand('audit', 'verify', '--config', installation.configPath)
    expect(audit.output).toContain('No row was edited.')
  }, 120_000)
})
