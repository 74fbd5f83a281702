/**
 * @module Runs a benchmark: `npm run bench [-- NAME …] [options]`. `COMMANDS` lists the names. Without one, or with the names of
 * scenarios, it measures single requests.
 *
 * Options: `--store sqlite|postgres`, `--workers N`, `--rounds N`, `--requests N`, `--callers N,…` (concurrent clients), `--merchants N` (of the registry),
 * `--before FOLDER` (a checkout of an earlier version that was built, with which `builds` compares this one), and `--keep`, which writes the results to bench/results.
 *
 * @see docs/performance.md
 */
import { parseArgs } from 'node:util'
import { measureAudit } from './audit.ts'
import { measureBuilds } from './builds.ts'
import { measureCheck } from './check.ts'
import { measureComparison } from './comparison.ts'
import { measureGateway } from './gateway.ts'
import { measureMacs } from './macs.ts'
import { measureMemory } from './memory.ts'
import { measureOnce } from './once.ts'
import { measureOverload } from './overload.ts'
import { measureRegistry } from './registry.ts'
import { measureRegistryFile } from './registry-file.ts'
import { measureRequests } from './requests.ts'
import { measureRevocation } from './revocation.ts'
import { measureScaling } from './scaling.ts'
import { measureSheet } from './sheet.ts'
import { measureTiming } from './timing.ts'
import { measureWaiting } from './waiting.ts'
import { measureWithdrawal } from './withdrawal.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '2000' },
    callers: { type: 'string', default: '32' },
    store: { type: 'string', default: 'sqlite' },
    workers: { type: 'string', default: '1' },
    before: { type: 'string' },
    merchants: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const requests = Number(values.requests)
const callers = values.callers.split(',').map(Number)
const { keep, store } = values

const comparison = () => measureComparison({ rounds, count: requests, callers, keep })
const memory = () => measureMemory(rounds)
const scaling = () => measureScaling(rounds, keep)

const COMMANDS: Readonly<Record<string, () => Promise<void>>> = {
  /** Verification of a million receipts. */
  audit: measureAudit,
  /** Requests and access token checks of this build and of an earlier one. */
  builds: () =>
    measureBuilds({
      before: values.before ?? '',
      rounds,
      count: requests,
      callers: callers[0] ?? 0,
      keep,
    }),
  /** Access token checks in process. */
  check: () => measureCheck(rounds),
  /** The OAuth endpoints and `oidc-provider`. */
  comparison,
  peers: comparison,
  /** Calls through the gateway, and through proxies without its checks. */
  gateway: () => measureGateway({ rounds, requests, callers: callers[0] ?? 0, keep }),
  /** Requests with and without MACs of their records. */
  macs: () => measureMacs({ rounds, count: requests, callers: callers[0] ?? 0, keep }),
  /** Memory and start-up time of an idle node. */
  memory,
  idle: memory,
  /** Redemptions and refreshes with and without the records of executed requests. */
  once: () => measureOnce({ rounds, count: requests, callers, keep }),
  /** Five times the capacity of a node, open loop. */
  overload: () => measureOverload(rounds),
  /** A registry of many merchants: applying it, the start of a node, and a change. */
  registry: () =>
    measureRegistry({ store, merchants: Number(values.merchants ?? 30_000), changes: 200, keep }),
  /** Many merchants in assent.yaml: the start of a node, and changes of the file. */
  'registry-file': () =>
    measureRegistryFile({ store, merchants: Number(values.merchants ?? 6667), keep }),
  /** The time until a withdrawal is in force on another node. */
  revocation: measureRevocation,
  /** An empty database, and one with ten million authorizations. */
  scaling,
  growth: scaling,
  /** The size of the consent page, and the time until it is usable. */
  sheet: () => measureSheet(rounds),
  /** Whether response times reveal a secret. */
  timing: () => measureTiming(requests),
  /** The time until the gateway rejects, and until the merchant's webhook is called. */
  withdrawal: measureWithdrawal,
  /** Calls before and while others make the node wait. */
  waiting: () => measureWaiting(keep),
}

const command = COMMANDS[positionals[0] ?? '']
if (command) await command()
else {
  const workers = Number(values.workers)
  await measureRequests({ names: positionals, store, rounds, requests, workers, callers, keep })
}
