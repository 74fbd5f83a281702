/**
 * @module The fields of a user that a scope can open, and the shape in which merchants get them (contract: openapi §4).
 */

/**
 * Every field that exists. A scope of the registry opens some of them; what no granted scope opens never leaves.
 * `x.masked`, `x.hash`, `x.relay` and `x.plain` are answers of different weight to one question.
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

export type UserField = (typeof USER_FIELDS)[number]

export type UserStatus = 'ACTIVE' | 'FROZEN' | 'INACTIVE'
export type Gender = 'MALE' | 'FEMALE' | 'UNKNOWN'
export type LoginIdType = 'MOBILE_PHONE' | 'EMAIL'

export type UserName = {
  readonly fullName?: string
  readonly firstName?: string
  readonly middleName?: string
  readonly lastName?: string
}

export type LoginIdInfo = {
  readonly loginIdType: LoginIdType
  readonly loginId?: string
  readonly hashLoginId?: string
  readonly maskLoginId?: string
}

export type ContactInfo = { readonly contactType: LoginIdType; readonly contactNo: string }

/** `userInfo` of a reply. Dialects of the first version spell `birthDate` as `birthday`. */
export type UserInfo = {
  /** Pairwise: stable for one merchant, different for another. At most 64 characters. */
  readonly userId: string
  readonly status?: UserStatus
  readonly nickName?: string
  readonly userName?: UserName
  /** URL of a picture. */
  readonly avatar?: string
  readonly gender?: Gender
  /** `yyyy-mm-dd` */
  readonly birthDate?: string
  readonly birthday?: string
  /** ISO 3166-1 alpha-2 */
  readonly nationality?: string
  readonly loginIdInfos?: readonly LoginIdInfo[]
  readonly contactInfos?: readonly ContactInfo[]
  readonly address?: string
  readonly extendInfo?: {
    readonly shippingAddress?: string
    readonly kycStatus?: string
    readonly isOver18?: boolean
    readonly city?: string
    /** Addresses of the wallet's relay: they reach the user and do not say who it is. */
    readonly relayPhone?: string
    readonly relayEmail?: string
  }
}
