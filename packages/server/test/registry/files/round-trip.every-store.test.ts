/**
 * @module What is exported can be applied to an empty store, and is then exported again with the same bytes: for records of every kind.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { RECORD_KINDS } from '../../../src/engine/store/registry.ts'
import { readRegistryFile } from '../../../src/registry/files/sections.ts'
import { recordsOf } from '../../../src/registry/records/declared-records.ts'
import { openPostgresStore } from '../../../src/stores/postgres/store.ts'
import { openSqliteStore } from '../../../src/stores/sqlite/store.ts'
import type { StoreHandle } from '../../../src/stores/store-handle.ts'
import { TEST_INTEGRITY } from '../../support/integrity.ts'
import {
  applySections,
  exportText,
  planSections,
  SVG,
  sectionsArbitrary,
} from '../../support/registry-sections.ts'
import { createTestStore } from '../../support/stores.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assent-round-trip-'))
  writeFileSync(join(folder, 'icon.svg'), SVG)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const opened: (() => Promise<void>)[] = []
afterEach(closeAll)

async function closeAll(): Promise<void> {
  for (const close of opened.splice(0)) await close()
}

async function openEmptyStore(): Promise<StoreHandle> {
  const { url, remove } = await createTestStore(':memory:')
  const open = url.startsWith('postgres') ? openPostgresStore : openSqliteStore
  const store = await open(url, { integrity: TEST_INTEGRITY })
  opened.push(async () => {
    await store.close()
    await remove()
  })
  return store
}

function readText(text: string) {
  const path = join(folder, 'registry.yaml')
  writeFileSync(path, text)
  return readRegistryFile(path, {}).sections
}

/** Links that work once, decisions of two persons, and the digest of assent.yaml. */
const NOT_EXPORTED = ['invitation', 'approval', 'file']

describe('an export', () => {
  it('is applied to an empty store and exported again with the same bytes', async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(sectionsArbitrary, async (sections) => {
        const [first, second] = [await openEmptyStore(), await openEmptyStore()]
        const declared = readText(stringify(sections))
        await applySections(first, declared, folder)
        const text = await exportText(first)
        const exported = readText(text)
        for (const [kind, list] of recordsOf(exported, folder, first))
          if (list.length > 0) seen.add(kind)
        expect(await planSections(first, exported, folder, { prune: true })).toMatchObject({
          created: [],
          changed: [],
          removed: [],
          problems: [],
        })
        await applySections(second, exported, folder)
        expect(await exportText(second)).toBe(text)
        await closeAll()
      }),
      { numRuns: 6, seed: 30 },
    )
    expect(RECORD_KINDS.filter((kind) => !seen.has(kind)).toSorted()).toEqual(
      NOT_EXPORTED.toSorted(),
    )
  })
})
