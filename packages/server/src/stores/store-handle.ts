/**
 * @module An open store, with its statistics and its lifetime.
 */
import type { AuditReader } from '../engine/store/audit.ts'
import type { Store } from '../engine/store/store.ts'

/** Counters since the store was opened, and the current use of its connections. */
export type StoreStatistics = {
  /** Calls of the engine. */
  calls: number
  /** Statements that were sent; one can serve many calls. For SQLite: transactions. */
  statements: number
  /** Calls that failed because the database did not respond in time, or because the circuit breaker was open. */
  unavailable: number
  /** Total duration of all statements. */
  statementSeconds: number
  /** Open connections. For SQLite: 1. */
  readonly connections: number
  /** Calls that wait for a connection. For SQLite: 0. */
  readonly waiting: number
}

export type StoreHandle = Store & {
  statistics(): Readonly<StoreStatistics>
  readonly audit: AuditReader
  /** Resolves when the store responds. */
  ping(): Promise<void>
  /** Calls back when another node may have written to the revocation log, or has changed the registry. Only a hint: it may be late or missing. */
  watch(onChange: () => void): { stop(): Promise<void> }
  close(): Promise<void>
}
