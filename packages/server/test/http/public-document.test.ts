/**
 * @module Public documents and OAuth endpoints name the methods that they have, whatever method is sent.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MANAGEMENT_ENDPOINTS } from '../../src/http/management/endpoints.ts'
import { METADATA_ENDPOINTS, OAUTH_ENDPOINTS } from '../../src/http/oauth/endpoints.ts'
import { startOAuthServer } from '../support/oauth.ts'
import { send, type TestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startOAuthServer()
})
afterAll(() => server.close())

const { jwks, replyKeys } = MANAGEMENT_ENDPOINTS
const DOCUMENTS = [...Object.values(METADATA_ENDPOINTS), jwks, replyKeys].map(({ path }) =>
  path.replace('*', 'oauth2/userinfo'),
)
const ENDPOINTS = Object.values(OAUTH_ENDPOINTS).map(({ path }) => path.replace(/:\w+/, 'x'))

async function methodsOf(path: string, method: string): Promise<readonly [number, string]> {
  const { status, headers } = await send(server, path, { 'content-type': 'text/x' }, '', method)
  return [status, String(headers['allow'])]
}

it.each(DOCUMENTS)('%s is only read', async (path) => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE'])
    expect([method, await methodsOf(path, method)]).toEqual([method, [405, 'GET, HEAD, OPTIONS']])
})

it.each(ENDPOINTS)('%s refuses TRACE', async (path) => {
  const [status, allow] = await methodsOf(path, 'TRACE')
  expect(status).toBe(405)
  expect(allow).toMatch(/GET|POST/)
})
