/**
 * @module Slow and dead addresses that the operator has configured: the user directory and the APIs behind the gateway. Requests that
 * need them fail quickly, with their documented result. All other requests are served as before.
 */
import type { ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startOAuthServer } from '../support/oauth.ts'
import {
  APP_ID,
  codeFor,
  consultFor,
  presentContext,
  redeem,
  send,
  signedHeaders,
  type TestServer,
  USER_ID,
  USERS,
  walletCall,
} from '../support/server.ts'
import { json, startUpstream, type Upstream } from '../support/upstream.ts'
import { type Outcomes, prepareWitnesses, type Witnesses } from '../support/witnesses.ts'

const [{ walletId: _walletId, userId: _userId, ...USER }] = USERS

async function metric(server: TestServer, name: string): Promise<number> {
  const text = await server.readMetrics()
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return Number(line?.split(' ').at(-1))
}

describe('a user directory', () => {
  /** docs/operating.md#outside-addresses */
  const MAX_IN_FLIGHT = 128
  const CROWD = 256

  let directory: Upstream
  let server: TestServer
  let witnesses: Witnesses
  let before: Outcomes
  let hanging: ServerResponse[]

  beforeAll(async () => {
    directory = await startUpstream()
    directory.answer = json({ user: USER })
    server = await startOAuthServer((config) => ({
      ...config,
      directory: { kind: 'http', url: directory.url, timeoutSeconds: 2, cacheSeconds: 5 },
    }))
    witnesses = await prepareWitnesses(server, 10, { needsDirectory: false })
    before = await witnesses.callAll()
  })
  afterEach(async () => {
    for (const response of hanging) json({ user: USER })(response, {} as never)
    directory.answer = json({ user: USER })
    // The breaker tests the directory again after a pause.
    await expect
      .poll(async () => (await consult(newUser())).result.resultCode, { timeout: 15_000 })
      .toBe('SUCCESS')
    directory.arrived.length = 0
  })
  afterAll(async () => {
    await server.close()
    directory.close()
  })

  let asked = 0
  /** A user that no cache has. */
  const newUser = (): string => `user-${asked++}`
  const consult = (userId: string) => consultFor(server, 'auth_base', { userId })

  it.each<readonly [string, Upstream['answer']]>([
    ['hangs', (response) => void hanging.push(response)],
    [
      'is slow',
      (response) => void setTimeout(() => json({ user: USER })(response, {} as never), 1500),
    ],
    ['closes its connections', (response) => void response.destroy()],
    ['responds with 503', json({}, 503)],
  ])('that %s changes nothing for requests that do not need it', async (_, answer) => {
    hanging = []
    await consult(USER_ID)
    directory.arrived.length = 0
    let inFlight = 0
    let maxInFlight = 0
    directory.answer = (response, arrived) => {
      maxInFlight = Math.max(maxInFlight, ++inFlight)
      response.on('close', () => inFlight--)
      answer(response, arrived)
    }
    const crowd = Array.from({ length: CROWD }, () => consult(newUser()))
    await expect.poll(() => directory.arrived.length, { timeout: 20_000 }).toBeGreaterThan(0)
    expect(await witnesses.callAll()).toEqual(before)
    // A user that the node has read a moment ago is still served.
    expect(await consult(USER_ID)).toMatchObject({ status: 'GRANTED' })
    const codes = (await Promise.all(crowd)).map(({ result }) => result.resultCode)
    expect(codes.filter((code) => code !== 'SUCCESS' && code !== 'PROCESS_FAIL')).toEqual([])
    expect(maxInFlight).toBeLessThanOrEqual(MAX_IN_FLIGHT)
    expect(await witnesses.callAll()).toEqual(before)
    expect(await metric(server, 'assent_http_requests_shed_total')).toBe(0)
    expect(await metric(server, 'assent_http_requests_in_flight')).toBe(0)
    expect(await metric(server, 'assent_http_requests_waiting')).toBe(0)
  })

  it('that hangs is not called by every request: after five failures, requests fail at once', async () => {
    hanging = []
    directory.answer = (response) => void hanging.push(response)
    await Promise.all(Array.from({ length: 5 }, () => consult(newUser())))
    directory.arrived.length = 0
    const codes = await Promise.all(
      Array.from({ length: 50 }, async () => (await consult(newUser())).result.resultCode),
    )
    expect(new Set(codes)).toEqual(new Set(['PROCESS_FAIL']))
    expect(directory.arrived.length).toBeLessThanOrEqual(1)
    expect(await metric(server, 'assent_outbound_addresses_paused{kind="directory"}')).toBe(1)
    expect(
      await metric(
        server,
        'assent_outbound_calls_rejected_total{kind="directory",reason="paused"}',
      ),
    ).toBeGreaterThanOrEqual(49)
  })

  it('with one user that it cannot describe serves all others', async () => {
    hanging = []
    directory.answer = (response, { body }) =>
      body.includes('user-broken')
        ? json({ user: 7 })(response, {} as never)
        : json({ user: USER })(response, {} as never)
    for (let n = 0; n < 10; n++)
      expect((await consult('user-broken')).result.resultCode).toBe('PROCESS_FAIL')
    expect((await consult(newUser())).result.resultCode).toBe('SUCCESS')
  })
})

