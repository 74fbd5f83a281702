/**
 * @module The records that the store keeps: grants, consent requests, authorizations, revocations, events. Instants are epoch
 * seconds.
 * @see ARCHITECTURE.md#records
 */

import type { ConsentDuration, EventReason, EventType, ScopeRequest } from '@assent/protocol'

/** A user, by the wallet's id of the user, which is unique within that wallet. */
export type UserRef = { readonly walletId: string; readonly userId: string }

/** One scope of a grant. */
export type GrantedScope = {
  readonly grantedAt: number
  /** The epoch in which the scope was granted. Credentials of earlier epochs do not have it. */
  readonly since: number
  /** Hash of the prompt on which the user consented. Absent for implicit scopes. */
  readonly sheetHash?: string
  /** The duration that the user chose. Absent for implicit scopes, which are granted until withdrawn. */
  readonly lifetime?: ConsentDuration
  readonly expiresAt?: number
  /** The fields that the prompt named; no other fields may be read. Absent for implicit scopes. */
  readonly fields?: readonly string[]
  /** Version of the purpose that the prompt stated. */
  readonly purpose?: string
  /** Whether the guardian of a minor decided instead of the user. */
  readonly byGuardian?: true
  /**
   * Who requested it on a prompt: ids of OAuth clients, the latest last, and an empty text for the mini program itself. Absent:
   * the mini program alone.
   */
  readonly requesters?: readonly string[]
}

/** A scope that was requested and is not granted, and how the user answered. */
export type DeniedScope = {
  /** When the user last denied the scope; with `times: 0`, when it was withdrawn or left off. */
  readonly deniedAt: number
  /** How often the user denied the scope on a prompt since the denials were last reset. 0: withdrawn or left off, but not denied. */
  readonly times: number
  /** When the user last left the scope off on a prompt, as an option, and granted others. */
  readonly leftOffAt?: number
  /** When the scope was last withdrawn. Absent: it was never granted. */
  readonly withdrawnAt?: number
}

/**
 * The scopes that one user granted to one mini program. There is one grant per user and mini program. Only erasing the user
 * deletes it.
 */
export type Grant = {
  /** 48 random bits. */
  readonly grantId: number
  readonly user: UserRef
  readonly appId: string
  readonly clientNumber: number
  /** The pairwise id of the user for the client. */
  readonly subject: string
  /** Incremented by every change. Every credential carries the epoch of the grant when it was issued. */
  readonly epoch: number
  readonly granted: Readonly<Record<string, GrantedScope>>
  /** Scopes that were requested and are not granted now. */
  readonly denied: Readonly<Record<string, DeniedScope>>
  /** The receipt of the last change that has one. Absent before it. */
  readonly lastReceiptId?: string
}

export type ConsentOutcome = 'granted' | 'declined' | 'dismissed'

/** A request for consent. It is decided once and completed once, within ten minutes. */
export type ConsentRequest = {
  /** SHA-256 of the id that the wallet has. A copy of the database is not enough to decide a request. */
  readonly idHash: string
  readonly user: UserRef
  readonly appId: string
  /** Approved scopes that were requested, including those on the prompt. */
  readonly requested: readonly string[]
  /** Requested scopes that are not approved for the mini program. */
  readonly unapproved: readonly string[]
  /** The prompt that the user sees, as canonical JSON (RFC 8785). */
  readonly sheet: string
  readonly sheetHash: string
  readonly codeChallenge?: string
  readonly redirect?: RedirectTarget
  /** The prepared request that it answers. */
  readonly authRequest?: AnsweredOnce
  /** The page that requested consent. No other page gets the code. */
  readonly pageInstance?: string
  /** The guardian of a minor, who decides instead of the user. */
  readonly guardianId?: string
  readonly expiresAt: number
  readonly outcome?: ConsentOutcome
  readonly completedAt?: number
  /** SHA-256 of the secret of the page that opened the prompt first. Only that page may answer. */
  readonly openerHash?: string
}

