/**
 * @module The contracts as a running server serves them.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CONTRACTS } from '../../../src/contracts/contracts.ts'
import { startTestServer, type TestServer, testConfig } from '../../support/server.ts'

const issuer = 'https://auth.example'
let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ ...testConfig(), issuer })
})
afterAll(() => server.close())

const read = (file: string): Promise<Response> => fetch(`${server.url}/docs/contracts/${file}`)

it.each([...CONTRACTS.keys()])('%s is served as JSON', async (file) => {
  const response = await read(file)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(await response.json()).toBeTypeOf('object')
})

it('describes the server that serves it', async () => {
  const { servers } = await (await read('admin-api.openapi.json')).json()
  expect(servers).toEqual([{ url: `${issuer}/admin/v1` }])
})

it.each(['unknown.json', 'constructor', '..%2f..%2fpackage.json'])(
  'there is none at %s',
  async (file) => {
    expect((await read(file)).status).toBe(404)
  },
)
