/**
 * @module `assent audit` and `assent erase` on the store of a server.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openConnection } from '../../../src/stores/sqlite/driver.ts'
import {
  freePort,
  type Installation,
  install,
  runCommand,
  type ServeProcess,
  serve,
} from '../../support/command.ts'
import {
  APP_ID,
  codeFor,
  redeem,
  testConfig,
  USER_ID,
  WALLET_ID,
  walletCall,
} from '../../support/server.ts'

let installation: Installation
let server: ServeProcess
beforeAll(async () => {
  installation = install({
    ...testConfig(),
    receiptCheckpoints: 'checkpoints.log',
    logLevel: 'error',
  })
  server = await serve(installation, await freePort())
  for (let round = 0; round < 3; round++) {
    await redeem(server, await codeFor(server, ['auth_user']))
    await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID })
  }
  await codeFor(server, ['auth_user'])
  // The server chains all receipts and signs checkpoints when it stops.
  writeFileSync(path('jwks.json'), await (await fetch(`${server.url}/oauth2/jwks`)).text())
  server.child.kill('SIGTERM')
  expect((await server.ended).code).toBe(0)
})
afterAll(() => installation.remove())

const path = (name: string): string => join(installation.folder, name)
const audit = (...parameters: string[]) =>
  runCommand('audit', ...parameters, '--config', installation.configPath)

describe('assent audit', () => {
  it('verifies the store against its checkpoints', async () => {
    const { code, output } = await audit('verify')
    // One checkpoint of the chain of the wallet, and one of the change log of the registry.
    expect(output).toMatch(/^7 receipts, 2 checkpoints, verified in [\d.]+ s$/m)
    expect(output).toContain('No receipt was altered.')
    expect(code).toBe(0)
  })

  it('exports, and verifies offline with the public keys alone', async () => {
    const exported = await audit('export', '--out', path('receipts.ndjson'))
    expect(exported.output).toContain('7 receipts were written to')
    const files = ['--file', path('receipts.ndjson'), '--checkpoints', path('checkpoints.log')]
    const offline = await runCommand('audit', 'verify', ...files, '--jwks', path('jwks.json'))
    expect(offline).toMatchObject({
      code: 0,
      output: expect.stringContaining('No receipt was altered.'),
    })
    const lines = readFileSync(path('receipts.ndjson'), 'utf8').split('\n')
    writeFileSync(path('receipts.ndjson'), lines.toSpliced(2, 1).join('\n'))
    const cut = await runCommand('audit', 'verify', ...files, '--jwks', path('jwks.json'))
    expect(cut.code).toBe(1)
    expect(cut.output).toMatch(/missing[\s\S]*Receipts were altered\./)
  })

  it('detects a change in the database', async () => {
    const database = openConnection(path('data/assent.db'))
    const change = database.prepare('UPDATE receipts SET document = ? WHERE sequence = 3')
    const [document] =
      database.prepare('SELECT document FROM receipts WHERE sequence = 3').get() ?? []
    change.get(String(document).replace('.', 'x.'))
    const altered = await audit('verify')
    expect(altered.code).toBe(1)
    expect(altered.output).toContain('The signature of the receipt is invalid.')
    change.get(String(document))
    database.close()
    expect((await audit('verify')).code).toBe(0)
  })

  it('reports that there is no checkpoint to compare with', async () => {
    writeFileSync(path('nothing.log'), '')
    const { code, output } = await audit('verify', '--checkpoints', path('nothing.log'))
    expect([code, output]).toEqual([
      0,
      expect.stringContaining('There is no checkpoint to compare with'),
    ])
  })
})

describe('a file that cannot be used', () => {
  it.each<[string, readonly string[], string]>([
    ['a missing export', ['--file', 'nowhere'], 'nowhere cannot be read: ENOENT'],
    [
      'a file that is not an export',
      ['--file', 'text'],
      'text:2 is not a receipt: Unexpected token',
    ],
    [
      'an incomplete receipt',
      ['--file', 'empty'],
      'empty:1 is not a receipt: members of the format',
    ],
    ['a missing checkpoints file', ['--checkpoints', 'nowhere'], 'nowhere cannot be read: ENOENT'],
    ['checkpoints without a signature', ['--checkpoints', 'text'], 'text:1 is not a checkpoint: '],
    ['a missing JWK Set', ['--jwks', 'nowhere'], 'nowhere cannot be read: ENOENT'],
    ['a file that is not a JWK Set', ['--jwks', 'text'], 'text is not a JWK Set: '],
  ])('is reported: %s', async (_name, [flag = '', name = ''], message) => {
    const receipt = readFileSync(path('receipts.ndjson'), 'utf8').split('\n', 1)[0]
    writeFileSync(path('text'), `${receipt}\nhello\n`)
    writeFileSync(path('empty'), '{}\n')
    const { code, output } = await audit('verify', flag, path(name))
    expect(output).toContain(join(installation.folder, message))
    expect(output).not.toContain('    at ')
    expect(code).toBe(2)
  })
})

describe('assent erase', () => {
  it('revokes the grants, erases the user ID, and leaves the chain intact', async () => {
    const files = (): string =>
      readdirSync(path('data'))
        .map((name) => readFileSync(path(join('data', name)), 'latin1'))
        .join()
    expect(files()).toContain(USER_ID)
    const erased = await runCommand(
      'erase',
      '--config',
      installation.configPath,
      '--user',
      `${WALLET_ID}/${USER_ID}`,
    )
    expect(erased).toMatchObject({
      code: 0,
      output: expect.stringContaining('1 grants were revoked'),
    })
    expect(files()).not.toContain(USER_ID)
    expect(await audit('verify')).toMatchObject({ code: 0 })
  })

  it('reports that nothing was stored about the user', async () => {
    const unknownUser = `${WALLET_ID}/unknown`
    const { configPath } = installation
    expect(await runCommand('erase', '--config', configPath, '--user', unknownUser)).toMatchObject({
      code: 1,
      output: expect.stringContaining(`Nothing was stored about ${unknownUser}`),
    })
  })

  it('needs --user', async () => {
    const { code, output } = await runCommand('erase', '--config', installation.configPath)
    expect([code, output]).toEqual([2, '--user must be WALLET/USER.\n'])
  })
})
