/**
 * @module Load shedding under overload: which requests are rejected, after which delay, and that the server recovers.
 */
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  APP_ID,
  codeFor,
  inquire,
  type RawReply,
  redeem,
  send,
  signedHeaders,
  startTestServer,
  type TestServer,
  testConfig,
  USER_ID,
  USERS,
  WALLET_SIGNING,
} from '../support/server.ts'

const [{ walletId: _walletId, userId: _userId, ...user }] = USERS
const CALLS = 400

let directory: Server
let server: TestServer
/** The responses that the directory delays. `undefined`: it responds immediately. */
let delayed: ServerResponse[] | undefined

beforeAll(async () => {
  directory = createServer((_request, response) => {
    if (delayed) delayed.push(response)
    else respond(response)
  })
  await new Promise<void>((resolve) => directory.listen(0, '127.0.0.1', resolve))
  const { port } = directory.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  server = await startTestServer({
    ...testConfig(),
    directory: { kind: 'http', url, timeoutSeconds: 30, cacheSeconds: 0 },
  })
})
afterAll(async () => {
  await server.close()
  directory.closeAllConnections()
  directory.close()
})

function respond(response: ServerResponse): void {
  response.writeHead(200).end(JSON.stringify({ user }))
}

function sendSignedRequest(path: string, body: object, signing = {}): Promise<RawReply> {
  const text = JSON.stringify(body)
  return send(server, path, signedHeaders(server.clock, path, text, signing), text)
}

function sendWallet(operation: string, more: object): Promise<RawReply> {
  const body = { appId: APP_ID, userId: USER_ID, ...more }
  return sendSignedRequest(`/wallet/v1/${operation}`, body, WALLET_SIGNING)
}

describe('more requests than the limit', () => {
  it('get a delayed 503 with Retry-After, but withdrawals and probes do not', async () => {
    const { accessToken } = await redeem(server, await codeFor(server, ['auth_user']))
    delayed = []
    const path = '/v1/users/inquiryUserInfo'
    const body = JSON.stringify({ accessToken })
    const headers = signedHeaders(server.clock, path, body)
    const requests = Array.from({ length: CALLS }, () => send(server, path, headers, body))
    await expect.poll(() => delayed?.length, { timeout: 25_000 }).toBe(256)
    const consultedAt = performance.now()
    const consulted = await sendWallet('consult', { scopes: 'auth_base' })
    expect([consulted.status, consulted.headers['retry-after']]).toEqual([503, '1'])
    expect(performance.now() - consultedAt).toBeGreaterThan(90)
    const page = await fetch(`${server.url}/consent/cr_x`)
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '1'])
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await page.text()).toContain('<h1')
    const revoked = await sendWallet('revoke', { scopes: ['USER_NAME'] })
    expect(revoked.status).toBe(200)
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    const metrics = await server.readMetrics()
    expect(metrics).toMatch(/assent_http_requests_in_flight 256/)
    for (const response of delayed) respond(response)
    delayed = undefined
    const replies = await Promise.all(requests)
    const rejected = replies.filter(({ status }) => status === 503)
    expect(rejected).toHaveLength(CALLS - 256)
    expect(new Set(rejected.map(({ headers }) => headers['retry-after']))).toEqual(new Set(['1']))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(256)
    expect((await inquire(server, accessToken)).result.resultCode).toBe('SUCCESS')
    const after = await server.readMetrics()
    expect(after).toMatch(/assent_http_requests_in_flight 0/)
    expect(after).toMatch(/assent_http_requests_shed_total 1\d\d/)
  })
})
