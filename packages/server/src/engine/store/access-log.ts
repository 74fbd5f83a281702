/**
 * @module The ports to the access log: which data of a user was read, by which API.
 * @see docs/operating.md#access-log
 */
import type { AccessLogEntry, DataAccess } from '../records.ts'

export interface AccessLogStore {
  /** Appends entries. An entry whose `entryId` is stored already is ignored, so that a failed call can be repeated. */
  appendAccessLog(entries: readonly AccessLogEntry[]): Promise<void>
  /** Lists the entries of a grant before an instant, the latest first. */
  listAccessLog(
    grantId: number,
    before: number,
    limit: number,
  ): Promise<readonly Omit<AccessLogEntry, 'grantId' | 'entryId'>[]>
}

/** Records data accesses. Entries are written in the background: callers do not wait for the store. */
export interface AccessLog {
  /**
   * Records that data was read.
   * @throws {StoreUnavailableError} when too many entries are not written yet: the data must not be returned then
   */
  record(access: DataAccess): void
  /** Records that the user signed in. Recorded once a day and node, which is enough to know that the grant is used. */
  recordSignIn(grantId: number): void
}
