/**
 * @module Connections whose peer sends slowly: they are closed, whatever the peer has sent so far.
 */
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'

/** docs/operating.md#limits, and the interval of the checks. */
const HEADERS_MS = 5000
const REQUEST_MS = 10_000
/** Generous, because a busy machine must not fail the test. Node's own interval would exceed it. */
const MARGIN_MS = 12_000

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

/** @returns what the server sent before it closed the connection, and after how long that was */
function sendSlowly(
  start: string,
  drip: string,
): Promise<{ readonly reply: string; readonly milliseconds: number }> {
  const { hostname, port } = new URL(server.url)
  const startedAt = performance.now()
  return new Promise((resolve) => {
    let reply = ''
    const socket = connect(Number(port), hostname, () => socket.write(start))
    const timer = setInterval(() => drip && socket.write(drip), 500)
    socket.on('data', (chunk) => {
      reply += chunk
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearInterval(timer)
      resolve({ reply, milliseconds: performance.now() - startedAt })
    })
  })
}

const HEAD = 'POST /wallet/v1/consult HTTP/1.1\r\nHost: x\r\n'

it.concurrent.each([
  { name: 'nothing', start: '', drip: '', limit: HEADERS_MS },
  { name: 'a part of the request line', start: 'POST /wal', drip: '', limit: HEADERS_MS },
  { name: 'a part of the headers', start: HEAD, drip: '', limit: HEADERS_MS },
  { name: 'header after header', start: HEAD, drip: 'x: y\r\n', limit: HEADERS_MS },
  {
    name: 'its body byte by byte',
    start: `${HEAD}Content-Length: 1000\r\n\r\n`,
    drip: 'x',
    limit: REQUEST_MS,
  },
  {
    name: 'its body chunk by chunk',
    start: `${HEAD}Transfer-Encoding: chunked\r\n\r\n`,
    drip: '1\r\nx\r\n',
    limit: REQUEST_MS,
  },
])('a connection that sends $name is closed with 408', async ({ start, drip, limit }) => {
  const { reply, milliseconds } = await sendSlowly(start, drip)
  expect(reply).toMatch(/^HTTP\/1\.1 408 /)
  expect(milliseconds).toBeGreaterThan(limit - 1000)
  expect(milliseconds).toBeLessThan(limit + MARGIN_MS)
})
