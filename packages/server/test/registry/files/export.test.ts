/**
 * @module What an export contains. @see round-trip.every-store.test.ts
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readRegistryFile } from '../../../src/registry/files/sections.ts'
import {
  applySections,
  clientEntry,
  exportText,
  miniProgramEntry,
  openRegistry,
  SVG,
  toDataUri,
} from '../../support/registry-sections.ts'

type Opened = Awaited<ReturnType<typeof openRegistry>>
let first: Opened
beforeEach(async () => {
  first = await openRegistry()
})
afterEach(() => first.remove())

/** Reads the text as a file. */
function readText(text: string, name = 'registry.yaml') {
  const path = join(first.folder, name)
  writeFileSync(path, text)
  return readRegistryFile(path, {})
}

describe('an export', () => {
  it('is one text for the same content, whatever the order of entries and members is', async () => {
    const [kopi, teh] = [clientEntry('kopi', 1, { country: 'PH' }), clientEntry('teh', 2)]
    await applySections(first.store, { clients: [kopi, teh] }, first.folder)
    const second = await openRegistry()
    const reversed = Object.fromEntries(Object.entries(kopi).reverse()) as typeof kopi
    await applySections(second.store, { clients: [teh, reversed] }, second.folder)
    expect(await exportText(second.store)).toBe(await exportText(first.store))
    await second.remove()
  })

  it('contains keys and images', async () => {
    const client = clientEntry('kopi', 1, {
      miniPrograms: [miniProgramEntry('a', { icon: 'icon.svg' })],
    })
    await applySections(first.store, { clients: [client] }, first.folder)
    const text = await exportText(first.store)
    expect(text).toMatch(/publicKey: \|\n\s+-----BEGIN PUBLIC KEY-----\n/)
    expect(text).toContain(`icon: ${toDataUri(SVG)}\n`)
  })

  it('is JSON as well, because a file may be JSON', async () => {
    const { sections } = readText(
      JSON.stringify({ clients: [clientEntry('kopi', 1)] }),
      'registry.json',
    )
    await applySections(first.store, sections, first.folder)
    expect(await exportText(first.store)).toContain('clientId: kopi\n')
  })

  it('of an empty registry is an empty file, which declares nothing', async () => {
    const text = await exportText(first.store)
    expect(text).toBe('{}\n')
    expect(readText(text).sections).toEqual({ wallets: [], clients: [] })
  })

  it('has the records of one owner, below the client of another one', async () => {
    const { store, folder } = first
    await applySections(store, { clients: [clientEntry('kopi', 1)] }, folder, {
      owner: 'assent.yaml',
    })
    const entry = { clientId: 'kopi', miniPrograms: [miniProgramEntry('a')] }
    await applySections(store, { clients: [entry] }, folder)
    const text = await exportText(store)
    expect(text).not.toContain('BEGIN PUBLIC KEY')
    expect(readText(text).sections.clients).toEqual([entry])
    const all = readText(await exportText(store, 'all')).sections
    expect(all.clients).toMatchObject([{ clientId: 'kopi', name: 'Merchant kopi' }])
  })
})
