/**
 * @module Response types and limits of the signed API that merchants' servers call.
 *
 * @see docs/merchant-api.md
 */

import type { Result } from './errors.ts'
import type { Notification } from './notifications.ts'
import type { WireUserInfo } from './user-info.ts'
import type { AccessLogSummary } from './wallet-api.ts'

/** The values of `grantType` in `applyToken`. */
export const GRANT_TYPES = ['AUTHORIZATION_CODE', 'REFRESH_TOKEN'] as const
/** Which credential an `applyToken` request redeems. */
export type GrantType = (typeof GRANT_TYPES)[number]

/**
 * The longest accepted values. A request with a longer value fails with `PARAM_ILLEGAL`.
 *
 * @see docs/merchant-api.md#strict-json
 */
export const LIMITS = {
  /** Characters. */
  appId: 32,
  /** Characters. */
  clientId: 128,
  /** Characters of a code or token. */
  credential: 1024,
  /** Bytes. */
  body: 64 * 1024,
  /** Nested objects and arrays. */
  jsonDepth: 32,
} as const

/**
 * The tokens that `applyToken` returns. Expiry times are RFC 3339.
 *
 * @example
 * ```ts
 * import type { Tokens } from '@assent/merchant'
 *
 * export function toSession({ customerId, scope, accessTokenExpiryTime }: Tokens) {
 *   return {
 *     customerId,
 *     scopes: scope.split(' '),
 *     expiresAt: Date.parse(accessTokenExpiryTime),
 *   }
 * }
 * ```
 * @see docs/merchant-api.md#applytoken
 */
export type Tokens = {
  readonly accessToken: string
  readonly accessTokenExpiryTime: string
  readonly refreshToken: string
  readonly refreshTokenExpiryTime: string
  /** The pairwise user id, equal to `userInfo.userId`. */
  readonly customerId: string
  /**
   * The granted scopes, separated by spaces
   * ([RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749.html#section-3.3)). They can be fewer than requested.
   */
  readonly scope: string
  /** The masked login id, in the AMS dialect only. */
  readonly userLoginId?: string
}

/** The state of an access token, as `query` returns it. */
export type TokenStatus = 'ACTIVE' | 'EXPIRED' | 'REVOKED'

/** The data fields of a successful response, by operation. */
export type MerchantApiReplies = {
  readonly applyToken: Tokens
  readonly applyTokenAndInquiryUserInfo: Partial<Tokens> & { readonly userInfo?: WireUserInfo }
  readonly inquiryUserInfo: {
    readonly userInfo: WireUserInfo
    readonly userId: string
    readonly userLoginId?: string
    readonly hashUserLoginId?: string
  }
  readonly cancelToken: object
  readonly query: Omit<Tokens, 'customerId' | 'scope' | 'userLoginId'> & {
    readonly tokenStatusType: TokenStatus
  }
  readonly prepare: {
    readonly authUrl: string
    /** The same URL, in dialects of the first version. */
    readonly authURL?: string
    /** The same URL, in the AMS dialects. */
    readonly normalUrl?: string
    /** Identifies the prepared request, in dialects of the first version. */
    readonly authId?: string
    /** Your client id, in dialects of the first version. */
    readonly authClientId?: string
  }
  readonly events: {
    readonly events: readonly Notification[]
    /** The `cursor` for the next request. */
    readonly cursor: string
  }
  /**
   * Pending Security Event Tokens by their `jti`
   * ([RFC 8936 §2.3](https://www.rfc-editor.org/rfc/rfc8936.html#section-2.3)).
   */
  readonly pollEvents: {
    readonly sets: Readonly<Record<string, string>>
    readonly moreAvailable: boolean
  }
  /** What this client has read about the token's user, latest first. */
  readonly accessLog: { readonly accessLog: readonly AccessLogSummary[] }
  readonly acknowledgeDeletion: object
}

/** A response of the merchant API. On failure it has no data fields. */
export type MerchantReply<Data> = { readonly result: Result } & Data
