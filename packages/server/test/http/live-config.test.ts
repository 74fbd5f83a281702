/**
 * @module assent.yaml changes under a running server.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import {
  APP_ID,
  CLIENT_ID,
  call,
  codeFor,
  consultFor,
  inquire,
  redeem,
  startTestServer,
  type TestConfig,
  type TestServer,
  testConfig,
  USER_ID,
  walletCall,
} from '../support/server.ts'
import { json, startUpstream } from '../support/upstream.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

function write(text: string): void {
  writeFileSync(join(server.folder, 'assent.yaml'), text)
}

type Client = TestConfig['clients'][number]

/** The configuration with the merchant changed. */
function withClient(change: (client: Client) => Client): string {
  const config = testConfig()
  const clients = config.clients.map((client) =>
    client.clientId === CLIENT_ID ? change(client) : client,
  )
  return stringify({ ...config, clients })
}

async function codeSoon(ask: () => Promise<{ result: { resultCode: string } }>, code: string) {
  const asked = async (): Promise<string> => (await ask()).result.resultCode
  await expect.poll(asked, { timeout: 10_000, interval: 50 }).toBe(code)
}

describe('a change of assent.yaml', () => {
  it('is in force without a restart: a client is suspended and comes back', async () => {
    const tokens = await redeem(server, await codeFor(server, ['auth_user']))
    const use = () => inquire(server, tokens['accessToken'])
    write(withClient((client) => ({ ...client, state: 'SUSPENDED' })))
    await codeSoon(use, 'INVALID_AUTH_CLIENT_STATUS')
    write(withClient((client) => client))
    await codeSoon(use, 'SUCCESS')
  })

  it('takes back a scope, and what it opened is closed', async () => {
    const tokens = await redeem(server, await codeFor(server, ['auth_user']))
    write(
      withClient((client) => ({
        ...client,
        miniPrograms: client.miniPrograms.map((app) =>
          app.appId === APP_ID ? { ...app, scopes: ['auth_base'] } : app,
        ),
      })),
    )
    await codeSoon(() => inquire(server, tokens['accessToken']), 'INVALID_ACCESS_TOKEN')
    write(withClient((client) => client))
    await codeSoon(() => inquire(server, tokens['accessToken']), 'SUCCESS')
  })

  it('opens an API, and closes it again', async () => {
    const upstream = await startUpstream()
    upstream.answer = json({ level: 'gold', secret: 1 })
    const { accessToken } = await redeem(server, await codeFor(server, ['auth_user']))
    const path = '/v1/loyalty/inquiryLevel'
    const ask = () => call(server, path, { accessToken })
    await codeSoon(ask, 'INVALID_API')
    const api = {
      name: 'loyalty',
      paths: [path],
      upstream: `${upstream.url}/level`,
      scopes: ['auth_user'],
      fields: { auth_user: ['level'] },
    }
    const config = testConfig()
    write(stringify({ ...config, apis: [...(config.apis ?? []), api] }))
    await codeSoon(ask, 'SUCCESS')
    expect(await ask()).toEqual({ result: expect.anything(), level: 'gold' })
    write(stringify(config))
    await codeSoon(ask, 'INVALID_API')
    upstream.close()
  })

  it('that is not right changes nothing', async () => {
    write('issuer: [')
    await new Promise((resolve) => setTimeout(resolve, 1200))
    expect((await consultFor(server, ['auth_base'])).result.resultCode).toBe('SUCCESS')
    write(withClient((client) => ({ ...client, name: 'Renamed' })))
    const sheetName = async (): Promise<string> => {
      const { sheet, consentRequestId } = await consultFor(server, ['USER_NAME'])
      await walletCall(server, 'complete', { userId: USER_ID, consentRequestId })
      return JSON.stringify(sheet)
    }
    await expect.poll(sheetName, { timeout: 10_000 }).toContain('Renamed')
  })
})
