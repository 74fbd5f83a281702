/**
 * @module The port to grants, to the users that have them, and to the numbers that credentials carry instead of names.
 */
import type { NewReceipt } from '../receipt-records.ts'
import type { Grant, NewEvent, OnceRecord, UserRef } from '../records.ts'

/** The event and the receipt that are written in the same transaction as a change of a grant, and the record of its request. */
export type OutboxWrites = {
  readonly event?: NewEvent | undefined
  readonly receipt?: NewReceipt | undefined
  readonly once?: OnceRecord | undefined
}

/** A page of grants. `next` is where the next page starts; absent on the last page. */
export type GrantPage = { readonly grants: readonly Grant[]; readonly next?: number }

/** The epoch of a discarded grant in the revocation log: no grant has a later one. */
export const DISCARDED_EPOCH: number = Number.MAX_SAFE_INTEGER

/** Grants. A row that is not genuine counts as missing: see `RecordIntegrity`. */
export interface GrantStore {
  /** Assigns a number to a client id. The same id always gets the same number, also under concurrent calls. */
  internClient(clientId: string): Promise<number>
  /** Reads the client id that has a number. @returns `undefined` for an unknown number */
  readClientId(number: number): Promise<string | undefined>
  /** Assigns a number to a set of scopes. The order of the scopes does not matter; the same set always gets the same number. */
  internScopeSet(scopes: readonly string[]): Promise<number>
  /** Reads a set of scopes by its number. @returns `undefined` for an unknown number */
  readScopeSet(scopeSet: number): Promise<readonly string[] | undefined>

  /** Finds the grant of a user for a mini program. Never creates one. */
  findGrant(user: UserRef, appId: string): Promise<Grant | undefined>
  /** Lists all grants of a user, including empty ones, in no particular order. */
  listGrants(user: UserRef): Promise<readonly Grant[]>
  /** Reads a page of the grants of all users in ascending order of their ids, starting after an id. */
  pageGrants(after: number, limit: number): Promise<GrantPage>
  /**
   * Finds the user's grant for the mini program or creates it as given. Concurrent calls return the same grant. A user
   * has one subject per client: a new grant takes over the subject of the user's other grants for the client. A grant
   * whose row is not genuine is discarded first.
   */
  openGrant(grant: Grant): Promise<Grant>
  /**
   * Replaces the grant of the preceding epoch, `next.epoch - 1`, and writes the event, the receipt and, when `revokes`
   * is set, the revocation log entry in the same transaction.
   * @returns the sequence number of the revocation log entry, 0 without one; `false` when another change came first:
   * read the grant again and retry; `repeated` when the request was recorded before. In both cases nothing is written
   */
  replaceGrant(
    next: Grant,
    revokes: boolean,
    writes?: OutboxWrites,
  ): Promise<{ readonly sequence: number } | 'repeated' | false>

  /** Finds the grant of a user for a mini program if its row is not genuine. @returns its id */
  findForgedGrant(user: UserRef, appId: string): Promise<number | undefined>
  /**
   * Deletes a grant and revokes its credentials, in one transaction. The user's next grant has another id.
   * @returns the sequence number of the revocation log entry; 0 when there is no such grant
   */
  discardGrant(grantId: number): Promise<number>

  /**
   * Deletes all rows that name a user, in one transaction, and the user's encryption key. Writes the erasure to the revocation
   * log, under a pseudonym.
   */
  eraseUser(user: UserRef): Promise<void>
  /**
   * Erases the users with these pseudonyms, whose rows are here again because an older backup was restored. Writes the erasures to
   * the log again.
   */
  eraseAgain(pseudonyms: readonly string[]): Promise<void>
  /**
   * Records that a client confirmed the deletion of a user's data.
   * @returns `false` when the client knows no user by this subject
   */
  acknowledgeDeletion(clientNumber: number, subject: string, now: number): Promise<boolean>
  /** Reads when a client last confirmed the deletion of a user's data. @returns `undefined` if it never did */
  readDeletion(clientNumber: number, user: UserRef): Promise<number | undefined>
}
