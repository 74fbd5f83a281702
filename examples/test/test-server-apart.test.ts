/**
 * @module `assent test-server` on the file of a running installation: it has an address, keys, a store and users of its own, and neither
 * of the two accepts anything of the other.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createMerchantClient, type MerchantClient } from '@assent/merchant'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { verifyAudit } from '../../packages/server/src/cli/commands/audit.ts'
import { loadConfig } from '../../packages/server/src/config/load.ts'
import { type RunningServer, startServer } from '../../packages/server/src/main/start-server.ts'
import { type DemoSetup, prepareDemo } from '../src/setup.ts'
import { freePorts } from './browser.ts'

const ASSENT = resolve('packages/server/dist/assent.js')
const APP_ID = 'kopi-house'
/** Another address of the same machine, at which the test server must not listen. */
const HOST_OF_FILE = '127.0.0.2'
const REAL_USER = 'u-1001'

let folder: string
let setup: DemoSetup
let production: RunningServer
let child: ChildProcess
let childEnd: Promise<void>
let testServerUrl: string
let filesBefore: readonly string[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assent-apart-'))
  const [platform = 0, wallet = 0, miniProgram = 0, merchant = 0, upstream = 0, port = 0] =
    await freePorts(6)
  setup = prepareDemo(
    folder,
    { platform, wallet, miniProgram, merchant, upstream },
    'sqlite:data/assent.db',
  )
  const path = join(folder, 'assent.yaml')
  const file = parse(readFileSync(path, 'utf8'))
  file.revocationBackup = 'revocations.log'
  file.listen.host = HOST_OF_FILE
  writeFileSync(path, stringify(file))
  const config = { ...loadConfig(path), listen: { host: '127.0.0.1', port: platform } }
  production = await startServer(config, { logger: pino({ level: 'silent' }) })
  filesBefore = filesOf(folder)
  child = spawn(process.execPath, [ASSENT, 'test-server', '--config', path, '--port', String(port)])
  childEnd = new Promise((done) => child.once('close', () => done()))
  await new Promise((ready) => child.stdout?.once('data', ready))
  testServerUrl = `http://127.0.0.1:${port}`
})
afterAll(async () => {
  await stopTestServer()
  await production.close()
  rmSync(folder, { recursive: true, force: true })
})

function stopTestServer(): Promise<void> {
  child.kill('SIGTERM')
  return childEnd
}

function filesOf(path: string): readonly string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()
}

function clientOf(baseUrl: string): MerchantClient {
  const [{ clientId } = { clientId: '' }] = setup.config.clients
  return createMerchantClient({
    baseUrl,
    clientId,
    privateKey: setup.merchantKeys[clientId] ?? '',
    platformKeys: { url: `${baseUrl}/.well-known/assent/reply-keys` },
  })
}

async function control<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(`${testServerUrl}/test-server${path}`, {
    ...(body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  return (await response.json()) as T
}

function requestCode(userId: string) {
  return control<{ authCode?: string; cause?: string }>('/code', {
    userId,
    appId: APP_ID,
    scopes: ['auth_user'],
    granted: ['auth_user'],
  })
}

describe('assent test-server on the file of a running installation', () => {
  it('runs beside it, on the loopback interface', async () => {
    expect((await fetch(`${production.url}/readyz`)).status).toBe(200)
    expect((await fetch(`${production.url}/test-server`)).status).toBe(404)
    expect((await fetch(`${testServerUrl}/test-server`)).status).toBe(200)
    const keysOf = async (url: string) =>
      (await fetch(`${url}/.well-known/assent/reply-keys`)).text()
    expect(await keysOf(testServerUrl)).not.toBe(await keysOf(production.url))
  })

  it('is at the loopback address alone, whatever the file and the command say', async () => {
    const { port } = new URL(testServerUrl)
    await expect(fetch(`http://${HOST_OF_FILE}:${port}/test-server`)).rejects.toMatchObject({
      cause: { code: 'ECONNREFUSED' },
    })
    const words = ['test-server', '--config', join(folder, 'assent.yaml'), '--host=127.0.0.2']
    const { status, stderr } = spawnSync(process.execPath, [ASSENT, ...words], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([2, expect.stringContaining('--host')])
  })

  it('knows no user of it', async () => {
    expect(await requestCode(REAL_USER)).toMatchObject({ cause: 'USER_UNKNOWN' })
    expect(await requestCode('test-en-adult')).toHaveProperty('authCode')
  })

  it('gives codes and tokens that the installation refuses', async () => {
    const { authCode = '' } = await requestCode('test-es-adult')
    await expect(
      clientOf(production.url).applyToken({ appId: APP_ID, authCode }),
    ).rejects.toMatchObject({ resultCode: 'INVALID_CODE' })
    const tokens = await clientOf(testServerUrl).applyToken({ appId: APP_ID, authCode })
    await expect(clientOf(production.url).inquiryUserInfo(tokens)).rejects.toThrow()
  })

  it('issues in its own name', async () => {
    const metadata = await fetch(`${testServerUrl}/.well-known/oauth-authorization-server`)
    expect(await metadata.json()).toMatchObject({ issuer: testServerUrl })
  })

  it('writes nothing into its folder, so that the audit raises no alarm', async () => {
    await requestCode('test-ms-adult')
    const own = (path: string): boolean => /^data|\.log$/.test(path)
    expect(filesOf(folder).filter((path) => !own(path))).toEqual(
      filesBefore.filter((path) => !own(path)),
    )
    expect(readdirSync(join(folder, 'keys'))).toHaveLength(7)
    // A server signs what is not signed yet when it stops. Nothing has happened in the installation.
    await stopTestServer()
    const checkpoints = join(folder, 'receipt-checkpoints.log')
    expect(existsSync(checkpoints) ? readFileSync(checkpoints, 'utf8') : '').toBe('')
    expect((await verifyAudit({ config: join(folder, 'assent.yaml') })).problems).toEqual([])
  })
})
