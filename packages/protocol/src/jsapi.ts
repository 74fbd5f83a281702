/**
 * @module Options, results and failures of the JSAPI (`my.getAuthCode`, `my.getSetting`, …).
 *
 * @see docs/mini-programs.md
 */
import type { ScopesInput } from './scope.ts'

/**
 * Every cause of a JSAPI failure: its error number, its fixed English message, and whether a later call can succeed.
 *
 * @see docs/mini-programs.md#handle-failures
 */
export const JSAPI_CAUSES = {
  PARAM_INVALID: { error: 2, retryable: false, message: 'The parameters are invalid.' },
  INTERNAL: {
    error: 3,
    retryable: true,
    message: 'The wallet failed to process the call. Try again.',
  },
  NOT_PERMITTED: {
    error: 4,
    retryable: false,
    message: 'This mini program may not request authorization.',
  },
  ORIGIN_NOT_REGISTERED: {
    error: 4,
    retryable: false,
    message: 'The origin of this page is not registered for the mini program.',
  },
  SCOPE_NOT_APPROVED: {
    error: 4,
    retryable: false,
    message: 'None of these scopes is approved for this mini program.',
  },
  NOT_A_TESTER: {
    error: 4,
    retryable: false,
    message: 'This mini program is not verified. Only its registered testers can use it.',
  },
  FIRST_SCREEN: {
    error: 4,
    retryable: true,
    message:
      'No consent prompt is shown on the first screen. Call again when the user starts an action that needs the scope.',
  },
  DEEP_LINK: {
    error: 4,
    retryable: true,
    message:
      'The user opened the mini program with a link and has not interacted with it yet. Call again after a tap.',
  },
  NO_USER_GESTURE: {
    error: 4,
    retryable: true,
    message:
      'Call this in a tap handler. The last tap is more than 5 seconds ago, or it already opened a consent prompt.',
  },
  NOT_VISIBLE: { error: 4, retryable: true, message: 'The page is not in the foreground.' },
  CONSENT_ALREADY_OPEN: {
    error: 4,
    retryable: true,
    message: 'Another consent prompt is already open.',
  },
  DISMISSED: {
    error: 10,
    retryable: true,
    message: 'The user closed the consent prompt without a decision.',
  },
  GUARDIAN_PENDING: {
    error: 10,
    retryable: true,
    message: 'The user is a minor, and the guardian has not decided yet. Call again later.',
  },
  PAGE_GONE: { error: 10, retryable: false, message: 'The page that made the call is closed.' },
  USER_DECLINED: { error: 11, retryable: false, message: 'The user denied the request.' },
  DECLINED_RECENTLY: {
    error: 11,
    retryable: true,
    message: 'The user denied this within the last 24 hours. Call again after retryAfterSeconds.',
  },
  DECLINED_REPEATEDLY: {
    error: 11,
    retryable: false,
    message:
      'The user denied this three times. Only the user can allow another request, in the settings (my.openSetting).',
  },
  NETWORK: {
    error: 12,
    retryable: true,
    message: 'The wallet could not reach its server. Try again.',
  },
  TIMEOUT: { error: 12, retryable: true, message: 'The wallet did not reply in time. Try again.' },
} as const satisfies Record<string, { error: number; retryable: boolean; message: string }>

/** The stable name of a JSAPI failure. */
export type JsapiCause = keyof typeof JSAPI_CAUSES

/** Code in `authErrorScopes`: the scope is not approved for the mini program. */
export const SCOPE_NOT_APPROVED = '40006'

/** Code in `authErrorScopes`: the user has not granted the scope. */
export const SCOPE_NOT_GRANTED = '10001'

/** The requested scopes that the code does not cover, each with its code (`40006` or `10001`). */
export type AuthErrorScopes = Record<string, string>

/**
 * The result of `my.getAuthCode`. Send `authCode` to the merchant's server, which redeems it with `applyToken`.
 *
 * @example
 * ```ts
 * import type { AuthCodeSuccess } from '@assent/jsapi'
 *
 * export async function logIn({ authCode, authErrorScopes }: AuthCodeSuccess): Promise<void> {
 *   await fetch('/login', { method: 'POST', body: JSON.stringify({ authCode }) })
 *   const denied = Object.keys(authErrorScopes)
 *   if (denied.length > 0) console.log('Not granted:', denied.join(', '))
 * }
 * ```
 * @see docs/mini-programs.md#ask-for-a-code
 */
