/**
 * @module The wallet's API: what a wallet's back end asks Assent, signed like the OpenAPI by the wallet's key.
 */

import type { Result } from './errors.ts'
import type { AuthErrorScopes, AuthSetting, GrantedScope, OpenUserInfo } from './jsapi.ts'
import type { ConsentDuration, ScopesInput } from './scope.ts'

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

export type WalletOperation = keyof typeof WALLET_PATHS

/** What the host saw when the page asked. A sheet is refused unless it says that the user is there. */
export type HostContext = {
  /** The first page was not rendered yet, or the user has not acted on it. */
  readonly firstScreen?: boolean
  /** The user came by a link, and has not acted in the mini program yet. */
  readonly deepLink?: boolean
  readonly visible?: boolean
  /** RFC 3339: the user's last tap in the current page. */
  readonly userGestureAt?: string
  /** Names the page that asked. The code is given to no other one. */
  readonly pageInstance?: string
  /** BCP 47: the language of the sheet. */
  readonly locale?: string
  /** RFC 3339: when the wallet last authenticated the user. OAuth clients may want it to be recent. */
  readonly authenticatedAt?: string
}

export type ConsultRequest = {
  readonly userId: string
  readonly appId?: string
  readonly scopes?: ScopesInput
  /** Instead of `appId` and `scopes`: what a merchant's server has prepared. */
  readonly authRequest?: string
  readonly nonce?: string
  readonly codeChallenge?: string
  readonly context?: HostContext
}

export type SheetScope = {
  readonly scope: string
  /** What, in plain words that complete “would like to”. */
  readonly title: string
  /** What exactly, or why when the mini program has no purpose of its own: the second line. */
  readonly description: string
  /** Why this mini program wants it. Another version is another purpose. */
  readonly purpose?: { readonly text: string; readonly version: string }
  readonly required: boolean
  /** The fields of the user that it opens. */
  readonly fields: readonly string[]
  /** The scope on the same sheet of which this one is the smaller answer. Where that is required, one of the two is enough. */
  readonly insteadOf?: string
}

/** All that the user is shown, except the user's own values. Its canonical JSON (RFC 8785) is what is hashed. */
export type Sheet = {
  readonly version: 2
  /** The version of the words around it. */
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
  /** The user is a minor, and this is asked of the guardian. */
  readonly forMinor?: boolean
  readonly scopes: readonly SheetScope[]
  /** What the user chooses from, the shortest first. */
  readonly lifetimes: readonly ConsentDuration[]
  /** What is chosen before the user chooses. */
  readonly lifetime: ConsentDuration
  /** Who gets it besides the merchant. */
  readonly recipients: readonly string[]
  readonly policyUrl?: string
  readonly termsUrl?: string
}

export type GrantedReply = {
  readonly status: 'GRANTED'
  readonly authCode: string
  readonly authSuccessScopes: readonly string[]
  readonly authErrorScopes: AuthErrorScopes
  /** Where a prepared request wants its user sent, code included. */
  readonly redirectUrl?: string
}

export type ConsentRequiredReply = {
  readonly status: 'CONSENT_REQUIRED'
  readonly consentRequestId: string
  readonly consentUrl: string
  readonly sheet: Sheet
  /** base64url SHA-256 of the sheet's canonical JSON. */
  readonly sheetHash: string
  readonly expiresAt: string
}

export type NotGrantedReply = {
  readonly status: 'DECLINED' | 'DISMISSED'
  readonly authErrorScopes: AuthErrorScopes
  /** Where an OAuth client wants its user sent, with what became of it. */
  readonly redirectUrl?: string
}

/** There is nothing to ask, and the OAuth client is told why. */
export type RedirectReply = { readonly status: 'REDIRECT'; readonly redirectUrl: string }

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
    /** When it ends by itself. */
    readonly expiresAt?: string
  })[]
  /** When it ends because nobody uses it; only when that is near. */
  readonly lapsesAt?: string
  /** What the user has refused, and whether it may be asked again only when the user allows that. */
  readonly refused: readonly { readonly scope: string; readonly untilAllowed: boolean }[]
}

