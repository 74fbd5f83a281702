/**
 * @module All that the engine asks of the world. Time is not among it: it is an argument.
 */
import type { LoginIdType, ScopeRequest, UserInfo } from '@assent/protocol'
import type { NewReceipt, ReceiptRecord, ReceiptSummary, SealedRecord } from './consent/receipt.ts'
import type {
  AccessLogEntry,
  Authorization,
  AuthorizationEvent,
  ConsentOutcome,
  ConsentRequest,
  DataAccess,
  Grant,
  GuardianRequest,
  NewEvent,
  PendingEvent,
  RedirectTarget,
  RevocationEntry,
  RevocationTargetKind,
  UserRef,
} from './records.ts'
import type { Client, OAuthClient, Registry } from './registry.ts'

/** What a credential's life depends on. */
export type GrantState = {
  readonly grant: Grant
  readonly authorization: Authorization | undefined
  /** What comes from codes issued up to this instant is void, by its client, mini program or user. 0: nothing. */
  readonly revokedThrough: number
}

/** What the life of a code or a token depends on. */
export type CredentialStatus = {
  readonly grant: Grant
  /** Its authorization is ended, or is not there (yet). */
  readonly ended: boolean
  readonly revokedThrough: number
}

/** The revocation log, from where one has read. */
export type RevocationPage = {
  /** In any order, and each at least once: lines that were read before may come again. */
  readonly entries: readonly RevocationEntry[]
  /** What to read on from. Only the store that gave it can tell what it means. */
  readonly cursor: string
  /** The store's clock at this moment, in epoch milliseconds. */
  readonly storeTime: number
}

/** How far back the log is read by one who has read nothing: a day. */
export const REVOCATION_WINDOW_SECONDS = 86_400

/**
 * What a store rejects with when it cannot answer in time: nothing is known of the outcome, and the same call may succeed
 * a moment later. Faces answer 503 with Retry-After.
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError'
}

/** A client as it registered itself. */
export type RegisteredClient = {
  readonly client: OAuthClient
  /** base64url SHA-256 of the token that manages it (RFC 7592). */
  readonly tokenHash: string
  /** 1 for the first. */
  readonly version: number
  readonly registeredAt: number
}

/** The access ledger, as it is kept. */
export interface AccessLogStore {
  /** Appends lines; those that are there already, once. */
  appendAccessLog(entries: readonly AccessLogEntry[]): Promise<void>
  /** Those of a grant before an instant, the latest first. */
  listAccessLog(
    grantId: number,
    before: number,
    limit: number,
  ): Promise<readonly Omit<AccessLogEntry, 'grantId' | 'entryId'>[]>
}

/** Notes what is read of users, without making anybody wait. */
export interface AccessLog {
  /** @throws {StoreUnavailableError} when it cannot be written down: then nothing may be read */
  record(reading: DataAccess): void
  /** The user was signed in: once a day and node is enough to know that the grant is used. */
  recordSignIn(grantId: number): void
}

/** How a delivery went. */
export type DeliveryOutcome =
  | { readonly state: 'delivered' }
  /** Kept for a client that fetches its events itself. */
  | { readonly state: 'held' }
  /** Not deliverable, and not tried any more until somebody says so. */
  | { readonly state: 'dead' }
  | {
      readonly state: 'pending'
      /** Whether this counts as one. */
      readonly isAttempt: boolean
      readonly retryInMilliseconds: number
    }

/** Events, written with the change that they tell of. Their times are the store's. */
export interface Outbox {
  /**
   * Events that are due, for this caller alone during the lease: of a user's events for a client, the earliest that has not arrived.
   * @param except clients that get nothing at the moment
   */
  claimEvents(
    limit: number,
    leaseMilliseconds: number,
    except: readonly number[],
  ): Promise<readonly PendingEvent[]>
  /** Records how a delivery went; nothing when another one was made meanwhile. */
  recordDelivery(
    event: Pick<PendingEvent, 'sequence' | 'attempts'>,
    outcome: DeliveryOutcome,
  ): Promise<void>
  /** The events of a client after a cursor; without one, of the last 90 days. */
  listEvents(
    clientNumber: number,
    cursor: string | undefined,
    limit: number,
  ): Promise<{ readonly events: readonly AuthorizationEvent[]; readonly cursor: string }>
  /** Those that wait for their client to fetch them, oldest first. */
  listPollableEvents(clientNumber: number, limit: number): Promise<readonly AuthorizationEvent[]>
  /** The client has them. Others' ids, and unknown ones, change nothing. */
  acknowledgeEvents(clientNumber: number, eventIds: readonly string[]): Promise<void>
  /** Those that could not be delivered, oldest first. */
  listDeadLetters(limit: number): Promise<readonly AuthorizationEvent[]>
  /** Sends the dead ones of a client, or all, again. @returns how many */
  replayDeadLetters(clientNumber: number | undefined): Promise<number>
}

