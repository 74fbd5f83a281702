/**
 * @module PostgreSQL stops, hangs and comes back under a running server: responses within the deadline, 503 with Retry-After, no
 * acknowledged write lost, automatic recovery.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPostgres } from '../../../../tools/postgres.mjs'
import { waitForDatabase } from '../support/postgres.ts'
import {
  APP_ID,
  codeFor,
  presentContext,
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

function ready(): Promise<number> {
  return fetch(`${server.url}/readyz`).then(({ status }) => status)
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
