/**
 * @module Measures requests over HTTP on two nodes, each with an embedded store of its own, in alternating rounds. The first node lacks
 * something: a module of it is replaced, or it is another build.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, type Round, sendAll } from './closed-loop.ts'
import { format, table } from './results.ts'
import { createScenarios, grantAll, type Scenario, type Send } from './scenarios.ts'
import {
  freePort,
  type Installation,
  installAssent,
  type Server,
  waitUntilReady,
} from './servers.ts'

export const PRODUCT = fileURLToPath(
  new URL('../../packages/server/dist/cli/main.js', import.meta.url),
)
const NAMES = ['redeem', 'refresh', 'consult to code', 'inquiryUserInfo'] as const
/** Callers of the requests that prepare a round. */
const PREPARING_CALLERS = 8

export type RequestFigures = {
  readonly request: (typeof NAMES)[number]
  /** Requests per second, medians of the rounds. */
  readonly without: number
  readonly with: number
  /** Median, smallest and largest of the ratios of the rounds. */
  readonly ratio: number
  readonly ratios: readonly [number, number]
  /** CPU time of the node per request, or `null` where the system does not tell. */
  readonly cpuWithout: number | null
  readonly cpuWith: number | null
  /** Median of the ratios of the rounds. */
  readonly cpuRatio: number | null
}

type Node = {
  readonly server: Server
  readonly installation: Installation
  readonly scenarios: readonly Scenario[]
}
type Pair = { readonly without: Round; readonly with: Round }

export async function measureNodePairs(options: {
  readonly count: number
  readonly callers: number
  readonly rounds: number
  /** The parameters of Node for the first node: its program, and what replaces a module of it. */
  readonly first: readonly string[]
  /** Counts the rows that only the second node writes, as a check. */
  readonly countRows?: (installation: Installation) => number
}): Promise<readonly RequestFigures[]> {
  const plain = await startNode(options.first)
  const complete = await startNode([PRODUCT])
  const figures: RequestFigures[] = []
  try {
    for (const request of NAMES) {
      const pairs: Pair[] = []
      // The first pair compiles both nodes.
      for (let round = -1; round < options.rounds; round++) {
        const pair = await measurePair({ plain, complete }, request, options, round % 2 === 0)
        if (round >= 0) pairs.push(pair)
      }
      figures.push(summarize(request, pairs))
    }
  } finally {
    await Promise.all([plain, complete].map(({ server }) => server.stop()))
  }
  const [none, some] = [plain, complete].map(({ installation }) => {
    const rows = options.countRows?.(installation)
    installation.remove()
    return rows
  })
  if (options.countRows && (none !== 0 || !some))
    throw new Error(`Rows: ${none} without, and ${some} with them.`)
  return figures
}

async function startNode(parameters: readonly string[]): Promise<Node> {
  const installation = installAssent('sqlite:data/assent.db')
  const config = join(installation.folder, 'assent.yaml')
  const port = await freePort()
  const command = [...parameters, 'serve', '--config', config, '--port', String(port)]
  const stdio = ['ignore', 'inherit', 'inherit'] as const
  const server = await waitUntilReady(spawn(process.execPath, command, { stdio: [...stdio] }), port)
  const send: Send = async (requests) => {
    const { bodies } = await sendAll(server.url, server.pid, requests, PREPARING_CALLERS, succeeds)
    return bodies.map((body) => JSON.parse(body) as Record<string, string>)
  }
  await grantAll(installation, send)
  return { server, installation, scenarios: createScenarios(installation, send) }
}

const succeeds = (body: string): boolean => /"resultStatus":"S"/.test(body)

/** One round of both nodes. The order alternates, so that neither has the quieter machine. */
async function measurePair(
  nodes: { readonly plain: Node; readonly complete: Node },
  name: string,
  load: { readonly count: number; readonly callers: number },
  isPlainFirst: boolean,
): Promise<Pair> {
  const run = async ({ server, scenarios }: Node): Promise<Round> => {
    const scenario = scenarios.find((one) => one.name === name)
    const requests = (await scenario?.prepare(load.count)) ?? []
    const { round } = await sendAll(server.url, server.pid, requests, load.callers, succeeds)
    return round
  }
  if (isPlainFirst) {
    const without = await run(nodes.plain)
    return { without, with: await run(nodes.complete) }
  }
  const recorded = await run(nodes.complete)
  return { without: await run(nodes.plain), with: recorded }
}

function summarize(request: RequestFigures['request'], pairs: readonly Pair[]): RequestFigures {
  const rate = (side: keyof Pair): number =>
    median(pairs.map((pair) => pair[side].requestsPerSecond))
  const cpu = (side: keyof Pair): number | null => {
    const known = pairs.flatMap((pair) => pair[side].cpuMilliseconds ?? [])
    return known.length === 0 ? null : median(known)
  }
  const cpuRatios = pairs.flatMap(({ without, with: complete }) =>
    without.cpuMilliseconds && complete.cpuMilliseconds
      ? complete.cpuMilliseconds / without.cpuMilliseconds
      : [],
  )
  const ratios = pairs
    .map((pair) => pair.with.requestsPerSecond / pair.without.requestsPerSecond)
    .sort((a, b) => a - b)
  return {
    request,
    without: rate('without'),
    with: rate('with'),
    ratio: median(ratios),
    ratios: [ratios[0] ?? 0, ratios.at(-1) ?? 0],
    cpuWithout: cpu('without'),
    cpuWith: cpu('with'),
    cpuRatio: cpuRatios.length === 0 ? null : median(cpuRatios),
  }
}

/** @param nodes what the first and the second node are called, such as `without records` and `with records` */
export function describeRequests(
  figures: readonly RequestFigures[],
  [without, withIt]: readonly [string, string],
): string {
  const milliseconds = (value: number | null): string => value?.toFixed(2) ?? ''
  return table(
    [
      'request over HTTP',
      `${without} /s`,
      `${withIt} /s`,
      'ratio',
      'ratios of the rounds',
      `CPU ms ${without}`,
      `CPU ms ${withIt}`,
      'ratio of CPU',
    ],
    figures.map((one) => [
      one.request,
      format(one.without),
      format(one.with),
      one.ratio.toFixed(3),
      one.ratios.map((ratio) => ratio.toFixed(2)).join('–'),
      milliseconds(one.cpuWithout),
      milliseconds(one.cpuWith),
      one.cpuRatio?.toFixed(3) ?? '',
    ]),
  )
}
