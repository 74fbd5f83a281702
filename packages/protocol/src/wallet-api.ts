/**
 * @module Paths, requests and responses of the wallet API, which the wallet's back end calls. Messages are signed as in the
 * merchant API, with the wallet's key.
 *
 * @see docs/wallets.md#wallet-api
 */

import type { Result } from './errors.ts'
import type { AuthErrorScopes, AuthSetting, GrantedScope, OpenUserInfo } from './jsapi.ts'
import type { ConsentDuration, ScopesInput } from './scope.ts'

/** The path of each operation. */
export const WALLET_PATHS = {
  consult: '/wallet/v1/consult',
  reject: '/wallet/v1/reject',
  decide: '/wallet/v1/decide',
  complete: '/wallet/v1/complete',
  grants: '/wallet/v1/grants',
  revoke: '/wallet/v1/revoke',
  profile: '/wallet/v1/profile',
  settings: '/wallet/v1/settings',
  accessLog: '/wallet/v1/accessLog',
  receipts: '/wallet/v1/receipts',
  clearDenials: '/wallet/v1/clearDenials',
  createPrivacyLink: '/wallet/v1/createPrivacyLink',
  guardianRequests: '/wallet/v1/guardianRequests',
  openGuardianRequest: '/wallet/v1/openGuardianRequest',
} as const

/** The name of an operation of the wallet API. */
export type WalletOperation = keyof typeof WALLET_PATHS

/**
 * What the host observed when the page made the call. Assent shows a consent prompt only when the context proves that the user
 * is present; a missing field has its most restrictive value.
 *
 * @see docs/wallets.md#context
 */
export type HostContext = {
  /** The first page is not rendered yet, or the user has not interacted with it. */
  readonly firstScreen?: boolean
  /** The user opened the mini program with a link and has not interacted with it yet. */
  readonly deepLink?: boolean
  /** The page is in the foreground and not covered. */
  readonly visible?: boolean
  /**
   * How old the user's last tap in the current page was when the page called, measured by one monotonic clock of the host such
   * as `performance.now()`. At most 5000 permits a prompt. No clock of the user's device is compared with the server's.
   */
  readonly userGestureAgeMilliseconds?: number
  /**
   * RFC 3339: the time of the user's last tap in the current page, by the host's clock. The server compares it with its own
   * clock, with a tolerance of 5 seconds. Ignored beside `userGestureAgeMilliseconds`.
   */
  readonly userGestureAt?: string
  /** Identifies the page that made the call. Only this page receives the code. */
  readonly pageInstance?: string
  /** BCP 47: the language of the consent prompt. */
  readonly locale?: string
  /** RFC 3339: when the wallet last authenticated the user. OAuth clients can limit its age with `max_age`. */
  readonly authenticatedAt?: string
  /** How: the authentication context class (`acr`) of OpenID Connect. */
  readonly acr?: string
}

/** The request of `consult`: either `appId` and `scopes`, or `authRequest`. */
export type ConsultRequest = {
  readonly userId: string
  readonly appId?: string
  readonly scopes?: ScopesInput
  /** A prepared or pushed authorization request, in place of `appId` and `scopes`. */
  readonly authRequest?: string
  /** Binds the code, as in `my.getAuthCode`. */
  readonly nonce?: string
  /** Binds the code, as in `my.getAuthCode`. */
  readonly codeChallenge?: string
  readonly context?: HostContext
}

/** One scope on a consent prompt. */
export type SheetScope = {
  readonly scope: string
  /** The access in plain language. It completes the sentence “… would like to …”. */
  readonly title: string
  /** The second line: the exact data. It never states a reason; that is the purpose. `title` and `description` name every field. */
  readonly description: string
  /** Why the mini program needs the scope. A new version counts as a new purpose. */
  readonly purpose?: { readonly text: string; readonly version: string }
  readonly required: boolean
  /** The user fields that the scope permits. */
  readonly fields: readonly string[]
  /** The scope on the same prompt to which this one is a narrower alternative. When that scope is required, either satisfies it. */
  readonly insteadOf?: string
}

/**
 * The consent prompt: everything that the user is shown, except the user's own data. `sheetHash` is computed over its canonical
 * JSON ([RFC 8785](https://www.rfc-editor.org/rfc/rfc8785.html)).
 *
 * @see docs/consent.md#consent-prompt-rules
 */
