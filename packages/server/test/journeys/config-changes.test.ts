/**
 * @module Changes of assent.yaml while a server runs.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { unusedPublicKey } from '../support/keys.ts'
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

/** Repeats a request until it has this result code. */
async function expectCodeSoon(
  send: () => Promise<{ result: { resultCode: string } }>,
  code: string,
) {
  const resultCode = async (): Promise<string> => (await send()).result.resultCode
  await expect.poll(resultCode, { timeout: 10_000, interval: 50 }).toBe(code)
}

describe('a change of assent.yaml', () => {
  it('suspends and reactivates a client without a restart', async () => {
    const tokens = await redeem(server, await codeFor(server, ['auth_user']))
    const readProfile = () => inquire(server, tokens['accessToken'])
    write(withClient((client) => ({ ...client, state: 'SUSPENDED' })))
    await expectCodeSoon(readProfile, 'INVALID_AUTH_CLIENT_STATUS')
    write(withClient((client) => client))
    await expectCodeSoon(readProfile, 'SUCCESS')
  })

  it('keeps the former texts of an entry whose new ones cannot be shown, and counts the problem', async () => {
    const issues = async (): Promise<string> => {
      const metrics = await server.readMetrics()
      return /^assent_config_issues (\d+)$/m.exec(metrics)?.[1] ?? ''
    }
    write(withClient((client) => ({ ...client, name: 'Kopi \u202eesuoH', state: 'SUSPENDED' })))
    await expect.poll(issues, { timeout: 10_000, interval: 50 }).toBe('1')
    expect(server.log.join('\n')).toContain('clients/0/name contains U+202E')
    // The suspension takes effect beside the text with a mistake.
    const consulted = await consultFor(server, ['auth_user'])
    expect(consulted.result.resultCode).not.toBe('SUCCESS')
    write(withClient((client) => client))
    await expect.poll(issues, { timeout: 10_000, interval: 50 }).toBe('0')
  })

  it('shows in the metrics which version is in use, and whether a later one was rejected', async () => {
    const metrics = async (): Promise<readonly (string | undefined)[]> => {
      const text = await server.readMetrics()
      return [
        /^assent_config_info\{hash="([0-9a-f]{16})"\} 1$/m.exec(text)?.[1],
        /^assent_config_rejected (\d)$/m.exec(text)?.[1],
        /^assent_config_needs_restart (\d)$/m.exec(text)?.[1],
      ]
    }
    const [first, ...flags] = await metrics()
    expect([first?.length, ...flags]).toEqual([16, '0', '0'])
    write('nonsense: true')
    await expect.poll(metrics, { timeout: 10_000 }).toEqual([first, '1', '0'])
    write(stringify({ ...testConfig(), accessLogRetentionDays: 400 }))
    await expect
      .poll(metrics, { timeout: 10_000 })
      .toEqual([expect.not.stringMatching(`${first}`), '0', '1'])
    write(withClient((client) => client))
    await expect
      .poll(async () => (await metrics()).slice(1), { timeout: 10_000 })
      .toEqual(['0', '1'])
  })

  it('removes a scope, and its data is no longer readable', async () => {
    const tokens = await redeem(server, await codeFor(server, ['auth_user']))
    write(
      withClient((client) => ({
        ...client,
        miniPrograms: client.miniPrograms.map((app) =>
          app.appId === APP_ID ? { ...app, scopes: ['auth_base'] } : app,
        ),
      })),
    )
    await expectCodeSoon(() => inquire(server, tokens['accessToken']), 'INVALID_ACCESS_TOKEN')
    write(withClient((client) => client))
    await expectCodeSoon(() => inquire(server, tokens['accessToken']), 'SUCCESS')
  })

  it('adds an API, and removes it again', async () => {
    const upstream = await startUpstream()
    upstream.answer = json({ level: 'gold', secret: 1 })
    const { accessToken } = await redeem(server, await codeFor(server, ['auth_user']))
    const path = '/v1/loyalty/inquiryLevel'
    const callApi = () => call(server, path, { accessToken })
    await expectCodeSoon(callApi, 'INVALID_API')
    const api = {
      name: 'loyalty',
      paths: [path],
      upstream: `${upstream.url}/level`,
      scopes: ['auth_user'],
      fields: { auth_user: ['level'] },
    }
    const config = testConfig()
    write(stringify({ ...config, apis: [...(config.apis ?? []), api] }))
    await expectCodeSoon(callApi, 'SUCCESS')
    expect(await callApi()).toEqual({ result: expect.anything(), level: 'gold' })
    write(stringify(config))
    await expectCodeSoon(callApi, 'INVALID_API')
    upstream.close()
  })

  it('changes nothing when the file is invalid', async () => {
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

it('a large file is applied without stopping the event loop', async () => {
  const config = testConfig()
  const [client] = config.clients
  const many = Array.from({ length: 400 }, (_, n) => ({
    ...client,
    clientId: `merchant-${n}`,
    name: `Merchant ${n}`,
    keys: [{ version: 1, publicKey: unusedPublicKey() }],
    miniPrograms: client?.miniPrograms.map((app) => ({
      ...app,
      appId: `app-${n}`,
      name: `Shop ${n}`,
    })),
  }))
  let turns = 0
  let isApplied = false
  const countTurns = (): void => {
    turns++
    if (!isApplied) setTimeout(countTurns)
  }
  countTurns()
  const clients = [...config.clients, ...many]
  write(stringify({ ...config, clients }, { aliasDuplicateObjects: false }))
  const last = async (): Promise<string> =>
    (await consultFor(server, ['auth_base'], { appId: 'app-399' })).result.resultCode
  await expect.poll(last, { timeout: 60_000 }).toBe('SUCCESS')
  isApplied = true
  write(stringify(config))
  await expect.poll(last, { timeout: 60_000 }).not.toBe('SUCCESS')
  // Reading and comparing takes seconds. In one piece, it would leave a turn or two.
  expect(turns).toBeGreaterThan(50)
})
