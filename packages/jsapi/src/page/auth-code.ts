/**
 * @module Requests a code, in every spelling that pages of the platform family use.
 *
 * @see docs/mini-programs.md#accepted-spellings
 */
import {
  type AuthCodeFailure,
  type AuthCodeSuccess,
  type Callbacks,
  jsapiFailure,
} from '@assent/protocol'
import type { Bridge } from './bridge.ts'
import { isFunction, type ResultCallback, withCallbacks } from './callbacks.ts'

/** The global object that a page calls. */
type Api = 'my' | 'AlipayJSBridge'

type Spelling = {
  /** The names of the option with the scopes. The first one that has a value counts. */
  readonly scopes: readonly string[]
  /** The options that are not sent. */
  readonly unsent: readonly string[]
}

const CALLBACKS = ['success', 'fail', 'complete']

/**
 * How pages name the options of `getAuthCode`. H5 pages also send `appId`, `usage` and `showErrorTip`, which have no effect:
 * the host knows which mini program calls. The accepted forms of a scope list are those of `parseScopes`.
 */
export const SPELLINGS: Readonly<Record<Api, Spelling>> = {
  my: { scopes: ['scopes', 'scopeNicks'], unsent: CALLBACKS },
  AlipayJSBridge: {
    scopes: ['scopeNicks', 'scopes'],
    unsent: [...CALLBACKS, 'appId', 'usage', 'showErrorTip'],
  },
}

type Options = Readonly<Record<string, unknown>>

/**
 * Calls `getAuthCode` of the host. `options` may be absent or null, and the callback may come in its place.
 *
 * @throws an `AuthCodeFailure`; `PARAM_INVALID` when `options` is neither an object nor a function
 */
export function requestAuthCode(
  bridge: Bridge,
  api: Api,
  options: unknown,
  callback: unknown,
): Promise<AuthCodeSuccess> {
  if (isFunction(options)) return requestAuthCode(bridge, api, undefined, options)
  const given = options ?? {}
  const outcome = isOptions(given)
    ? bridge.call('getAuthCode', readParams(SPELLINGS[api], given)).then(withBothNames)
    : Promise.reject(jsapiFailure('PARAM_INVALID', ''))
  return withCallbacks<AuthCodeSuccess, AuthCodeFailure>(
    outcome,
    given as Callbacks<AuthCodeSuccess, AuthCodeFailure>,
    callback as ResultCallback,
  )
}

function isOptions(value: unknown): value is Options {
  return typeof value === 'object' && !Array.isArray(value)
}

/** Unknown options are passed on: the host validates them, and rejects an `appId` of another mini program. */
function readParams({ scopes: names, unsent }: Spelling, options: Options): Options {
  const params: Record<string, unknown> = {}
  for (const name of Object.keys(options)) {
    if (!unsent.includes(name) && !names.includes(name)) params[name] = options[name]
  }
  const scopes = names.map((name) => options[name]).find(hasValue)
  return hasValue(scopes) ? { ...params, scopes } : params
}

function hasValue(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** Pages written for `my` read `authCode`, H5 pages read `authcode`. */
function withBothNames(success: unknown): AuthCodeSuccess {
  const { authCode, ...rest } = success as AuthCodeSuccess
  return { ...rest, authCode, authcode: authCode }
}
