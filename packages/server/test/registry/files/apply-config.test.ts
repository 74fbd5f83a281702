/**
 * @module Bringing the sections of assent.yaml into the registry.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadConfig } from '../../../src/config/load.ts'
import {
  type AppliedConfig,
  applyConfig,
  CONFIG_OWNER,
  ConfigConflictError,
} from '../../../src/registry/files/apply-config.ts'
import { applySections, clientEntry, openRegistry } from '../../support/registry-sections.ts'
import { APP_ID, CLIENT_ID, type TestConfig, testConfig, WALLET_ID } from '../../support/server.ts'

const NOW = 1_800_000_000

type Opened = Awaited<ReturnType<typeof openRegistry>>
let opened: Opened
let folder: string
beforeEach(async () => {
  opened = await openRegistry()
  folder = mkdtempSync(join(tmpdir(), 'assent-apply-config-'))
})
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true })
  await opened.remove()
})

function apply(config: Partial<TestConfig>): Promise<AppliedConfig> {
  const path = join(folder, 'assent.yaml')
  writeFileSync(path, stringify(config))
  return applyConfig(opened.store, (former) => loadConfig(path, former), NOW)
}

const { wallets, clients, scopes, apis, ...settings } = testConfig()
const sequence = async (): Promise<number> => (await opened.store.readHead()).sequence

describe('a file', () => {
  it('has its entries in the registry, as records of their own', async () => {
    await apply(testConfig())
    for (const [kind, id] of [
      ['wallet', WALLET_ID],
      ['client', CLIENT_ID],
      ['miniProgram', APP_ID],
    ] as const)
      expect(await opened.store.readRecord(kind, id)).toMatchObject({ owner: CONFIG_OWNER })
  })

  it('is the actor of its change, with its version as the reason', async () => {
    const { hash } = await apply(testConfig())
    expect(await opened.store.readRegistryChanges(0, 9)).toMatchObject([
      {
        actor: 'assent.yaml',
        source: 'file',
        reason: `assent.yaml has changed: this is its version ${hash}.`,
      },
    ])
  })

  it('writes nothing when it declares the same as before', async () => {
    await apply(testConfig())
    const before = await sequence()
    await apply({ ...testConfig(), accessLogRetentionDays: 400 })
    expect(await sequence()).toBe(before)
  })

  it('is not compared with the registry when it declares the same as before', async () => {
    await apply(testConfig())
    const store = {
      ...opened.store,
      listRecords: () => Promise.reject(new Error('The registry was read.')),
    }
    const path = join(folder, 'assent.yaml')
    await applyConfig(store, (former) => loadConfig(path, former), NOW)
  })

  it('removes what it no longer declares, and nothing of others', async () => {
    await applySections(opened.store, { clients: [clientEntry('other', 3)] }, folder)
    await apply(testConfig())
    await apply({ ...settings })
    expect(await opened.store.readRecord('client', CLIENT_ID)).toBeUndefined()
    expect(await opened.store.readRecord('client', 'other')).toMatchObject({ owner: 'registry' })
    const before = await sequence()
    await apply({ ...settings })
    expect(await sequence()).toBe(before)
  })

  it('may declare no records at all', async () => {
    await apply({ ...settings })
    expect(await sequence()).toBe(0)
  })

  it('is refused as a whole when a record has another owner, and both are named', async () => {
    await applySections(opened.store, { clients: [clientEntry(CLIENT_ID, 3)] }, folder)
    const before = await sequence()
    const refused = apply(testConfig())
    await expect(refused).rejects.toThrow(ConfigConflictError)
    await expect(refused).rejects.toThrow(
      `client ${CLIENT_ID} belongs to registry, and assent.yaml declares it as well`,
    )
    expect(await sequence()).toBe(before)
    expect(await opened.store.readRecord('wallet', WALLET_ID)).toBeUndefined()
  })

  it('keeps the former texts of an entry, also when a node starts with it', async () => {
    await apply(testConfig())
    const renamed = clients.map((client) =>
      client.clientId === CLIENT_ID
        ? { ...client, name: 'Kopi\u202e', contact: 'help@kopi.example' }
        : client,
    )
    const { issues } = await apply({ ...testConfig(), clients: renamed })
    expect(issues.map(({ path }) => path)).toEqual(['clients/0/name'])
    const { document } = (await opened.store.readRecord('client', CLIENT_ID)) ?? {}
    expect(document).toMatchObject({ name: 'Kopi House Trading' })
  })

  it('is applied by one of several nodes that start at the same time', async () => {
    await apply({ ...settings })
    const path = join(folder, 'assent.yaml')
    writeFileSync(path, stringify(testConfig()))
    const nodes = Array.from({ length: 4 }, () =>
      applyConfig(opened.store, (former) => loadConfig(path, former), NOW),
    )
    await Promise.all(nodes)
    expect(await sequence()).toBe(1)
  })
})
