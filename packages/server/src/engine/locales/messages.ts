/**
 * @module Everything that people read, in one language: complete, or it does not compile (requirement R069).
 */
import type { ConsentDuration, UserField } from '@assent/protocol'
import type { ReceiptEvent } from '../consent/receipt.ts'
import type { ScopeText } from '../registry.ts'

export type StandardScope =
  | 'auth_base'
  | 'USER_ID'
  | 'BASE_USER_INFO'
  | 'auth_user'
  | 'USER_INFO'
  | 'USER_NICKNAME'
  | 'USER_NAME'
  | 'USER_AVATAR'
  | 'USER_GENDER'
  | 'USER_BIRTHDAY'
  | 'USER_AGE_OVER_18'
  | 'USER_NATIONALITY'
  | 'USER_LOGIN_ID'
  | 'PLAINTEXT_USER_LOGIN_ID'
  | 'HASH_LOGIN_ID'
  | 'USER_CONTACTINFO'
  | 'USER_MOBILE_PHONE'
  | 'RELAY_MOBILE_PHONE'
  | 'PLAINTEXT_MOBILE_PHONE'
  | 'USER_EMAIL'
  | 'RELAY_EMAIL'
  | 'PLAINTEXT_EMAIL_ADDRESS'
  | 'USER_ADDRESS'
  | 'USER_CITY'
  | 'USER_SHIPPING_ADDRESS'
  | 'USER_INFO_EKYC'
  | 'KYC_INFO'
  | 'USER_KYC_STATUS'
  | 'SEND_MESSAGE'
  | 'NOTIFICATION_INBOX'
  | 'NOTIFICATION_PUSH'
  | 'CARD_LIST'
  | 'AGREEMENT_PAY'

/** A page that says one thing and has one way on. */
export type StatusPage = 'done' | 'unknown' | 'expired' | 'used' | 'failed' | 'linkExpired'

export type ConsentMessages = {
  /** Around the mini program's name: “… would like to”. The scopes' titles go on with the sentence. */
  readonly asks: { readonly before: string; readonly after: string }
  readonly verified: string
  readonly notVerified: string
  readonly forMinor: string
  readonly needed: string
  /** Above the smaller answer to the question above it. */
  readonly orOnly: string
  readonly howLong: string
  readonly lifetimes: Readonly<Record<ConsentDuration, string>>
  readonly recipient: (merchant: string) => string
  readonly alsoTo: (recipients: string) => string
  readonly stop: (wallet: string, settingsPath: string) => string
  readonly policy: string
  readonly terms: string
  readonly allow: string
  readonly decline: string
  readonly chooseOne: string
  readonly close: string
}

export type PrivacyMessages = {
  readonly title: string
  readonly empty: string
  readonly lastRead: (at: string) => string
  readonly neverRead: string
  readonly since: (at: string) => string
  readonly until: (at: string) => string
  /** Nobody has used it for long. */
  readonly lapses: (at: string) => string
  readonly stop: string
  readonly stopAll: string
  readonly stopped: (name: string) => string
  readonly reads: string
  readonly noReads: string
  readonly signedIn: string
  readonly times: (count: number) => string
  readonly refused: string
  readonly letAskAgain: string
  readonly mayAskAgain: (name: string) => string
  readonly withdrawn: string
  readonly askedToDelete: (at: string) => string
  readonly deletionConfirmed: (at: string) => string
  readonly receipts: string
  readonly receipt: string
  readonly file: string
  readonly exportAll: string
  readonly back: string
  readonly events: Readonly<Record<ReceiptEvent, string>>
  /** Of a receipt: number, user, what, for how long, who, proof. */
  readonly receiptNumber: string
  readonly yourId: string
  readonly contact: string
  readonly proof: string
}

export type Messages = {
  readonly direction: 'ltr' | 'rtl'
  readonly sheet: ConsentMessages
  readonly page: PrivacyMessages
  readonly quiet: Readonly<Record<StatusPage, { readonly title: string; readonly text: string }>>
  readonly scopes: Readonly<Record<StandardScope, ScopeText>>
  /** What a merchant can have read. */
  readonly fields: Readonly<Record<UserField | 'userId', string>>
}
