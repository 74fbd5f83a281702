/**
 * @module Whether the user is present in a mini program, as the host itself observes it. A page's report of a tap counts
 * only while the browser reports user activation to the host and the mini program's frame has the focus.
 *
 * @see [HTML, user activation](https://html.spec.whatwg.org/multipage/interaction.html#tracking-user-activation)
 */
import type { HostContext } from '@assent/protocol'
import { HostError } from './host-error.ts'

/** The window of `NO_USER_GESTURE`; see docs/errors.md. */
const USER_GESTURE_WINDOW_MS = 5000

export interface UserPresence {
  /** Records a tap that the page reports, if the browser confirms it. */
  reportGesture(): void
  /** Forgets the last tap, because another page of the mini program has loaded. */
  resetGesture(): void
  /** What the host observes now. */
  context(): HostContext
  /**
   * Checks that the user was present when the page called, and uses up the tap: each tap permits one consent prompt. The
   * server checks the same from `context`.
   *
   * @param calledAt when the page called, in epoch milliseconds
   * @throws {HostError} `NOT_VISIBLE`, `FIRST_SCREEN`, `DEEP_LINK`, `NO_USER_GESTURE`
   */
  consumeGesture(context: HostContext, calledAt: number): void
}

/** The parts of a mini program's frame that tell about its user: an `HTMLIFrameElement` has them. */
export type ObservedFrame = {
  readonly ownerDocument: {
    readonly activeElement: unknown
    readonly visibilityState: DocumentVisibilityState
    readonly documentElement: { readonly lang: string }
    readonly defaultView: {
      readonly navigator: { readonly userActivation?: { readonly isActive: boolean } }
    } | null
  }
  getClientRects(): { readonly length: number }
}

export function createUserPresence(
  frame: ObservedFrame,
  pageInstance: () => string,
  deepLink: boolean,
): UserPresence {
  const { ownerDocument } = frame
  let hasActed = false
  let lastGestureAt: number | undefined
  let consumedGestureAt: string | undefined

  return {
    reportGesture() {
      const view = ownerDocument.defaultView
      if (!view || ownerDocument.activeElement !== frame) return
      // Chromium before 72 and Safari before 16.4 do not report activation. There the focus alone counts.
      if (view.navigator.userActivation?.isActive === false) return
      hasActed = true
      lastGestureAt = Date.now()
    },
    resetGesture() {
      lastGestureAt = undefined
    },
    context() {
      return {
        firstScreen: !hasActed,
        deepLink,
        visible: ownerDocument.visibilityState === 'visible' && frame.getClientRects().length > 0,
        pageInstance: pageInstance(),
        locale: ownerDocument.documentElement.lang || navigator.language,
        ...(lastGestureAt !== undefined && {
          userGestureAt: new Date(lastGestureAt).toISOString(),
        }),
      }
    },
    consumeGesture({ visible, firstScreen, deepLink: isDeepLink, userGestureAt }, calledAt) {
      if (!visible) throw new HostError('NOT_VISIBLE')
      if (firstScreen) throw new HostError(isDeepLink ? 'DEEP_LINK' : 'FIRST_SCREEN')
      const ageMs = calledAt - Date.parse(userGestureAt ?? '')
      const isUsable = ageMs <= USER_GESTURE_WINDOW_MS && userGestureAt !== consumedGestureAt
      if (!isUsable) throw new HostError('NO_USER_GESTURE')
      consumedGestureAt = userGestureAt
    },
  }
}
