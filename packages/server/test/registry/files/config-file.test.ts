/**
 * @module Following assent.yaml: what is applied, what needs a restart, and in which order.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadConfig } from '../../../src/config/load.ts'
import type { NodeConfig } from '../../../src/config/loaded-config.ts'
import { type Config, ConfigSchema, RELOADABLE_SECTIONS } from '../../../src/config/schema.ts'
import { type AppliedConfig, toNodeConfig } from '../../../src/registry/files/apply-config.ts'
import {
  type ConfigFile,
  followConfigFile,
  settingsThatNeedRestart,
} from '../../../src/registry/files/config-file.ts'
import { type TestConfig, testConfig } from '../../support/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'assent-config-file-'))
const path = join(folder, 'assent.yaml')
let followed: ConfigFile | undefined
afterEach(() => followed?.stop())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function load(config: TestConfig): NodeConfig {
  writeFileSync(path, stringify(config))
  return toNodeConfig(loadConfig(path))
}

const clock = (): number => 1_800_000_000

describe(settingsThatNeedRestart, () => {
  const { wallets, clients, scopes, apis, ...settings } = testConfig()

  it.each(
    (Object.keys(ConfigSchema.properties) as (keyof Config)[]).filter(
      (name) => !['wallets', 'clients', 'scopes', 'apis'].includes(name),
    ),
  )('%s', (name) => {
    const expected = RELOADABLE_SECTIONS.has(name) ? [] : [name]
    const before = { fromFile: settings }
    const after = { fromFile: { ...settings, [name]: 'changed' } as unknown as typeof settings }
    expect(settingsThatNeedRestart(before, after)).toEqual(expected)
    expect(settingsThatNeedRestart(after, before)).toEqual(expected)
  })

  it('ignores settings that stay the same', () => {
    const before = { fromFile: settings }
    expect(settingsThatNeedRestart(before, structuredClone(before))).toEqual([])
  })
})

/** Follows the file. @param versions what the next reads of the file give, and after how long */
function follow(versions: readonly (readonly [AppliedConfig | Error, delayMs: number])[]) {
  const remaining = [...versions]
  const lines: string[] = []
  const applied: NodeConfig[] = []
  const node = load(testConfig())
  const started: AppliedConfig = { node, issues: [], hash: 'first' }
  followed = followConfigFile(node, started, {
    async apply() {
      const [version, delayMs] = remaining.shift() ?? [new Error('There is no such version.'), 0]
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      if (version instanceof Error) throw version
      return version
    },
    async onApplied(config) {
      applied.push(config)
    },
    log: {
      info: (message) => lines.push(message),
      warn: (_context, message) => lines.push(message),
      error: (_context, message) => lines.push(message),
    },
    clock,
  })
  return { followed, lines, applied }
}

function version(hash: string, change: Partial<NodeConfig['fromFile']> = {}): AppliedConfig {
  const node = load(testConfig())
  return { node: { ...node, fromFile: { ...node.fromFile, ...change } }, issues: [], hash }
}

it('warns about changes that need a restart, and passes the others', async () => {
  const { followed, lines, applied } = follow([
    [version('second', { accessLogRetentionDays: 200 }), 0],
  ])
  await followed.reload()
  expect(lines).toEqual([
    'Reloaded assent.yaml.',
    'Restart the node to apply the changes of accessLogRetentionDays in assent.yaml.',
  ])
  expect(applied.map(({ fromFile }) => fromFile.accessLogRetentionDays)).toEqual([200])
  expect(followed.status()).toEqual({
    hash: 'second',
    loadedAt: clock(),
    isRejected: false,
    needsRestart: true,
    issueCount: 0,
  })
})

it('ends with the last version when an earlier one takes longer to read', async () => {
  const { followed } = follow([
    [version('slow'), 100],
    [version('fast'), 0],
  ])
  await Promise.all([followed.reload(), followed.reload()])
  expect(followed.status().hash).toBe('fast')
})

it('keeps the version in use when the next one is invalid', async () => {
  const { followed, lines, applied } = follow([[new Error('The file is invalid.'), 0]])
  await followed.reload()
  expect(applied).toEqual([])
  expect(followed.status()).toMatchObject({ hash: 'first', isRejected: true })
  expect(lines.join('\n')).toContain('run `assent check` and fix the file')
})

it('names the entries that are left out', async () => {
  const issue = { line: 7, column: 3, path: 'clients/0/name', message: 'contains U+200B' }
  const { followed, lines } = follow([[{ ...version('second'), issues: [issue] }, 0]])
  await followed.reload()
  expect(lines.join('\n')).toContain(`${path}:7:3 clients/0/name contains U+200B`)
  expect(followed.status().issueCount).toBe(1)
})

it('notices a changed file by itself', async () => {
  const { followed } = follow([[version('second'), 0]])
  // The watcher needs one poll of the unchanged file before it can detect a change.
  await new Promise((resolve) => setTimeout(resolve, 1000))
  writeFileSync(path, stringify({ ...testConfig(), accessLogRetentionDays: 200 }))
  await expect.poll(() => followed.status().hash, { timeout: 20_000 }).toBe('second')
})
