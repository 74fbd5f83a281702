/**
 * @module `npm run bench [-- CASE …] [--store sqlite|postgres] [--workers N] [--rounds N] [--requests N] [--callers N,…] [--keep]`
 *
 * `requests` (the default), or names of its cases: what each request costs, beside the raw limits of the machine;
 * with `--keep`, written to bench/results.
 * `check`: access tokens checked in process. `peers`: the OAuth face beside `oidc-provider`. `idle`: a node that does nothing.
 * `gateway`: calls through the gateway, beside the same proxy with all checks off.
 * `overload`: five times what a node can do, and half of it, open loop.
 * `growth`: millions of authorizations. `revocation`: how soon a withdrawal is in force on another node.
 * `sheet`: what the consent sheet weighs and when it can be used. `audit`: a million receipts, verified.
 * `timing`: whether the time of an answer tells what a caller must not learn.
 * `withdrawal`: how soon the gateway refuses and the merchant's webhook has come.
 */
import { parseArgs } from 'node:util'
import { measureAudit } from './audit.ts'
import { measureCheck } from './check.ts'
import { measureGateway } from './gateway.ts'
import { measureGrowth } from './growth.ts'
import { measureIdle } from './idle.ts'
import { measureOverload } from './overload.ts'
import { measurePeers } from './peers.ts'
import { measureRequests } from './requests.ts'
import { measureRevocation } from './revocation.ts'
import { measureSheet } from './sheet.ts'
import { measureTiming } from './timing.ts'
import { measureWithdrawal } from './withdrawal.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '2000' },
    callers: { type: 'string', default: '32' },
    store: { type: 'string', default: 'sqlite' },
    workers: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const callers = values.callers.split(',').map(Number)

switch (positionals[0]) {
  case 'audit':
    await measureAudit()
    break
  case 'check':
    await measureCheck(rounds)
    break
  case 'gateway':
    await measureGateway({
      rounds,
      requests: Number(values.requests),
      callers: callers[0] ?? 0,
      keep: values.keep,
    })
    break
  case 'growth':
    await measureGrowth(rounds, values.keep)
    break
  case 'idle':
    await measureIdle(rounds)
    break
  case 'overload':
    await measureOverload(rounds)
    break
  case 'peers':
    await measurePeers({
      rounds,
      count: Number(values.requests),
      callers,
      keep: values.keep,
    })
    break
  case 'revocation':
    await measureRevocation()
    break
  case 'sheet':
    await measureSheet(rounds)
    break
  case 'timing':
    await measureTiming(Number(values.requests))
    break
  case 'withdrawal':
    await measureWithdrawal()
    break
  default:
    await measureRequests({
      names: positionals,
      store: values.store,
      rounds,
      requests: Number(values.requests),
      workers: Number(values.workers),
      callers,
      keep: values.keep,
    })
}
