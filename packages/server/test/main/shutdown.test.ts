/**
 * @module A node that stops while it works for clients that have disconnected: the work ends before the parts that it needs.
 */
import { request as httpRequest } from 'node:http'
import { expect, it } from 'vitest'
import {
  codeFor,
  redeem,
  signedHeaders,
  startTestServer,
  type TestServer,
  testConfig,
} from '../support/server.ts'
import { startUpstream } from '../support/upstream.ts'

const CLIENTS = 60
const PATH = '/v1/cards/inquiryCardList'

/** Sends a request on a connection of its own. @returns ends the connection */
function open(server: TestServer, body: string): () => void {
  const { hostname, port } = new URL(server.url)
  const headers = signedHeaders(server.clock, PATH, body)
  const options = { hostname, port, path: PATH, method: 'POST', headers, agent: false } as const
  const request = httpRequest(options)
  request.on('error', () => {})
  request.end(body)
  return () => void request.destroy()
}

it('completes the work for clients that have gone, and logs no defect', async () => {
  const upstream = await startUpstream()
  upstream.answer = () => {}
  const config = testConfig()
  const [cards] = config.apis ?? []
  if (!cards) throw new Error('The test configuration has no API.')
  const slow = { ...cards, upstream: upstream.url, timeoutSeconds: 30 }
  const server = await startTestServer({ ...config, apis: [slow] })
  const { accessToken } = await redeem(server, await codeFor(server, ['CARD_LIST']))
  const body = JSON.stringify({ accessToken })
  const clients = Array.from({ length: CLIENTS }, () => open(server, body))
  await expect.poll(() => upstream.arrived.length, { timeout: 20_000 }).toBe(CLIENTS)
  for (const leave of clients) leave()
  server.log.length = 0
  await server.close()
  upstream.close()
  const defects = server.log.filter((line) => JSON.parse(line).level >= 50)
  expect(defects).toEqual([])
  // Each call ended with its own result, which was signed.
  expect(server.log.filter((line) => line.includes('UPSTREAM_UNAVAILABLE')).length).toBe(CLIENTS)
})
