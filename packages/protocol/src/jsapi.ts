/**
 * @module What `my.getAuthCode` and its neighbours take and return, and their error numbers (contract: jsapi).
 */
import type { ScopesInput } from './scope.ts'

/** Every cause of a failure of the JSAPI → its documented number, its text, and whether asking again can help. */
export const JSAPI_CAUSES = {
  PARAM_INVALID: { error: 2, retryable: false, message: 'The parameters are not valid.' },
  INTERNAL: { error: 3, retryable: true, message: 'Something failed. Try again.' },
  NOT_PERMITTED: {
    error: 4,
    retryable: false,
    message: 'This mini program may not ask for authorization.',
  },
  SCOPE_NOT_APPROVED: {
    error: 4,
    retryable: false,
    message: 'None of these scopes is approved for this mini program.',
  },
  NOT_A_TESTER: {
    error: 4,
    retryable: false,
    message: 'This mini program is not verified: only its named testers can use it.',
  },
  FIRST_SCREEN: {
    error: 4,
    retryable: true,
    message: 'Nothing is asked on the first screen. Ask when the user starts what needs it.',
  },
  DEEP_LINK: {
    error: 4,
    retryable: true,
    message: 'Nothing is asked of a user who came by a link and has not acted here yet.',
  },
  NO_USER_GESTURE: {
    error: 4,
    retryable: true,
    message:
      'Ask in the handler of a tap: the last one is more than 5 seconds ago, or has opened a sheet already.',
  },
  NOT_VISIBLE: { error: 4, retryable: true, message: 'The page is not in the foreground.' },
  CONSENT_ALREADY_OPEN: { error: 4, retryable: true, message: 'Another sheet is open already.' },
  DISMISSED: { error: 10, retryable: true, message: 'The sheet was closed without a choice.' },
  GUARDIAN_PENDING: {
    error: 10,
    retryable: true,
    message: 'The user is a minor: the guardian has been asked. Ask again later.',
  },
  PAGE_GONE: { error: 10, retryable: false, message: 'The page is gone.' },
  USER_DECLINED: { error: 11, retryable: false, message: 'The user refused.' },
  DECLINED_RECENTLY: {
    error: 11,
    retryable: true,
    message: 'The user refused this within the last 24 hours. Ask again after retryAfterSeconds.',
  },
  DECLINED_REPEATEDLY: {
    error: 11,
    retryable: false,
    message:
      'The user refused this three times. Only they can let you ask again, in the settings: my.openSetting.',
  },
  NETWORK: { error: 12, retryable: true, message: 'The network failed. Try again.' },
  TIMEOUT: { error: 12, retryable: true, message: 'No answer came in time. Try again.' },
} as const satisfies Record<string, { error: number; retryable: boolean; message: string }>

export type JsapiCause = keyof typeof JSAPI_CAUSES

/** Codes inside `authErrorScopes`. */
export const SCOPE_NOT_ENTITLED = '40006'
export const SCOPE_NOT_GRANTED = '10001'

export type AuthErrorScopes = Readonly<Record<string, string>>

export type AuthCodeSuccess = {
  readonly authCode: string
  readonly authSuccessScopes: readonly string[]
  readonly authErrorScopes: AuthErrorScopes
  /** Comes back as it was given. */
  readonly state?: string
}

export type AuthCodeFailure = {
  readonly error: number
  readonly errorMessage: string
  readonly authErrorScopes: AuthErrorScopes
  readonly cause: JsapiCause
  readonly retryable: boolean
  /** With `DECLINED_RECENTLY`: how long to wait. */
  readonly retryAfterSeconds?: number
  readonly traceId: string
}

export type Callbacks<Success, Failure> = {
  readonly success?: ((result: Success) => void) | undefined
  readonly fail?: ((failure: Failure) => void) | undefined
  readonly complete?: ((result: Success | Failure) => void) | undefined
}

export type AuthCodeOptions = Callbacks<AuthCodeSuccess, AuthCodeFailure> & {
  readonly scopes?: ScopesInput
  readonly state?: string
  /** Binds the code: the merchant's server has to send the same nonce with `applyToken`. */
  readonly nonce?: string
  /** RFC 7636 S256 challenge: binds the code to the verifier that the merchant's server sends with `applyToken`. */
  readonly codeChallenge?: string
}

/** `{ [scope]: granted? }` of the scopes that were asked before. */
export type AuthSetting = Readonly<Record<string, boolean>>

/** The JSON text of `getOpenUserInfo`, parsed. Every field is there, empty when unknown. */
export type OpenUserInfo = {
  readonly code: '10000'
  readonly msg: 'Success'
  readonly avatar: string
  readonly nickName: string
  readonly gender: 'm' | 'f' | ''
  readonly countryCode: string
  readonly province: string
  readonly city: string
}

/** What a wallet's page shows of one grant to the user, and what `my.getGrants()` returns of the own one. */
export type GrantedScope = { readonly scope: string; readonly grantedAt: string }

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
