/**
 * @module Finds the records of the registry that the rules of the whole registry compare with those of a plan: by what they have in common,
 * so that a plan takes as long as its file, and not as the registry, is large.
 */
import type {
  RecordDocument,
  RecordKey,
  Reference,
  RegistryRecord,
  RegistryStore,
} from '../../engine/store/registry.ts'
import { listAll, pageLengthOf } from '../current-records.ts'
import { thumbprintsOf } from '../records/public-keys.ts'
import { referencesOf } from '../records/record-types.ts'

export type OtherRecordsStore = Pick<
  RegistryStore,
  'listRecords' | 'readRecords' | 'findRecordsOfAny'
>

/** A record as it will be. */
export type WrittenRecord = RecordKey & { readonly read: () => RecordDocument }

type Lookup = Pick<Reference, 'name' | 'value'>

const LOOKUPS_PER_READ = 1000

export type ComparedRecords = {
  readonly created: readonly WrittenRecord[]
  readonly changed: readonly WrittenRecord[]
  /** Whether they are compared with service accounts, which are not found by their keys. */
  readonly hasServiceAccounts?: boolean
}

/** @returns each record once; also records of the plan, as they are now */
export async function* readOthers(
  store: OtherRecordsStore,
  plan: ComparedRecords,
): AsyncGenerator<RegistryRecord> {
  const known = new Set<string>()
  for await (const record of find(store, plan)) {
    const text = `${record.kind}/${record.id}`
    if (!known.has(text)) yield record
    known.add(text)
  }
}

async function* find(
  store: OtherRecordsStore,
  { created, changed, hasServiceAccounts = false }: ComparedRecords,
): AsyncGenerator<RegistryRecord> {
  const written = [...created, ...changed]
  if (written.length === 0) return
  // There are few scopes and APIs.
  for (const kind of ['scope', 'api'] as const) yield* listAll(store, kind)
  if (hasServiceAccounts) yield* listAll(store, 'serviceAccount')
  for (const lookups of inParts(claimsOf(written), LOOKUPS_PER_READ))
    yield* await store.findRecordsOfAny(lookups)
  // A mini program can move to another client. Nothing names one that is new.
  const apps = changed.filter(({ kind }) => kind === 'miniProgram')
  for (const part of inParts(apps, LOOKUPS_PER_READ))
    yield* await store.findRecordsOfAny(part.map(({ id }) => ({ name: 'miniProgram', value: id })))
  for (const keys of inParts(appsOfOAuthClients(written), pageLengthOf('miniProgram')))
    yield* await store.readRecords(keys)
}

/** What no other party may have: names and keys. */
function* claimsOf(written: readonly WrittenRecord[]): Generator<Lookup> {
  for (const { kind, id, read } of written) {
    if (kind === 'image') continue
    const document = read()
    for (const value of thumbprintsOf(document)) yield { name: 'key', value }
    for (const { name, value } of referencesOf({ kind, id }, document))
      if (name === 'nameReading') yield { name, value }
  }
}

function* appsOfOAuthClients(written: readonly WrittenRecord[]): Generator<RecordKey> {
  for (const { kind, read } of written)
    if (kind === 'oauthClient') yield { kind: 'miniProgram', id: String(read()['appId']) }
}

function* inParts<T>(items: Iterable<T>, length: number): Generator<readonly T[]> {
  let part: T[] = []
  for (const item of items) {
    part.push(item)
    if (part.length < length) continue
    yield part
    part = []
  }
  if (part.length > 0) yield part
}
