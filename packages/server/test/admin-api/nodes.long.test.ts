/**
 * @module The nodes of an installation over the admin API: each node shows all of them.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { NODE_SECONDS } from '../../src/engine/store/nodes.ts'
import type { Store } from '../../src/engine/store/store.ts'
import { readVersion } from '../../src/package-root.ts'
import { type ApiCaller, type ApiServer, startApiServer } from '../support/admin-api.ts'

let api: ApiServer
let owner: ApiCaller
beforeAll(async () => {
  api = await startApiServer()
  owner = await api.callerOf('owner')
})
afterAll(() => api.close())

// biome-ignore lint/suspicious/noExplicitAny: tests compare what the server sends
async function nodes(): Promise<readonly any[]> {
  return (await owner.call('GET', '/nodes')).body.items
}

it('shows every node, with its version, configuration and position in the logs', async () => {
  expect(await nodes()).toHaveLength(1)
  await api.startNode()
  await expect.poll(async () => (await nodes()).length, { timeout: 20_000 }).toBe(2)
  const [own, other] = await nodes()
  expect([own.isThisNode, other.isThisNode]).toEqual([true, false])
  expect(own.nodeId).not.toBe(other.nodeId)
  for (const node of [own, other]) {
    expect(node).toMatchObject({ version: readVersion(), config: { isRejected: false } })
    expect(node.config.hash).toBe(own.config.hash)
    expect(node.seenAt).toBeGreaterThanOrEqual(node.startedAt)
  }
  // A node reports its position again within seconds.
  const body = { id: 'sate', name: 'Sate', state: 'active' }
  await owner.call('POST', '/organizations', { body })
  const { sequence } = (await nodes())[0].registry
  await expect
    .poll(async () => (await nodes())[1].registry.sequence, { timeout: 20_000 })
    .toBeGreaterThanOrEqual(sequence)
})

it('shows no node that does not report itself any more', async () => {
  const store = api.ports.store as unknown as Store
  const [own] = await nodes()
  const { nodeId: _nodeId, isThisNode: _isThisNode, seenAt: _seenAt, ...state } = own
  const report = async (nodeId: string, age: number) =>
    store.reportNode({
      nodeId,
      seenAt: api.server.clock.now - age,
      state: JSON.stringify(state),
    })
  await report('slow', NODE_SECONDS)
  await report('killed', NODE_SECONDS + 1)
  const ids = (await nodes()).map(({ nodeId }) => nodeId)
  expect(ids).toContain('slow')
  expect(ids).not.toContain('killed')
})
