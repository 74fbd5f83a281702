/**
 * @module Compares what a file declares with the registry: what has to be created, changed and removed.
 *
 * Only what the file declares is read, and what could be confused with it. With `prune`, also the other records of its owner.
 */
import { canonicalJson, type Json } from '../../engine/canonical-json.ts'
import type {
  RecordDocument,
  RecordKey,
  RecordKind,
  RecordUpdate,
  RegistryRecord,
  RegistryStore,
} from '../../engine/store/registry.ts'
import { findAll, listAll, pageLengthOf } from '../current-records.ts'
import {
  type DeclaredRecord,
  type DeclaredRecords,
  findDeclared,
} from '../records/declared-records.ts'
import { imageSize } from '../records/image.ts'
import { DECLARED_TYPES, describeRecord, referencesOf } from '../records/record-types.ts'
import { findOwnerProblems, memberUpdatesOf } from './administration.ts'
import { type FieldChange, fieldChanges } from './field-changes.ts'
import { type OtherRecordsStore, readOthers } from './other-records.ts'
import { createRegistryChecks, type RegistryChecks } from './registry-checks.ts'

export type PlanStore = OtherRecordsStore &
  Pick<RegistryStore, 'readRecord' | 'readVersions' | 'findRecords' | 'readHead'>

export type PlanOptions = {
  /** Whose records the file declares. */
  readonly owner: string
  /** Whether records of this owner that the file does not declare are removed. */
  readonly prune: boolean
  /** Whether records of other owners that the file declares become records of this one. Default: they are problems. */
  readonly takeOver?: boolean
  /** Whether the file names no scope that it does not declare, as assent.yaml. */
  readonly isSelfContained?: boolean
}

/** A record with its version before the change. */
export type PlannedRecord = RecordKey & { readonly follows: number }
export type CreatedRecord = PlannedRecord & { readonly read: () => RecordDocument }
export type ChangedRecord = CreatedRecord & { readonly fields: readonly FieldChange[] }

export type RegistryPlan = {
  readonly owner: string
  readonly created: readonly CreatedRecord[]
  readonly changed: readonly ChangedRecord[]
  readonly removed: readonly PlannedRecord[]
  readonly unchangedCount: number
  /** Why the plan cannot be carried out. Each is a sentence that names the record, and what to do. */
  readonly problems: readonly string[]
  /** The latest change that the plan was surely made with. */
  readonly sequence: number
  /** The rules of the whole registry, for records that others write after that change. */
  readonly checks: RegistryChecks
}

const VERSIONS_PER_READ = 500
const MAX_READS = 5

/**
 * @param declared the records of a file that has passed all checks
 * @example
 * const plan = await planChanges(store, recordsOf(sections, folder, store), { owner: 'registry', prune: false })
 */
export async function planChanges(
  store: PlanStore,
  declared: DeclaredRecords,
  options: PlanOptions,
): Promise<RegistryPlan> {
  for (let reads = 1; ; reads++) {
    const plan = await compareOnce(store, declared, options)
    if (plan.problems.length === 0 || reads === MAX_READS) return plan
    // Problems between a state before and a state after a change of others may be none.
    if ((await store.readHead()).sequence === plan.sequence) return plan
  }
}

async function compareOnce(
  store: PlanStore,
  declared: DeclaredRecords,
  options: PlanOptions,
): Promise<RegistryPlan> {
  // It is read first: what is committed while the records are read is checked again before the commit.
  const { sequence } = await store.readHead()
  const draft = createDraft(store, declared, options)
  for (const { kind } of DECLARED_TYPES) {
    const ofKind = declared.get(kind)
    if (ofKind) await compareKind(kind, ofKind, draft)
  }
  const created = await withVersions(store, draft.created)
  const { changed } = draft
  const written = [...created, ...changed]
  const { isSelfContained } = options
  const checks = createRegistryChecks(declared, { written, isSelfContained })
  const gone = new Set(draft.removed.map(textOf))
  const compared = { created, changed, hasServiceAccounts: declared.has('serviceAccount') }
  for await (const other of readOthers(store, compared))
    if (!findDeclared(declared, other) && !gone.has(textOf(other))) checks.addOther(other)
  const removed = await withoutUsedImages(store, draft)
  const members = memberUpdatesOf({ created, changed, removed })
  const ownerProblems = await findOwnerProblems(store, members)
  return {
    owner: options.owner,
    created,
    changed,
    removed,
    unchangedCount: draft.unchangedCount,
    sequence,
    checks,
    problems: [...draft.problems, ...ownerProblems, ...checks.findProblems(written)],
  }
}

/** The updates of a plan, in the order in which records depend on one another. Documents of images are read when they are needed. */
export function* updatesOf({
  owner,
  created,
  changed,
  removed,
}: RegistryPlan): Generator<RecordUpdate> {
  const written = [...created, ...changed]
  for (const { kind: next } of DECLARED_TYPES)
    for (const { kind, id, follows, read } of written) {
      if (kind !== next) continue
      const document = read()
      yield { kind, id, follows, owner, document, references: referencesOf({ kind, id }, document) }
    }
  for (const { kind, id, follows } of [...removed].reverse())
    yield { kind, id, follows, owner, references: [] }
}

