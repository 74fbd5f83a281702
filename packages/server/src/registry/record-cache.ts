/**
 * @module A bounded cache of records, in the form in which they are used. It does not know when a record changes: the follower of the
 * change log drops what has changed.
 */
import { LRUCache } from 'lru-cache'
import type { Lookup } from '../engine/registry.ts'

export interface RecordCache<T extends object> {
  /** @returns at once what is cached, also that a record does not exist; otherwise reads it. Rejects as `read` does. */
  find(id: string): Lookup<T>
  /** Forgets a record. The result of a read in flight is not cached. */
  drop(id: string): void
  clear(): void
}

const MAX_RECORDS = 10_000
/** Few: strangers can ask for any id. */
const MAX_ABSENT = 1000

/**
 * @param read reads a record. It runs once for all callers that wait for the same one.
 * @param options.max how many records are cached
 */
export function createRecordCache<T extends object>(
  read: (id: string) => Promise<T | undefined>,
  { max = MAX_RECORDS }: { readonly max?: number } = {},
): RecordCache<T> {
  const present = new LRUCache<string, T>({ max })
  const absent = new LRUCache<string, true>({ max: MAX_ABSENT })
  const reads = new Map<string, Promise<T | undefined>>()

  async function readOnce(id: string): Promise<T | undefined> {
    const reading = read(id)
    reads.set(id, reading)
    try {
      const found = await reading
      // Otherwise the record has changed since the read began.
      if (reads.get(id) === reading) keep(id, found)
      return found
    } finally {
      if (reads.get(id) === reading) reads.delete(id)
    }
  }

  function keep(id: string, found: T | undefined): void {
    if (found) present.set(id, found)
    else absent.set(id, true)
  }

  return {
    find(id) {
      const found = present.get(id)
      if (found || absent.has(id)) return found
      return reads.get(id) ?? readOnce(id)
    },
    drop(id) {
      present.delete(id)
      absent.delete(id)
      reads.delete(id)
    },
    clear() {
      present.clear()
      absent.clear()
      reads.clear()
    },
  }
}
