/**
 * @module The access log of a node. Entries are buffered and written in batches shortly afterwards; a crash loses the buffered ones
 * (docs/operating.md#access-log). While entries cannot be written, the node rejects reads of user data.
 */
import { LRUCache } from 'lru-cache'
import type { AccessLogEntry, DataAccess } from '../engine/records.ts'
import type { AccessLog, AccessLogStore } from '../engine/store/access-log.ts'
import { StoreUnavailableError } from '../engine/store/store.ts'

const WRITE_INTERVAL_MS = 250
/** The limits of the buffer while the store is unavailable. */
const MAX_PENDING_MS = 30_000
const MAX_PENDING_ENTRIES = 50_000
/** Small enough not to delay other statements. */
const BATCH_SIZE = 100
const SIGN_IN_API = 'getAuthCode'
const SIGN_IN_CACHE_SIZE = 100_000
const SECONDS_PER_DAY = 86_400

export interface RunningAccessLog extends AccessLog {
  /** The number of entries that are not written yet. */
  pending(): number
  /** Writes the pending entries. */
  stop(): Promise<void>
}

export function startAccessLogWriter(options: {
  readonly store: Pick<AccessLogStore, 'appendAccessLog'>
  /** 48 random bits. */
  readonly entryId: () => number
  /** Epoch seconds. */
  readonly clock: () => number
  readonly onError: (error: unknown) => void
}): RunningAccessLog {
  const { store, entryId, clock, onError } = options
  /** Accesses to the same data within one second are one entry with a count. */
  let buffer = new Map<string, AccessLogEntry & { count: number }>()
  let unwritten: AccessLogEntry[] = []
  /** The day of the last sign-in that was recorded, by grant. */
  const signInDays = new LRUCache<number, number>({ max: SIGN_IN_CACHE_SIZE })
  let oldestPendingAt: number | undefined
  let writing: Promise<void> | undefined

  const pending = (): number => buffer.size + unwritten.length

  async function writeAll(): Promise<void> {
    unwritten.push(...buffer.values())
    buffer = new Map()
    while (unwritten.length > 0) {
      const batch = unwritten.slice(0, BATCH_SIZE)
      await store.appendAccessLog(batch)
      unwritten = unwritten.slice(batch.length)
    }
    oldestPendingAt = buffer.size > 0 ? performance.now() : undefined
  }

  function write(): Promise<void> {
    writing ??= writeAll()
      .catch(onError)
      .finally(() => {
        writing = undefined
      })
    return writing
  }

  function add({ grantId, api, fields }: DataAccess): void {
    oldestPendingAt ??= performance.now()
    const accessedAt = clock()
    const key = `${grantId} ${accessedAt} ${api} ${fields.join(' ')}`
    const buffered = buffer.get(key)
    if (buffered) buffered.count++
    else buffer.set(key, { grantId, accessedAt, entryId: entryId(), api, fields, count: 1 })
  }

  const timer = setInterval(() => {
    if (pending() > 0) void write()
  }, WRITE_INTERVAL_MS)

  return {
    pending,
    record(access) {
      const isLate = performance.now() - (oldestPendingAt ?? Infinity) > MAX_PENDING_MS
      if (isLate || pending() >= MAX_PENDING_ENTRIES)
        throw new StoreUnavailableError('The access log cannot be written. Check the store.')
      add(access)
    },
    recordSignIn(grantId) {
      const day = Math.floor(clock() / SECONDS_PER_DAY)
      if (signInDays.get(grantId) === day || pending() >= MAX_PENDING_ENTRIES) return
      signInDays.set(grantId, day)
      add({ grantId, api: SIGN_IN_API, fields: [] })
    },
    async stop() {
      clearInterval(timer)
      await writing
      await write()
    },
  }
}
