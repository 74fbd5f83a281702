/**
 * @module When a sheet may be shown at all: the user is there, has seen the page and has just tapped in it
 * (contract: jsapi §1; requirements R002, R007, R058). What the host did not say counts against it.
 */
import { AssentError } from '../errors.ts'

/** What the host saw, in the engine's units. */
export type UserPresence = {
  readonly firstScreen: boolean
  readonly deepLink: boolean
  readonly visible: boolean
  readonly userGestureAt: number | undefined
}

/** Contract: a tap in the current page within the last 5 seconds. */
export const USER_GESTURE_WINDOW_SECONDS = 5
/** The tap was timed by the host and travels here: its clock may differ and the call takes time. */
const CLOCK_TOLERANCE_SECONDS = 5

/** @throws {AssentError} `NOT_VISIBLE`, `FIRST_SCREEN`, `DEEP_LINK`, `NO_USER_GESTURE` */
export function assertUserPresent(presence: UserPresence, now: number): void {
  if (!presence.visible) throw new AssentError('NOT_VISIBLE')
  if (presence.firstScreen) throw new AssentError(presence.deepLink ? 'DEEP_LINK' : 'FIRST_SCREEN')
  const age = now - (presence.userGestureAt ?? Number.NEGATIVE_INFINITY)
  if (age > USER_GESTURE_WINDOW_SECONDS + CLOCK_TOLERANCE_SECONDS)
    throw new AssentError('NO_USER_GESTURE')
  if (age < -CLOCK_TOLERANCE_SECONDS) throw new AssentError('NO_USER_GESTURE')
}
