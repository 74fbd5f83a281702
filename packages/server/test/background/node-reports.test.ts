import { pino } from 'pino'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { startNodeReports } from '../../src/background/node-reports.ts'
import type { NodeReport } from '../../src/engine/store/nodes.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('reports at once and every five seconds, also after a failure, and removes the report at the end', async () => {
  const reports = new Map<string, NodeReport>()
  let isDown = false
  let now = 100
  const store = {
    async reportNode(report: NodeReport) {
      if (isDown) throw new Error('The store is down.')
      reports.set(report.nodeId, report)
    },
    async removeNode(nodeId: string) {
      reports.delete(nodeId)
    },
  }
  const node = { nodeId: 'a', describe: () => `{"now":${now}}` }
  const task = startNodeReports(store, node, () => now, pino({ level: 'silent' }))
  await vi.advanceTimersByTimeAsync(1)
  expect(reports.get('a')).toEqual({ nodeId: 'a', seenAt: 100, state: '{"now":100}' })
  isDown = true
  now = 105
  await vi.advanceTimersByTimeAsync(5000)
  isDown = false
  now = 110
  await vi.advanceTimersByTimeAsync(5000)
  expect(reports.get('a')?.seenAt).toBe(110)
  await task.stop()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(reports.size).toBe(0)
})
