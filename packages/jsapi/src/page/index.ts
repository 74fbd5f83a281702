/**
 * @module `@assent/jsapi`: `my` for the page of a mini program, as an ES module.
 */
import { type AlipayJSBridge, announce, createAlipayJSBridge } from './alipay-js-bridge.ts'
import { connect } from './bridge.ts'
import { createMy, type My } from './my.ts'

export type { AuthCodeFailure, AuthCodeOptions, AuthCodeSuccess } from '@assent/protocol'
export type { AlipayJSBridge } from './alipay-js-bridge.ts'
export type { My } from './my.ts'

const bridge = connect(window)

export const my: My = createMy(bridge)
export const alipayJSBridge: AlipayJSBridge = createAlipayJSBridge(bridge)

announce(window, bridge)