/** A request that waits for the guardian of a minor. There is one per user and mini program. */
export type GuardianRequest = {
  readonly user: UserRef
  readonly guardianId: string
  readonly appId: string
  readonly scopes: readonly ScopeRequest[]
  readonly requestedAt: number
}

/** A prepared request, which is answered once. */
export type AnsweredOnce = {
  readonly requestId: string
  /** Until when it can be answered. */
  readonly expiresAt: number
}

/** The redirect URI that the user returns to with the code, and the request that named it. */
export type RedirectTarget = {
  readonly uri: string
  readonly state?: string
  /** Only of a request to the OAuth authorization endpoint. */
  readonly oauth?: AuthorizationRequestParams
}

/** The parameters of an OAuth authorization request, besides scopes and redirect URI. */
export type AuthorizationRequestParams = {
  /** Random. A request is answered once. */
  readonly requestId: string
  readonly clientId: string
  /** Absent: `query`. */
  readonly responseMode?: 'form_post'
  /** S256 code challenge (RFC 7636). Absent only if the client may do without. */
  readonly challenge?: string
  readonly nonce?: string
  /** Thumbprint of the DPoP key that the code is bound to (RFC 9449 §10). */
  readonly jkt?: string
  /** The resource servers that the access tokens are for (RFC 8707). */
  readonly resources?: readonly string[]
  /** The scopes of each requested authorization detail (RFC 9396). */
  readonly authorizationDetails?: readonly (readonly string[])[]
  /** The pairwise id of the user that the client expects (`id_token_hint`). Nobody else may answer the request. */
  readonly subject?: string
  readonly prompts?: readonly Prompt[]
  /** The names of the claims that the ID token contains besides its own (OpenID Connect Core §5.5). */
  readonly idTokenClaims?: readonly string[]
  /** Authentication contexts, of which the wallet must have used one. */
  readonly essentialAcrs?: readonly string[]
  /** Maximum age of the user's authentication in seconds (`max_age`). */
  readonly maxAge?: number
  readonly requestedAt: number
  readonly expiresAt: number
  /** When the wallet last authenticated the user. */
  readonly authTime?: number
  /** The authentication context that the wallet used. */
  readonly acr?: string
  /** The grant to change. `merge` adds the requested scopes; `replace` also withdraws all others. */
  readonly grant?: { readonly grantId: number; readonly action: 'merge' | 'replace' }
  /** Parameters that are passed on to the wallet's page, such as `login_hint`. */
  readonly hints?: Readonly<Record<string, string>>
}

/** How the response returns to the client: in the query, or in a form that the browser posts. */
export const RESPONSE_MODES = ['query', 'form_post'] as const
export type ResponseMode = (typeof RESPONSE_MODES)[number]

/** Values of `prompt` (OpenID Connect Core §3.1.2.1) except `select_account`: the wallet chooses the account. */
export type Prompt = 'none' | 'login' | 'consent'

/** One redeemed code and the tokens issued from it. This is the only record that a login writes. */
export type Authorization = {
  /** 16 bytes in hexadecimal: the code's issue time, then its nonce. Sorts by time. */
  readonly authorizationId: string
  readonly grantId: number
  readonly epoch: number
  /** The number of the set of scopes. */
  readonly scopeSet: number
  /** The version of the master key of its refresh tokens. */
  readonly keyVersion: number
  /** How often its refresh token was rotated. */
  readonly generation: number
  readonly redeemedAt: number
  readonly rotatedAt: number
  readonly expiresAt: number
  readonly endedAt?: number
}

/** A code carries the epoch of its grant modulo this number, so that it has at most 64 characters. */
export const CODE_EPOCHS: number = 2 ** 24

/**
 * Restores the epoch of a code: the latest one of the grant that ends in the same bytes. A code is valid for a minute, in which a grant
 * cannot change 16,777,216 times.
 * @returns a negative number when the grant has had no such epoch, which no scope of it permits
 */
