/**
 * @module PostgreSQL stops, hangs and comes back under a running server: responses within the deadline, 503 with Retry-After, no
 * acknowledged write lost, automatic recovery. The same for a disk that is full.
 */
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startPostgres } from '../../../../tools/postgres.mjs'
import { waitForDatabase } from '../support/postgres.ts'
import {
  APP_ID,
  codeFor,
  inquire,
  presentContext,
  type RawReply,
  redeem,
  refresh,
  send,
  signedHeaders,
  startTestServer,
  type TestServer,
  testConfig,
  USER_ID,
  WALLET_SIGNING,
} from '../support/server.ts'

/** The connections to embedded databases. */
const sqlite = vi.hoisted(() => ({ connections: [] as { exec(sql: string): void }[] }))
vi.mock('../../src/stores/sqlite/driver.ts', async (importActual) => {
  const actual = await importActual<typeof import('../../src/stores/sqlite/driver.ts')>()
  const openConnection: typeof actual.openConnection = (...parameters) => {
    const connection = actual.openConnection(...parameters)
    sqlite.connections.push(connection)
    return connection
  }
  return { ...actual, openConnection }
})

let database: Awaited<ReturnType<typeof startPostgres>>
let server: TestServer

beforeAll(async () => {
  database = await startPostgres()
  const store = database.url('postgres')
  await waitForDatabase(store)
  server = await startTestServer({ ...testConfig(), store })
})
afterAll(async () => {
  await server.close()
  await database.stop()
})

function ready({ url } = server): Promise<number> {
  return fetch(`${url}/readyz`).then(({ status }) => status)
}

/** Asks once: the status, the result code, and how long it took. */
async function ask(
  body: object,
): Promise<{ status: number; code?: string; retryAfter?: string; milliseconds: number }> {
  const path = '/v1/authorizations/applyToken'
  const text = JSON.stringify(body)
  const startedAt = performance.now()
  const {
    status,
    headers,
    body: reply,
  } = await send(server, path, signedHeaders(server.clock, path, text), text)
  return {
    status,
    milliseconds: performance.now() - startedAt,
    ...(status === 200 && { code: JSON.parse(reply).result.resultCode }),
    ...(headers['retry-after'] !== undefined && { retryAfter: String(headers['retry-after']) }),
  }
}

describe('a database that', () => {
  it.each([
    { name: 'hangs', down: 'SIGSTOP', up: 'SIGCONT' },
    { name: 'is killed and comes back', down: 'SIGKILL', up: undefined },
  ] as const)('$name: returns 503 within the deadline, then recovers', async ({ down, up }) => {
    const code = await codeFor(server, ['auth_user'])
    const tokens = await redeem(server, code)
    const refreshing = { grantType: 'REFRESH_TOKEN', refreshToken: tokens['refreshToken'] }
    database.signal(down)
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(refreshing)))
    for (const { status, retryAfter, milliseconds } of answers) {
      expect(status).toBe(503)
      expect(retryAfter).toBe('1')
      expect(milliseconds).toBeLessThan(4500)
    }
    // Later requests also fail within the deadline.
    expect((await ask(refreshing)).milliseconds).toBeLessThan(4500)
    expect(await ready()).toBe(503)
    const page = await fetch(`${server.url}/consent/cr_x`)
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '1'])
    if (up) database.signal(up)
    else await database.restart()
    await expect.poll(ready, { timeout: 30_000 }).toBe(200)
    await expect.poll(async () => (await ask(refreshing)).status, { timeout: 10_000 }).toBe(200)
    expect((await redeem(server, code)).result.resultCode).toBe('USED_CODE')
    const again = await refresh(server, tokens['refreshToken'])
    expect(again.result.resultCode).toBe('SUCCESS')
    expect((await refresh(server, again['refreshToken'])).result.resultCode).toBe('SUCCESS')
  })

  it('is down makes consult return 503', async () => {
    database.signal('SIGKILL')
    const path = '/wallet/v1/consult'
    const body = JSON.stringify({
      appId: APP_ID,
      userId: USER_ID,
      scopes: 'USER_EMAIL',
      context: presentContext(server.clock),
    })
    const reply = await send(
      server,
      path,
      signedHeaders(server.clock, path, body, WALLET_SIGNING),
      body,
    )
    expect(reply.status).toBe(503)
    await database.restart()
    await expect.poll(ready, { timeout: 30_000 }).toBe(200)
  })
})

