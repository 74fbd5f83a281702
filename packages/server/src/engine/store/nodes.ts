/**
 * @module The port to the nodes that run on one database, as each of them reports itself.
 */

/** What a node says about itself. */
export type NodeReport = {
  /** Random, new at each start. */
  readonly nodeId: string
  /** Epoch seconds. */
  readonly seenAt: number
  /** JSON. */
  readonly state: string
}

/** A node that has not reported itself for this long has stopped or is cut off. */
export const NODE_SECONDS = 30

export interface NodeStore {
  /** Replaces the report of a node, and deletes those of nodes that have stopped long ago. */
  reportNode(report: NodeReport): Promise<void>
  /** Deletes the report of a node that stops. */
  removeNode(nodeId: string): Promise<void>
  /** The nodes that have reported themselves since an instant, in order of their ids. */
  listNodes(since: number): Promise<readonly NodeReport[]>
}
