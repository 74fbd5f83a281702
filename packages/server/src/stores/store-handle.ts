/**
 * @module A store that is open.
 */
import type { Store } from '../engine/ports/store.ts'

/** What a store has done since it was opened, and what it does now. */
export type StoreStatistics = {
  /** What the engine asked for. */
  calls: number
  /** What was sent for it: many calls travel in one. A transaction, where the store is embedded. */
  statements: number
  /** Answers that did not come in time, and calls that were turned away meanwhile. */
  unavailable: number
  /** How long all statements took together. */
  statementSeconds: number
  /** Connections that are open, and calls that wait for one. 1 and 0 where the store is embedded. */
  readonly connections: number
  readonly waiting: number
}

export type StoreHandle = Store & {
  statistics(): Readonly<StoreStatistics>
  /** Resolves when the store answers. */
  ping(): Promise<void>
  /** Calls back when another node may have written to the revocation log. A hint: it may be late, or never come. */
  watch(changed: () => void): { stop(): Promise<void> }
  close(): Promise<void>
}