describe('five slow APIs of one merchant', () => {
  const SLOW = Array.from({ length: 5 }, (_, n) => `slow-${n}`)
  const MAX_CONCURRENCY = 64

  let upstream: Upstream
  let server: TestServer
  let witnesses: Witnesses
  let before: Outcomes
  let accessToken: string
  let hanging: ServerResponse[]

  beforeAll(async () => {
    hanging = []
    upstream = await startUpstream()
    upstream.answer = (response) => void hanging.push(response)
    server = await startOAuthServer((config) => ({
      ...config,
      apis: SLOW.map((name) => ({
        name,
        paths: [`/v1/cards/${name}`],
        upstream: `${upstream.url}/${name}`,
        scopes: ['CARD_LIST'],
        timeoutSeconds: 30,
        maxConcurrency: MAX_CONCURRENCY,
      })),
    }))
    witnesses = await prepareWitnesses(server, 3)
    before = await witnesses.callAll()
    accessToken = (await redeem(server, await codeFor(server, ['CARD_LIST'])))['accessToken']
  })
  afterAll(async () => {
    await server.close()
    upstream.close()
  })

  it('change nothing for consent, tokens and withdrawals', async () => {
    const body = JSON.stringify({ accessToken })
    const calls = SLOW.flatMap((name) =>
      Array.from({ length: MAX_CONCURRENCY + 10 }, () => {
        const path = `/v1/cards/${name}`
        return send(server, path, signedHeaders(server.clock, path, body), body)
      }),
    )
    await expect.poll(() => hanging.length, { timeout: 30_000 }).toBe(SLOW.length * MAX_CONCURRENCY)
    expect(await metric(server, 'assent_http_requests_in_flight')).toBeLessThan(SLOW.length * 10)
    expect(await metric(server, 'assent_http_requests_waiting')).toBe(SLOW.length * MAX_CONCURRENCY)
    expect(await witnesses.callAll()).toEqual(before)
    expect(await consultForPrompt()).toBe('SUCCESS')
    for (const response of hanging) json({ cards: [] })(response, {} as never)
    const replies = (await Promise.all(calls)).map(({ status, body: text }) => ({
      status,
      code: JSON.parse(text).result.resultCode,
    }))
    expect(replies.filter(({ status }) => status !== 200)).toEqual([])
    expect(replies.filter(({ code }) => code === 'SUCCESS')).toHaveLength(
      SLOW.length * MAX_CONCURRENCY,
    )
    expect(await metric(server, 'assent_http_requests_shed_total')).toBe(0)
    expect(await metric(server, 'assent_http_requests_in_flight')).toBe(0)
  })

  /** A consultation that writes a prompt, and closes it. */
  async function consultForPrompt(): Promise<string> {
    const input = { appId: APP_ID, userId: USER_ID, scopes: ['USER_EMAIL'] }
    const context = presentContext(server.clock)
    const { consentRequestId } = await walletCall(server, 'consult', { ...input, context })
    const { result } = await walletCall(server, 'complete', { consentRequestId, userId: USER_ID })
    return result.resultCode
  }

  it('are named by the metrics', async () => {
    expect(await metric(server, 'assent_outbound_calls_in_flight{kind="api"}')).toBe(0)
    expect(
      await metric(server, 'assent_outbound_calls_rejected_total{kind="api",reason="full"}'),
    ).toBe(SLOW.length * 10)
  })
})
