/**
 * @module Whether the user is present in a mini program, as the host itself observes it. A report of a tap counts only while the
 * host sees that the user acts there. Ages are measured by the monotonic clock of the host's window: the user can set the
 * clock of the device, and no decision depends on it.
 *
 * @see [High Resolution Time, monotonic clock](https://www.w3.org/TR/hr-time-3/#dfn-monotonic-clock)
 */
import type { HostContext } from '@assent/protocol'
import { HostError } from './host-error.ts'

/** The window of `NO_USER_GESTURE`; see docs/errors.md. */
const USER_GESTURE_WINDOW_MS = 5000
/**
 * How long a reported tap waits for its confirmation. The browser tells the host of user activation and focus
 * through another process, so the page's report can arrive first, on a busy phone by some hundred milliseconds.
 */
const MAX_CONFIRMATION_MS = 1000
/** No event tells of user activation. */
const CONFIRMATION_POLL_MS = 10

export interface UserPresence {
  /** Records a reported tap when the host sees the user act. `ageMilliseconds` is what the report says. */
  reportGesture(ageMilliseconds: number): void
  /** Forgets the taps so far, because another page has loaded, or the user has left the wallet since. */
  resetGesture(): void
  /** What the host observes when the page calls. Waits while the last tap may still be confirmed, at most a second. */
  observe(): Promise<Observation>
}

export interface Observation {
  /** Whether there is a tap that has opened no prompt yet. */
  hasGesture(): boolean
  /** For the server, which checks the same. It has no tap if the tap has opened a prompt since. */
  context(): HostContext
  /**
   * Checks that the user was present when the page called, and uses up the tap: each tap permits one consent prompt.
   * @throws {HostError} `NOT_VISIBLE`, `FIRST_SCREEN`, `DEEP_LINK`, `NO_USER_GESTURE`
   */
  consumeGesture(): void
}

/** What the host sees of the user, whatever shows the mini program. The mini program cannot change it. */
export type UserView = {
  /** Whether the user acts in the mini program now. */
  isUserPresent(): boolean
  /** Whether the mini program is in the foreground and not covered. */
  isVisible(): boolean
  /** The language of the wallet, as a language tag. */
  locale(): string
}

/** Taps have numbers in the order of their reports. */
type Gesture = { readonly number: number; readonly at: number; isUsed: boolean }

export function createUserPresence(
  view: UserView,
  pageInstance: () => string,
  deepLink: boolean,
): UserPresence {
  let hasActed = false
  let lastGesture: Gesture | undefined
  let lastNumber = 0
  /** Taps up to this number are confirmed, forgotten, or older than a confirmed one. */
  let lastSettled = 0
  let confirmation: Promise<void> = Promise.resolve()

  async function confirmGesture(gesture: Gesture): Promise<void> {
    const isWaiting = (): boolean => gesture.number > lastSettled
    if (!(await becomesPresent(view, isWaiting))) return
    hasActed = true
    lastGesture = gesture
    lastSettled = gesture.number
  }

  return {
    reportGesture(ageMilliseconds) {
      const at = performance.now() - toAge(ageMilliseconds)
      confirmation = confirmGesture({ number: ++lastNumber, at, isUsed: false })
    },
    resetGesture() {
      lastGesture = undefined
      lastSettled = lastNumber
    },
    async observe() {
      const call = { at: performance.now(), pageInstance: pageInstance() }
      await confirmation
      return observe(view, call, deepLink, !hasActed, lastGesture)
    },
  }
}

/** Whether the user is seen to be present while the tap is waiting. */
async function becomesPresent(view: UserView, isWaiting: () => boolean): Promise<boolean> {
  const until = performance.now() + MAX_CONFIRMATION_MS
  while (isWaiting() && !view.isUserPresent()) {
    if (performance.now() >= until) return false
    await new Promise((resolve) => setTimeout(resolve, CONFIRMATION_POLL_MS))
  }
  return isWaiting()
}

/** What a page says can only make a tap older. */
function toAge(ageMilliseconds: unknown): number {
  return typeof ageMilliseconds === 'number' && ageMilliseconds > 0 ? ageMilliseconds : 0
}

function observe(
  view: UserView,
  { at, pageInstance }: { readonly at: number; readonly pageInstance: string },
  deepLink: boolean,
  firstScreen: boolean,
  gesture: Gesture | undefined,
): Observation {
  const visible = view.isVisible()
  const locale = view.locale()
  const ageMilliseconds = gesture && Math.max(0, Math.round(at - gesture.at))
  return {
    hasGesture: () => gesture?.isUsed === false,
    context: () => ({
      firstScreen,
      deepLink,
      visible,
      pageInstance,
      locale,
      ...(gesture?.isUsed === false &&
        ageMilliseconds !== undefined && { userGestureAgeMilliseconds: ageMilliseconds }),
    }),
    consumeGesture() {
      if (!visible) throw new HostError('NOT_VISIBLE')
      if (firstScreen) throw new HostError(deepLink ? 'DEEP_LINK' : 'FIRST_SCREEN')
      const isRecent = ageMilliseconds !== undefined && ageMilliseconds <= USER_GESTURE_WINDOW_MS
      if (!gesture || gesture.isUsed || !isRecent) throw new HostError('NO_USER_GESTURE')
      gesture.isUsed = true
    },
  }
}
