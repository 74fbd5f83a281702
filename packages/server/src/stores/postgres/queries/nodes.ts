/**
 * @module The nodes that run on this database.
 */
import type { NodeStore } from '../../../engine/store/nodes.ts'
import { MAX_NODE_AGE_SECONDS, NODE_COLUMNS, toNodeReport } from '../../node-rows.ts'
import type { Connection } from '../driver.ts'

const REPORT = `INSERT INTO nodes (${NODE_COLUMNS}) VALUES ($1, $2, $3)
  ON CONFLICT (node_id) DO UPDATE SET seen_at = excluded.seen_at, state = excluded.state`
const REMOVE = 'DELETE FROM nodes WHERE node_id = $1'
const DROP = 'DELETE FROM nodes WHERE seen_at < $1'
const LIST = `SELECT ${NODE_COLUMNS} FROM nodes WHERE seen_at >= $1 ORDER BY node_id`

export function createNodeStore({ query }: Pick<Connection, 'query'>): NodeStore {
  return {
    async reportNode({ nodeId, seenAt, state }) {
      await query(REPORT, nodeId, seenAt, state)
      await query(DROP, seenAt - MAX_NODE_AGE_SECONDS)
    },
    async removeNode(nodeId) {
      await query(REMOVE, nodeId)
    },
    async listNodes(since) {
      return (await query(LIST, since)).map(toNodeReport)
    },
  }
}
