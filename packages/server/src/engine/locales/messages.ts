/**
 * @module The messages that users read, in one language. A language with a missing message does not compile.
 */
import type { ConsentDuration, UserField } from '@assent/protocol'
import type { ScopeText } from '../registry.ts'
import type { PrivacyMessages } from './privacy-messages.ts'

/** The standard scopes of the platform family. */
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

/** The pages with a single message and a single way to continue. */
export type StatusPage =
  | 'done'
  | 'unknown'
  | 'expired'
  | 'used'
  | 'failed'
  | 'unavailable'
  | 'linkExpired'
  | 'loggedOut'
  | 'opening'
  | 'openElsewhere'

/** The messages of the consent prompt. */
export type ConsentMessages = {
  /** The text before and after the name of the mini program: “… would like to”. The titles of the scopes continue the sentence. */
  readonly request: { readonly before: string; readonly after: string }
  readonly verifiedBy: (wallet: string) => string
  readonly notVerifiedBy: (wallet: string) => string
  /** Shown when nobody knows which application asks. @param target where the answer goes */
  readonly unverifiedApp: (target: string) => string
  /** The target of an application on the user's own device. */
  readonly appOnDevice: (host: string) => string
  /** Shown to the guardian of a minor. */
  readonly forMinor: string
  /** Marks a scope that the request requires. */
  readonly required: string
  /** Marks a scope and its alternatives, of which one has to be chosen. */
  readonly chooseOne: string
  /** Separates a scope from its narrower alternative. */
  readonly alternative: string
  /** Names fields that the texts of a scope do not name. */
  readonly includes: (fields: string) => string
  /** The heading of the consent durations. */
  readonly duration: string
  readonly lifetimes: Readonly<Record<ConsentDuration, string>>
  /** Says who receives the data, and names the pairwise user id, which every reply contains. */
  readonly receivedBy: (merchant: string) => string
  readonly sharedWith: (recipients: string) => string
  /** How the user can withdraw consent later. */
  readonly howToWithdraw: (wallet: string, settingsPath: string) => string
  readonly policy: string
  readonly terms: string
  readonly allow: string
  readonly decline: string
  /** Shown when the user allows a request without selecting any scope. */
  readonly nothingSelected: string
  /** Shown while a part of the prompt has not been on the screen. Until then, the prompt cannot be allowed. */
  readonly seeAll: string
  /** Shown when the user answers without a network connection. */
  readonly offline: string
  readonly close: string
  /** Opens the page. */
  readonly continue: string
}

/** All messages of one language. */
export type Messages = {
  readonly direction: 'ltr' | 'rtl'
  readonly consent: ConsentMessages
  readonly privacy: PrivacyMessages
  readonly status: Readonly<Record<StatusPage, { readonly title: string; readonly text: string }>>
  /** The question whether to log out, when an application asks for it. */
  readonly logout: { readonly title: string; readonly text: string; readonly confirm: string }
  readonly scopes: Readonly<Record<StandardScope, ScopeText>>
  /**
   * The names of the fields that a merchant can read, as they stand in a list. The texts of the standard scopes contain
   * them literally, so that people read the same name on the prompt, on the privacy page and on receipts.
   */
  readonly fields: Readonly<Record<UserField | 'userId', string>>
}