describe('a full disk', () => {
  const execute = async (...statements: readonly string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: database.url('postgres') })
    await client.connect()
    for (const statement of statements) await client.query(statement)
    await client.end()
  }
  /** The error of PostgreSQL when it cannot extend a file. */
  const REJECT = `CREATE FUNCTION reject() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`
  const limitPages = async (count: number): Promise<void> => {
    for (const { exec } of sqlite.connections) exec(`PRAGMA max_page_count = ${count}`)
  }

  it.each([
    {
      name: 'of PostgreSQL',
      start: async () => server,
      fill: () =>
        execute(
          REJECT,
          'CREATE TRIGGER full_disk BEFORE INSERT ON authorizations EXECUTE FUNCTION reject()',
        ),
      free: () => execute('DROP TRIGGER full_disk ON authorizations', 'DROP FUNCTION reject'),
      word: /The disk of the database is full\. Free space on it\./,
      stop: async () => {},
    },
    {
      name: 'of the embedded store',
      start: () => startTestServer(),
      fill: () => limitPages(1),
      free: () => limitPages(1_000_000),
      word: /The disk is full: \S+\.db cannot grow\. Free space on it\./,
      stop: (own: TestServer) => own.close(),
    },
  ])(
    '$name: logins get 503, the node is not ready, and the log says so, until there is space',
    async ({ start, fill, free, word, stop }) => {
      const own = await start()
      const { accessToken } = await redeem(own, await codeFor(own, ['auth_base']))
      expect(await ready(own)).toBe(200)
      await fill()
      const failed = await loginUntilItFails(own)
      expect([failed.status, failed.headers['retry-after']]).toEqual([503, '1'])
      expect(await ready(own)).toBe(503)
      expect(own.log.filter((line) => word.test(line)).join('\n')).toContain(
        'The server is not ready.',
      )
      // Tokens that were issued before are still valid.
      await expect
        .poll(async () => (await inquire(own, accessToken)).result.resultCode)
        .toBe('SUCCESS')
      await free()
      await expect.poll(() => ready(own), { timeout: 30_000 }).toBe(200)
      const tokens = await redeem(own, await codeFor(own, ['auth_base']))
      expect(tokens.result.resultCode).toBe('SUCCESS')
      await stop(own)
    },
  )
})

/** Free space in the pages of the file still takes some rows. */
async function loginUntilItFails(own: TestServer): Promise<RawReply> {
  const path = '/v1/authorizations/applyToken'
  for (let times = 0; times < 500; times++) {
    const consulted = await postTo(own, '/wallet/v1/consult', {
      appId: APP_ID,
      userId: USER_ID,
      scopes: 'auth_base',
      context: presentContext(own.clock),
    })
    if (consulted.status !== 200) return consulted
    const { authCode } = JSON.parse(consulted.body)
    const redeemed = await postTo(own, path, { grantType: 'AUTHORIZATION_CODE', authCode })
    if (redeemed.status !== 200) return redeemed
    expect(JSON.parse(redeemed.body).result.resultCode).toBe('SUCCESS')
  }
  throw new Error('The disk is not full.')
}

function postTo(own: TestServer, path: string, body: object): Promise<RawReply> {
  const text = JSON.stringify(body)
  const signing = path.startsWith('/wallet/') ? WALLET_SIGNING : {}
  return send(own, path, signedHeaders(own.clock, path, text, signing), text)
}
