/**
 * @module What this node says about itself to administrators.
 */
import type { ReportingNode } from '../background/node-reports.ts'
import { random } from '../crypto/random.ts'
import { readVersion } from '../package-root.ts'
import type { Resources } from './resources.ts'

type Log = { sequence(): number; lagSeconds(): number }

const NODE_ID_BYTES = 9
const MILLISECONDS = 1000

/** @returns a node with a new id */
export function createReportingNode({
  live,
  subscriber,
  configFile,
  clock,
}: Pick<Resources, 'live' | 'subscriber' | 'configFile' | 'clock'>): ReportingNode {
  const startedAt = clock()
  const version = readVersion()
  return {
    nodeId: random.text(NODE_ID_BYTES),
    describe: () =>
      JSON.stringify({
        version,
        startedAt,
        registry: stateOf(live.log),
        revocations: stateOf(subscriber),
        config: configFile.status(),
      }),
  }
}

function stateOf(log: Log): object {
  const lagSeconds = Math.max(0, Math.round(log.lagSeconds() * MILLISECONDS) / MILLISECONDS)
  return { sequence: log.sequence(), lagSeconds }
}
