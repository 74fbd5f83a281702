/**
 * @module The user fields that a scope can permit, and `userInfo` as merchants receive it.
 *
 * @see docs/merchant-api.md#inquiryuserinfo
 */

/**
 * Every user field. Each scope permits some of them; fields without a granted scope are never returned.
 * `x.masked`, `x.hash`, `x.relay` and `x.plain` are forms of the same value, with different sensitivity.
 */
export const USER_FIELDS = [
  'status',
  'nickName',
  'userName',
  'avatar',
  'gender',
  'birthDate',
  'age.over18',
  'nationality',
  'loginId.masked',
  'loginId.hash',
  'loginId.plain',
  'mobilePhone.masked',
  'mobilePhone.plain',
  'mobilePhone.relay',
  'email.masked',
  'email.plain',
  'email.relay',
  'address',
  'address.city',
  'shippingAddress',
  'kycStatus',
] as const

/** The name of a user field. */
export type UserField = (typeof USER_FIELDS)[number]

/** The state of the user's account in the wallet. */
export type UserStatus = 'ACTIVE' | 'FROZEN' | 'INACTIVE'
/** The gender in `userInfo`. */
export type Gender = 'MALE' | 'FEMALE' | 'UNKNOWN'
/** The type of a login id or contact. */
export type LoginIdType = 'MOBILE_PHONE' | 'EMAIL'

/** The parts of a name. The wallet fills in those that it has. */
export type UserName = {
  readonly fullName?: string
  readonly firstName?: string
  readonly middleName?: string
  readonly lastName?: string
}

/** A login id of the user. The granted scopes decide which of its forms are present. */
export type LoginIdInfo = {
  readonly loginIdType: LoginIdType
  readonly loginId?: string
  readonly hashLoginId?: string
  readonly maskLoginId?: string
}

/** A phone number or email address of the user. */
export type ContactInfo = { readonly contactType: LoginIdType; readonly contactNo: string }

/** What the wallet knows of a user without a field of its own in the platform family. */
export type ExtendInfo = {
  readonly shippingAddress?: string
  readonly kycStatus?: string
  readonly isOver18?: boolean
  readonly city?: string
  /** Relay addresses of the wallet: messages reach the user without revealing the user's own address. */
  readonly relayPhone?: string
  readonly relayEmail?: string
}

/**
 * `userInfo` of a response. It contains only the fields that the granted scopes permit.
 *
 * @example
 * ```ts
 * import type { UserInfo } from '@assent/merchant'
 *
 * export function greet({ nickName }: UserInfo): string {
 *   return nickName ? `Hello, ${nickName}!` : 'Hello!'
 * }
 * ```
 * @see docs/merchant-api.md#inquiryuserinfo
 */
export type UserInfo = {
  /** The pairwise user id: stable for one merchant, and different for all others. At most 64 characters. */
  readonly userId: string
  readonly status?: UserStatus
  readonly nickName?: string
  readonly userName?: UserName
  /** URL of an image. */
  readonly avatar?: string
  readonly gender?: Gender
  /** `yyyy-mm-dd` */
  readonly birthDate?: string
  /** The same date, under the name of dialects of the first version. */
  readonly birthday?: string
  /** ISO 3166-1 alpha-2 */
  readonly nationality?: string
  readonly loginIdInfos?: readonly LoginIdInfo[]
  readonly contactInfos?: readonly ContactInfo[]
  readonly address?: string
  readonly extendInfo?: ExtendInfo
}

/** `userInfo` as responses carry it. Every member of the family is a text, an object or an array; `extendInfo` is a text of JSON. */
export type WireUserInfo = Omit<UserInfo, 'extendInfo'> & {
  /** JSON of {@link ExtendInfo}. */
  readonly extendInfo?: string
  /** The address again, as clients of the family read it. */
  readonly userAddresses?: readonly { readonly address1: string }[]
}

/**
 * Reads `userInfo` of a response.
 *
 * @returns without `extendInfo` when it is not the text of a JSON object
 * @example
 * ```ts
 * import { parseUserInfo } from '@assent/protocol'
 *
 * parseUserInfo({ userId: 'u', extendInfo: '{"isOver18":true}' }).extendInfo?.isOver18 // true
 * ```
 */
export function parseUserInfo(wire: WireUserInfo): UserInfo {
  const { extendInfo: text, userAddresses: _, ...userInfo } = wire
  const extendInfo = text === undefined ? undefined : parseExtendInfo(text)
  return extendInfo ? { ...userInfo, extendInfo } : userInfo
}

function parseExtendInfo(text: string): ExtendInfo | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
