/**
 * @module `my`: the API of a mini program's page.
 *
 * @see docs/mini-programs.md
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
import { requestAuthCode } from './auth-code.ts'
import type { Bridge } from './bridge.ts'
import { type ResultCallback, withCallbacks } from './callbacks.ts'
import { canIUse } from './can-i-use.ts'

type Options<S> = Callbacks<S, AuthCodeFailure> | null

/**
 * The API of a mini program's page. Every method returns a promise and also accepts the callbacks `success`, `fail` and
 * `complete`. Failures are `{ error, errorMessage, authErrorScopes, cause, retryable, traceId }`.
 *
 * @example
 * ```ts
 * import { my } from '@assent/jsapi'
 *
 * export async function requestPhone(): Promise<string> {
 *   const { authCode } = await my.getAuthCode({
 *     scopes: [{ scope: 'auth_user', required: true }, 'USER_MOBILE_PHONE'],
 *   })
 *   return authCode
 * }
 * ```
 * @see docs/mini-programs.md
 */
export interface My {
  /**
   * Requests scopes and resolves to a code for the merchant's server. A partial grant is a success: `authSuccessScopes`
   * lists what the code permits, `authErrorScopes` the reason for every other scope. Silent scopes can be requested at any
   * time, all others in the handler of a tap and not on the first screen.
   * @throws an `AuthCodeFailure`; `cause` names the reason
   * @see docs/errors.md
   */
  getAuthCode(options?: AuthCodeOptions | null, callback?: ResultCallback): Promise<AuthCodeSuccess>
  /**
   * The user's profile. `response` is JSON text of `{ response: { code, msg, avatar, nickName, … } }`. `code` is `10000`, or
   * `40006` when the user has not granted `auth_user`.
   */
  getOpenUserInfo(options?: Options<{ response: string }>): Promise<{ response: string }>
  /** The scopes that were requested before, and whether each is granted now. */
  getSetting(options?: Options<{ authSetting: AuthSetting }>): Promise<{ authSetting: AuthSetting }>
  /** Opens the wallet's privacy settings. Resolves when the user leaves them, like `getSetting`. */
  openSetting(
    options?: Options<{ authSetting: AuthSetting }>,
  ): Promise<{ authSetting: AuthSetting }>
  /** The granted scopes of this mini program, with RFC 3339 times. */
  getGrants(options?: Options<{ scopes: GrantedScope[] }>): Promise<{ scopes: GrantedScope[] }>
  /** Revokes scopes that this mini program no longer needs. */
  revokeScopes(
    options: { readonly scopes: readonly string[] } & Callbacks<object, AuthCodeFailure>,
  ): Promise<object>
  /** Runs `listener` after every change of the grant, including a withdrawal in the wallet. */
  onGrantChanged(listener: () => void): void
  /**
   * Whether this page can use a method, an option or a field, such as `getAuthCode.object.scopes`. With `my.js` in a wallet
   * that has a `my` of its own, that one answers for everything else.
   */
  canIUse(name: string): boolean
}

export function createMy(bridge: Bridge): My {
  function call<S>(
    method: BridgeMethod,
    params: object,
    options: Options<S> | undefined,
  ): Promise<S> {
    return withCallbacks(bridge.call(method, params) as Promise<S>, options)
  }
  return {
    getAuthCode: (options, callback) => requestAuthCode(bridge, 'my', options, callback),
    getOpenUserInfo: (options) => call('getOpenUserInfo', {}, options),
    getSetting: (options) => call('getSetting', {}, options),
    openSetting: (options) => call('openSetting', {}, options),
    getGrants: (options) => call('getGrants', {}, options),
    revokeScopes: (options) => call('revokeScopes', { scopes: options?.scopes }, options),
    onGrantChanged: (listener) => bridge.onGrantChanged(listener),
    canIUse,
  }
}
