/**
 * @module The messages of the privacy page, in one language. A list of scopes consists of their titles, which complete the
 * sentence of the consent prompt. Names and dates are inserted as they are.
 */
import type { ReceiptActor, ReceiptEvent } from '../receipt-records.ts'

type Titles = readonly string[]

/** The messages of the list of mini programs. */
export type PrivacyListMessages = {
  readonly title: string
  readonly intro: string
  /** Shown when no mini program has access. */
  readonly empty: string
  readonly emptyHint: string
  /** What a mini program can do, in one sentence. */
  readonly can: (titles: Titles) => string
  /** The heading of mini programs without access. */
  readonly withoutAccess: string
  readonly accessEnded: (at: string) => string
  /** Says that the user denied the requests of a mini program that never had access. */
  readonly neverAllowed: string
  readonly exportAll: string
}

/** The messages of the view of one mini program. */
export type PrivacyAppMessages = {
  readonly back: string
  /** The labels of the three dates of a mini program or a scope. */
  readonly since: string
  readonly lastUsed: string
  readonly ends: string
  readonly neverUsed: string
  /** The end of a consent that lasts until the user withdraws it. */
  readonly endsWhenStopped: string
  /** Announces the end of a grant that is not used. */
  readonly endsIfUnused: (at: string) => string
  /** The heading of the scopes. */
  readonly canDo: string
  readonly why: string
  readonly withdraw: string
  readonly withdrawAll: string
  /** Confirms that the last scope was withdrawn. */
  readonly withdrawnNotice: (name: string) => string
  /** Confirms that one scope was withdrawn. */
  readonly scopeWithdrawn: (title: string) => string
  /** The heading of denied scopes. */
  readonly denied: string
  readonly deniedScopes: (titles: Titles) => string
  /** The button that lets the mini program request denied scopes again. */
  readonly clearDenials: string
  readonly denialsCleared: (name: string) => string
  /** The heading of the merchant and of what it does with the data. */
  readonly recipient: string
  readonly contact: string
  readonly sharedWith: string
  readonly retention: string
  readonly storedIn: string
  /** Says what happens with the data when the user stops. */
  readonly deletionOnStop: (merchant: string) => string
  /** Says when the merchant was asked to delete the user's data. */
  readonly deletionRequested: (at: string, merchant: string) => string
  /** Follow the sentence above. */
  readonly deletionConfirmed: (at: string) => string
  readonly deletionPending: string
}

/** The messages of the history of a mini program. */
export type PrivacyHistoryMessages = {
  readonly history: string
  readonly historyEmpty: string
  /** Says where entries are that the history does not show. */
  readonly historyOlder: string
  /** How often the same data was read. */
  readonly read: (fields: readonly string[], count: number) => string
  /** How often an API of the wallet was called. The titles are those of its scopes. */
  readonly used: (titles: Titles, count: number) => string
  readonly signedIn: (count: number) => string
  readonly lastAt: (at: string) => string
  /** What the user decided. `others` are the scopes that were on the prompt and not allowed. */
  readonly decisions: Readonly<Record<ReceiptEvent, (titles: Titles, others: Titles) => string>>
}

/** The messages of a receipt. */
export type PrivacyReceiptMessages = {
  readonly receipt: string
  readonly events: Readonly<Record<ReceiptEvent, string>>
  /** Who decided. */
  readonly actors: Readonly<Record<ReceiptActor, string>>
  /** The labels of a receipt. */
  readonly who: string
  readonly what: string
  readonly when: string
  readonly decidedBy: string
  readonly howLong: string
  readonly howToStop: string
  readonly receiptNumber: string
  /** The pairwise id of the user. */
  readonly userId: string
  /** The link that downloads a receipt. */
  readonly download: string
  readonly technicalDetails: string
  /** The label of the hash of the prompt. */
  readonly screenHash: string
  readonly signature: string
  readonly signatureHint: string
  /** Names the time zone when the user's is not known. */
  readonly timesInUtc: string
}

/** The messages of the privacy page. */
export type PrivacyMessages = PrivacyListMessages &
  PrivacyAppMessages &
  PrivacyHistoryMessages &
  PrivacyReceiptMessages