/** For how long events are kept. */
export const EVENT_WINDOW_SECONDS: number = 90 * 86_400

/** Receipts as they are kept: each in the chain of its walletId, a moment after it was written. */
export interface ReceiptStore {
  readReceipt(receiptId: string): Promise<ReceiptSummary | undefined>
  /** Of these grants, the latest first. */
  listReceipts(grantIds: readonly number[], limit: number): Promise<readonly ReceiptSummary[]>
  /** Those that are in no chain yet, the oldest first. */
  listUnchained(limit: number): Promise<readonly UnchainedReceipt[]>
  readChainHead(walletId: string): Promise<ChainHead | undefined>
  listChainHeads(): Promise<readonly (ChainHead & { readonly walletId: string })[]>
  /** Puts receipts at the end of a chain, all or none. `false`: the head is no longer `from`; begin anew. */
  appendToChain(
    walletId: string,
    from: ChainHead,
    links: readonly (ChainHead & Pick<NewReceipt, 'receiptId'>)[],
  ): Promise<boolean>
  /** The links of a chain after a number, in order. */
  readChain(walletId: string, after: number, limit: number): Promise<readonly ChainedReceipt[]>
  /** The user's key, wrapped; this one when there was none. */
  findOrCreateUserKey(user: UserRef, wrapped: Uint8Array): Promise<Uint8Array>
  readUserKey(user: UserRef): Promise<Uint8Array | undefined>
}

/** The last link of a chain: its number, and a hash over all that came before. */
export type ChainHead = { readonly sequence: number; readonly hash: string }
export type UnchainedReceipt = Pick<NewReceipt, 'receiptId' | 'walletId' | 'document'>
export type ChainedReceipt = ChainHead & Pick<NewReceipt, 'receiptId' | 'document'>

export type FunnelStep = 'asked' | 'seen' | 'granted' | 'refused' | 'dismissed'

/** Counts what becomes of sheets. */
export interface ConsentFunnel {
  count(
    step: FunnelStep,
    of: { readonly appId: string; readonly user: UserRef; readonly scopes: readonly string[] },
  ): void
}

/** Makes receipts what they are: signed, and with the person sealed under the user's own key. */
export interface Receipts {
  /** @returns JWS, compact */
  sign(record: ReceiptRecord, user: UserRef): Promise<string>
  /** What a receipt of this server's own store says. */
  read(document: string): SealedRecord
}

/** What is written with a change of a grant. */
export type OutboxWrites = {
  readonly event?: NewEvent | undefined
  readonly receipt?: NewReceipt | undefined
}

/** What opens a user's page, once. */
export type PrivacyLink = {
  readonly user: UserRef
  readonly locale?: string
  readonly expiresAt: number
}

/**
 * Durable state. Every promise of a write resolves after the commit, and every method is atomic: under any
 * interleaving, on any number of nodes, it happens as a whole or not at all.
 */
export interface Store extends Outbox, AccessLogStore, ReceiptStore {
  /** The number of a client id: the same for ever. */
  internClient(clientId: string): Promise<number>
  /** The number of a set of scopes, whatever their order: the same for ever. */
  internScopeSet(scopes: readonly string[]): Promise<number>
  readScopeSet(scopeSet: number): Promise<readonly string[] | undefined>

  findGrant(user: UserRef, appId: string): Promise<Grant | undefined>
  listGrants(user: UserRef): Promise<readonly Grant[]>
  /** Grants of anybody, by number, after a number. */
  pageGrants(after: number, limit: number): Promise<readonly Grant[]>
  /** Deletes all rows that name a user, and the user's key. Nothing that the user had lives afterwards. */
  eraseUser(user: UserRef): Promise<void>
  /** The user's grant for the mini program; when there is none, a new and empty one. The subject is per user and client. */
  openGrant(grant: Grant): Promise<Grant>
  /** Records that a client says to have deleted what it had of a user. `false`: the client knows no such user. */
  acknowledgeDeletion(clientNumber: number, subject: string, now: number): Promise<boolean>
  /** When a client has last said so of this user. */
  readDeletion(clientNumber: number, user: UserRef): Promise<number | undefined>
  /** Puts `next` in the place of its predecessor, `next.epoch - 1`. `false`: another change came first; read again. */
  replaceGrant(
    next: Grant,
    revokes: boolean,
    attached?: OutboxWrites,
  ): Promise<{ readonly sequence: number } | false>

