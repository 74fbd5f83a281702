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
  /** How old the last tap in the page was when the page called, in seconds, measured by one clock of the host. */
  readonly userGestureAgeSeconds?: number | undefined
  /** When the user last tapped in the page, in epoch seconds by the host's clock. Ignored beside the age. */
  readonly userGestureAt?: number | undefined
}

/** The last tap in the page must not be older than 5 seconds. */
export const USER_GESTURE_WINDOW_SECONDS = 5
/** A time, unlike an age, compares two clocks. The host's may differ from the server's, and the call takes time. */
export const USER_GESTURE_CLOCK_TOLERANCE_SECONDS = 5

/** Checks that the user is present. @throws {AssentError} `NOT_VISIBLE`, `FIRST_SCREEN`, `DEEP_LINK`, `NO_USER_GESTURE` */
export function assertUserPresent(presence: UserPresence, now: number): void {
  if (!presence.visible) throw new AssentError('NOT_VISIBLE')
  if (presence.firstScreen) throw new AssentError(presence.deepLink ? 'DEEP_LINK' : 'FIRST_SCREEN')
  if (!hasRecentGesture(presence, now)) throw new AssentError('NO_USER_GESTURE')
}

function hasRecentGesture(
  { userGestureAgeSeconds, userGestureAt }: UserPresence,
  now: number,
): boolean {
  if (userGestureAgeSeconds !== undefined)
    return userGestureAgeSeconds <= USER_GESTURE_WINDOW_SECONDS
  const age = now - (userGestureAt ?? Number.NEGATIVE_INFINITY)
  const tolerance = USER_GESTURE_CLOCK_TOLERANCE_SECONDS
  return age >= -tolerance && age <= USER_GESTURE_WINDOW_SECONDS + tolerance
}
