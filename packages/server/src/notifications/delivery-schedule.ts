/**
 * @module When a delivery is attempted again, and how long an attempt may take.
 * @see docs/notifications.md#retries
 */

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000]
/** The delays between attempts: quick ones, those of the merchant API, and more until three days have passed. */
const RETRY_DELAYS_MS: readonly number[] = [
  0.1 * SECOND,
  0.2 * SECOND,
  0.4 * SECOND,
  0.8 * SECOND,
  1.6 * SECOND,
  5 * SECOND,
  15 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  10 * MINUTE,
  HOUR,
  2 * HOUR,
  6 * HOUR,
  15 * HOUR,
  24 * HOUR,
  24 * HOUR,
]
/**
 * Quick attempts time out early, because the next event of the user waits for them. An event that arrives twice is recognized by its
 * id.
 */
const QUICK_ATTEMPTS = 4
const QUICK_ATTEMPT_TIMEOUT_MS = SECOND
const ATTEMPT_TIMEOUT_MS = 5 * SECOND

/** @param attempts the attempts that failed before the last one @returns `undefined` after the last attempt */
export function retryDelayOf(attempts: number): number | undefined {
  return RETRY_DELAYS_MS[attempts]
}

/** @param attempts the attempts that failed @returns the time limit of the next one, in milliseconds */
export function attemptTimeoutOf(attempts: number): number {
  return attempts < QUICK_ATTEMPTS ? QUICK_ATTEMPT_TIMEOUT_MS : ATTEMPT_TIMEOUT_MS
}
