/**
 * @module Measures what the MACs of records cost: requests over HTTP, alternately with and without them.
 * @see docs/decisions/0086-records-carry-a-mac.md
 */
import { join } from 'node:path'
import Database from 'libsql'
import { describeRequests, measureNodePairs, PRODUCT } from './node-pairs.ts'
import { keep, machine } from './results.ts'
import type { Installation } from './servers.ts'

const PRELOAD = new URL('./without-macs/preload.js', import.meta.url).href

function countMacs({ folder }: Installation): number {
  const database = new Database(join(folder, 'data/assent.db'))
  const { macs } = database
    .prepare('SELECT count(*) AS macs FROM grants WHERE mac <> zeroblob(33)')
    .get() as { macs: number }
  database.close()
  return macs
}

export async function measureMacs(options: {
  readonly count: number
  readonly callers: number
  readonly rounds: number
  readonly keep: boolean
}): Promise<void> {
  const requests = await measureNodePairs({
    ...options,
    first: ['--import', PRELOAD, PRODUCT],
    countRows: countMacs,
  })
  const facts = machine()
  const markdown = [
    '# What MACs of records cost',
    '',
    `${facts.cores} cores (${facts.processor}), ${facts.memoryGib} GiB, Node ${facts.node}, ${facts.date}. Medians of ${options.rounds} rounds of ${options.count} requests each way, which`,
    `alternate in one run: \`npm run bench -- macs --rounds ${options.rounds} --requests ${options.count} --callers ${options.callers}\`. A ratio is the median of the`,
    'ratios within the rounds, because other work on the machine differs between rounds. The node without MACs is the same build, with',
    'MACs that are neither computed nor checked. Both have embedded stores. The load runs on the same cores as the nodes. Where other work',
    'runs beside, the CPU time of the node per request says more than the ratio.',
    '',
    describeRequests(requests, ['without MACs', 'with MACs']),
  ].join('\n')
  console.log(markdown)
  if (options.keep) keep('macs', { machine: facts, requests }, markdown)
}
