/**
 * @module The port to the wallet's directory of users.
 */
import type { LoginIdType, UserInfo } from '@assent/protocol'
import type { UserRef } from '../records.ts'

/**
 * A user as described by the wallet's directory. Every value is present only if it is known: a field that cannot be read is
 * absent. A user without a `status` cannot be judged: nothing may be granted, and nothing is withdrawn.
 */
export type DirectoryUser = Pick<
  UserInfo,
  'status' | 'nickName' | 'userName' | 'avatar' | 'gender' | 'birthDate' | 'nationality' | 'address'
> & {
  /** E.164 */
  readonly mobilePhone?: string
  readonly email?: string
  /** Whether the wallet has checked that the number and the address belong to the user. Absent: not known. */
  readonly mobilePhoneVerified?: boolean
  readonly emailVerified?: boolean
  readonly shippingAddress?: string
  readonly kycStatus?: string
  readonly city?: string
  /** Addresses of the wallet's relay, the phone number in E.164. */
  readonly relayPhone?: string
  readonly relayEmail?: string
  /** The guardian of a minor: a user of the same wallet who decides for this one. */
  readonly guardianId?: string
  /** BCP 47 */
  readonly locale?: string
}

export type LoginId = { readonly type: LoginIdType; readonly value: string }

export interface Directory {
  /** Reads a user. Rejects when the directory does not respond. @returns `undefined` when the user does not exist */
  findUser(user: UserRef): Promise<DirectoryUser | undefined>
}
