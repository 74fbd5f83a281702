/**
 * @module The user of a mini program in a frame, as the browser reports it to the window of the wallet.
 *
 * @see [HTML, user activation](https://html.spec.whatwg.org/multipage/interaction.html#tracking-user-activation)
 */
import type { UserView } from '../host-core/user-presence.ts'

/** The parts of a mini program's frame that tell about its user: an `HTMLIFrameElement` has them. */
export type ObservedFrame = {
  readonly ownerDocument: {
    readonly activeElement: unknown
    readonly visibilityState: DocumentVisibilityState
    readonly documentElement: { readonly lang: string }
    readonly defaultView: {
      readonly navigator: { readonly userActivation?: { readonly isActive: boolean } }
    } | null
    hasFocus(): boolean
  }
  getClientRects(): { readonly length: number }
}

export function observeFrame(frame: ObservedFrame): UserView {
  const { ownerDocument } = frame
  return {
    /** Browsers without the User Activation API do not confirm taps: the focus of window and frame must do. */
    isUserPresent() {
      const isUserActive =
        ownerDocument.defaultView?.navigator.userActivation?.isActive ?? ownerDocument.hasFocus()
      return isUserActive && ownerDocument.activeElement === frame
    },
    isVisible: () =>
      ownerDocument.visibilityState === 'visible' && frame.getClientRects().length > 0,
    locale: () => ownerDocument.documentElement.lang || navigator.language,
  }
}
