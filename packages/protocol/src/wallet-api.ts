/**
 * @module The wallet's API: what a wallet's back end asks Assent, signed like the OpenAPI by the wallet's key.
 */
import type { AuthErrorScopes, AuthSetting, GrantedScope, OpenUserInfo } from './jsapi.ts'
import type { Result } from './result.ts'
import type { ScopesInput } from './scope.ts'

export const WALLET_PATHS = {
  consult: '/wallet/v1/consult',
  decide: '/wallet/v1/decide',
  complete: '/wallet/v1/complete',
  grants: '/wallet/v1/grants',
  revoke: '/wallet/v1/revoke',
  profile: '/wallet/v1/profile',
  settings: '/wallet/v1/settings',
  readings: '/wallet/v1/readings',
} as const

export type WalletOperation = keyof typeof WALLET_PATHS

/** What the host saw when the page asked. A sheet is refused unless it says that the user is there. */
export type HostContext = {
  /** The first page was not rendered yet, or the user has not acted on it. */
  readonly firstScreen?: boolean
  readonly visible?: boolean
  /** RFC 3339: the user's last tap in the current page. */
  readonly userGestureAt?: string
  /** Names the page that asked, for the host's own use. */
  readonly pageInstance?: string
  /** BCP 47: the language of the sheet. */
  readonly locale?: string
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
  /** Why or what exactly: the second line. */
  readonly description: string
  readonly required: boolean
  /** The fields of the user that it opens. */
  readonly fields: readonly string[]
}

/** All that the user is shown, except the user's own values. Its canonical JSON (RFC 8785) is what is hashed. */
export type Sheet = {
  readonly version: 1
  readonly locale: string
  readonly miniProgram: { readonly appId: string; readonly name: string; readonly icon: string }
  readonly merchant: { readonly clientId: string; readonly name: string }
  readonly wallet: { readonly name: string; readonly settingsPath: string }
  readonly scopes: readonly SheetScope[]
}

export type Granted = {
  readonly status: 'GRANTED'
  readonly authCode: string
  readonly authSuccessScopes: readonly string[]
  readonly authErrorScopes: AuthErrorScopes
  /** Where a prepared request wants its user sent, code included. */
  readonly redirectUrl?: string
}

export type ConsentRequired = {
  readonly status: 'CONSENT_REQUIRED'
  readonly consentRequestId: string
  readonly consentUrl: string
  readonly sheet: Sheet
  /** base64url SHA-256 of the sheet's canonical JSON. */
  readonly sheetHash: string
  readonly expiresAt: string
}

export type NotGranted = {
  readonly status: 'DECLINED' | 'DISMISSED'
  readonly authErrorScopes: AuthErrorScopes
}

export type GrantSummary = {
  readonly appId: string
  readonly name: string
  readonly icon: string
  readonly merchant: string
  readonly scopes: readonly (GrantedScope & {
    readonly title: string
    readonly description: string
    readonly silent: boolean
  })[]
}

/** What was read of a user. */
export type ReadingSummary = {
  readonly appId: string
  /** The API of the platform, or of the wallet, through which. */
  readonly api: string
  /** `*`: all of the answer. */
  readonly fields: readonly string[]
  readonly readAt: string
  /** How often within that second. */
  readonly count: number
}

export type WithdrawnSummary = {
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
  readonly consult: { request: ConsultRequest; reply: Granted | ConsentRequired }
  readonly decide: {
    request: {
      readonly consentRequestId: string
      readonly userId: string
      readonly sheetHash: string
      /** The scopes of the sheet that the user allows. Empty: refused. */
      readonly granted: readonly string[]
    }
    reply: Granted | NotGranted
  }
  readonly complete: {
    request: { readonly consentRequestId: string; readonly userId: string }
    reply: Granted | NotGranted
  }
  readonly grants: {
    request: { readonly userId: string; readonly appId?: string; readonly locale?: string }
    reply: {
      readonly grants: readonly GrantSummary[]
      /** Mini programs that hold nothing any more. */
      readonly withdrawn: readonly WithdrawnSummary[]
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
  readonly readings: {
    request: {
      readonly userId: string
      readonly appId?: string
      /** RFC 3339. Default: now. */
      readonly before?: string
      /** At most 1000 for each mini program. Default 100. */
      readonly limit?: number
    }
    /** The latest first. */
    reply: { readonly readings: readonly ReadingSummary[] }
  }
  readonly settings: {
    request: { readonly userId: string; readonly appId: string }
    reply: { readonly authSetting: AuthSetting }
  }
}

export type WalletReply<O extends WalletOperation> =
  | ({ readonly result: Result & { readonly resultStatus: 'S' } } & WalletApi[O]['reply'])
  | {
      readonly result: Result & { readonly resultStatus: 'F' | 'U' }
      readonly authErrorScopes?: AuthErrorScopes
    }
