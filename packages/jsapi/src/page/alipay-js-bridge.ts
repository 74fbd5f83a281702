/**
 * @module `AlipayJSBridge`: the API of H5 pages in a wallet's web view.
 *
 * @see docs/mini-programs.md
 */
import { type AuthCodeFailure, type AuthCodeSuccess, jsapiFailure } from '@assent/protocol'
import type { Bridge } from './bridge.ts'
import { isFunction } from './callbacks.ts'

/**
 * The bridge of H5 pages. It knows one method, `getAuthCode`; every other name fails with `NOT_PERMITTED`.
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
  call(name: string, parameters?: unknown, callback?: (result: object) => void): void
}

export function createAlipayJSBridge(bridge: Bridge): AlipayJSBridge {
  return {
    call(name, parameters, callback) {
      const listener = isFunction(parameters) ? parameters : callback
      const respond = (result: object): void => {
        if (isFunction(listener)) listener(result)
      }
      if (name !== 'getAuthCode') {
        respond(jsapiFailure('NOT_PERMITTED', ''))
        return
      }
      // showErrorTip, appId and usage are accepted and ignored: the host knows which mini program calls.
      const { scopeNicks } = (isFunction(parameters) ? {} : (parameters ?? {})) as {
        scopeNicks?: unknown
      }
      bridge.call('getAuthCode', { scopes: scopeNicks }).then(
        (success) => {
          const { authCode, ...rest } = success as AuthCodeSuccess
          respond({ authcode: authCode, authCode, ...rest })
        },
        (failure: AuthCodeFailure) => respond(failure),
      )
    },
  }
}

/** Dispatches `AlipayJSBridgeReady` once the host has connected. H5 pages wait for it before their first call. */
export function dispatchReady(page: Pick<Window, 'document'>, bridge: Bridge): void {
  bridge.whenReady(() => page.document.dispatchEvent(new Event('AlipayJSBridgeReady')))
}
