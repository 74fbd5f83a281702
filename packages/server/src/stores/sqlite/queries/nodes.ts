/**
 * @module The nodes that run on this database.
 */
import type { NodeStore } from '../../../engine/store/nodes.ts'
import { MAX_NODE_AGE_SECONDS, NODE_COLUMNS, toNodeReport } from '../../node-rows.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

const REPORT = `INSERT INTO nodes (${NODE_COLUMNS}) VALUES (?, ?, ?)
  ON CONFLICT (node_id) DO UPDATE SET seen_at = excluded.seen_at, state = excluded.state`
const REMOVE = 'DELETE FROM nodes WHERE node_id = ?'
const DROP = 'DELETE FROM nodes WHERE seen_at < ?'
const LIST = `SELECT ${NODE_COLUMNS} FROM nodes WHERE seen_at >= ? ORDER BY node_id`

export function createNodeStore(connection: Connection, group: GroupCommit): NodeStore {
  const report = connection.prepare(REPORT)
  const remove = connection.prepare(REMOVE)
  const drop = connection.prepare(DROP)
  const list = connection.prepare(LIST)
  return {
    async reportNode({ nodeId, seenAt, state }) {
      await group.write(() => {
        report.get(nodeId, seenAt, state)
        drop.get(seenAt - MAX_NODE_AGE_SECONDS)
      })
    },
    async removeNode(nodeId) {
      await group.write(() => remove.get(nodeId))
    },
    async listNodes(since) {
      return list.all(since).map(toNodeReport)
    },
  }
}