type Draft = {
  readonly store: PlanStore
  readonly declared: DeclaredRecords
  readonly options: PlanOptions
  readonly created: DeclaredRecord[]
  readonly changed: ChangedRecord[]
  readonly removed: PlannedRecord[]
  readonly problems: string[]
  unchangedCount: number
}

function createDraft(store: PlanStore, declared: DeclaredRecords, options: PlanOptions): Draft {
  return {
    store,
    declared,
    options,
    created: [],
    changed: [],
    removed: [],
    problems: [],
    unchangedCount: 0,
  }
}

async function compareKind(
  kind: RecordKind,
  declared: readonly DeclaredRecord[],
  draft: Draft,
): Promise<void> {
  const { store, options } = draft
  const own = options.prune ? listAll(store, kind, options.owner) : []
  const others = await compareOwn(own, declared, draft)
  const length = pageLengthOf(kind)
  for (let at = 0; at < others.length; at += length) {
    const page = others.slice(at, at + length)
    const found = await store.readRecords(page.map(({ id }) => ({ kind, id })))
    const current = new Map(found.map((record) => [record.id, record]))
    for (const one of page) {
      const record = current.get(one.id)
      if (record) await compareRecord(record, one, draft)
      else draft.created.push(one)
    }
  }
}

/** Both lists are in order of ids. @returns the declared records that are not among those of the owner */
async function compareOwn(
  own: AsyncIterable<RegistryRecord> | Iterable<RegistryRecord>,
  declared: readonly DeclaredRecord[],
  draft: Draft,
): Promise<readonly DeclaredRecord[]> {
  const others: DeclaredRecord[] = []
  let next = 0
  for await (const record of own) {
    for (let one = declared[next]; one && one.id < record.id; one = declared[++next])
      others.push(one)
    const same = declared[next]?.id === record.id ? declared[next++] : undefined
    if (same) await compareRecord(record, same, draft)
    else draft.removed.push({ kind: record.kind, id: record.id, follows: record.version })
  }
  for (const one of declared.slice(next)) others.push(one)
  return others
}

async function compareRecord(
  record: RegistryRecord,
  declared: DeclaredRecord,
  draft: Draft,
): Promise<void> {
  const { kind, id, version: follows, owner, document } = record
  // The id of an image says what it contains, and several owners may use it.
  if (kind === 'image') {
    draft.unchangedCount++
    return
  }
  const { owner: ownOwner, takeOver = false } = draft.options
  const isOwn = owner === ownOwner
  if (!isOwn && !takeOver) {
    draft.problems.push(
      `${describeRecord(record)} belongs to ${owner}, and ${ownOwner} declares it as well: remove it from one of them.`,
    )
    return
  }
  const after = declared.read()
  if (isOwn && canonicalJson(document as Json) === canonicalJson(after as Json)) {
    draft.unchangedCount++
    return
  }
  const fields = await fieldChanges(document, after, (image) => describeImage(draft, image))
  const ofOwner = isOwn
    ? []
    : [{ path: 'owner', before: JSON.stringify(owner), after: JSON.stringify(ownOwner) }]
  draft.changed.push({ kind, id, follows, read: declared.read, fields: [...ofOwner, ...fields] })
}

async function describeImage({ store, declared }: Draft, id: string): Promise<string> {
  const found = findDeclared(declared, { kind: 'image', id })?.read()
  const document = found ?? (await store.readRecord('image', id))?.document
  if (!document) return `an image that does not exist (${id})`
  return `${document['type']}, ${imageSize(document)} bytes, ${id.slice(0, 8)}…`
}

async function withVersions(
  store: PlanStore,
  records: readonly DeclaredRecord[],
): Promise<readonly CreatedRecord[]> {
  const created: CreatedRecord[] = []
  for (let at = 0; at < records.length; at += VERSIONS_PER_READ) {
    const part = records.slice(at, at + VERSIONS_PER_READ)
    const versions = await store.readVersions(part.map(({ kind, id }) => ({ kind, id })))
    created.push(...part.map((record, index) => ({ ...record, follows: versions[index] ?? 0 })))
  }
  return created
}

/** Another owner may use an image that this one has brought in. */
async function withoutUsedImages(
  store: PlanStore,
  { declared, removed }: Draft,
): Promise<readonly PlannedRecord[]> {
  if (!removed.some(({ kind }) => kind === 'image')) return removed
  const gone = new Set(removed.map(textOf))
  for (const kind of ['wallet', 'miniProgram'] as const)
    for (const { id } of declared.get(kind) ?? []) gone.add(textOf({ kind, id }))
  const kept: PlannedRecord[] = []
  for (const record of removed)
    if (record.kind !== 'image' || !(await isImageUsed(store, record.id, gone))) kept.push(record)
  return kept
}

async function isImageUsed(
  store: PlanStore,
  id: string,
  gone: ReadonlySet<string>,
): Promise<boolean> {
  for (const kind of ['wallet', 'miniProgram'] as const)
    for await (const user of findAll(store, kind, { name: 'image', value: id }))
      if (!gone.has(textOf(user))) return true
  return false
}

function textOf({ kind, id }: RecordKey): string {
  return `${kind}/${id}`
}
