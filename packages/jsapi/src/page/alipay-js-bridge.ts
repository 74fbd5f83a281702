/**
 * @module `AlipayJSBridge`: the API of H5 pages in a wallet's web view.
 *
 * @see docs/mini-programs.md
 */
import { jsapiFailure } from '@assent/protocol'
import { requestAuthCode } from './auth-code.ts'
import type { Bridge } from './bridge.ts'
import { isFunction } from './callbacks.ts'

/**
 * The bridge of H5 pages. It answers `getAuthCode`. Every other name goes to the bridge of the wallet's container, and fails
 * with `NOT_PERMITTED` where there is none.
 *
 * @example
 * ```ts
 * import { alipayJSBridge } from '@assent/jsapi'
 *
 * document.addEventListener('AlipayJSBridgeReady', () => {
 *   alipayJSBridge.call('getAuthCode', { scopeNicks: ['auth_base'] }, (result) => console.log(result))
 * })
 * ```
 * @see docs/mini-programs.md
 */
export interface AlipayJSBridge {
  /**
   * Calls `name` and passes the result or the failure to `callback`. A success of `getAuthCode` has `authcode` besides
   * `authCode`. `parameters` is optional: `call(name, callback)` works too.
   */
  call(name: string, parameters?: unknown, callback?: (result: object) => void): unknown
}

/** The bridge of a wallet's container, which may come later than the first call. */
export interface ContainerBridge {
  /** The container's own `call`, if it has one now. */
  readCall(): unknown
  /** Runs `listener` when the page has loaded, or now if it has. A container installs its bridge until then. */
  whenLoaded(listener: () => void): void
}

const NO_CONTAINER: ContainerBridge = {
  readCall: () => undefined,
  whenLoaded: (listener) => listener(),
}

export function createAlipayJSBridge(
  bridge: Bridge,
  { readCall, whenLoaded }: ContainerBridge = NO_CONTAINER,
): AlipayJSBridge {
  function callContainer(parameters: readonly unknown[]): unknown {
    const call = readCall()
    if (isFunction(call)) return call(...parameters)
    const callback = parameters.slice(1).find(isFunction)
    return callback?.(jsapiFailure('NOT_PERMITTED', ''))
  }
  return {
    call(...parameters) {
      const [name, options, callback] = parameters
      if (name === 'getAuthCode') {
        requestAuthCode(bridge, 'AlipayJSBridge', options, callback).catch(() => {})
        return undefined
      }
      if (isFunction(readCall())) return callContainer(parameters)
      whenLoaded(() => callContainer(parameters))
      return undefined
    },
  }
}

/** Dispatches `AlipayJSBridgeReady` once the host has connected. H5 pages wait for it before their first call. */
export function dispatchReady(
  page: Pick<Window, 'document'>,
  bridge: Bridge,
  hasContainer: () => boolean = () => false,
): void {
  bridge.whenReady(() => {
    // A container dispatches the event itself, and pages start their login each time that they get it.
    if (!hasContainer()) page.document.dispatchEvent(new Event('AlipayJSBridgeReady'))
  })
}
