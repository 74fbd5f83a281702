/**
 * @module `my`: what a mini program's page calls (contract: jsapi §1, §2).
 */
import type {
  AuthCodeFailure,
  AuthCodeOptions,
  AuthCodeSuccess,
  AuthSetting,
  BridgeMethod,
  Callbacks,
  GrantedScope,
} from '@assent/protocol'
import type { Bridge } from './bridge.ts'
import { applyDecision, type SecondArgument } from './callbacks.ts'

type Options<S> = Callbacks<S, AuthCodeFailure> | null

export interface My {
  /**
   * Asks the user for scopes and resolves to a code for the merchant's server. A partial grant is a success.
   * Silent scopes alone may be asked for at any time; all others only in the handler of a tap, not on the first screen.
   */
  getAuthCode(options?: AuthCodeOptions | null, callback?: SecondArgument): Promise<AuthCodeSuccess>
  /** `response` is JSON text: `{response: {code, msg, avatar, nickName, …}}`; `code` is `40006` without `auth_user`. */
  getOpenUserInfo(options?: Options<{ response: string }>): Promise<{ response: string }>
  /** What was asked before, and whether it is granted. */
  getSetting(options?: Options<{ authSetting: AuthSetting }>): Promise<{ authSetting: AuthSetting }>
  /** Shows the page on which the user changes it. */
  openSetting(
    options?: Options<{ authSetting: AuthSetting }>,
  ): Promise<{ authSetting: AuthSetting }>
  /** What this mini program holds. */
  getGrants(
    options?: Options<{ scopes: readonly GrantedScope[] }>,
  ): Promise<{ scopes: readonly GrantedScope[] }>
  /** Gives scopes back. */
  revokeScopes(
    options: { readonly scopes: readonly string[] } & Callbacks<object, AuthCodeFailure>,
  ): Promise<object>
  /** Runs after every change of the grant, also when the user withdraws in the wallet. */
  onGrantChanged(listener: () => void): void
}

export function createMy(bridge: Bridge): My {
  function ask<S>(
    method: BridgeMethod,
    params: object,
    options: Options<S> | undefined,
  ): Promise<S> {
    return applyDecision(bridge.call(method, params) as Promise<S>, options)
  }
  return {
    getAuthCode(options, callback) {
      const outcome = bridge.call('getAuthCode', paramsOf(options)) as Promise<AuthCodeSuccess>
      return applyDecision<AuthCodeSuccess, AuthCodeFailure>(outcome, options, callback)
    },
    getOpenUserInfo: (options) => ask('getOpenUserInfo', {}, options),
    getSetting: (options) => ask('getSetting', {}, options),
    openSetting: (options) => ask('openSetting', {}, options),
    getGrants: (options) => ask('getGrants', {}, options),
    revokeScopes: (options) => ask('revokeScopes', { scopes: options?.scopes }, options),
    onGrantChanged: (listener) => bridge.onGrantChanged(listener),
  }
}

/** All that is not a callback. The host decides what counts; a claimed `appId` is refused there. */
function paramsOf(options: AuthCodeOptions | null | undefined): object {
  const { success: _success, fail: _fail, complete: _complete, ...params } = options ?? {}
  return params
}