  /**
   * Opens a sheet. `false`: the user has another one open, which was opened after `openSince` and is neither decided nor
   * completed.
   */
  createConsentRequest(
    request: ConsentRequest,
    sheet: { readonly openSince: number; readonly at: number },
  ): Promise<boolean>
  readConsentRequest(idHash: string): Promise<ConsentRequest | undefined>
  /**
   * Records the outcome of a request that has none and replaces the grant, both or neither.
   * `used`: decided or completed before. `conflict`: the grant has changed since it was read.
   */
  decideConsent(
    idHash: string,
    outcome: ConsentOutcome,
    next: Grant | undefined,
    attached?: OutboxWrites,
  ): Promise<'decided' | 'used' | 'conflict'>
  /** Keeps a question for a guardian, in the place of an earlier one of the same mini program. */
  createGuardianRequest(question: GuardianRequest): Promise<void>
  listGuardianRequests(guardian: UserRef): Promise<readonly GuardianRequest[]>
  deleteGuardianRequest(user: UserRef, appId: string): Promise<void>
  createPrivacyLink(idHash: string, link: PrivacyLink): Promise<void>
  /** Takes a link that is in time away, and returns it. */
  consumePrivacyLink(idHash: string, now: number): Promise<PrivacyLink | undefined>
  /** Completes a request that was not completed before and returns it; `undefined`: it was. */
  completeConsent(idHash: string, now: number): Promise<ConsentRequest | undefined>

  /** Inserts the authorization of a code. The record that was there before, when there was one: the code is used. */
  redeemCode(authorization: Authorization): Promise<Authorization | undefined>
  /** Raises the generation if it is the presented one and the authorization is neither ended nor expired; then returns the new record. */
  rotateRefresh(
    authorizationId: string,
    generation: number,
    now: number,
  ): Promise<Authorization | undefined>
  readAuthorization(authorizationId: string): Promise<Authorization | undefined>
  /**
   * Ends an authorization for good. Ending an ended or unknown one changes nothing.
   * @returns the number of the line in the revocation log; 0 when nothing was changed
   */
  endAuthorization(authorizationId: string, now: number, event?: NewEvent): Promise<number>

  /** Takes what may be used once, by the SHA-256 of its name. `false`: it was taken before. */
  consumeOnce(idHash: string, expiresAt: number): Promise<boolean>
  isConsumed(idHash: string): Promise<boolean>

  /** A client that has registered itself (RFC 7591); its number of changes is `version`. */
  readRegisteredClient(clientId: string): Promise<RegisteredClient | undefined>
  /** Puts it in the place of its predecessor, `version - 1`. `false`: another change came first. */
  replaceRegisteredClient(client: RegisteredClient): Promise<boolean>
  dropRegisteredClient(clientId: string): Promise<void>

  readGrantState(grantId: number, authorizationId: string): Promise<GrantState | undefined>
  /** Voids all that was issued up to an instant. Returns the number of the line in the revocation log. */
  revokeIssuedThrough(
    kind: RevocationTargetKind,
    id: string,
    revokedThrough: number,
    events?: readonly NewEvent[],
  ): Promise<number>
  /** All that was committed to the revocation log after a cursor was given; without one, in the last day. */
  readRevocations(cursor: string | undefined): Promise<RevocationPage>
  /** Those of these lines of the revocation log that are there. */
  readRevocationEntries(sequences: readonly number[]): Promise<readonly RevocationEntry[]>

  /**
   * Forgets consent requests and authorizations that have expired, events after their time, and what was read before an instant.
   * Returns how many.
   */
  dropExpired(now: number, limit: number, accessLogBefore?: number): Promise<number>
}

/** What the credentials of an OAuth client carry besides. */
export type TokenBinding = {
  /** Who they were given to. */
  readonly clientId: string
  /** Thumbprint (RFC 7638) of the key that has to be shown with them (RFC 9449). */
  readonly jkt?: string
  /** For whom the access tokens are (RFC 8707). Absent: this platform. */
  readonly resources?: readonly string[]
  /** When the user was last authenticated. */
  readonly authTime?: number
}

/** What a code of the authorization endpoint is bound to. */
export type CodeBinding = TokenBinding & {
  /** base64url SHA-256 of the redirect URI. */
  readonly redirectHash: string
  /** S256 (RFC 7636). */
  readonly challenge: string
  readonly nonce?: string
}

export type CodeClaims = {
  readonly authorizationId: string
  readonly grantId: number
  readonly epoch: number
  readonly scopeSet: number
  readonly issuedAt: number
  /** base64url SHA-256 of a verifier or nonce that the redeemer has to present. */
  readonly codeChallenge?: string
  readonly binding?: CodeBinding
}

export type AccessTokenClaims = {
  readonly authorizationId: string
  readonly grantId: number
  readonly epoch: number
  readonly clientNumber: number
  readonly scopeSet: number
  readonly issuedAt: number
  readonly expiresAt: number
  /** Of a token that an OAuth client was given. */
  readonly binding?: TokenBinding
}

