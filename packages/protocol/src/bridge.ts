/**
 * @module The messages between the page of a mini program and the wallet that hosts it. In a web wallet, the page knocks at the
 * window that embeds it, and the host answers with a message port. The host identifies the page by the port that a message
 * arrives on, never by the content of the message. In a native wallet, texts replace windows and ports.
 *
 * @see docs/wallets.md#a-web-host
 */
import type { JsapiCause } from './jsapi.ts'

/** The `type` of {@link BridgeKnock}. */
export const BRIDGE_KNOCK = 'assent:knock'
/** The `type` of {@link BridgeHello}. */
export const BRIDGE_HELLO = 'assent:bridge'
/** The `type` of {@link BridgeRefusal}. */
export const BRIDGE_REFUSAL = 'assent:refusal'

/**
 * The limits after which a call settles, in milliseconds. No limit depends on a clock that users or wallets can set.
 *
 * @see docs/mini-programs.md#time-limits
 */
export const BRIDGE_TIMEOUTS_MS = {
  /** The page waits this long for a host, from its call. */
  connect: 10_000,
  /** The host waits this long for one reply of the wallet's back end. */
  backEnd: 10_000,
  /** The host waits this long until the consent page reports that it is shown. */
  sheetLoad: 15_000,
  /** The user has this long for a consent prompt, which is how long the consent request is valid, or for the settings. */
  userDecision: 600_000,
  /** The page waits this long for a connected host: from its call, or from the end of `userDecision` if the user decides. */
  reply: 30_000,
} as const

/** The names of {@link BRIDGE_TIMEOUTS_MS}, with values of a host's or a test's own. */
export type BridgeTimeouts = { readonly [Name in keyof typeof BRIDGE_TIMEOUTS_MS]: number }

/**
 * Window message of the page to the window that embeds it: the page has no host yet. It is repeated until the host answers.
 * It carries no data, because the page does not know the host's origin.
 */
export type BridgeKnock = {
  readonly type: typeof BRIDGE_KNOCK
  /** Random: tells repeated knocks of one page from the knock of the next page in the same frame. */
  readonly pageId: string
}

/** Window message of the host to a page of a registered origin. It transfers the page's end of a `MessageChannel`. */
export type BridgeHello = { readonly type: typeof BRIDGE_HELLO; readonly pageId: string }

/** Window message of the host to a page that gets no port. It carries nothing but the cause. */
export type BridgeRefusal = {
  readonly type: typeof BRIDGE_REFUSAL
  readonly pageId: string
  readonly cause: JsapiCause
}

/**
 * The name of the object that a native wallet puts into the web view of a mini program, see {@link NativeBridge}. The page is the
 * document of the web view there, so that no window embeds it.
 */
export const BRIDGE_OBJECT = 'AssentBridge'

/**
 * Carries texts between a page and the native code. On Android it is the object of `WebViewCompat.addWebMessageListener`.
 *
 * @see docs/native-hosts.md#handshake
 */
export type NativeBridge = {
  /** To the native code: {@link BridgeKnock}, then {@link BridgeEnvelope}, as JSON. */
  postMessage(text: string): void
  /** From the native code: {@link NativeHello} or {@link BridgeRefusal}, then {@link BridgeEnvelope}, as JSON. */
  onmessage?: ((event: { readonly data: string }) => void) | null
}

/** A hello without a port. The page must send the key with every message. */
export type NativeHello = BridgeHello & { readonly key: string }

/** A message of a connected page or of its host, where there is no port. */
export type BridgeEnvelope<Message> = { readonly key: string; readonly message: Message }

/** Every method that a page may call. The host rejects all others. */
export const BRIDGE_METHODS = [
  'getAuthCode',
  'getOpenUserInfo',
  'getSetting',
  'openSetting',
  'getGrants',
  'revokeScopes',
] as const

/** The name of one method of the bridge. */
export type BridgeMethod = (typeof BRIDGE_METHODS)[number]

/** A call of the page. `id` is chosen by the page and repeated in the reply. */
export type BridgeCall = {
  readonly type: 'call'
  readonly id: number
  readonly method: BridgeMethod
  readonly params: unknown
}

/**
 * The page reports a tap or key press, and how old it is by the page's monotonic clock. The host accepts it only if the
 * browser confirms that the user is active.
 */
export type BridgeGesture = { readonly type: 'gesture'; readonly ageMilliseconds: number }

/** The page is being unloaded, or enters the back/forward cache. */
export type BridgeLeave = { readonly type: 'leave' }

/** The result of the call with the same `id`. */
export type BridgeReply =
  | { readonly type: 'reply'; readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly type: 'reply'; readonly id: number; readonly ok: false; readonly failure: unknown }

/** The user is deciding about the call with this `id`, so the page waits longer. */
export type BridgeUserTurn = { readonly type: 'userTurn'; readonly id: number }

/** The user's grant to this mini program has changed, in this page or elsewhere in the wallet. */
export type BridgeGrantChanged = { readonly type: 'grantChanged' }

/** The host has closed this page's connection. Pending calls fail with `PAGE_GONE`. */
export type BridgeClose = { readonly type: 'close' }

/** Messages from the page to the host. */
export type PageMessage = BridgeCall | BridgeGesture | BridgeLeave

/** Messages from the host to the page. */
export type HostMessage = BridgeReply | BridgeUserTurn | BridgeGrantChanged | BridgeClose
