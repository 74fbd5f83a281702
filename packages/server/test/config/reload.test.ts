/**
 * @module Reloading assent.yaml while a server runs.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadConfig } from '../../src/config/load.ts'
import { sectionsThatNeedRestart, watchConfig } from '../../src/config/reload.ts'
import { type Config, ConfigSchema, RELOADABLE_SECTIONS } from '../../src/config/schema.ts'
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

describe(sectionsThatNeedRestart, () => {
  const config = testConfig()

  it.each(Object.keys(ConfigSchema.properties) as (keyof Config)[])('%s', (name) => {
    const expected = RELOADABLE_SECTIONS.has(name) ? [] : [name]
    const changed = { ...config, [name]: 'changed' } as unknown as Config
    expect(sectionsThatNeedRestart(config, changed)).toEqual(expected)
    expect(sectionsThatNeedRestart(changed, config)).toEqual(expected)
  })

  it('ignores sections that stay the same', () => {
    expect(sectionsThatNeedRestart(config, structuredClone(config))).toEqual([])
  })
})

describe(watchConfig, () => {
  const folder = mkdtempSync(join(tmpdir(), 'assent-reload-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('warns about changes that need a restart, and applies the others', async () => {
    const path = join(folder, 'assent.yaml')
    const config = testConfig()
    writeFileSync(path, stringify(config))
    const warnings: unknown[] = []
    const log = {
      info: () => undefined,
      warn: (context: object, message: string) => warnings.push({ ...context, message }),
      error: (context: object) => warnings.push(context),
    }
    // A command-line option replaces the port, which does not count as a change of the file.
    const started = { ...loadConfig(path), listen: { port: 7301 } }
    const store = { internClient: async () => 1, listOperatorActions: async () => [] }
    const live = await watchConfig(started, store, log)
    // The watcher needs one poll of the unchanged file before it can detect a change.
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const wallets = config.wallets.map((wallet) => ({ ...wallet, name: 'Renamed' }))
    writeFileSync(path, stringify({ ...config, wallets, accessLogRetentionDays: 200 }))
    await expect
      .poll(() => warnings, { timeout: 10_000 })
      .toEqual([
        {
          sections: ['accessLogRetentionDays'],
          message:
            'Restart the node to apply the changes of accessLogRetentionDays in assent.yaml.',
        },
      ])
    live.stop()
    expect(live.current().config.wallets[0]?.name).toBe('Renamed')
    expect(live.current().config.accessLogRetentionDays).toBe(config.accessLogRetentionDays)
    expect(live.current().config.listen).toEqual({ port: 7301 })
  })

  it('ends with the last version when an earlier one takes longer to load', async () => {
    const path = join(folder, 'assent.yaml')
    writeFileSync(path, stringify(testConfig()))
    const config = loadConfig(path)
    const delays = [200, 0]
    const load = async (): Promise<typeof config> => {
      const delay = delays.shift() ?? 0
      const wallets = config.wallets.map((wallet) => ({ ...wallet, name: `Delay ${delay}` }))
      await new Promise((resolve) => setTimeout(resolve, delay))
      return { ...config, wallets }
    }
    const store = { internClient: async () => 1, listOperatorActions: async () => [] }
    const log = { info: () => {}, warn: () => {}, error: () => {} }
    const live = await watchConfig(config, store, log, load)
    await Promise.all([live.reload(), live.reload()])
    live.stop()
    expect(live.current().config.wallets[0]?.name).toBe('Delay 0')
  })

  it('logs once that the actions of operators cannot be read, and once that they can again', async () => {
    const path = join(folder, 'assent.yaml')
    writeFileSync(path, stringify(testConfig()))
    let reads = 0
    const listOperatorActions = async (): Promise<[]> => {
      reads++
      if (reads > 1 && reads < 4) throw new Error('The store is down.')
      return []
    }
    const lines: string[] = []
    const log = {
      info: (message: string) => void lines.push(message),
      warn: () => {},
      error: (_context: object, message: string) => void lines.push(message),
    }
    const store = { internClient: async () => 1, listOperatorActions }
    const live = await watchConfig(loadConfig(path), store, log)
    await expect.poll(() => reads, { timeout: 20_000 }).toBeGreaterThan(5)
    live.stop()
    expect(lines).toEqual([
      'Reading the actions of operators failed. The node keeps the last ones and tries again; check the store.',
      'The actions of operators can be read again.',
    ])
  })
})

it('a large file is read without stopping the event loop', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assent-config-'))
  const config = testConfig()
  const [client] = config.clients
  const path = join(folder, 'assent.yaml')
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
  writeFileSync(
    path,
    stringify(
      { ...config, clients: [...config.clients, ...many] },
      { aliasDuplicateObjects: false },
    ),
  )
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const live = await watchConfig(
    loadConfig(path),
    { internClient: async () => 1, listOperatorActions: async () => [] },
    log,
  )
  let turns = 0
  let isReloaded = false
  const countTurns = (): void => {
    turns++
    if (!isReloaded) setTimeout(countTurns)
  }
  countTurns()
  await live.reload()
  isReloaded = true
  live.stop()
  rmSync(folder, { recursive: true, force: true })
  const last = many.at(-1)?.clientId ?? ''
  expect(await live.current().registry.findClient(last)).toMatchObject({ clientId: last })
  // Parsing takes a second. In one piece, it would leave a turn or two.
  expect(turns).toBeGreaterThan(50)
})
