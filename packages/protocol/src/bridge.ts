/**
 * @module The messages between the page of a mini program and the wallet that hosts it. The host identifies the page by the
 * port that a message arrives on, never by the content of the message.
 *
 * @see docs/wallets.md#a-web-host
 */

/** The `type` of the window message that transfers the page's end of a `MessageChannel` from the host to the page. */
export const BRIDGE_HELLO = 'assent:bridge'

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

/** The page reports a tap or key press. The host accepts it only if the browser confirms that the user is active. */
export type BridgeGesture = { readonly type: 'gesture' }

/** The result of the call with the same `id`. */
export type BridgeReply =
  | { readonly type: 'reply'; readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly type: 'reply'; readonly id: number; readonly ok: false; readonly failure: unknown }

/** The user's grant to this mini program has changed, in this page or elsewhere in the wallet. */
export type BridgeGrantChanged = { readonly type: 'grantChanged' }

/** Messages from the page to the host. */
export type PageMessage = BridgeCall | BridgeGesture

/** Messages from the host to the page. */
export type HostMessage = BridgeReply | BridgeGrantChanged
