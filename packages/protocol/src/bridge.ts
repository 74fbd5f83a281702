/**
 * @module The messages between a mini program's page and its host. The page says what it wants; who it is, the host
 * knows from the port that the message came through (contract: jsapi §1–§3; requirements R001–R005).
 */

/** The window message with which the host hands the page its port. */
export const BRIDGE_HELLO = 'assent:bridge'

/** All that a page can ask for. What is not here does not exist. */
export const BRIDGE_METHODS = [
  'getAuthCode',
  'getOpenUserInfo',
  'getSetting',
  'openSetting',
  'getGrants',
  'revokeScopes',
] as const

export type BridgeMethod = (typeof BRIDGE_METHODS)[number]

export type BridgeCall = {
  readonly type: 'call'
  readonly id: number
  readonly method: BridgeMethod
  readonly params: unknown
}

/** The page reports a trusted tap or key. The host believes it only if it saw one itself. */
export type BridgeGesture = { readonly type: 'gesture' }

export type BridgeReply =
  | { readonly type: 'reply'; readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly type: 'reply'; readonly id: number; readonly ok: false; readonly failure: unknown }

/** The grant of this mini program has changed, by this page or elsewhere in the wallet. */
export type BridgeGrantChanged = { readonly type: 'grantChanged' }

export type PageMessage = BridgeCall | BridgeGesture
export type HostMessage = BridgeReply | BridgeGrantChanged
