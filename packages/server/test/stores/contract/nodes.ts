/**
 * @module Part of the contract of a store: the nodes that run on it.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NODE_SECONDS } from '../../../src/engine/store/nodes.ts'
import { NOW, type OpenStore, type StoreUnderTest } from '../records.ts'

export function describeNodes(open: OpenStore): void {
  let store: StoreUnderTest
  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  const report = (nodeId: string, seenAt = NOW) => ({ nodeId, seenAt, state: `{"at":${seenAt}}` })

  describe('nodes', () => {
    it('are listed with their latest report, in order of their ids', async () => {
      for (const one of [report('b'), report('a'), report('b', NOW + 5)])
        await store.reportNode(one)
      expect(await store.listNodes(NOW)).toEqual([report('a'), report('b', NOW + 5)])
    })

    it('disappear when they stop, or do not report themselves any more', async () => {
      for (const one of [report('a'), report('b'), report('c', NOW + 20)])
        await store.reportNode(one)
      await store.removeNode('b')
      await store.removeNode('unknown')
      expect(await store.listNodes(NOW)).toEqual([report('a'), report('c', NOW + 20)])
      expect(await store.listNodes(NOW + 1 + NODE_SECONDS - 30)).toEqual([report('c', NOW + 20)])
    })

    it('are deleted an hour after their last report', async () => {
      await store.reportNode(report('a'))
      await store.reportNode(report('b', NOW + 3601))
      expect(await store.listNodes(0)).toEqual([report('b', NOW + 3601)])
    })
  })
}
