/**
 * @module The port to the registry: what is declared about clients, mini programs, scopes, APIs and wallets, as records with versions.
 *
 * Each new version of a record is a new row, and rows are never updated. A *change* is a set of new versions with who made it, and why.
 * Its versions are first *staged*, in chunks of any number, and nobody sees them. Then one row of the change log commits all of them. So a
 * change of any size happens as a whole or not at all, without a long transaction.
 * @see ARCHITECTURE.md#registry
 */

export const RECORD_KINDS = [
  'wallet',
  'scope',
  'api',
  'client',
  'miniProgram',
  'oauthClient',
  'image',
  'file',
  'organization',
  'member',
  'passkey',
  'invitation',
  'serviceAccount',
  'approval',
] as const
export type RecordKind = (typeof RECORD_KINDS)[number]

export type RecordKey = { readonly kind: RecordKind; readonly id: string }

/**
 * What a record points to or claims.
 *
 * - without a rule: only for lookups
 * - `unique`: no other current record, of any kind, has the same name and value
 * - `exists`: `name` is a kind of record and `value` the id of one that must exist
 *
 * @example { name: 'client', value: 'kopi-house', rule: 'exists' }
 */
export type Reference = {
  readonly name: string
  readonly value: string
  readonly rule?: 'unique' | 'exists'
}

/** JSON. The store returns it with the same members; their order may differ. */
export type RecordDocument = Readonly<Record<string, unknown>>

/** The current version of a record. */
export type RegistryRecord = RecordKey & {
  /** From 1. */
  readonly version: number
  readonly owner: string
  readonly document: RecordDocument
  /** Of its change. */
  readonly sequence: number
}

/** A new version of a record. */
export type RecordUpdate = RecordKey & {
  /** The version that it follows. 0: there never was this record. The version of a removal, when it was removed. */
  readonly follows: number
  readonly owner: string
  /** Absent: the record is removed. */
  readonly document?: RecordDocument
  /** Of a removal: empty. Each name and value once. */
  readonly references: readonly Reference[]
}

/** @see `registry/changes/change-hash.ts` for the digest */
export type StagedRecord = RecordUpdate & { readonly digest: string }

export type ChangeSource = 'file' | 'command' | 'api' | 'emergency'

export type ChangeCause = {
  /** Who: an administrator, a service, or the name of the file. */
  readonly actor: string
  readonly source: ChangeSource
  /** Why, for people: not empty. */
  readonly reason: string
  readonly requestId?: string
  /** Epoch seconds. */
  readonly changedAt: number
}

/** A line of the change log. */
export type RegistryChange = ChangeCause & {
  /** Random. */
  readonly changeId: string
  /** From 1, without gaps. */
  readonly sequence: number
  readonly recordCount: number
  /** SHA-256 over the digests of the records, in order of kind and id. */
  readonly recordsDigest: string
  /** SHA-256 over the hash of the previous change and all other members of this one. */
  readonly hash: string
}

/** The latest line of the change log. Before the first one: sequence 0 and an empty hash. */
export type RegistryHead = Pick<RegistryChange, 'sequence' | 'hash'>

/**
 * Why a change cannot be committed.
 *
 * - `conflict`: the current version of the record is not the one that the update follows
 * - `duplicate`: another record has the unique reference
 * - `missing`: the record that a reference points to does not exist
 * - `referenced`: another record points to the record that the update removes
 */
export type RecordProblemKind = 'conflict' | 'duplicate' | 'missing' | 'referenced'

export type RecordProblem = RecordKey & {
  readonly problem: RecordProblemKind
  /** The name and value of the reference. Absent for a conflict. */
  readonly name?: string
  readonly value?: string
  /** Who has the unique reference, or points to the removed record. */
  readonly other?: RecordKey & { readonly owner: string }
}

/** Records after an id, in order of their ids (by bytes). */
export type RecordPage = { readonly after?: string; readonly limit: number }

export type RecordVersion = {
  readonly change: RegistryChange
  readonly version: number
  readonly owner: string
  /** Absent: the version is the removal of the record. */
  readonly document?: RecordDocument
}

/** `keys` are the records of the change. Absent when it has more than {@link MAX_CHANGE_KEYS}: then any record may have changed. */
export type FollowedChange = RegistryChange & { readonly keys?: readonly RecordKey[] }

/** A change with more records names none of them to those who follow the log. */
export const MAX_CHANGE_KEYS = 1000

/** At most so many problems are returned. */
export const MAX_RECORD_PROBLEMS = 100

/** A change that was staged and not committed is deleted after one day. */
export const STAGING_SECONDS = 86_400

export interface RegistryStore {
  /** The current version. @returns `undefined` when it does not exist, was removed, or is not genuine */
  readRecord(kind: RecordKind, id: string): Promise<RegistryRecord | undefined>
  /** The current versions of several records, in no order. Left out is what `readRecord` does not return. @param keys at most some hundred */
  readRecords(keys: readonly RecordKey[]): Promise<readonly RegistryRecord[]>
  /** The latest version of each record, in the order of the keys, also of removed ones. 0: there never was one. */
  readVersions(keys: readonly RecordKey[]): Promise<readonly number[]>
  /** Current records of a kind, in order of their ids. A page may be shorter than the limit only at the end, or by records that are not genuine. */
  listRecords(
    kind: RecordKind,
    page: RecordPage & { readonly owner?: string },
  ): Promise<readonly RegistryRecord[]>
  /** Current records of a kind that have a reference, in order of their ids. */
  findRecords(
    kind: RecordKind,
    reference: Pick<Reference, 'name' | 'value'>,
    page: RecordPage,
  ): Promise<readonly RegistryRecord[]>
  /** Current records of any kind that have at least one of the references, each once and in no order. @param references at most some thousand */
  findRecordsOfAny(
    references: readonly Pick<Reference, 'name' | 'value'>[],
  ): Promise<readonly RegistryRecord[]>
  /** The versions of a record with their changes, the latest first. */
  readRecordHistory(key: RecordKey, limit: number): Promise<readonly RecordVersion[]>
  /**
   * Writes new versions that nobody sees until the change is committed. To repeat a call has no effect.
   * @param records at most some hundred, with different keys
   * @throws {Error} when the change was committed
   */
  stageRecords(changeId: string, records: readonly StagedRecord[]): Promise<void>
  /** The digests of the staged records in order of kind and id, page by page. */
  readStagedDigests(
    changeId: string,
    page: { readonly after?: RecordKey; readonly limit: number },
  ): Promise<readonly (RecordKey & { readonly digest: string })[]>
  /**
   * Why a staged change cannot be committed: at most {@link MAX_RECORD_PROBLEMS}.
   * @param since compares only with what was committed after this change. 0: with everything
   */
  findProblems(changeId: string, since: number): Promise<readonly RecordProblem[]>
  /**
   * Makes a staged change visible. To repeat a call has no effect.
   * @returns `false` when another change has this sequence
   * @throws {Error} when the change is not staged completely, or was discarded
   */
  commitChange(change: RegistryChange): Promise<boolean>
  /** Deletes the records of a staged change. A change that was committed stays. */
  discardStaged(changeId: string): Promise<void>
  /** @throws {Error} when the latest line was edited or added in the database: nothing can follow it */
  readHead(): Promise<RegistryHead>
  /** What was committed after a sequence, the earliest first. Lines that are not genuine are left out. */
  readRegistryChanges(after: number, limit: number): Promise<readonly FollowedChange[]>
}
