/**
 * @module Bruno runs the collection of `docs/contracts/collection` against a server, which verifies the signature of every request.
 * `npm run test:foreign-clients` runs it. It needs npm and its registry.
 */
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ROOT } from '../support/compiler.ts'
import { MERCHANT_KEY, type TestKey, WALLET_KEY } from '../support/keys.ts'
import {
  APP_ID,
  CLIENT_ID,
  startTestServer,
  type TestServer,
  testConfig,
  USER_ID,
  WALLET_ID,
} from '../support/server.ts'

const RUNNER = '@usebruno/cli@4.1.0'
const INSTALL_TIMEOUT_MS = 600_000
const RUN_TIMEOUT_MS = 300_000

let folder: string
let server: TestServer
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assent-bruno-'))
  cpSync(join(ROOT, 'docs/contracts/collection'), join(folder, 'collection'), { recursive: true })
  const { status, stderr } = spawnSync(
    'npm',
    ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', RUNNER],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`npm install failed: ${stderr}`)
  server = await startTestServer(testConfig())
}, INSTALL_TIMEOUT_MS)
afterAll(async () => {
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

function writeKey(name: string, { privateKey }: TestKey): string {
  const path = join(folder, `${name}.pem`)
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return path
}

type Result = {
  readonly name: string
  readonly response: { readonly data: { readonly result?: { readonly resultCode: string } } }
  readonly testResults: readonly { readonly status: string }[]
}

/** Runs every request. @param variables of the environment */
async function run(variables: Readonly<Record<string, string>>): Promise<readonly Result[]> {
  const report = join(folder, 'report.json')
  const flags = Object.entries(variables).flatMap(([name, value]) => [
    '--env-var',
    `${name}=${value}`,
  ])
  const child = spawn(
    join(folder, 'node_modules/.bin/bru'),
    ['run', '-r', '--env', 'demo', '--sandbox', 'developer', '--reporter-json', report, ...flags],
    { cwd: join(folder, 'collection'), stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await new Promise((resolve) => child.on('close', resolve))
  console.info(output)
  const [{ results }] = JSON.parse(readFileSync(report, 'utf8'))
  return results
}

const variables = (): Readonly<Record<string, string>> => ({
  baseUrl: server.url,
  walletId: WALLET_ID,
  walletKeyFile: writeKey('wallet', WALLET_KEY),
  clientId: CLIENT_ID,
  clientKeyFile: writeKey('merchant', MERCHANT_KEY),
  clientKeyVersion: '2',
  appId: APP_ID,
  userId: USER_ID,
  guardianId: 'user-guardian',
  minorId: 'user-minor',
  redirectUrl: 'https://kopi.example/back',
})

const codeOf = ({ response }: Result): string | undefined => response.data.result?.resultCode

it(
  'every request is signed, and a code becomes tokens',
  async () => {
    const results = await run(variables())
    const failed = results.filter(({ testResults }) =>
      testResults.some(({ status }) => status !== 'pass'),
    )
    expect(failed.map((one) => [one.name, codeOf(one)])).toEqual([])
    expect(results.length).toBeGreaterThan(20)
    const succeeded = results.filter((one) => codeOf(one) === 'SUCCESS').map(({ name }) => name)
    expect(succeeded).toEqual(
      expect.arrayContaining(['consult', 'decide', 'applyToken', 'inquiryUserInfo', 'events']),
    )
  },
  RUN_TIMEOUT_MS,
)

it(
  'a wrong key is found',
  async () => {
    const results = await run({ ...variables(), walletKeyFile: writeKey('other', MERCHANT_KEY) })
    const consult = results.find(({ name }) => name === 'consult')
    expect(consult?.testResults.map(({ status }) => status)).toEqual(['fail'])
  },
  RUN_TIMEOUT_MS,
)
