/**
 * @module Background cleanup in small batches: deletes expired rows and ends grants whose consent duration is over.
 */
import type { Logger } from 'pino'
import { expireGrant } from '../engine/consent/expiry.ts'
import type { Ports } from '../engine/ports/ports.ts'
import type { Store } from '../engine/ports/store.ts'

export interface BackgroundTask {
  /** Begins nothing more, and waits for what is under way. */
  stop(): Promise<void>
}

const SWEEP_EVERY_MILLISECONDS = 10_000
const SWEEP_ROWS = 500
/** Where there is more to forget than that, it goes on: five thousand rows a second, which is more than come. */
const GO_ON_MILLISECONDS = 100
const EXPIRY_SWEEP_MILLISECONDS = 2000
const EXPIRY_SWEEP_GRANTS = 200

/** Forgets what has expired, off the path of any request. */
export function startCleanup(
  store: Pick<Store, 'dropExpired'>,
  clock: () => number,
  accessLogRetentionSeconds: number,
  logger: Logger,
): BackgroundTask {
  return repeat(SWEEP_EVERY_MILLISECONDS, async () => {
    const now = clock()
    try {
      const dropped = await store.dropExpired(now, SWEEP_ROWS, now - accessLogRetentionSeconds)
      return dropped < SWEEP_ROWS ? SWEEP_EVERY_MILLISECONDS : GO_ON_MILLISECONDS
    } catch (error) {
      logger.error({ err: error }, 'the sweep failed')
      return SWEEP_EVERY_MILLISECONDS
    }
  })
}

/** Ends grants whose time is over, a page of all grants at a time. What is over opens nothing even before that. */
export function startGrantExpiry(
  ports: Pick<Ports, 'registry' | 'store' | 'receipts'>,
  clock: () => number,
  logger: Logger,
): BackgroundTask {
  let after = -1
  return repeat(EXPIRY_SWEEP_MILLISECONDS, async () => {
    try {
      const grants = await ports.store.pageGrants(after, EXPIRY_SWEEP_GRANTS)
      for (const grant of grants) await expireGrant(ports, grant, clock())
      after = grants.length < EXPIRY_SWEEP_GRANTS ? -1 : (grants.at(-1)?.grantId ?? -1)
    } catch (error) {
      logger.error({ err: error }, 'the sweep of grants failed')
    }
    return EXPIRY_SWEEP_MILLISECONDS
  })
}

/** Never two at once. @param work says in how many milliseconds it wants to be done again */
function repeat(firstMilliseconds: number, work: () => Promise<number>): BackgroundTask {
  let isStopped = false
  let timer: NodeJS.Timeout
  let underWay: Promise<void> = Promise.resolve()
  function after(milliseconds: number): void {
    timer = setTimeout(() => {
      underWay = work().then((next) => {
        if (!isStopped) after(next)
      })
    }, milliseconds)
    timer.unref()
  }
  after(firstMilliseconds)
  return {
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await underWay
    },
  }
}
