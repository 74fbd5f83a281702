/**
 * @module Follows the change log of the registry, by reading it every 250 ms. A change that was committed anywhere is in force on every
 * node within a second.
 */
import type { FollowedChange, RegistryStore } from '../../engine/store/registry.ts'

export type LogObserver = {
  /** Puts a change in force. When it rejects, the change is passed again later. */
  readonly onChange: (change: FollowedChange) => Promise<void>
  /** Called when the log cannot be read for the first time after a success. */
  readonly onError: (error: unknown) => void
}

export interface LogFollower {
  /** The latest change that is in force on this node. 0: the registry is empty. */
  sequence(): number
  /** The age of the last complete read: a more recent change may not be in force yet. */
  lagSeconds(): number
  /** Resolves when everything that was committed before the call is in force on this node. */
  catchUp(): Promise<void>
  stop(): Promise<void>
}

const POLL_INTERVAL_MS = 250
const PAGE_LENGTH = 100

/** @param after the sequence that the caller knows already */
export function followRegistryLog(
  store: Pick<RegistryStore, 'readRegistryChanges'>,
  after: number,
  { onChange, onError }: LogObserver,
): LogFollower {
  let sequence = after
  let lastReadAt = performance.now()
  let isFailing = false
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  async function readPage(): Promise<boolean> {
    const changes = await store.readRegistryChanges(sequence, PAGE_LENGTH)
    for (const change of changes) {
      await onChange(change)
      sequence = change.sequence
    }
    return changes.length === PAGE_LENGTH
  }

  async function read(): Promise<void> {
    const startedAt = performance.now()
    while (await readPage()) if (isStopped) return
    lastReadAt = startedAt
  }

  /** Runs one read at a time. All who ask during a read wait for the one after it. */
  function catchUp(): Promise<void> {
    if (next) return next
    if (!running) {
      running = read().finally(() => {
        running = undefined
      })
      return running
    }
    next = running
      .catch(() => {})
      .then(() => {
        next = undefined
        return catchUp()
      })
    return next
  }

  async function poll(): Promise<void> {
    try {
      await catchUp()
      isFailing = false
    } catch (error) {
      if (!isFailing) onError(error)
      isFailing = true
    }
    schedule()
  }

  function schedule(): void {
    if (!isStopped) timer = setTimeout(poll, POLL_INTERVAL_MS)
  }

  schedule()
  return {
    sequence: () => sequence,
    lagSeconds: () => (performance.now() - lastReadAt) / 1000,
    catchUp,
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await running?.catch(() => {})
    },
  }
}
