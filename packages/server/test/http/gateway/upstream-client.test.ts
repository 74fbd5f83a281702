/**
 * @module Failing upstreams: each failure has a documented result code, is limited in time, and affects no other API.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  bearerCall,
  CARDS_PATH,
  INBOX_PATH,
  startTestGateway,
  type TestGateway,
} from '../../support/gateway.ts'
import { call } from '../../support/server.ts'
import { json, type Upstream } from '../../support/upstream.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
beforeEach(() => gateway.reset())
afterAll(() => gateway.close())

describe('an upstream that fails', () => {
  const callCards = () => call(gateway.server, CARDS_PATH, { accessToken: gateway.cardToken })
  const largeChunk = Buffer.alloc(64 * 1024, 'x')

  it.each<readonly [string, Upstream['answer']]>([
    ['never responds', () => {}],
    ['closes the connection', (response) => response.destroy()],
    ['responds with 500', json({ cards: [] }, 500)],
    ['responds with 503', json({}, 503)],
    ['redirects', (response) => response.writeHead(302, { location: '/elsewhere' }).end()],
    [
      'responds with HTML',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    ],
    [
      'responds with incomplete JSON',
      (response) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"cards":['),
    ],
    ['responds with an array', json([1])],
    ['responds without a body', (response) => response.writeHead(204).end()],
    [
      'closes the connection within the body',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
        response.write('{')
        setTimeout(() => response.destroy(), 20)
      },
    ],
    [
      'sends the body too slowly',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        const timer = setInterval(() => response.write(' '), 20)
        response.on('close', () => clearInterval(timer))
      },
    ],
    [
      'sends a body without end',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        const more = (): void => {
          while (!response.destroyed && response.write(largeChunk));
          if (!response.destroyed) response.once('drain', more)
        }
        more()
      },
    ],
    [
      'sends a compressed body',
      (response) =>
        response
          .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
          .end(largeChunk),
    ],
    [
      'sends too many headers',
      (response) => {
        for (let n = 0; n < 40; n++) response.setHeader(`x-${n}`, 'y'.repeat(1024))
        response.end('{}')
      },
    ],
    [
      'does not speak HTTP',
      (response) => {
        response.socket?.write('hello\r\n\r\n')
        response.socket?.end()
      },
    ],
  ])('causes a documented result code in time: %s', async (_, answer) => {
    gateway.upstream.answer = answer
    const startedAt = performance.now()
    const { result, ...data } = await callCards()
    expect(result).toMatchObject({ resultStatus: 'U', resultCode: 'PROCESS_FAIL' })
    expect(data).toEqual({})
    expect(performance.now() - startedAt).toBeLessThan(1500)
    // Wait until the circuit breaker is closed again.
    gateway.upstream.answer = json({ cards: [] })
    await expect
      .poll(async () => (await callCards()).result.resultCode, { timeout: 5000, interval: 100 })
      .toBe('SUCCESS')
  })

  it.each<readonly [string, Upstream['answer']]>([
    ['never starts', () => {}],
    ['never ends', (response) => void response.writeHead(200).write(' ')],
  ])('is logged as too slow when its response %s', async (_, answer) => {
    gateway.upstream.answer = answer
    const before = gateway.server.log.length
    await callCards()
    await expect
      .poll(() => gateway.server.log.slice(before).join(''))
      .toContain('cards: the upstream was too slow')
    gateway.upstream.answer = json({ cards: [] })
    expect((await callCards()).result.resultCode).toBe('SUCCESS')
  })

  it('does not open the circuit breaker by responding with 4xx', async () => {
    for (let n = 0; n < 10; n++) {
      gateway.upstream.answer = json({ error: 'SECRET' }, 400)
      const reply = await callCards()
      expect(reply.result).toMatchObject({ resultStatus: 'F', resultCode: 'PROCESS_FAIL' })
      expect(JSON.stringify(reply)).not.toContain('SECRET')
    }
    gateway.upstream.answer = json({ cards: [] })
    expect((await callCards()).result.resultCode).toBe('SUCCESS')
  })

  it('opens the circuit breaker after five failures, for two seconds', async () => {
    gateway.upstream.answer = json({}, 500)
    for (let n = 0; n < 8; n++) await callCards()
    expect(gateway.upstream.arrived.length).toBe(5)
    gateway.upstream.answer = json({ cards: [] })
    await expect
      .poll(async () => (await callCards()).result.resultCode, { timeout: 5000, interval: 200 })
      .toBe('SUCCESS')
  })

  it('does not affect other upstreams while all of its calls hang', async () => {
    let inFlight = 0
    let maxInFlight = 0
    gateway.upstream.answer = (response) => {
      maxInFlight = Math.max(maxInFlight, ++inFlight)
      response.on('close', () => inFlight--)
    }
    const hanging = Array.from({ length: 40 }, callCards)
    await expect.poll(() => gateway.upstream.arrived.length).toBeGreaterThanOrEqual(8)
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => bearerCall(gateway, INBOX_PATH)),
    )
    expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(200))
    const codes = (await Promise.all(hanging)).map(({ result }) => result.resultStatus)
    expect(new Set(codes)).toEqual(new Set(['U']))
    expect(maxInFlight).toBe(8)
  })

  it('leaves no response, no user data and no token in the log', async () => {
    await callCards()
    const log = gateway.server.log.join('')
    expect(log).toContain('"route":"cards"')
    for (const secret of [
      gateway.cardToken,
      gateway.inboxToken,
      'SECRET',
      'CanaryCard',
      'canary-4',
    ])
      expect(log).not.toContain(secret)
  })
})
