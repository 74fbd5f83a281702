/**
 * @module Follows the revocation log: reads it when the store says that there is something new, and every 250 ms in any case.
 */
import type { LogPage, Store } from '../engine/ports.ts'
import type { LoggedRevocation, Revocation } from '../engine/records.ts'
import { createRevocationMap, type RevocationMap } from './revocation-map.ts'

/** A store whose log can be followed. `watch` calls back, perhaps, when something new is in it. */
export type FollowedStore = Pick<Store, 'readRevocations'> & {
  watch(changed: () => void): { stop(): Promise<void> }
}

export interface Follower {
  readonly revocations: RevocationMap
  /** A change that this node has made itself: known here before anybody is told. */
  note(revocation: Revocation, sequence: number): void
  /** Whether this line has been read. `false` for one that was read long ago. */
  knows(sequence: number): boolean
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
export async function followLog(
  store: FollowedStore,
  onError: (error: unknown) => void = () => {},
  heard: (lines: readonly LoggedRevocation[]) => void = () => {},
): Promise<Follower> {
  const revocations = createRevocationMap()
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

  function apply({ lines, storeTime, ...page }: LogPage, startedAt: number): void {
    for (const line of lines) {
      revocations.add(line, line.at)
      remember(line.sequence)
    }
    if (lines.length > 0) heard(lines)
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
    note(revocation, sequence) {
      revocations.add(revocation, Math.floor(nowMilliseconds() / 1000))
      remember(sequence)
    },
    knows: (sequence) => known.has(sequence),
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
export function notingOwnRevocations<S extends Store>(
  store: S,
  follower: Pick<Follower, 'note'>,
): S {
  return {
    ...store,
    async replaceGrant(next, revokes, attached) {
      const replaced = await store.replaceGrant(next, revokes, attached)
      if (replaced && revokes) follower.note({ kind: 'grant', ...next }, replaced.sequence)
      return replaced
    },
    async endAuthorization(authorizationId, now, event) {
      const sequence = await store.endAuthorization(authorizationId, now, event)
      if (sequence > 0) follower.note({ kind: 'authorization', authorizationId }, sequence)
      return sequence
    },
    async voidIssued(kind, id, voidUntil, events) {
      const sequence = await store.voidIssued(kind, id, voidUntil, events)
      follower.note({ kind, id, voidUntil }, sequence)
      return sequence
    },
  }
}
