/**
 * @module Rows of nodes. All stores use the same columns in the same order.
 */
import type { NodeReport } from '../engine/store/nodes.ts'
import type { Row } from './row-mapping.ts'

export const NODE_COLUMNS = 'node_id, seen_at, state'

/** Reports that are older are deleted. */
export const MAX_NODE_AGE_SECONDS = 3600

export function toNodeReport([nodeId, seenAt, state]: Row): NodeReport {
  return { nodeId: String(nodeId), seenAt: Number(seenAt), state: String(state) }
}
