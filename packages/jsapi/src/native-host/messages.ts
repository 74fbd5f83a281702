/**
 * @module The messages between the native code of a wallet and the host core in the wallet's own web view. Both directions carry
 * JSON. The native code decides nothing: it says what it sees, and does what the core says.
 *
 * @see docs/native-hosts.md#messages
 */
import type { BridgeTimeouts } from '@assent/protocol'
import type { FailureReport } from '../host-core/mini-program.ts'
import type { HostServices } from '../host-core/services.ts'

/** A service that native code provides. The core shows the consent prompt itself. */
export type NativeService = Exclude<keyof HostServices, 'showSheet'>

/** A mini program in a web view. `view` is the name that the native code has given to the web view. */
export type NativeMiniProgram = {
  readonly view: string
  readonly appId: string
  /** The registered origins, as in `MiniProgramFrame`. */
  readonly origins: readonly string[]
  /** Whether the user arrived by a link from outside the wallet. Default: false. */
  readonly deepLink?: boolean
  /** The language of the wallet. Default: that of the web view. */
  readonly locale?: string
  /** Whether the web view is in the foreground and not covered. Default: true. */
  readonly isVisible?: boolean
}

/** The settings of a host. */
export type NativeHostSettings = {
  /** The accessible name of the consent prompt, in the user's language. Default: `Consent`. */
  readonly sheetTitle?: string
  /** Other time limits than `BRIDGE_TIMEOUTS_MS`, in milliseconds. */
  readonly timeouts?: Partial<Pick<BridgeTimeouts, 'backEnd' | 'userDecision' | 'sheetLoad'>>
}

/** What the native code tells the core. */
export type NativeMessage =
  /** The first message, and again after `ready`: the core has been loaded again. Closes what was open. */
  | ({ readonly type: 'start' } & NativeHostSettings)
  /** To open a web view again closes what was open in it. */
  | ({ readonly type: 'open' } & NativeMiniProgram)
  /** A page has posted a text. `url` is the page's address or origin as the web view reports it, never as the page says it. */
  | {
      readonly type: 'page'
      readonly view: string
      readonly url: string
      readonly isMainFrame?: boolean
      readonly text: string
    }
  /** The user has tapped in the web view, as the operating system reports it, or has pressed a key. */
  | { readonly type: 'touch'; readonly view: string; readonly ageMilliseconds?: number }
  /** Whether a screen reader is on. Its taps are no touches, so what the page reports of taps is accepted meanwhile. */
  | { readonly type: 'screenReader'; readonly isOn: boolean }
  | { readonly type: 'visibility'; readonly view: string; readonly isVisible: boolean }
  /** The web view shows another page. One of an origin that is not registered ends the connection of the page before it. */
  | { readonly type: 'navigated'; readonly view: string; readonly url: string }
  /** The user has changed the grant elsewhere in the wallet. */
  | { readonly type: 'grantChanged'; readonly view: string }
  /** The user has left the mini program. */
  | { readonly type: 'close'; readonly view: string }
  /** The user has closed the consent prompt with the device's back button or gesture. */
  | { readonly type: 'back' }
  /** The response of the wallet's back end: the body, or why there is none. */
  | { readonly type: 'reply'; readonly id: number; readonly body?: string; readonly error?: string }

/** What the core tells the native code. */
export type CoreMessage =
  /** The core has been loaded and waits for `start`. */
  | { readonly type: 'ready' }
  /** Run the script in the main frame of the web view. It checks the origin of the page itself. */
  | { readonly type: 'script'; readonly view: string; readonly script: string }
  /** Send `body` to the wallet's back end, or show the privacy settings, and send the response as `reply`. */
  | {
      readonly type: 'call'
      readonly id: number
      readonly service: NativeService
      readonly body: string
    }
  /** After `close`: the page has been told, so the web view is not needed any more. */
  | { readonly type: 'closed'; readonly view: string }
  /** Show the core's web view over the mini program, or hide it again. */
  | { readonly type: 'sheet'; readonly isShown: boolean }
  | { readonly type: 'failure'; readonly failure: FailureReport }
  /** The native code has sent a message that cannot be followed. */
  | { readonly type: 'error'; readonly detail: string }
