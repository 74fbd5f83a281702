/**
 * @module Emergencies while a server runs, as docs/emergencies.md describes them: a stolen key, a hostile mini program, a leaked scope.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
  CLIENT_ID,
  codeFor,
  consultFor,
  expectRevokedEverywhere,
  inquire,
  redeem,
} from '../../support/server.ts'

let installation: Installation
let server: ServeProcess
beforeAll(async () => {
  installation = install()
  server = await serve(installation, await freePort())
})
afterAll(async () => {
  server.child.kill('SIGTERM')
  await server.ended
  installation.remove()
})

const run = (...args: string[]) =>
  runCommand(args[0] ?? '', '--config', installation.configPath, ...args.slice(1))

const codeOf = async (scopes: readonly string[]): Promise<string> =>
  (await consultFor(server, scopes)).result.resultCode

/** Revocation has the resolution of a second. */
const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 1100))

const REASON = ['--reason', 'A rehearsal', '--actor', 'ana@example']

describe('a stolen key', () => {
  it('verifies nothing from then on, its tokens are revoked, and users are asked again', async () => {
    const tokens = await redeem(server, await codeFor(server, ['auth_user']))
    const key = ['--client', CLIENT_ID, '--key-version', '2']
    const { code, output } = await run('suspend', ...key, ...REASON)
    expect([code, output]).toEqual([0, expect.stringContaining('key 2 of client')])
    await expectRefused(tokens['accessToken'])
    expect((await run('reinstate', ...key, ...REASON)).code).toBe(0)
    await expect
      .poll(async () => (await inquire(server, 'at_x')).result.resultCode, { timeout: 10_000 })
      .toBe('INVALID_ACCESS_TOKEN')
    await expectRevokedEverywhere(server, tokens['accessToken'])
    await nextSecond()
    const asked = await consultFor(server, ['auth_user'])
    expect(asked['status']).toBe('CONSENT_REQUIRED')
    await nextSecond()
    const again = await redeem(server, await codeFor(server, ['auth_user']))
    expect((await inquire(server, again['accessToken'])).result.resultCode).toBe('SUCCESS')
  })

  it('is named as the reason of a revocation: users are asked again before the client gets anything', async () => {
    await nextSecond()
    const tokens = await redeem(server, await codeFor(server, ['auth_user']))
    const isAsked = async (): Promise<unknown> =>
      (await consultFor(server, ['auth_user']))['status']
    expect(await isAsked()).toBe('GRANTED')
    await nextSecond()
    const key = ['--client', CLIENT_ID]
    expect((await run('revoke', ...key, ...REASON)).code).toBe(0)
    await expectRevokedEverywhere(server, tokens['accessToken'])
    expect(await isAsked()).toBe('GRANTED')
    await nextSecond()
    const { code, output } = await run('revoke', ...key, '--cause', 'key-compromised', ...REASON)
    expect([code, output]).toEqual([0, expect.stringContaining('are revoked')])
    await expect.poll(isAsked, { timeout: 10_000 }).toBe('CONSENT_REQUIRED')
    await nextSecond()
    const again = await redeem(server, await codeFor(server, ['auth_user']))
    expect((await inquire(server, again['accessToken'])).result.resultCode).toBe('SUCCESS')
    expect(await isAsked()).toBe('GRANTED')
  })
})

async function expectRefused(accessToken: string): Promise<void> {
  await expect
    .poll(async () => (await inquire(server, accessToken)).result.resultCode, { timeout: 10_000 })
    .toMatch(/SIGNATURE|KEY/)
}

describe('a hostile mini program', () => {
  it('gets nothing from then on, and its tokens are revoked', async () => {
    await nextSecond()
    const tokens = await redeem(server, await codeFor(server, ['auth_base']))
    expect((await run('suspend', '--mini-program', APP_ID, ...REASON)).code).toBe(0)
    await expect.poll(() => codeOf(['auth_base']), { timeout: 10_000 }).not.toBe('SUCCESS')
    await expectRevokedEverywhere(server, tokens['accessToken'])
    expect((await run('reinstate', '--mini-program', APP_ID, ...REASON)).code).toBe(0)
    await expect.poll(() => codeOf(['auth_base']), { timeout: 10_000 }).toBe('SUCCESS')
  })
})

