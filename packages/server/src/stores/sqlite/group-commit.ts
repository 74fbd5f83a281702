/**
 * @module Group commit: the writes of one turn of the event loop share one transaction, and so one flush to the disk.
 * A promise resolves only after the commit.
 */
import type { StoreStatistics } from '../store-handle.ts'
import type { Connection } from './driver.ts'

export interface GroupCommit {
  readonly statistics: StoreStatistics
  /** Runs the operation in a transaction. It may issue several statements; it must not be asynchronous. */
  write<T>(operation: () => T): Promise<T>
  /** Commits what waits. */
  flush(): void
}

type Waiting = {
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
  let waiting: Waiting[] = []

  function transaction(group: readonly Waiting[]): void {
    const startedAt = performance.now()
    statistics.statements++
    begin.get()
    try {
      for (const { run } of group) run()
      commit.get()
    } catch (error) {
      connection.exec('ROLLBACK')
      throw error
    } finally {
      statistics.statementSeconds += (performance.now() - startedAt) / 1000
    }
  }

  /** When one fails, the others must not fail with it: then each gets a transaction of its own. */
  function settle(group: readonly Waiting[]): void {
    try {
      transaction(group)
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error)
      else for (const one of group) settle([one])
      return
    }
    for (const { resolve } of group) resolve()
  }

  function flush(): void {
    const group = waiting
    waiting = []
    if (group.length > 0) settle(group)
  }

  return {
    statistics,
    flush,
    write(operation) {
      return new Promise((resolve, reject) => {
        let result: ReturnType<typeof operation>
        statistics.calls++
        if (waiting.length === 0) setImmediate(flush)
        waiting.push({
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
