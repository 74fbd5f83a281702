/**
 * @module `assent test-server`: every partial grant with the demo merchant and with a faulty one, and the API with its users, clock and
 * failures.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import {
  AuthorizationRequiredError,
  createMerchantClient,
  type MerchantClient,
} from '@assent/merchant'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMerchantServer } from '../src/merchant/server.ts'
import { type DemoSetup, prepareDemo } from '../src/setup.ts'
import { freePorts } from './browser.ts'

const ASSENT = resolve('packages/server/dist/assent.js')
const DEMO_TEST = `node ${resolve('examples/dist/merchant/partial-grant-test.js')}`
const APP_ID = 'kopi-house'
const SCOPES = 'auth_user!,USER_MOBILE_PHONE,USER_BIRTHDAY,USER_NAME'

let folder: string
let setup: DemoSetup
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assent-test-server-'))
  const [platform = 0, wallet = 0, miniProgram = 0, merchantPort = 0, upstream = 0] =
    await freePorts(5)
  const ports = { platform, wallet, miniProgram, merchant: merchantPort, upstream }
  setup = prepareDemo(folder, ports, 'sqlite:data/assent.db')
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

async function assent(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [ASSENT, ...args], { env: { ...process.env, ...env } })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  const code = await new Promise<number | null>((done) => child.once('close', done))
  return { code, output }
}

/** The merchant's server calls the test server, because that has the port at which the merchant expects the platform. */
async function allSubsets(run: string, env: Readonly<Record<string, string>> = {}) {
  const merchant = createMerchantServer({
    setup,
    platformKeys: { url: `${setup.urls.platform}/.well-known/assent/reply-keys` },
    publish: () => {},
  })
  await merchant.listen({ host: '127.0.0.1', port: Number(new URL(setup.urls.merchant).port) })
  const { port } = new URL(setup.urls.platform)
  const args = ['test-server', '--config', join(folder, 'assent.yaml'), '--port', port]
  try {
    return await assent(
      [...args, '--all-subsets', '--app', APP_ID, '--scopes', SCOPES, '--run', run],
      { MERCHANT_URL: setup.urls.merchant, ...env },
    )
  } finally {
    await merchant.close()
  }
}

describe('assent test-server --all-subsets', () => {
  it('passes a merchant that stores the granted scopes', async () => {
    const { code, output } = await allSubsets(DEMO_TEST)
    expect(output).toContain('The test passed for each grant.')
    expect(output.match(/^ok /gm)).toHaveLength(9)
    expect(output).toContain('(denied)')
    expect(output).toContain('auth_user, USER_MOBILE_PHONE, USER_BIRTHDAY, USER_NAME')
    expect(code).toBe(0)
  })

  it('judges the exit code and stdout: a warning on stderr changes nothing', async () => {
    const warning = `node -e "process.emitWarning('deprecated')" && `
    const { code, output } = await allSubsets(warning + DEMO_TEST)
    expect(output.match(/^ok /gm)).toHaveLength(9)
    expect(code).toBe(0)
  })

  it('shows what a failed test wrote', async () => {
    const { code, output } = await allSubsets('echo to stdout; echo to stderr >&2; exit 3')
    expect(output).toContain('FAIL (denied): The test ended with exit code 3.\n')
    expect(output).toContain('     | to stdout\n')
    expect(output).toContain('     | to stderr\n')
    expect(code).toBe(1)
  })

  it('fails a merchant that stores the requested scopes, and names the reason', async () => {
    const settings = join(folder, 'naive.json')
    const { clientId } = setup.config.clients[0] ?? { clientId: '' }
    writeFileSync(settings, JSON.stringify({ clientId, privateKey: setup.merchantKeys[clientId] }))
    const naive = `node ${resolve('examples/test/naive-merchant.mjs')}`
    const { code, output } = await allSubsets(naive, { NAIVE_SETTINGS: settings })
    expect(code).toBe(1)
    // Correct only when the user grants everything or nothing.
    expect(output.match(/^ok /gm)).toHaveLength(2)
    expect(output.match(/^FAIL /gm)).toHaveLength(7)
    expect(output).toContain(
      'FAIL auth_user: The merchant stored USER_MOBILE_PHONE, USER_BIRTHDAY, USER_NAME, which the user did not grant. It stored the requested scopes',
    )
  })

  it.each([
    ['exits with an error', 'node -e "process.exit(3)"', /ended with exit code 3/],
    ['prints nothing', 'node -e ""', /did not report the stored scopes/],
    [
      'loses a granted scope',
      `node -e "console.log('{\\"scopes\\":[]}')"`,
      /did not store auth_user/,
    ],
  ])('fails a test that %s', async (_name, run, reason) => {
    const { code, output } = await allSubsets(run)
    expect(code).toBe(1)
    expect(output).toMatch(reason)
  })

  it('names the missing option', async () => {
    const { code, output } = await assent([
      'test-server',
      '--config',
      join(folder, 'assent.yaml'),
      '--all-subsets',
    ])
    expect(code).toBe(2)
    expect(output).toContain('--run COMMAND')
  })
})

