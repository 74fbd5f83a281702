/**
 * @module The port to the revocation log and to the rows that decide whether a credential is valid.
 * @see ARCHITECTURE.md#how-a-withdrawal-reaches-every-node
 */
import type {
  Authorization,
  Grant,
  NewEvent,
  RevocationEntry,
  RevocationTargetKind,
} from '../records.ts'

/** Everything that the validity of a credential depends on. */
export type GrantState = {
  readonly grant: Grant
  readonly authorization: Authorization | undefined
  /**
   * Credentials from codes that were issued up to and including this instant are revoked: the latest revocation of the
   * client, the mini program or the user. 0 without one.
   */
  readonly revokedThrough: number
}

/** A page of the revocation log. */
export type RevocationPage = {
  /** In any order. Entries of an earlier page may be repeated. */
  readonly entries: readonly RevocationEntry[]
  /** Where the next page starts. Opaque: only the store that issued it can interpret it. */
  readonly cursor: string
  /** The store's clock when the page was read, in epoch milliseconds. */
  readonly storeTime: number
}

/** How far back the log is read without a cursor: one day. */
export const REVOCATION_WINDOW_SECONDS = 86_400

export interface RevocationLog {
  /** Reads the current state, never a cached one. @returns `undefined` for an unknown grant */
  readGrantState(grantId: number, authorizationId: string): Promise<GrantState | undefined>
  /**
   * Revokes everything that was issued up to and including an instant, and writes the events in the same transaction.
   * @returns the sequence number of the revocation log entry
   */
  revokeIssuedThrough(
    kind: RevocationTargetKind,
    id: string,
    revokedThrough: number,
    events?: readonly NewEvent[],
  ): Promise<number>
  /**
   * Reads all entries that were committed after the cursor was issued; without a cursor, those of
   * {@link REVOCATION_WINDOW_SECONDS}. No committed entry is ever skipped.
   */
  readRevocations(cursor: string | undefined): Promise<RevocationPage>
  /** Reads entries by their sequence numbers. Missing entries are left out. */
  readRevocationEntries(sequences: readonly number[]): Promise<readonly RevocationEntry[]>
}
