/**
 * @module `@assent/jsapi`: `my` and `AlipayJSBridge` for the page of a mini program, as an ES module.
 *
 * @see docs/mini-programs.md
 */
import { type AlipayJSBridge, createAlipayJSBridge, dispatchReady } from './alipay-js-bridge.ts'
import { connect } from './bridge.ts'
import { createMy, type My } from './my.ts'

export type { AuthCodeFailure, AuthCodeOptions, AuthCodeSuccess } from '@assent/protocol'
export type { AlipayJSBridge } from './alipay-js-bridge.ts'
export type { ResultCallback } from './callbacks.ts'
export type { My } from './my.ts'

const bridge = connect(window)

/**
 * The API of this page. Every call settles within the time limits of docs/mini-programs.md#time-limits.
 *
 * @example
 * ```ts
 * import { my } from '@assent/jsapi'
 *
 * export const { authCode } = await my.getAuthCode() // silent: no consent prompt
 * ```
 * @see docs/mini-programs.md
 */
export const my: My = createMy(bridge)

/**
 * The API of this page under the name that H5 pages use. The event `AlipayJSBridgeReady` announces it.
 *
 * @example
 * ```ts
 * import { alipayJSBridge } from '@assent/jsapi'
 *
 * alipayJSBridge.call('getAuthCode', { scopeNicks: 'auth_base' }, (result) => console.log(result))
 * ```
 * @see docs/mini-programs.md
 */
export const alipayJSBridge: AlipayJSBridge = createAlipayJSBridge(bridge)

dispatchReady(window, bridge)