export type Sheet = {
  readonly version: 2
  /** The version of the texts around the scopes. */
  readonly notice: string
  readonly locale: string
  readonly miniProgram: {
    readonly appId: string
    readonly name: string
    readonly icon: string
    readonly verified: boolean
  }
  readonly merchant: {
    readonly clientId: string
    /** The legal name. */
    readonly name: string
    /** ISO 3166-1 alpha-2 */
    readonly country?: string
  }
  readonly wallet: { readonly name: string; readonly settingsPath: string }
  /** The user is a minor, and the guardian decides. */
  readonly forMinor?: boolean
  /** Nobody knows which application asks. The prompt must say so, and name where the answer goes. */
  readonly unverifiedApp?: {
    /** A host, such as `127.0.0.1`, or a private-use scheme, such as `com.example.app`. */
    readonly redirectHost: string
  }
  readonly scopes: readonly SheetScope[]
  /** The durations that the user can choose, shortest first. */
  readonly lifetimes: readonly ConsentDuration[]
  /** The duration that is selected by default. */
  readonly lifetime: ConsentDuration
  /** Names of other recipients of the data, besides the merchant. */
  readonly recipients: readonly string[]
  readonly policyUrl?: string
  readonly termsUrl?: string
}

/** An authorization code was issued. */
export type GrantedReply = {
  readonly status: 'GRANTED'
  readonly authCode: string
  readonly authSuccessScopes: readonly string[]
  readonly authErrorScopes: AuthErrorScopes
  /** With `authRequest`: where to redirect the user. It includes the code. */
  readonly redirectUrl?: string
}

/** The user must decide first: show `sheet`, or open `consentUrl`. */
export type ConsentRequiredReply = {
  readonly status: 'CONSENT_REQUIRED'
  readonly consentRequestId: string
  readonly consentUrl: string
  readonly sheet: Sheet
  /** SHA-256 of the canonical JSON of `sheet`, in base64url. */
  readonly sheetHash: string
  /** RFC 3339. */
  readonly expiresAt: string
}

/** The user denied everything, or closed the prompt without a decision. */
export type NotGrantedReply = {
  readonly status: 'DECLINED' | 'DISMISSED'
  readonly authErrorScopes: AuthErrorScopes
  /** With `authRequest`: where to redirect the user. It includes the OAuth error. */
  readonly redirectUrl?: string
}

/** No prompt is needed: redirect the user to the OAuth client with the error that the URL includes. */
export type RedirectReply = { readonly status: 'REDIRECT'; readonly redirectUrl: string }

/** What a user has granted to one mini program, for the wallet's privacy settings. */
export type GrantSummary = {
  readonly appId: string
  readonly name: string
  readonly icon: string
  readonly merchant: string
  readonly scopes: readonly (GrantedScope & {
    readonly title: string
    readonly description: string
    readonly silent: boolean
    readonly lifetime: ConsentDuration
    /** RFC 3339: when the consent duration ends. */
    readonly expiresAt?: string
  })[]
  /** RFC 3339: when the grant expires unless it is used. Present only shortly before. */
  readonly lapsesAt?: string
  /** The denied scopes. `untilAllowed`: the mini program cannot request it again until the user allows it. */
  readonly refused: readonly { readonly scope: string; readonly untilAllowed: boolean }[]
}

/** A minor's request that waits for the guardian's decision. */
export type GuardianRequestSummary = {
  /** The minor. */
  readonly userId: string
  readonly appId: string
  readonly name: string
  readonly icon: string
  readonly merchant: string
  readonly requestedAt: string
}

/** The guardian approved. The minor's mini program receives its code at the next call. */
export type GuardianApprovalReply = { readonly status: 'APPROVED_BY_GUARDIAN' }

/**
 * One consent receipt.
 *
 * @see docs/consent.md#receipts
 */
export type ReceiptEntry = {
  readonly receiptId: string
  readonly appId: string
  readonly event: string
  readonly at: string
  /** A JWS ([RFC 7515](https://www.rfc-editor.org/rfc/rfc7515.html)) over an ISO/IEC TS 27560 record. Its keys are at `/oauth2/jwks`. */
  readonly document: string
}

/** One entry of the access log. */
export type AccessLogSummary = {
  readonly appId: string
  /** The API that returned the data. */
  readonly api: string
  /** The fields that were returned. `*`: the whole response. */
  readonly fields: readonly string[]
  readonly accessedAt: string
  /** How many times within that second. */
  readonly count: number
}

/** A mini program to which the user no longer grants anything. */
export type WithdrawnGrantSummary = {
  readonly appId: string
  readonly name: string
  readonly icon: string
  readonly merchant: string
  readonly withdrawnAt: string
  /** RFC 3339: when the merchant confirmed that it deleted the user's data. */
  readonly deletionAcknowledgedAt?: string
}

