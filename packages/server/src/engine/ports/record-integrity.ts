/**
 * @module The port to the message authentication codes (MACs) of stored records. They are computed with a key that is not in the
 * database, so a row that was edited or added there is noticed when it is read, and permits nothing.
 * @see docs/operating.md#edited-databases
 */

/** Kinds of records that are stored with a MAC. The MAC covers the kind: no record can take the place of another kind. */
export type ProtectedKind =
  | 'grant'
  | 'subject'
  | 'consent-request'
  | 'privacy-link'
  | 'registered-client'
  | 'event'
  | 'operator-action'
  | 'registry-record'
  | 'registry-change'
  | 'admin-session'
  | 'admin-passkey'
  | 'record-key'
  | 'erased-user'
  | 'tester'

export interface RecordIntegrity {
  /** @returns the version of the key in one byte, then the MAC over all members of the record */
  macOf(kind: ProtectedKind, record: object): Uint8Array
  /** Whether the MAC is the one of the record. It never is `null`, which rows without a MAC have. */
  isGenuine(kind: ProtectedKind, record: object, mac: unknown): boolean
  /**
   * Called for each row that is not genuine. It is logged and counted, and treated as if it did not exist.
   * @param id names the row in the log; never a user
   */
  reportForged(kind: ProtectedKind, id: string): void
}