/** A token of a client that acts for itself (RFC 6749 §4.4). */
export type ClientTokenClaims = {
  readonly scopes: readonly string[]
  readonly issuedAt: number
  readonly expiresAt: number
  readonly binding: TokenBinding
}

export type RegistrationClaims = { readonly appId: string; readonly expiresAt: number }

export type RefreshTokenClaims = {
  readonly authorizationId: string
  readonly grantId: number
  readonly epoch: number
  readonly scopeSet: number
  readonly generation: number
  readonly keyVersion: number
  readonly binding?: TokenBinding
}

/** By what a credential is judged. */
export type CredentialClaims = Pick<
  AccessTokenClaims,
  'authorizationId' | 'grantId' | 'epoch' | 'issuedAt'
>

/** A user's page that is open. */
export type PrivacySessionClaims = {
  readonly user: UserRef
  readonly locale?: string
  readonly expiresAt: number
}

/** A request that a merchant's server has prepared and that any wallet's user may answer. */
export type AuthRequestClaims = {
  readonly appId: string
  readonly scopes: readonly ScopeRequest[]
  readonly redirect?: RedirectTarget
  readonly expiresAt: number
}

/** Sealed credentials: nothing is stored. `open…` returns `undefined` for all that was not sealed here as this type. */
export interface Credentials {
  sealCode(claims: Omit<CodeClaims, 'authorizationId'>): string
  openCode(code: string): CodeClaims | undefined
  sealAccessToken(claims: AccessTokenClaims): string
  openAccessToken(token: string): AccessTokenClaims | undefined
  /** A function of its claims: the same claims give the same token. */
  makeRefreshToken(claims: RefreshTokenClaims): string
  openRefreshToken(token: string): RefreshTokenClaims | undefined
  /** The `jti` of an access token that is a JWT (RFC 9068): its claims, in a form that opens nothing itself. */
  sealTokenId(claims: AccessTokenClaims): string
  openTokenId(id: string): AccessTokenClaims | undefined
  /** What lets somebody register a client of a mini program. */
  sealRegistrationToken(claims: RegistrationClaims, now: number): string
  openRegistrationToken(token: string): RegistrationClaims | undefined
  sealClientToken(claims: ClientTokenClaims): string
  openClientToken(token: string): ClientTokenClaims | undefined
  /** A nonce for proofs of possession (RFC 9449 §8). */
  sealProofNonce(now: number): string
  /** When it was made. */
  openProofNonce(nonce: string): number | undefined
  sealAuthRequest(claims: AuthRequestClaims, now: number): string
  openAuthRequest(text: string): AuthRequestClaims | undefined
  sealPrivacySession(claims: PrivacySessionClaims, now: number): string
  openPrivacySession(text: string): PrivacySessionClaims | undefined
  /** The version of the master key that new credentials are made with. */
  readonly keyVersion: number
}

export interface RandomSource {
  /** base64url of this many random bytes. */
  text(byteLength: number): string
  /** 48 random bits. */
  integer48(): number
}

export interface Hasher {
  /** base64url SHA-256 of the UTF-8 text. */
  sha256(text: string): string
  /** How a login id is given to those who may only recognise it: SHA-256 in hexadecimal. */
  hashLoginId(loginId: string): string
  /** AMS: MD5 in hexadecimal. */
  hashUserLoginId(loginId: string): string
}

/** How recent the answer about a credential has to be. */
export type Consistency = {
  /** As of now, not as of the last second. */
  readonly strong: boolean
  /** Not older than this line of the revocation log. 0: any. */
  readonly minSequence: number
}

/** What credentials depend on, as near as it is safe to have it. */
export interface CredentialStatusReader {
  /**
   * `undefined`: there is no such grant.
   * @throws {StoreUnavailableError} when the store cannot be asked and what is known here is not fresh enough
   */
  read(
    claims: CredentialClaims,
    client: Pick<Client, 'clientId'>,
    freshness: Consistency,
  ): Promise<CredentialStatus | undefined>
}

/** A user as the wallet's directory describes it. */
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
  /** The user of the same wallet who decides for this one: a minor. */
  readonly guardianId?: string
  /** BCP 47 */
  readonly locale?: string
}

export type LoginId = { readonly type: LoginIdType; readonly value: string }

/** Where a user's data comes from. */
export interface Directory {
  /** `undefined`: there is no such user. Rejects when the directory does not answer. */
  findUser(user: UserRef): Promise<DirectoryUser | undefined>
}

/** What every engine function is given; each takes what it needs. */
export type Ports = {
  readonly registry: Registry
  readonly store: Store
  readonly accessLog: AccessLog
  readonly receipts: Receipts
  readonly funnel: ConsentFunnel
  readonly credentialStatus: CredentialStatusReader
  readonly credentials: Credentials
  readonly directory: Directory
  readonly random: RandomSource
  readonly hasher: Hasher
}