export function epochOfCode(low: number, { epoch }: Pick<Grant, 'epoch'>): number {
  return epoch - ((((epoch - low) % CODE_EPOCHS) + CODE_EPOCHS) % CODE_EPOCHS)
}

/**
 * Reads when the code of an authorization was issued. Revocations by time compare this instant, because every node derives
 * the same one.
 */
export function issueTimeOf(authorizationId: string): number {
  return Number.parseInt(authorizationId.slice(0, 8), 16)
}

/**
 * Targets whose credentials can be revoked by time: everything from codes that were issued up to an instant. The id of
 * `grantCredentials` is a grant id: the log names no user, so that nothing of an erased user is left in it.
 */
export type RevocationTargetKind = 'client' | 'miniProgram' | 'grantCredentials'

/** The erasure of a user, by a keyed pseudonym. A store that lacks it was restored from an older backup. */
export type Erasure = { readonly kind: 'erasure'; readonly id: string }

/** A revocation, as it is written to the log. */
export type Revocation =
  | { readonly kind: 'grant'; readonly grantId: number; readonly epoch: number }
  | { readonly kind: 'authorization'; readonly authorizationId: string }
  | { readonly kind: RevocationTargetKind; readonly id: string; readonly revokedThrough: number }
  | Erasure

/** An entry of the revocation log. */
export type RevocationEntry = Revocation & {
  readonly sequence: number
  /** When it was written, by the store's clock. */
  readonly createdAt: number
}

/** One text per user. */
export function userKey(user: UserRef): string {
  return `${user.walletId}/${user.userId}`
}

/** The record of something that is used once: see `once.ts`. */
export type OnceRecord = {
  /** base64url SHA-256 of its kind and its id. */
  readonly idHash: string
  /** When the record may be deleted, in epoch seconds: not before the value itself is no longer accepted. */
  readonly expiresAt: number
  /** When the sender signed the request, in epoch seconds. Only of signed requests whose time is checked. */
  readonly signedAt?: number
}

/** A user has logged out at an OAuth client. OAuth clients are told; to merchants it is no event. */
export const USER_LOGGED_OUT = 'USER_LOGGED_OUT'

/** The notification of a client about a change. */
export type NewEvent = {
  /** Derived from the change, so that a repeated write does not create a second event. */
  readonly eventId: string
  readonly clientNumber: number
  /** The pairwise id of the user. Empty: all users. */
  readonly subject: string
  /** Empty: all mini programs of the client. */
  readonly appId: string
  readonly type: EventType | typeof USER_LOGGED_OUT
  readonly scopes: readonly string[]
  readonly reason: EventReason
}

export type OutboxEvent = NewEvent & {
  readonly sequence: number
  /** Epoch milliseconds, by the store's clock. */
  readonly createdAt: number
}

/** An event for the merchant. */
export type AuthorizationEvent = OutboxEvent & { readonly type: EventType }

/** One recipient of events: `merchant/12` with the number of the client, or `oauthClient/kopi-server` with the client id. */
export type Recipient = `merchant/${number}` | `oauthClient/${string}`

/** An event for one recipient that does not have it yet. */
export type Delivery = OutboxEvent & {
  readonly recipient: Recipient
  /** The number of attempts so far. */
  readonly attempts: number
}

/** One read of a user's data through an API. The grant identifies the user and the mini program. */
export type DataAccess = {
  readonly grantId: number
  readonly api: string
  /** The permitted fields, whether or not the user has a value. `*`: a response that was not filtered. */
  readonly fields: readonly string[]
}

/** An entry of the access log: identical reads within a second. */
export type AccessLogEntry = DataAccess & {
  /** 48 random bits. They identify the entry when a failed write is repeated. */
  readonly entryId: number
  /** Epoch seconds. */
  readonly accessedAt: number
  readonly count: number
}
