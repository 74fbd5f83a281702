/**
 * @module The port to the wallet's directory of users.
 */
import type { LoginIdType, UserInfo } from '@assent/protocol'
import type { UserRef } from '../records.ts'

/** A user as described by the wallet's directory. */
export type DirectoryUser = Pick<
  UserInfo,
  'status' | 'nickName' | 'userName' | 'avatar' | 'gender' | 'birthDate' | 'nationality' | 'address'
> & {
  readonly mobilePhone?: string
  readonly email?: string
  readonly shippingAddress?: string
  readonly kycStatus?: string
  readonly city?: string
  /** Addresses of the wallet's relay. */
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
