/**
 * @module Reads the current records of a kind page by page.
 */
import type {
  RecordKind,
  Reference,
  RegistryRecord,
  RegistryStore,
} from '../engine/store/registry.ts'

const PAGE_RECORDS = 500
/** An image can have 256 KB. */
const PAGE_IMAGES = 20

type ListStore = Pick<RegistryStore, 'listRecords'>
type FindStore = Pick<RegistryStore, 'findRecords'>

/** All current records of a kind, in order of their ids. @param owner whose; absent: all */
export function listAll(
  store: ListStore,
  kind: RecordKind,
  owner?: string,
): AsyncGenerator<RegistryRecord> {
  const limit = pageLengthOf(kind)
  const ofOwner = owner !== undefined && { owner }
  return readPages(limit, (after) =>
    store.listRecords(kind, { limit, ...ofOwner, ...(after !== undefined && { after }) }),
  )
}

/** How many records of a kind are read at once. */
export function pageLengthOf(kind: RecordKind): number {
  return kind === 'image' ? PAGE_IMAGES : PAGE_RECORDS
}

/** The documents of a kind of which there are few, in order of their ids. */
export async function documentsOf<D>(store: ListStore, kind: RecordKind): Promise<readonly D[]> {
  const documents: D[] = []
  for await (const { document } of listAll(store, kind)) documents.push(document as D)
  return documents
}

/** All current records of a kind that have a reference, in order of their ids. */
export function findAll(
  store: FindStore,
  kind: RecordKind,
  reference: Pick<Reference, 'name' | 'value'>,
): AsyncGenerator<RegistryRecord> {
  return readPages(PAGE_RECORDS, (after) =>
    store.findRecords(kind, reference, {
      limit: PAGE_RECORDS,
      ...(after !== undefined && { after }),
    }),
  )
}

async function* readPages(
  limit: number,
  read: (after: string | undefined) => Promise<readonly RegistryRecord[]>,
): AsyncGenerator<RegistryRecord> {
  for (let after: string | undefined; ; ) {
    const page = await read(after)
    yield* page
    after = page.at(-1)?.id
    if (page.length < limit) return
  }
}
