/**
 * @module Compares this build with an earlier one, in alternating rounds of the same run: requests over HTTP, and access token checks in
 * process.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { median } from './closed-loop.ts'
import { describeRequests, measureNodePairs } from './node-pairs.ts'
import { format, keep, machine, table } from './results.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CHECKS = /access tokens checked \| ([\d,]+)/

export type BuildsOptions = {
  /** The folder of a checkout of the earlier version, which was built. */
  readonly before: string
  readonly rounds: number
  readonly count: number
  readonly callers: number
  readonly keep: boolean
}

/** @throws {TypeError} when no earlier build is named */
export async function measureBuilds(options: BuildsOptions): Promise<void> {
  const { before, rounds, count, callers } = options
  if (before === '')
    throw new TypeError('Name the checkout of an earlier version, which was built: --before FOLDER')
  const checks = await compareChecks(before, rounds)
  const first = [join(before, 'packages/server/dist/cli/main.js')]
  const requests = await measureNodePairs({ rounds, count, callers, first })
  const facts = machine()
  const markdown = [
    `Medians of ${rounds} rounds of ${count} requests by ${callers} callers (${facts.cores} × ${facts.processor}, Node ${facts.node},`,
    `${facts.date}). Each round measures both builds, one after the other, with the same requests. Both have embedded stores. The load runs`,
    'on the same cores as the nodes. Where other work runs beside, the CPU time of the node per request says more than the rates.',
    '',
    describeRequests(requests, ['before', 'after']),
    '',
    table(
      ['in process', 'before /s', 'after /s', 'ratio'],
      [
        [
          'access tokens checked',
          format(checks.before),
          format(checks.after),
          checks.ratio.toFixed(3),
        ],
      ],
    ),
  ].join('\n')
  console.log(markdown)
  if (options.keep) keep('builds', { machine: facts, requests, checks }, markdown)
}

async function compareChecks(
  before: string,
  rounds: number,
): Promise<{ readonly before: number; readonly after: number; readonly ratio: number }> {
  const pairs: { readonly before: number; readonly after: number }[] = []
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) pairs.push({ before: await checksOf(before), after: await checksOf(ROOT) })
    else pairs.push({ after: await checksOf(ROOT), before: await checksOf(before) })
  }
  return {
    before: median(pairs.map((pair) => pair.before)),
    after: median(pairs.map((pair) => pair.after)),
    ratio: median(pairs.map((pair) => pair.after / pair.before)),
  }
}

/** @returns checks per second of a build */
async function checksOf(root: string): Promise<number> {
  const parameters = [join(root, 'bench/dist/main.js'), 'check', '--rounds', '3']
  const { stdout } = await promisify(execFile)(process.execPath, parameters)
  return Number(CHECKS.exec(stdout)?.[1]?.replaceAll(',', ''))
}
