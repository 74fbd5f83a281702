/**
 * @module The token stores of docs/token-stores.md do what every token store must, also when several processes share one. On the
 * embedded store this file tests the store on Redis, with PostgreSQL that on PostgreSQL.
 */
import { execFile } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Tokens } from '@assent/merchant'
import { buildSync, transformSync } from 'esbuild'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startRedis } from '../../../../tools/redis.mjs'
import {
  CLIENT_ID,
  CUSTOMER,
  type FakePlatform,
  MERCHANT_KEYS,
  PLATFORM_KEYS,
  reply,
  SUCCESS,
  startPlatform,
  tokens,
} from '../../../merchant/test/support/platform.ts'
import { testTokenStore } from '../../../merchant/test/support/token-store-contract.ts'
import { createFolder, ROOT } from '../support/compiler.ts'
import { createDatabase } from '../support/postgres.ts'
import { readCodeBlocks } from './code-blocks.ts'
import { type OpenTokenStore, openTokenStore } from './open-token-store.ts'
import type { ProcessSettings } from './token-store-process.ts'

const PAGE = 'docs/token-stores.md'

type Server = { readonly url: string; stop(): Promise<void> }

const DATABASE = process.env['ASSENT_TEST_STORE'] === 'postgres' ? 'postgres' : 'redis'

async function startPostgres(): Promise<Server> {
  const { url, remove } = await createDatabase()
  return { url, stop: remove }
}

/** A folder with the code of the page, and with the program of a process that uses it. */
function writeModules(): { readonly folder: string; storeModule: string; program: string } {
  const text = readFileSync(join(ROOT, PAGE), 'utf8')
  const [block] = readCodeBlocks(PAGE, text).filter(({ tags }) =>
    tags.includes(`store-${DATABASE}`),
  )
  if (!block) throw new Error(`${PAGE} has no code block with the tag store-${DATABASE}.`)
  const { code } = transformSync(block.code, { loader: 'ts' })
  const folder = createFolder({ 'store.mjs': code })
  const program = join(folder, 'process.mjs')
  buildSync({
    entryPoints: [join(import.meta.dirname, 'token-store-process.ts')],
    outfile: program,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
  })
  return { folder, storeModule: join(folder, 'store.mjs'), program }
}

const { folder, storeModule, program } = writeModules()
let server: Server
let store: OpenTokenStore
beforeAll(async () => {
  server = DATABASE === 'postgres' ? await startPostgres() : await startRedis()
  store = await openTokenStore(storeModule, server.url)
})
afterAll(async () => {
  await store.close()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

testTokenStore(`the store on ${DATABASE} of ${PAGE}`, async () => {
  await store.clear()
  return store.tokenStore
})

describe(`three processes that share a store on ${DATABASE}`, () => {
  let platform: FakePlatform
  beforeAll(async () => {
    platform = await startPlatform()
  })
  afterAll(() => platform.close())
  beforeEach(() => store.clear())

  const LOGINS = 25
  const REFRESHES = 60

  /** Tokens of a login: every refresh adds a character to the refresh token. */
  const tokensOf = (login: string, refreshToken: string): Tokens => ({
    ...tokens(0),
    refreshToken,
    scope: `login_${login}`,
  })

  async function runProcess(job: ProcessSettings['job'], count: number): Promise<unknown> {
    const settings: ProcessSettings = {
      ...{ job, count, storeModule, storeUrl: server.url, customer: CUSTOMER },
      client: {
        baseUrl: platform.baseUrl,
        clientId: CLIENT_ID,
        privateKey: MERCHANT_KEYS.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        platformKeys: PLATFORM_KEYS.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
        // A busy machine may pause a process for seconds. What a time limit does is a test of the client.
        timeoutMilliseconds: 60_000,
      },
    }
    const parameters = [program, JSON.stringify(settings)]
    const { stdout } = await promisify(execFile)(process.execPath, parameters)
    return JSON.parse(stdout)
  }

  it('keep the tokens of every login, while two of them refresh all the time', async () => {
    platform.handle = ({ path, request }, response) => {
      const { authCode, refreshToken = '' } = request
      const [, login = ''] = (authCode ?? refreshToken).split('_')
      const next = tokensOf(login, authCode ? `rt_${login}_` : `${refreshToken}+`)
      setTimeout(
        () => reply(path, response, { result: SUCCESS, ...next }),
        platform.received.length % 10,
      )
    }
    await store.tokenStore.set(CUSTOMER, tokensOf('0', 'rt_0_'), undefined)
    const problems = await Promise.all([
      runProcess('logIn', LOGINS),
      runProcess('refresh', REFRESHES),
      runProcess('refresh', REFRESHES),
    ])
    expect(problems).toEqual([[], [], []])
    expect((await store.tokenStore.get(CUSTOMER))?.scope).toBe(`login_${LOGINS}`)
    expect(platform.received).toHaveLength(LOGINS + 2 * REFRESHES)
  }, 180_000)
})