export type AuthCodeSuccess = {
  /** Valid for 60 seconds; can be redeemed once. */
  authCode: string
  /** The same code, under the name that H5 pages read. Always present; the platform's own types do not have it. */
  authcode?: string
  /** The requested scopes that the user has granted. */
  authSuccessScopes: string[]
  authErrorScopes: AuthErrorScopes
  /** The `state` of the call, unchanged. */
  state?: string
}

/**
 * The failure of a JSAPI call.
 *
 * @example
 * ```ts
 * import type { AuthCodeFailure } from '@assent/jsapi'
 *
 * export function report({ cause, retryable, retryAfterSeconds, traceId }: AuthCodeFailure): void {
 *   if (cause === 'USER_DECLINED') return
 *   console.log(cause, retryable ? `retry after ${retryAfterSeconds ?? 0} s` : 'do not retry', traceId)
 * }
 * ```
 * @see docs/mini-programs.md#handle-failures
 */
export type AuthCodeFailure = {
  /** The error number that the platform documents for the cause. */
  error: number
  /** Fixed English for developers. Do not show it to users. */
  errorMessage: string
  authErrorScopes: AuthErrorScopes
  cause: JsapiCause
  /** Whether a later call can succeed. */
  retryable: boolean
  /** With `DECLINED_RECENTLY`: seconds until the scope may be requested again. */
  retryAfterSeconds?: number
  /** Identifies the request in the log of the wallet's Assent server. */
  traceId: string
}

/**
 * A callback of a page. It is typed as a method, so that the compiler accepts one that is written for the platform's own
 * types, which list the names of scopes.
 */
export type Callback<Result> = { call(result: Result): void }['call']

/** The callbacks of every JSAPI call. `complete` runs after `success` or `fail`, with the same value. */
export type Callbacks<Success, Failure> = {
  readonly success?: Callback<Success> | undefined
  readonly fail?: Callback<Failure> | undefined
  readonly complete?: Callback<Success | Partial<Failure>> | undefined
}

/**
 * The options of `my.getAuthCode`.
 *
 * @example
 * ```ts
 * import type { AuthCodeOptions } from '@assent/jsapi'
 *
 * export const birthdayOffer: AuthCodeOptions = {
 *   scopes: ['auth_user', { scope: 'USER_BIRTHDAY', required: true, lifetime: 'once' }],
 *   success: ({ authCode }) => console.log(authCode),
 *   fail: ({ cause }) => console.log(cause),
 * }
 * ```
 * @see docs/mini-programs.md#options
 */
export type AuthCodeOptions = Callbacks<AuthCodeSuccess, AuthCodeFailure> & {
  /** Default: `auth_base`. */
  readonly scopes?: ScopesInput
  /** Returned unchanged with the result. */
  readonly state?: string
  /** Binds the code to a nonce that the merchant's server must repeat in `applyToken`. */
  readonly nonce?: string
  /**
   * Binds the code to a verifier that the merchant's server must send in `applyToken`: an S256 challenge
   * ([RFC 7636 §4.2](https://www.rfc-editor.org/rfc/rfc7636.html#section-4.2)).
   */
  readonly codeChallenge?: string
}

/**
 * The result of `my.getSetting`: every scope that was requested before, with whether it is granted.
 *
 * @example
 * ```ts
 * import type { AuthSetting } from '@assent/protocol'
 *
 * export function hasBirthday(setting: AuthSetting): boolean {
 *   return setting['USER_BIRTHDAY'] === true
 * }
 * ```
 * @see docs/mini-programs.md#other-calls
 */
export type AuthSetting = Record<string, boolean>

/**
 * The parsed JSON text of `my.getOpenUserInfo`. Every field is present; unknown values are empty strings.
 *
 * @see docs/mini-programs.md#other-calls
 */
export type OpenUserInfo = {
  code: '10000'
  msg: 'Success'
  avatar: string
  nickName: string
  gender: 'm' | 'f' | ''
  countryCode: string
  province: string
  city: string
}

/** One granted scope, as `my.getGrants()` returns it and as wallets list it. `grantedAt` is RFC 3339. */
export type GrantedScope = { scope: string; grantedAt: string }

/** Creates the failure for a cause, with its error number and message from `JSAPI_CAUSES`. */
export function jsapiFailure(
  cause: JsapiCause,
  traceId: string,
  authErrorScopes: AuthErrorScopes = {},
  retryAfterSeconds?: number,
): AuthCodeFailure {
  const { error, message, retryable } = JSAPI_CAUSES[cause]
  return {
    error,
    errorMessage: message,
    authErrorScopes,
    cause,
    retryable,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    traceId,
  }
}
