/**
 * @module Requests and replies of the signed OpenAPI that merchants' servers call (contract: openapi §3–§5).
 */

import type { Result } from './errors.ts'
import type { Notification } from './notifications.ts'
import type { UserInfo } from './user-info.ts'
import type { AccessLogSummary } from './wallet-api.ts'

export const GRANT_TYPES = ['AUTHORIZATION_CODE', 'REFRESH_TOKEN'] as const
export type GrantType = (typeof GRANT_TYPES)[number]

/** Longest values that are accepted, in characters (contract: openapi §3). Longer ones are malformed. */
export const LIMITS = {
  appId: 32,
  clientId: 128,
  credential: 1024,
  body: 64 * 1024,
  jsonDepth: 32,
} as const

export type Tokens = {
  readonly accessToken: string
  readonly accessTokenExpiryTime: string
  readonly refreshToken: string
  readonly refreshTokenExpiryTime: string
  readonly customerId: string
  /** What the user has granted of what was asked: names with a space between them (RFC 6749 §5.1). */
  readonly scope: string
  /** AMS: masked. */
  readonly userLoginId?: string
}

export type TokenStatus = 'ACTIVE' | 'EXPIRED' | 'REVOKED'

export type MerchantApiReplies = {
  readonly applyToken: Tokens
  readonly applyTokenAndInquiryUserInfo: Partial<Tokens> & { readonly userInfo?: UserInfo }
  readonly inquiryUserInfo: {
    readonly userInfo: UserInfo
    readonly userId: string
    readonly userLoginId?: string
    readonly hashUserLoginId?: string
  }
  readonly cancelToken: Readonly<Record<never, never>>
  readonly query: Omit<Tokens, 'customerId' | 'scope'> & { readonly tokenStatusType: TokenStatus }
  readonly prepare: { readonly authUrl: string }
  readonly events: {
    readonly events: readonly Notification[]
    /** What to read on from. */
    readonly cursor: string
  }
  /** Security Event Tokens that wait, by their `jti` (RFC 8936 §2.3). */
  readonly pollEvents: {
    readonly sets: Readonly<Record<string, string>>
    readonly moreAvailable: boolean
  }
  /** What this client has read of the user of a token, the latest first. */
  readonly accessLog: { readonly accessLog: readonly AccessLogSummary[] }
  readonly acknowledgeDeletion: Readonly<Record<never, never>>
}

export type MerchantReply<Data> = { readonly result: Result } & Data
