/**
 * @module Subscribes to the revocation log: reads it when the store signals new entries, and at least every 250 ms
 * (ARCHITECTURE.md#how-a-withdrawal-reaches-every-node).
 */

import type { Revocation, RevocationEntry } from '../engine/records.ts'
import { DISCARDED_EPOCH } from '../engine/store/grants.ts'
import type { RevocationPage } from '../engine/store/revocation-log.ts'
import type { Store } from '../engine/store/store.ts'
import { createRevocationCache, type RevocationCache } from './revocation-cache.ts'

/** A store that can signal new entries of its revocation log. Signals can be lost. */
export type SubscribableStore = Pick<Store, 'readRevocations'> & {
  watch(onChange: () => void): { stop(): Promise<void> }
}

export interface RevocationSubscriber {
  readonly revocations: RevocationCache
  /** Adds a revocation of this node. It takes effect here before the caller receives a response. */
  add(revocation: Revocation, sequence: number): void
  /** Whether this entry was read recently. Entries that were read long ago are forgotten. */
  hasSeen(sequence: number): boolean
  /** The age of the last complete read: a more recent revocation can be missing. */
  lagSeconds(): number
  /** The sequence number of the latest entry. */
  sequence(): number
  /** Epoch seconds by the store's clock, so that the clock of this machine does not matter. */
  now(): number
  stop(): Promise<void>
}

const POLL_INTERVAL_MS = 250
const MAX_SEEN_SEQUENCES = 10_000

/**
 * Resolves when the log of the last day has been read.
 * @param onEntries receives every entry that is read, some of them twice
 */
export async function subscribeToRevocations(
  store: SubscribableStore,
  onError: (error: unknown) => void = () => {},
  onEntries: (entries: readonly RevocationEntry[]) => void = () => {},
): Promise<RevocationSubscriber> {
  const revocations = createRevocationCache()
  const seen = new Set<number>()
  let cursor: string | undefined
  let latest = 0
  let clock = { storeTime: 0, measuredAt: 0 }
  let lastCompleteReadAt = 0
  let reading: Promise<void> | undefined
  let isChanged = false
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  const nowMilliseconds = (): number => clock.storeTime + performance.now() - clock.measuredAt

  function markSeen(sequence: number): void {
    latest = Math.max(latest, sequence)
    seen.add(sequence)
    const [oldest] = seen
    if (seen.size > MAX_SEEN_SEQUENCES && oldest !== undefined) seen.delete(oldest)
  }

  function apply({ entries, storeTime, ...page }: RevocationPage, startedAt: number): void {
    for (const entry of entries) {
      revocations.add(entry, entry.createdAt)
      markSeen(entry.sequence)
    }
    if (entries.length > 0) onEntries(entries)
    cursor = page.cursor
    // The store read its clock between the request and the response.
    clock = { storeTime, measuredAt: (startedAt + performance.now()) / 2 }
    lastCompleteReadAt = startedAt
    revocations.advance(Math.floor(storeTime / 1000))
  }

  async function read(): Promise<void> {
    const startedAt = performance.now()
    apply(await store.readRevocations(cursor), startedAt)
  }

  /** Runs one read at a time. A signal during a read starts the next one right after it. */
  function poll(): void {
    clearTimeout(timer)
    if (isStopped) return
    isChanged = reading !== undefined
    if (reading) return
    reading = read()
      .catch(onError)
      .finally(() => {
        reading = undefined
        if (isChanged) poll()
        else if (!isStopped) timer = setTimeout(poll, POLL_INTERVAL_MS)
      })
  }

  await read()
  const watch = store.watch(poll)
  timer = setTimeout(poll, POLL_INTERVAL_MS)
  return {
    revocations,
    add(revocation, sequence) {
      revocations.add(revocation, Math.floor(nowMilliseconds() / 1000))
      markSeen(sequence)
    },
    hasSeen: (sequence) => seen.has(sequence),
    lagSeconds: () => (performance.now() - lastCompleteReadAt) / 1000,
    sequence: () => latest,
    now: () => Math.floor(nowMilliseconds() / 1000),
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await watch.stop()
      await reading
    },
  }
}

/** The store, whose revocations are known to the subscriber before a call returns. */
export function withOwnRevocations<S extends Store>(
  store: S,
  subscriber: Pick<RevocationSubscriber, 'add'>,
): S {
  return {
    ...store,
    async replaceGrant(next, revokes, attached) {
      const replaced = await store.replaceGrant(next, revokes, attached)
      if (replaced && replaced !== 'repeated' && revokes)
        subscriber.add({ kind: 'grant', ...next }, replaced.sequence)
      return replaced
    },
    async discardGrant(grantId) {
      const sequence = await store.discardGrant(grantId)
      if (sequence > 0) subscriber.add({ kind: 'grant', grantId, epoch: DISCARDED_EPOCH }, sequence)
      return sequence
    },
    async endAuthorization(authorizationId, now, event) {
      const sequence = await store.endAuthorization(authorizationId, now, event)
      if (sequence > 0) subscriber.add({ kind: 'authorization', authorizationId }, sequence)
      return sequence
    },
    async revokeIssuedThrough(kind, id, revokedThrough, events) {
      const sequence = await store.revokeIssuedThrough(kind, id, revokedThrough, events)
      subscriber.add({ kind, id, revokedThrough }, sequence)
      return sequence
    },
  }
}
