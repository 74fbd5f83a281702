/**
 * @module What is done in the background, a little at a time: rows that have expired are forgotten, grants whose time is over are ended.
 */
import type { Logger } from 'pino'
import { expireGrant } from './engine/expiry.ts'
import type { Ports } from './engine/ports.ts'
import type { OpenStore } from './stores/open-store.ts'

const SWEEP_EVERY_MILLISECONDS = 10_000
const SWEEP_ROWS = 500
const EXPIRY_SWEEP_MILLISECONDS = 2000
const EXPIRY_SWEEP_GRANTS = 200

/** Forgets what has expired, off the path of any request. */
export function startSweep(
  store: OpenStore,
  clock: () => number,
  readingsKeptSeconds: number,
  logger: Logger,
): NodeJS.Timeout {
  const sweep = setInterval(() => {
    const now = clock()
    store
      .dropExpired(now, SWEEP_ROWS, now - readingsKeptSeconds)
      .catch((error: unknown) => logger.error({ err: error }, 'the sweep failed'))
  }, SWEEP_EVERY_MILLISECONDS)
  return sweep.unref()
}

/** Ends grants whose time is over, a page of all grants at a time. What is over opens nothing even before that. */
export function startExpirySweep(
  ports: Pick<Ports, 'registry' | 'store' | 'receipts'>,
  clock: () => number,
  logger: Logger,
): NodeJS.Timeout {
  let after = -1
  async function next(): Promise<void> {
    const grants = await ports.store.pageGrants(after, EXPIRY_SWEEP_GRANTS)
    for (const grant of grants) await expireGrant(ports, grant, clock())
    after = grants.length < EXPIRY_SWEEP_GRANTS ? -1 : (grants.at(-1)?.grantId ?? -1)
  }
  const sweep = setInterval(() => {
    next().catch((error: unknown) => logger.error({ err: error }, 'the sweep of grants failed'))
  }, EXPIRY_SWEEP_MILLISECONDS)
  return sweep.unref()
}
