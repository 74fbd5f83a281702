/**
 * @module Revocations that a restored store does not contain.
 */
import { describe, expect, it } from 'vitest'
import { reapplyRevocation } from '../../../src/engine/tokens/reapply-revocation.ts'
import { authorizationOf, createEngine, grantOf, NOW } from '../../support/engine.ts'

describe(reapplyRevocation, () => {
  const { grantId } = grantOf()

  it.each([
    { title: 'an older grant until its epoch', epoch: 1, changes: 3, has: [] },
    { title: 'nothing from a grant of the same epoch', epoch: 4, changes: 0, has: ['name'] },
    { title: 'nothing from a grant of a later epoch', epoch: 5, changes: 0, has: ['name'] },
  ])('withdraws $title', async ({ epoch, changes, has }) => {
    const engine = createEngine({ grants: [grantOf(['name'], { epoch })] })
    await reapplyRevocation(engine.ports.store, { kind: 'grant', grantId, epoch: 4 }, NOW)
    expect(engine.state.changes).toHaveLength(changes)
    expect(Object.keys(engine.state.grants[0]?.granted ?? {})).toEqual(has)
    expect(engine.state.grants[0]?.epoch).toBe(Math.max(epoch, 4))
    for (const { revokes, outbox } of engine.state.changes.slice(0, 1))
      expect([revokes, outbox?.event?.reason]).toEqual([true, 'OPERATOR'])
  })

  it('ignores a grant that the store does not have', async () => {
    const engine = createEngine()
    await reapplyRevocation(engine.ports.store, { kind: 'grant', grantId: 1, epoch: 4 }, NOW)
    expect(engine.state.writes).toEqual([])
  })

  it('ends an authorization', async () => {
    const engine = createEngine({ authorizations: [authorizationOf()] })
    const { authorizationId } = authorizationOf()
    await reapplyRevocation(engine.ports.store, { kind: 'authorization', authorizationId }, NOW)
    expect([...engine.state.authorizations.values()]).toEqual([authorizationOf({ endedAt: NOW })])
  })

  it.each(['client', 'miniProgram', 'grantCredentials'] as const)(
    'revokes by time: %s',
    async (kind) => {
      const engine = createEngine()
      const revocation = { kind, id: 'x', revokedThrough: NOW - 9 }
      await reapplyRevocation(engine.ports.store, revocation, NOW)
      expect(engine.state.revocations).toEqual([{ kind, id: 'x', through: NOW - 9 }])
    },
  )
})
