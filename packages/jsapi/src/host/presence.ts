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
}

export function createPresence(frame: HTMLIFrameElement, pageInstance: () => string): Presence {
  const { ownerDocument } = frame
  let actedInMiniProgram = false
  let gestureAt: number | undefined

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
        visible: ownerDocument.visibilityState === 'visible' && frame.getClientRects().length > 0,
        pageInstance: pageInstance(),
        locale: ownerDocument.documentElement.lang || navigator.language,
        ...(gestureAt !== undefined && { userGestureAt: new Date(gestureAt).toISOString() }),
      }
    },
  }
}

/**
 * The rules of a sheet, at the moment when the page asked. The server holds them too, on the host's word.
 * @throws {HostFailure} `NOT_VISIBLE`, `FIRST_SCREEN`, `NO_USER_GESTURE`
 */
export function requirePresent(
  { visible, firstScreen, userGestureAt }: HostContext,
  askedAt: number,
): void {
  if (!visible) throw new HostFailure('NOT_VISIBLE')
  if (firstScreen) throw new HostFailure('FIRST_SCREEN')
  const age = askedAt - Date.parse(userGestureAt ?? '')
  if (!(age <= USER_GESTURE_WINDOW_MILLISECONDS)) throw new HostFailure('NO_USER_GESTURE')
}
