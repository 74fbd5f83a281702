/**
 * @module Follows the revocation log: reads it when the store says that there is something new, and every 250 ms in any case.
 */
import type { RevocationPage } from '../engine/ports/revocation-log.ts'
import type { Store } from '../engine/ports/store.ts'
import type { Revocation, RevocationEntry } from '../engine/records.ts'
import { createRevocationCache, type RevocationCache } from './revocation-cache.ts'

/** A store whose log can be followed. `watch` calls back, perhaps, when something new is in it. */
export type SubscribableStore = Pick<Store, 'readRevocations'> & {
  watch(changed: () => void): { stop(): Promise<void> }
}

export interface RevocationSubscriber {
  readonly revocations: RevocationCache
  /** A change that this node has made itself: known here before anybody is told. */
  add(revocation: Revocation, sequence: number): void
  /** Whether this line has been read. `false` for one that was read long ago. */
  hasSeen(sequence: number): boolean
  /** For how long this node may not have heard of a revocation. */
  lagSeconds(): number
  /** The latest line that was read. */
  sequence(): number
  /** Epoch seconds by the store's clock, whatever the clock of this machine does (requirement R098). */
  now(): number
  stop(): Promise<void>
}

const POLL_MILLISECONDS = 250
const REMEMBERED_LINES = 10_000

/** Resolves when the log of the last day has been read. @param heard is told every line that is read, perhaps twice */
export async function subscribeToRevocations(
  store: SubscribableStore,
  onError: (error: unknown) => void = () => {},
  heard: (lines: readonly RevocationEntry[]) => void = () => {},
): Promise<RevocationSubscriber> {
  const revocations = createRevocationCache()
  const known = new Set<number>()
  let cursor: string | undefined
  let latest = 0
  let clock = { storeTime: 0, at: 0 }
  let completeAt = 0
  let reading: Promise<void> | undefined
  let isChanged = false
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  const nowMilliseconds = (): number => clock.storeTime + performance.now() - clock.at

  function remember(sequence: number): void {
    latest = Math.max(latest, sequence)
    known.add(sequence)
    const [oldest] = known
    if (known.size > REMEMBERED_LINES && oldest !== undefined) known.delete(oldest)
  }

  function apply({ entries, storeTime, ...page }: RevocationPage, startedAt: number): void {
    for (const line of entries) {
      revocations.add(line, line.createdAt)
      remember(line.sequence)
    }
    if (entries.length > 0) heard(entries)
    cursor = page.cursor
    // The store looked at its clock somewhere between question and answer.
    clock = { storeTime, at: (startedAt + performance.now()) / 2 }
    completeAt = startedAt
    revocations.advance(Math.floor(storeTime / 1000))
  }

  async function read(): Promise<void> {
    const startedAt = performance.now()
    apply(await store.readRevocations(cursor), startedAt)
  }

  /** One reading at a time; what changes meanwhile is read right after. */
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
        else if (!isStopped) timer = setTimeout(poll, POLL_MILLISECONDS)
      })
  }

  await read()
  const watch = store.watch(poll)
  timer = setTimeout(poll, POLL_MILLISECONDS)
  return {
    revocations,
    add(revocation, sequence) {
      revocations.add(revocation, Math.floor(nowMilliseconds() / 1000))
      remember(sequence)
    },
    hasSeen: (sequence) => known.has(sequence),
    lagSeconds: () => (performance.now() - completeAt) / 1000,
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

/** The same store; what it revokes is known to the follower when it answers. */
export function withOwnRevocations<S extends Store>(
  store: S,
  follower: Pick<RevocationSubscriber, 'add'>,
): S {
  return {
    ...store,
    async replaceGrant(next, revokes, attached) {
      const replaced = await store.replaceGrant(next, revokes, attached)
      if (replaced && revokes) follower.add({ kind: 'grant', ...next }, replaced.sequence)
      return replaced
    },
    async endAuthorization(authorizationId, now, event) {
      const sequence = await store.endAuthorization(authorizationId, now, event)
      if (sequence > 0) follower.add({ kind: 'authorization', authorizationId }, sequence)
      return sequence
    },
    async revokeIssuedThrough(kind, id, revokedThrough, events) {
      const sequence = await store.revokeIssuedThrough(kind, id, revokedThrough, events)
      follower.add({ kind, id, revokedThrough }, sequence)
      return sequence
    },
  }
}
