/**
 * @module Rows of the registry. All stores use the same columns in the same order.
 */
import type {
  RecordKey,
  RecordKind,
  RecordProblem,
  RecordProblemKind,
  RecordVersion,
  Reference,
  RegistryChange,
  RegistryRecord,
  StagedRecord,
} from '../engine/store/registry.ts'
import type { Row, Value } from './row-mapping.ts'

export const REGISTRY_RECORD_COLUMNS = [
  'kind',
  'id',
  'version',
  'change_id',
  'owner',
  'document',
  'reference_list',
  'digest',
  'mac',
] as const

export const REGISTRY_CHANGE_COLUMNS = [
  'sequence',
  'change_id',
  'actor',
  'source',
  'reason',
  'request_id',
  'changed_at',
  'record_count',
  'records_digest',
  'hash',
  'mac',
] as const

/** A row of `registry_records`, with its JSON as text. */
export type StoredVersion = RecordKey & {
  readonly version: number
  readonly changeId: string
  readonly owner: string
  readonly document?: string
  readonly referenceList: string
  readonly digest: string
}

export function toStoredVersion(row: Row): StoredVersion {
  const [kind, id, version, changeId, owner, document, referenceList, digest] = row
  return {
    kind: kind as RecordKind,
    id: String(id),
    version: Number(version),
    changeId: String(changeId),
    owner: String(owner),
    ...(document !== null && { document: String(document) }),
    referenceList: String(referenceList),
    digest: String(digest),
  }
}

/** In the order of `REGISTRY_RECORD_COLUMNS`, without the MAC. */
export function fromStoredVersion(stored: StoredVersion): readonly (string | number | null)[] {
  const { kind, id, version, changeId, owner, document = null, referenceList, digest } = stored
  return [kind, id, version, changeId, owner, document, referenceList, digest]
}

export function toStagedVersion(changeId: string, record: StagedRecord): StoredVersion {
  const { kind, id, follows, owner, document, references, digest } = record
  return {
    kind,
    id,
    version: follows + 1,
    changeId,
    owner,
    ...(document && { document: JSON.stringify(document) }),
    referenceList: JSON.stringify(references),
    digest,
  }
}

export function toReferences({ referenceList }: StoredVersion): readonly Reference[] {
  return JSON.parse(referenceList)
}

/** The update of a version as it was staged. */
export function toStagedRecord(stored: StoredVersion): StagedRecord {
  const { kind, id, version, owner, document, digest } = stored
  return {
    kind,
    id,
    follows: version - 1,
    owner,
    ...(document !== undefined && { document: JSON.parse(document) }),
    references: toReferences(stored),
    digest,
  }
}

/** @returns `undefined` for the version that removes the record */
export function toRegistryRecord(
  { kind, id, version, owner, document }: StoredVersion,
  { sequence }: RegistryChange,
): RegistryRecord | undefined {
  if (document === undefined) return undefined
  return { kind, id, version, owner, document: JSON.parse(document), sequence }
}

export function toRecordVersion(
  { version, owner, document }: StoredVersion,
  change: RegistryChange,
): RecordVersion {
  return {
    change,
    version,
    owner,
    ...(document !== undefined && { document: JSON.parse(document) }),
  }
}

export function toRegistryChange(row: Row): RegistryChange {
  const [sequence, changeId, actor, source, reason, requestId, changedAt, ...content] = row
  const [recordCount, recordsDigest, hash] = content
  return {
    sequence: Number(sequence),
    changeId: String(changeId),
    actor: String(actor),
    source: source as RegistryChange['source'],
    reason: String(reason),
    ...(requestId !== null && { requestId: String(requestId) }),
    changedAt: Number(changedAt),
    recordCount: Number(recordCount),
    recordsDigest: String(recordsDigest),
    hash: String(hash),
  }
}

/** In the order of `REGISTRY_CHANGE_COLUMNS`, without the MAC. */
export function fromRegistryChange(change: RegistryChange): readonly Value[] {
  const { sequence, changeId, actor, source, reason, requestId = null, changedAt } = change
  const { recordCount, recordsDigest, hash } = change
  const cause = [actor, source, reason, requestId, changedAt]
  return [sequence, changeId, ...cause, recordCount, recordsDigest, hash]
}

export function toRecordProblem(row: Row): RecordProblem {
  const [kind, id, problem, name, value, otherKind, otherId, otherOwner] = row
  return {
    kind: kind as RecordKind,
    id: String(id),
    problem: problem as RecordProblemKind,
    ...(name !== null && { name: String(name) }),
    ...(value !== null && { value: String(value) }),
    ...(otherKind !== null && {
      other: {
        kind: otherKind as RecordKind,
        id: String(otherId),
        owner: String(otherOwner),
      },
    }),
  }
}

export function toRecordKey([kind, id]: Row): RecordKey {
  return { kind: kind as RecordKind, id: String(id) }
}
