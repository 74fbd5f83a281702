/**
 * @module Group commit: the writes of one event loop iteration share one transaction and one flush to the disk. Each promise resolves
 * after the commit.
 */
import { createFullDisk } from '../full-disk.ts'
import type { StoreStatistics } from '../store-handle.ts'
import type { Connection } from './driver.ts'

export interface GroupCommit {
  readonly statistics: StoreStatistics
  /** Runs the operation in a transaction. It may execute several statements, but must not be asynchronous. */
  write<T>(operation: () => T): Promise<T>
  /** @throws {StoreUnavailableError} when the disk was full a moment ago */
  checkDisk(): void
  /** Commits the pending writes now. */
  flush(): void
}

type PendingWrite = {
  readonly run: () => void
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

export function createGroupCommit(connection: Connection): GroupCommit {
  const begin = connection.prepare('BEGIN IMMEDIATE')
  const commit = connection.prepare('COMMIT')
  const statistics: StoreStatistics = {
    calls: 0,
    statements: 0,
    unavailable: 0,
    statementSeconds: 0,
    connections: 1,
    waiting: 0,
  }
  const fullDisk = createFullDisk()
  let pending: PendingWrite[] = []

  function runTransaction(group: readonly PendingWrite[]): void {
    const startedAt = performance.now()
    statistics.statements++
    begin.get()
    try {
      for (const { run } of group) run()
      commit.get()
    } catch (error) {
      rollBack()
      throw error
    } finally {
      statistics.statementSeconds += (performance.now() - startedAt) / 1000
    }
  }

  /** After some errors, such as a full disk, SQLite has rolled back by itself, and ROLLBACK fails. */
  function rollBack(): void {
    try {
      connection.exec('ROLLBACK')
    } catch {}
  }

  /** A failing write must not fail the others, so after a failure each write gets a separate transaction. */
  function commitGroup(group: readonly PendingWrite[]): void {
    try {
      runTransaction(group)
    } catch (error) {
      fullDisk.report(error)
      if (group.length === 1) group[0]?.reject(error)
      else for (const write of group) commitGroup([write])
      return
    }
    for (const { resolve } of group) resolve()
  }

  function flush(): void {
    const group = pending
    pending = []
    if (group.length > 0) commitGroup(group)
  }

  return {
    statistics,
    checkDisk: fullDisk.check,
    flush,
    write(operation) {
      return new Promise((resolve, reject) => {
        let result: ReturnType<typeof operation>
        statistics.calls++
        if (pending.length === 0) setImmediate(flush)
        pending.push({
          run: () => {
            result = operation()
          },
          resolve: () => resolve(result),
          reject,
        })
      })
    },
  }
}
