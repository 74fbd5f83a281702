/**
 * @module The build for `<script src="my.js">`: defines the globals `my` and `AlipayJSBridge`, or completes those that the
 * wallet's container has.
 *
 * @see docs/mini-programs.md#beside-a-wallets-own-my
 */
import { createAlipayJSBridge, dispatchReady } from './alipay-js-bridge.ts'
import { connect } from './bridge.ts'
import { isFunction } from './callbacks.ts'
import { canIUse, isOurs } from './can-i-use.ts'
import { shareGlobal } from './container.ts'
import { createMy } from './my.ts'

/** A container may declare its globals with `const`, which only these names reach. */
declare const my: unknown
declare const AlipayJSBridge: unknown

/** Marks the window for all copies of this script, of whatever version. */
const HAS_GLOBALS = Symbol.for('assent.globals')

const readMy = (): unknown => (typeof my === 'undefined' ? undefined : my)
const readBridge = (): unknown =>
  typeof AlipayJSBridge === 'undefined' ? undefined : AlipayJSBridge

function canIUseIn(containerCanIUse: unknown, name: unknown): unknown {
  if (isOurs(name) || !isFunction(containerCanIUse)) return canIUse(name)
  return containerCanIUse(name)
}

function whenLoaded(listener: () => void): void {
  if (document.readyState === 'complete') listener()
  else window.addEventListener('load', () => setTimeout(listener), { once: true })
}

function defineGlobals(): void {
  const bridge = connect(window)
  shareGlobal(
    window,
    'my',
    (inherited) => ({
      ...createMy(bridge),
      canIUse: (name: unknown) => canIUseIn(inherited('canIUse'), name),
    }),
    readMy,
  )
  const { hasContainer } = shareGlobal(
    window,
    'AlipayJSBridge',
    (inherited) => ({
      ...createAlipayJSBridge(bridge, { readCall: () => inherited('call'), whenLoaded }),
    }),
    readBridge,
  )
  dispatchReady(window, bridge, hasContainer)
}

// A page may load this script twice. A second copy would take the globals of the first one for those of a container.
const marks = window as { [HAS_GLOBALS]?: boolean }
if (!marks[HAS_GLOBALS]) {
  marks[HAS_GLOBALS] = true
  defineGlobals()
}
