/**
 * @module What Assent remembers: grants, consent requests, authorizations, revocations. Instants are epoch seconds.
 */

import type { ConsentDuration, EventReason, EventType, ScopeRequest } from '@assent/protocol'

/** A user is known by the wallet's own id, within that wallet. */
export type UserRef = { readonly walletId: string; readonly userId: string }

/** One scope that a grant holds. */
export type GrantedScope = {
  readonly grantedAt: number
  /** A credential opens this scope only if its epoch is at least this. */
  readonly since: number
  /** Hash of the sheet on which the user agreed. Absent for silent scopes. */
  readonly sheetHash?: string
  /** For how long the user said. Absent for silent scopes: until withdrawn. */
  readonly lifetime?: ConsentDuration
  readonly expiresAt?: number
  /** The fields that the sheet named: nothing else is opened. Absent for silent scopes. */
  readonly fields?: readonly string[]
  /** Version of the purpose that the sheet gave. */
  readonly purpose?: string
}

/** That the user does not want to be asked for a scope. */
export type DeniedScope = {
  readonly deniedAt: number
  /** How often the user has said no on a sheet since last allowing it. 0: withdrawn, and never refused when asked. */
  readonly times: number
  /** When it was taken back last. Absent: it was never held. */
  readonly withdrawnAt?: number
}

/** What one user lets one mini program do. There is one per user and mini program, and it is never deleted. */
export type Grant = {
  /** 48 random bits. */
  readonly grantId: number
  readonly user: UserRef
  readonly appId: string
  readonly clientNumber: number
  /** The pairwise id by which the client knows the user. */
  readonly subject: string
  /** Raised by every change. Every credential carries the epoch of the grant that it was made from. */
  readonly epoch: number
  readonly granted: Readonly<Record<string, GrantedScope>>
  /** Scopes that were asked for and are not held now. */
  readonly denied: Readonly<Record<string, DeniedScope>>
}

export type ConsentOutcome = 'granted' | 'declined' | 'dismissed'

/** A pending decision. Decided once, completed once, within ten minutes. */
export type ConsentRequest = {
  /** SHA-256 of the id that the wallet holds: a copy of the database cannot decide anything. */
  readonly idHash: string
  readonly user: UserRef
  readonly appId: string
  /** Approved scopes that were asked for, those on the sheet included. */
  readonly requested: readonly string[]
  /** Scopes that were asked for and are not approved for the mini program. */
  readonly unapproved: readonly string[]
  /** Canonical JSON of what the user is shown. */
  readonly sheet: string
  readonly sheetHash: string
  readonly codeChallenge?: string
  readonly redirect?: RedirectTarget
  /** The page that asked: the code is given to no other. */
  readonly pageInstance?: string
  /** Who decides instead of the user: the guardian of a minor. */
  readonly guardianId?: string
  readonly expiresAt: number
  readonly outcome?: ConsentOutcome
  readonly completedAt?: number
}

/** A question that waits for the guardian of a minor. There is one per user and mini program. */
export type GuardianRequest = {
  readonly user: UserRef
  readonly guardianId: string
  readonly appId: string
  readonly scopes: readonly ScopeRequest[]
  readonly requestedAt: number
}

/** Where a prepared request wants the user to be sent with the code. */
export type RedirectTarget = {
  readonly uri: string
  readonly state?: string
  /** It came through the authorization endpoint of OAuth. */
  readonly oauth?: AuthorizationRequestParams
}

/** What an OAuth client has asked for besides scopes. */
export type AuthorizationRequestParams = {
  /** Random: an answer is given once. */
  readonly requestId: string
  readonly clientId: string
  /** S256 (RFC 7636). */
  readonly challenge: string
  readonly nonce?: string
  /** Thumbprint of the key that the code is for (RFC 9449 §10). */
  readonly jkt?: string
  /** For whom the access tokens will be (RFC 8707). */
  readonly resources?: readonly string[]
  readonly prompts?: readonly Prompt[]
  /** The user may have been authenticated so many seconds ago. */
  readonly maxAge?: number
  readonly requestedAt: number
  readonly expiresAt: number
  /** When the user was last authenticated, as the wallet says. */
  readonly authTime?: number
  /** Which grant it is about, and whether the grant shall hold what is asked now and nothing else. */
  readonly grant?: { readonly grantId: number; readonly action: 'merge' | 'replace' }
  /** For the wallet's page: `login_hint` and the like. */
  readonly hints?: Readonly<Record<string, string>>
}

/** OpenID Connect Core §3.1.2.1. Which account is chosen is the wallet's matter. */
export type Prompt = 'none' | 'login' | 'consent'

/** One redeemed code and all that descends from it. The only record a login writes. */
export type Authorization = {
  /** 16 bytes in hexadecimal: the code's issue time, then its nonce. Sorts by time. */
  readonly authorizationId: string
  readonly grantId: number
  readonly epoch: number
  /** Number of the interned set of scopes. */
  readonly scopeSet: number
  /** The version of the master key that its refresh tokens are made with. */
  readonly keyVersion: number
  /** How many times its refresh token was rotated. */
  readonly generation: number
  readonly redeemedAt: number
  readonly rotatedAt: number
  readonly expiresAt: number
  readonly endedAt?: number
}

/** When the code of an authorization was issued. What voids by time goes by this: it is the same on every node, however late it hears. */
export function issueTimeOf(authorizationId: string): number {
  return Number.parseInt(authorizationId.slice(0, 8), 16)
}

/** What can be voided as a whole, by time: all that comes from codes issued up to an instant. */
export type RevocationTargetKind = 'client' | 'miniProgram' | 'user'

/** A line of the revocation log. */
export type Revocation =
  | { readonly kind: 'grant'; readonly grantId: number; readonly epoch: number }
  | { readonly kind: 'authorization'; readonly authorizationId: string }
  | { readonly kind: RevocationTargetKind; readonly id: string; readonly revokedThrough: number }

/** A line as it stands in the log. */
export type RevocationEntry = Revocation & {
  readonly sequence: number
  /** When it was written, by the store's clock. */
  readonly createdAt: number
}

/** The text by which a user is named in the revocation log. */
export function userKey(user: UserRef): string {
  return `${user.walletId}/${user.userId}`
}

/** What a client is told of a change. */
export type NewEvent = {
  /** A function of the change: the same change, made again, is the same event. */
  readonly eventId: string
  readonly clientNumber: number
  /** The pairwise id of the user, or empty: all users. */
  readonly subject: string
  /** Empty: all mini programs of the client. */
  readonly appId: string
  readonly type: EventType
  readonly scopes: readonly string[]
  readonly reason: EventReason
}

export type AuthorizationEvent = NewEvent & {
  readonly sequence: number
  /** Epoch milliseconds, by the store's clock. */
  readonly createdAt: number
}

/** An event that has not arrived yet. */
export type PendingEvent = AuthorizationEvent & {
  /** How often it was sent before. */
  readonly attempts: number
}

/** What was read of a user, by whom (the grant says), through which API. */
export type DataAccess = {
  readonly grantId: number
  readonly api: string
  /** Those that were open, whether or not the user had a value. `*`: an answer that passed whole. */
  readonly fields: readonly string[]
}

/** A line of the access ledger: the same read, so many times within a second. */
export type AccessLogEntry = DataAccess & {
  /** 48 random bits: a line that is written twice is one line. */
  readonly entryId: number
  /** Epoch seconds. */
  readonly accessedAt: number
  readonly count: number
}
