/**
 * @module Two changes at the same time: the rules of the whole registry hold for the second one as well.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ClientEntry } from '../../../src/config/sections.ts'
import { RegistryProblemsError } from '../../../src/registry/changes/change-writer.ts'
import { applyPlan, OutdatedPlanError } from '../../../src/registry/files/apply.ts'
import {
  applySections,
  CAUSE,
  clientEntry,
  exportText,
  openRegistry,
  planSections,
} from '../../support/registry-sections.ts'

type Opened = Awaited<ReturnType<typeof openRegistry>>
let opened: Opened
beforeEach(async () => {
  opened = await openRegistry()
})
afterEach(() => opened.remove())

const plan = (...clients: ClientEntry[]) => planSections(opened.store, { clients }, opened.folder)
const apply = (...clients: ClientEntry[]) => applySections(opened.store, { clients }, opened.folder)

describe('a plan that others overtake', () => {
  it('is refused when their name looks like one of it', async () => {
    const outdated = await plan(clientEntry('teh', 2, { name: 'KOPI HOUSE' }))
    await apply(clientEntry('kopi', 1, { name: 'Kopi House' }))
    const before = await exportText(opened.store)
    await expect(applyPlan(opened.store, CAUSE, outdated)).rejects.toThrow(
      /^client teh has the name KOPI HOUSE, which looks like Kopi House, the name of client kopi/,
    )
    expect(await exportText(opened.store)).toBe(before)
  })

  it('is refused when they changed a record of it', async () => {
    await apply(clientEntry('kopi', 1))
    const outdated = await plan(clientEntry('kopi', 1, { contact: 'a@kopi.example' }))
    await apply(clientEntry('kopi', 1, { contact: 'b@kopi.example' }))
    const error = await applyPlan(opened.store, CAUSE, outdated).catch((one: unknown) => one)
    expect(error).toBeInstanceOf(RegistryProblemsError)
    expect(await exportText(opened.store)).toContain('b@kopi.example')
  })

  it('is refused when they changed so much that their records are not named', async () => {
    const outdated = await plan(clientEntry('teh', 2))
    const miniPrograms = Array.from({ length: 1001 }, (_, index) => ({
      appId: `a${index}`,
      name: `Program x${index}x`,
      domains: [],
      scopes: ['auth_base'],
    }))
    await apply(clientEntry('kopi', 1, { miniPrograms }))
    await expect(applyPlan(opened.store, CAUSE, outdated)).rejects.toThrow(OutdatedPlanError)
  })

  it('is applied when they changed something else', async () => {
    const outdated = await plan(clientEntry('teh', 2))
    await apply(clientEntry('kopi', 1))
    expect(await applyPlan(opened.store, CAUSE, outdated)).toMatchObject({ sequence: 2 })
  })
})
