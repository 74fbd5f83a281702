/**
 * @module The access ledger of a node: what is read of users is noted at once and written a moment later, many lines at a time. A
 * crash loses what was noted since the last writing. Where nothing can be written, nothing more is read.
 */
import { LRUCache } from 'lru-cache'
import type { AccessLog, AccessLogStore } from '../engine/ports/access-log.ts'
import { StoreUnavailableError } from '../engine/ports/store.ts'
import type { AccessLogEntry, DataAccess } from '../engine/records.ts'

const WRITE_EVERY_MILLISECONDS = 250
/** For so long, and so many, lines wait for a store that is away. */
const MOST_WAITING_MILLISECONDS = 30_000
const MOST_WAITING = 50_000
/** So many that other work does not notice. */
const LINES_AT_ONCE = 100
const SIGN_IN = 'getAuthCode'
const MOST_SIGN_INS = 100_000

export interface RunningAccessLog extends AccessLog {
  /** Lines that are noted and not written. */
  waiting(): number
  /** Writes what is noted. */
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
  /** The same read again within a second is the same line. */
  let noted = new Map<string, AccessLogEntry & { count: number }>()
  let unwritten: AccessLogEntry[] = []
  /** On which day a sign-in was noted last. */
  const signedIn = new LRUCache<number, number>({ max: MOST_SIGN_INS })
  /** Since when the oldest line waits. */
  let oldestAt: number | undefined
  let writing: Promise<void> | undefined

  const waiting = (): number => noted.size + unwritten.length

  async function writeAll(): Promise<void> {
    unwritten.push(...noted.values())
    noted = new Map()
    while (unwritten.length > 0) {
      const lines = unwritten.slice(0, LINES_AT_ONCE)
      await store.appendAccessLog(lines)
      unwritten = unwritten.slice(lines.length)
    }
    oldestAt = noted.size > 0 ? performance.now() : undefined
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
    oldestAt ??= performance.now()
    const accessedAt = clock()
    const key = `${grantId} ${accessedAt} ${api} ${fields.join(' ')}`
    const known = noted.get(key)
    if (known) known.count++
    else noted.set(key, { grantId, accessedAt, entryId: entryId(), api, fields, count: 1 })
  }

  const timer = setInterval(() => {
    if (waiting() > 0) void write()
  }, WRITE_EVERY_MILLISECONDS)

  return {
    waiting,
    record(reading) {
      const isLate = performance.now() - (oldestAt ?? Infinity) > MOST_WAITING_MILLISECONDS
      if (isLate || waiting() >= MOST_WAITING)
        throw new StoreUnavailableError('what is read of users cannot be written down')
      add(reading)
    },
    recordSignIn(grantId) {
      const day = Math.floor(clock() / 86_400)
      if (signedIn.get(grantId) === day || waiting() >= MOST_WAITING) return
      signedIn.set(grantId, day)
      add({ grantId, api: SIGN_IN, fields: [] })
    },
    async stop() {
      clearInterval(timer)
      await writing
      await write()
    },
  }
}
