/**
 * @module What the host itself saw of the user (requirements R002, R007, R058). The page's word is not enough: a tap
 * counts when the browser tells the host too that the user is active and that the page has the focus.
 */
import type { HostContext } from '@assent/protocol'
import { HostFailure } from './services.ts'

/** Contract: jsapi §1. */
const USER_GESTURE_WINDOW_MILLISECONDS = 5000

export interface Presence {
  /** The page says that it was tapped. */
  reportGesture(): void
  /** Another page of the same mini program is shown: its first tap is still to come. */
  pageChanged(): void
  /** What the host sees at this moment. */
  context(): HostContext
  /**
   * The rules of a sheet, at the moment when the page asked; a tap opens one sheet. The server holds them too, on the host's word.
   * @throws {HostFailure} `NOT_VISIBLE`, `FIRST_SCREEN`, `DEEP_LINK`, `NO_USER_GESTURE`
   */
  takeGesture(context: HostContext, askedAt: number): void
}

export function createPresence(
  frame: HTMLIFrameElement,
  pageInstance: () => string,
  deepLink: boolean,
): Presence {
  const { ownerDocument } = frame
  let actedInMiniProgram = false
  let gestureAt: number | undefined
  let takenAt: string | undefined

  return {
    reportGesture() {
      const isUser = ownerDocument.defaultView?.navigator.userActivation.isActive
      if (!isUser || ownerDocument.activeElement !== frame) return
      actedInMiniProgram = true
      gestureAt = Date.now()
    },
    pageChanged() {
      gestureAt = undefined
    },
    context() {
      return {
        firstScreen: !actedInMiniProgram,
        deepLink,
        visible: ownerDocument.visibilityState === 'visible' && frame.getClientRects().length > 0,
        pageInstance: pageInstance(),
        locale: ownerDocument.documentElement.lang || navigator.language,
        ...(gestureAt !== undefined && { userGestureAt: new Date(gestureAt).toISOString() }),
      }
    },
    takeGesture({ visible, firstScreen, deepLink: isLink, userGestureAt }, askedAt) {
      if (!visible) throw new HostFailure('NOT_VISIBLE')
      if (firstScreen) throw new HostFailure(isLink ? 'DEEP_LINK' : 'FIRST_SCREEN')
      const age = askedAt - Date.parse(userGestureAt ?? '')
      const isFresh = age <= USER_GESTURE_WINDOW_MILLISECONDS && userGestureAt !== takenAt
      if (!isFresh) throw new HostFailure('NO_USER_GESTURE')
      takenAt = userGestureAt
    },
  }
}
