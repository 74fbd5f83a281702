/**
 * @module `AlipayJSBridge`: what H5 pages in a wallet's web view call (contract: jsapi §3).
 */
import { type AuthCodeFailure, type AuthCodeSuccess, jsapiFailure } from '@assent/protocol'
import type { Bridge } from './bridge.ts'
import { isFunction } from './callbacks.ts'

export interface AlipayJSBridge {
  /** `parameters` may be left out. */
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
      // showErrorTip, appId and usage may be passed and mean nothing: the host says which mini program calls.
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

/** Announces the bridge to pages that wait for it. */
export function announce(page: Window, bridge: Bridge): void {
  bridge.whenReady(() => page.document.dispatchEvent(new Event('AlipayJSBridgeReady')))
}