/** A question of a minor that waits for the guardian. */
export type GuardianRequestSummary = {
  /** The minor. */
  readonly userId: string
  readonly appId: string
  readonly name: string
  readonly icon: string
  readonly merchant: string
  readonly requestedAt: string
}

/** A guardian's yes: the code is for the minor, who asks again. */
export type GuardianApprovalReply = { readonly status: 'APPROVED_BY_GUARDIAN' }

export type ReceiptEntry = {
  readonly receiptId: string
  readonly appId: string
  readonly event: string
  readonly at: string
  /** JWS (RFC 7515) over an ISO/IEC TS 27560 record; the keys are at `/oauth2/jwks`. */
  readonly document: string
}

/** What was read of a user. */
export type AccessLogSummary = {
  readonly appId: string
  /** The API of the platform, or of the wallet, through which. */
  readonly api: string
  /** `*`: all of the answer. */
  readonly fields: readonly string[]
  readonly accessedAt: string
  /** How often within that second. */
  readonly count: number
}

export type WithdrawnGrantSummary = {
  readonly appId: string
  readonly name: string
  readonly icon: string
  readonly merchant: string
  readonly withdrawnAt: string
  /** When the merchant said that it has deleted what it had of the user. */
  readonly deletionAcknowledgedAt?: string
}

/** Requests and replies, by operation. Every reply carries a `result` too; on failure only that. */
export type WalletApi = {
  readonly consult: {
    request: ConsultRequest
    reply: GrantedReply | ConsentRequiredReply | RedirectReply
  }
  /** The user was not authenticated, or has gone: an OAuth client is told. */
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
      /** The scopes of the sheet that the user allows. Empty: refused. */
      readonly granted: readonly string[]
      /** For how long. Default: the sheet's `lifetime`. */
      readonly lifetime?: ConsentDuration
      /** The page that asked, when consult named one. */
      readonly pageInstance?: string
    }
    reply: GrantedReply | NotGrantedReply | GuardianApprovalReply
  }
  readonly complete: {
    request: {
      readonly consentRequestId: string
      readonly userId: string
      /** The page that asked, when consult named one. */
      readonly pageInstance?: string
    }
    reply: GrantedReply | NotGrantedReply | GuardianApprovalReply
  }
  readonly grants: {
    request: { readonly userId: string; readonly appId?: string; readonly locale?: string }
    reply: {
      readonly grants: readonly GrantSummary[]
      /** Mini programs that hold nothing any more. */
      readonly withdrawn: readonly WithdrawnGrantSummary[]
    }
  }
  readonly revoke: {
    /** Without `scopes`, all of the grant. */
    request: {
      readonly userId: string
      readonly appId: string
      readonly scopes?: readonly string[]
    }
    /** The number of the change in the revocation log. */
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
      /** RFC 3339. Default: now. */
      readonly before?: string
      /** At most 1000 for each mini program. Default 100. */
      readonly limit?: number
    }
    /** The latest first. */
    reply: { readonly accessLog: readonly AccessLogSummary[] }
  }
  readonly receipts: {
    request: {
      readonly userId: string
      readonly appId?: string
      /** At most 1000. Default 100. */
      readonly limit?: number
    }
    /** The latest first. */
    reply: { readonly receipts: readonly ReceiptEntry[] }
  }
  /** The user lets a mini program ask again for what was refused. */
  readonly clearDenials: {
    request: { readonly userId: string; readonly appId: string }
    reply: object
  }
  /** A link that opens the user's own page, once and within a minute. */
  readonly createPrivacyLink: {
    request: { readonly userId: string; readonly locale?: string }
    reply: { readonly url: string; readonly expiresAt: string }
  }
  readonly guardianRequests: {
    /** The guardian. */
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

export type WalletReply<O extends WalletOperation> =
  | ({ readonly result: Result & { readonly resultStatus: 'S' } } & WalletApi[O]['reply'])
  | WalletFailure

export type WalletFailure = {
  readonly result: Result & { readonly resultStatus: 'F' | 'U' }
  readonly authErrorScopes?: AuthErrorScopes
  /** With `DECLINED_RECENTLY`. */
  readonly retryAfterSeconds?: number
}
