/**
 * @module User presence: a prompt is shown only to a user who sees the page and has just acted in it.
 * @see docs/consent.md#user-presence
 */
import { AssentError } from '../errors.ts'

/** The report of the host. Callers replace missing values by the most restrictive ones. */
export type UserPresence = {
  /** Whether the user has not acted on the first screen yet. */
  readonly firstScreen: boolean
  /** Whether the user arrived by a link. */
  readonly deepLink: boolean
  readonly visible: boolean
  /** When the user last tapped in the page, in epoch seconds. */
  readonly userGestureAt: number | undefined
}

/** The last tap in the page must not be older than 5 seconds. */
export const USER_GESTURE_WINDOW_SECONDS = 5
/** The host's clock may differ from the server's, and the call takes time. */
const CLOCK_TOLERANCE_SECONDS = 5

/** Checks that the user is present. @throws {AssentError} `NOT_VISIBLE`, `FIRST_SCREEN`, `DEEP_LINK`, `NO_USER_GESTURE` */
export function assertUserPresent(presence: UserPresence, now: number): void {
  if (!presence.visible) throw new AssentError('NOT_VISIBLE')
  if (presence.firstScreen) throw new AssentError(presence.deepLink ? 'DEEP_LINK' : 'FIRST_SCREEN')
  const age = now - (presence.userGestureAt ?? Number.NEGATIVE_INFINITY)
  if (age > USER_GESTURE_WINDOW_SECONDS + CLOCK_TOLERANCE_SECONDS)
    throw new AssentError('NO_USER_GESTURE')
  if (age < -CLOCK_TOLERANCE_SECONDS) throw new AssentError('NO_USER_GESTURE')
}
