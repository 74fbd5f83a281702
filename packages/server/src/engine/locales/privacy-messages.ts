/**
 * @module The messages of the privacy page, in one language.
 */
import type { ReceiptEvent } from '../receipt-records.ts'

/** The messages of the privacy page. */
export type PrivacyMessages = {
  readonly title: string
  /** Shown when no mini program has access. */
  readonly empty: string
  readonly lastRead: (at: string) => string
  readonly neverRead: string
  readonly grantedSince: (at: string) => string
  readonly validUntil: (at: string) => string
  /** Announces the end of a grant that is not used. */
  readonly endsIfUnused: (at: string) => string
  readonly withdraw: string
  readonly withdrawAll: string
  /** Confirms a withdrawal. */
  readonly withdrawnNotice: (name: string) => string
  /** The heading of the access log. */
  readonly accessLog: string
  readonly accessLogEmpty: string
  readonly signedIn: string
  /** How often the same data was read. */
  readonly times: (count: number) => string
  /** The heading of denied scopes. */
  readonly denied: string
  /** The button that lets the mini program request denied scopes again. */
  readonly clearDenials: string
  readonly denialsCleared: (name: string) => string
  /** The heading of withdrawn mini programs. */
  readonly withdrawn: string
  /** Says when the merchant was asked to delete the user's data. */
  readonly deletionRequested: (at: string, merchant: string) => string
  readonly deletionConfirmed: (at: string) => string
  readonly receipts: string
  readonly receipt: string
  /** The link that downloads a receipt. */
  readonly download: string
  readonly exportAll: string
  readonly back: string
  readonly events: Readonly<Record<ReceiptEvent, string>>
  /** The labels of a receipt. */
  readonly receiptNumber: string
  /** The pairwise id of the user. */
  readonly userId: string
  readonly contact: string
  /** The label of the hash of the prompt. */
  readonly proof: string
}
