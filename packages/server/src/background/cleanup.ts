/**
 * @module Background cleanup in small batches: deletes expired rows and ends grants whose consent duration is over.
 */
import { expireGrant } from '../engine/consent/expiry.ts'
import type { Ports } from '../engine/ports/ports.ts'
import type { Store } from '../engine/store/store.ts'
import { type BackgroundTask, repeat } from './background-task.ts'

const CLEANUP_INTERVAL_MS = 10_000
const CLEANUP_BATCH_ROWS = 500
/** The delay after a full batch. 5000 rows per second are more than a node creates. */
const NEXT_BATCH_DELAY_MS = 100
const EXPIRY_INTERVAL_MS = 2000
const EXPIRY_BATCH_GRANTS = 200

/** Deletes expired rows, and access log entries after their retention. */
export function startCleanup(
  store: Pick<Store, 'dropExpired'>,
  clock: () => number,
  accessLogRetentionSeconds: number,
  onError: (error: unknown) => void,
): BackgroundTask {
  return repeat(CLEANUP_INTERVAL_MS, async () => {
    const now = clock()
    try {
      const dropped = await store.dropExpired(
        now,
        CLEANUP_BATCH_ROWS,
        now - accessLogRetentionSeconds,
      )
      return dropped < CLEANUP_BATCH_ROWS ? CLEANUP_INTERVAL_MS : NEXT_BATCH_DELAY_MS
    } catch (error) {
      onError(error)
      return CLEANUP_INTERVAL_MS
    }
  })
}

/** Ends grants whose consent duration is over, one page of grants per run. They permit nothing even before that. */
export function startGrantExpiry(
  ports: Pick<Ports, 'registry' | 'store' | 'receipts'>,
  clock: () => number,
  onError: (error: unknown) => void,
): BackgroundTask {
  let after = -1
  return repeat(EXPIRY_INTERVAL_MS, async () => {
    try {
      const { grants, next = -1 } = await ports.store.pageGrants(after, EXPIRY_BATCH_GRANTS)
      for (const grant of grants) await expireGrant(ports, grant, clock())
      after = next
    } catch (error) {
      onError(error)
    }
    return EXPIRY_INTERVAL_MS
  })
}
