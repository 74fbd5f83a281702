/**
 * @module Reports a node to the others, so that administrators see every node on every node.
 */
import type { NodeStore } from '../engine/store/nodes.ts'
import { type BackgroundTask, repeat } from './background-task.ts'

const REPORT_INTERVAL_MS = 5000

export type ReportingNode = {
  readonly nodeId: string
  /** JSON. */
  readonly describe: () => string
}

/** A node that stops removes its report. One that was killed disappears after `NODE_SECONDS`. */
export function startNodeReports(
  store: Pick<NodeStore, 'reportNode' | 'removeNode'>,
  { nodeId, describe }: ReportingNode,
  clock: () => number,
  logger: { warn(context: object, message: string): void },
): BackgroundTask {
  const reports = repeat(0, async () => {
    try {
      await store.reportNode({ nodeId, seenAt: clock(), state: describe() })
    } catch (error) {
      logger.warn({ err: error }, 'Reporting this node failed. It tries again in 5 seconds.')
    }
    return REPORT_INTERVAL_MS
  })
  return {
    async stop() {
      await reports.stop()
      await store.removeNode(nodeId).catch(() => {})
    },
  }
}