describe('assent test-server', () => {
  let child: ReturnType<typeof spawn>
  let client: MerchantClient
  beforeAll(async () => {
    child = spawn(process.execPath, [
      ASSENT,
      'test-server',
      '--config',
      join(folder, 'assent.yaml'),
      '--port',
      new URL(setup.urls.platform).port,
    ])
    await new Promise((ready) => child.stdout?.once('data', ready))
    const [{ clientId } = { clientId: '' }] = setup.config.clients
    client = createMerchantClient({
      baseUrl: setup.urls.platform,
      clientId,
      privateKey: setup.merchantKeys[clientId] ?? '',
      platformKeys: { url: `${setup.urls.platform}/.well-known/assent/reply-keys` },
    })
  })
  afterAll(async () => {
    child.kill('SIGTERM')
    await new Promise((done) => child.once('close', done))
  })

  async function control<T = Record<string, unknown>>(path: string, body?: object): Promise<T> {
    const response = await fetch(`${setup.urls.platform}/test-server${path}`, {
      ...(body && {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
    return (await response.json()) as T
  }
  const requestCode = (userId: string, granted: readonly string[] = ['auth_user']) =>
    control<{ authCode?: string; cause?: string }>('/code', {
      userId,
      appId: APP_ID,
      scopes: ['auth_user'],
      granted,
    })

  it.each([
    ['test-ar-adult', undefined],
    ['test-en-minor', 'GUARDIAN_PENDING'],
    ['test-en-frozen', 'USER_NOT_ACTIVE'],
    ['test-nobody', 'USER_UNKNOWN'],
  ])('has the user %s, whose request fails with %s', async (userId, cause) => {
    const { users } = await control<{ users: { userId: string }[] }>('')
    if (cause !== 'USER_UNKNOWN') expect(users.map((one) => one.userId)).toContain(userId)
    expect((await requestCode(userId)).cause).toBe(cause)
  })

  it('advances the clock: a code expires after a minute, a grant after 30 days', async () => {
    const { authCode = '' } = await requestCode('test-es-adult')
    await control('/time', { advanceSeconds: 61 })
    await expect(client.applyToken({ appId: APP_ID, authCode })).rejects.toMatchObject({
      resultCode: 'EXPIRED_CODE',
    })
    const second = await requestCode('test-es-adult')
    const tokens = await client.applyToken({ appId: APP_ID, authCode: second.authCode ?? '' })
    expect(tokens.scope).toBe('auth_user')
    await control('/time', { advanceSeconds: 31 * 86_400 })
    await expect(client.inquiryUserInfo(tokens)).rejects.toThrow(AuthorizationRequiredError)
  })

  it('produces errors on request', async () => {
    const { causes } = await control<{ causes: string[] }>('')
    expect(causes).toContain('OVERLOADED')
    await control('/fail', { cause: 'CODE_USED' })
    const { authCode = '' } = await requestCode('test-id-adult')
    await expect(client.applyToken({ appId: APP_ID, authCode })).rejects.toMatchObject({
      resultCode: 'USED_CODE',
    })
    expect((await client.applyToken({ appId: APP_ID, authCode })).scope).toBe('auth_user')
    expect(await control('/fail', { cause: 'NO_SUCH_CAUSE' })).toMatchObject({
      cause: 'PARAM_ILLEGAL',
    })
  })
})
