/**
 * @module The demo's sections as records: applied, exported and applied again, they are the same.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readRegistryFile } from '../../packages/server/src/registry/files/sections.ts'
import {
  applySections,
  exportText,
  openRegistry,
} from '../../packages/server/test/support/registry-sections.ts'
import { prepareDemo } from '../src/setup.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assent-demo-registry-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('is exported with the same bytes after it was applied to an empty registry', async () => {
  const ports = { platform: 1, wallet: 2, miniProgram: 3, merchant: 4, upstream: 5 }
  const { config } = prepareDemo(folder, ports, 'sqlite:assent.db')
  const [first, second] = [await openRegistry(), await openRegistry()]
  const { created } = await applySections(first.store, config, folder)
  expect(new Set(created.map(({ kind }) => kind))).toEqual(
    new Set(['wallet', 'api', 'client', 'miniProgram', 'oauthClient', 'image']),
  )
  const text = await exportText(first.store)
  const path = join(folder, 'registry.yaml')
  writeFileSync(path, text)
  const { sections } = readRegistryFile(path, config)
  await applySections(second.store, sections, folder)
  expect(await exportText(second.store)).toBe(text)
  await Promise.all([first.remove(), second.remove()])
})