/** Requests and responses, by operation. Every response also has a `result`; a failed one has no other data fields. */
export type WalletApi = {
  readonly consult: {
    request: ConsultRequest
    reply: GrantedReply | ConsentRequiredReply | RedirectReply
  }
  /** The wallet ends an OAuth request without a decision of the user, who was not authenticated or left. */
  readonly reject: {
    request: {
      readonly authRequest: string
      /** Default: `access_denied`. */
      readonly reason?: 'access_denied' | 'login_required'
    }
    reply: RedirectReply
  }
  readonly decide: {
    request: {
      readonly consentRequestId: string
      readonly userId: string
      readonly sheetHash: string
      /** The scopes that the user grants. Empty: the user denies all. */
      readonly granted: readonly string[]
      /** The duration that the user chose. Default: `lifetime` of the prompt. */
      readonly lifetime?: ConsentDuration
      /** The page that made the call, when `consult` named one. */
      readonly pageInstance?: string
    }
    reply: GrantedReply | NotGrantedReply | GuardianApprovalReply
  }
  readonly complete: {
    request: {
      readonly consentRequestId: string
      readonly userId: string
      /** The page that made the call, when `consult` named one. */
      readonly pageInstance?: string
    }
    reply: GrantedReply | NotGrantedReply | GuardianApprovalReply
  }
  readonly grants: {
    request: { readonly userId: string; readonly appId?: string; readonly locale?: string }
    reply: {
      readonly grants: readonly GrantSummary[]
      /** Mini programs to which the user no longer grants anything. */
      readonly withdrawn: readonly WithdrawnGrantSummary[]
    }
  }
  readonly revoke: {
    /** Without `scopes`, the whole grant is revoked. */
    request: {
      readonly userId: string
      readonly appId: string
      readonly scopes?: readonly string[]
    }
    /** The sequence number of the change in the revocation log. */
    reply: { readonly sequence: number }
  }
  readonly profile: {
    request: { readonly userId: string; readonly appId: string }
    reply: { readonly profile: OpenUserInfo }
  }
  readonly accessLog: {
    request: {
      readonly userId: string
      readonly appId?: string
      /** RFC 3339. Only earlier entries are returned. Default: now. */
      readonly before?: string
      /** Entries per mini program. At most 1000; default 100. */
      readonly limit?: number
    }
    /** Latest first. */
    reply: { readonly accessLog: readonly AccessLogSummary[] }
  }
  readonly receipts: {
    request: {
      readonly userId: string
      readonly appId?: string
      /** At most 1000; default 100. */
      readonly limit?: number
    }
    /** Latest first. */
    reply: { readonly receipts: readonly ReceiptEntry[] }
  }
  /** The user allows a mini program to request denied scopes again. */
  readonly clearDenials: {
    request: { readonly userId: string; readonly appId: string }
    reply: object
  }
  /** Creates a link to the user's privacy page. The link works once, within a minute. */
  readonly createPrivacyLink: {
    request: {
      readonly userId: string
      /** BCP 47. Default: the language of the browser. */
      readonly locale?: string
      /** An IANA time zone such as `Asia/Manila`. Default: that of the browser. */
      readonly timeZone?: string
    }
    reply: { readonly url: string; readonly expiresAt: string }
  }
  readonly guardianRequests: {
    /** `userId` is the guardian. */
    request: { readonly userId: string }
    reply: { readonly guardianRequests: readonly GuardianRequestSummary[] }
  }
  readonly openGuardianRequest: {
    request: {
      /** The guardian. */
      readonly userId: string
      readonly minorId: string
      readonly appId: string
      readonly locale?: string
    }
    reply: ConsentRequiredReply | GuardianApprovalReply
  }
  readonly settings: {
    request: { readonly userId: string; readonly appId: string }
    reply: { readonly authSetting: AuthSetting }
  }
}

/** The response to an operation: a success with its data, or a failure. */
export type WalletReply<O extends WalletOperation> =
  | ({ readonly result: Result & { readonly resultStatus: 'S' } } & WalletApi[O]['reply'])
  | WalletFailure

/** A failed response of the wallet API. */
export type WalletFailure = {
  readonly result: Result & { readonly resultStatus: 'F' | 'U' }
  readonly authErrorScopes?: AuthErrorScopes
  /** With `DECLINED_RECENTLY`: seconds until the scope may be requested again. */
  readonly retryAfterSeconds?: number
}