describe('a leaked scope', () => {
  it('cannot be requested or read from then on', async () => {
    await nextSecond()
    const tokens = await redeem(server, await codeFor(server, ['auth_base', 'auth_user']))
    const fields = async (): Promise<readonly string[]> =>
      Object.keys((await inquire(server, tokens['accessToken']))['userInfo'] ?? {})
    expect(await fields()).toContain('nickName')
    expect((await run('suspend', '--scope', 'auth_user', ...REASON)).code).toBe(0)
    await expect.poll(fields, { timeout: 10_000 }).not.toContain('nickName')
    expect((await run('reinstate', '--scope', 'auth_user', ...REASON)).code).toBe(0)
    await expect.poll(fields, { timeout: 10_000 }).toContain('nickName')
  })
})

it('assent actions lists who did what, when and why', async () => {
  const { output } = await run('actions')
  expect(output).toMatch(
    new RegExp(
      `T\\S+Z\\tended \\S+ by \\S+\\tkey 2 of client ${CLIENT_ID}\\tana@example\\tA rehearsal`,
    ),
  )
  expect(output).toMatch(new RegExp(`ended \\S+ by .*\\tmini program ${APP_ID}\\t`))
})

describe('a mistake changes nothing', () => {
  it.each([
    [['suspend', '--client', '999', ...REASON], /--client 999 is not in .*--force/],
    [['suspend', '--mini-program', '999', ...REASON], /--mini-program 999 is not in/],
    [['suspend', '--scope', 'NO_SCOPE', ...REASON], /--scope NO_SCOPE is not in/],
    [
      ['suspend', '--client', CLIENT_ID, '--key-version', '9', ...REASON],
      /no key with the version 9/,
    ],
    [['suspend', '--client', CLIENT_ID], /--reason must say why/],
    [['reinstate', '--client', CLIENT_ID], /--reason must say why/],
    [['revoke', '--client', CLIENT_ID], /--reason must say why/],
    [['revoke', '--client', CLIENT_ID, '--cause', 'x', ...REASON], /--cause must be/],
    [['suspend', ...REASON], /Use one of --client/],
    [['suspend', '--client', CLIENT_ID, '--scope', 'auth_user', ...REASON], /Use one of/],
    [['reinstate', '--client', CLIENT_ID, ...REASON], /Not suspended/],
    [['revoke', '--client', '999', ...REASON], /--client 999 is not in/],
    [['revoke', '--mini-program', '999', ...REASON], /--mini-program 999 is not in/],
    [['revoke', '--user', 'demo-wallet/nobody', ...REASON], /Nothing was ever granted/],
    [['revoke', '--user', 'nobody'], /WALLET\/USER/],
    [['erase', '--user', 'demo-wallet/nobody'], /Nothing was stored/],
  ])('%j', async (args, message) => {
    const before = (await run('actions')).output
    const { code, output } = await run(...args)
    expect(code).not.toBe(0)
    expect(output).toMatch(message)
    expect((await run('actions')).output).toBe(before)
  })

  it.each([
    ['revoke', '--client', 'removed', ...REASON],
    ['revoke', '--mini-program', 'removed', ...REASON],
    ['suspend', '--client', 'removed', ...REASON],
    ['suspend', '--mini-program', 'removed', ...REASON],
  ])('--force acts on an id that the file no longer has: %s %s', async (...args) => {
    const lines = async (): Promise<number> => (await run('actions')).output.split('\n').length
    const before = await lines()
    expect((await run(...args, '--force')).code).toBe(0)
    expect(await lines()).toBe(before + 1)
  })
})
