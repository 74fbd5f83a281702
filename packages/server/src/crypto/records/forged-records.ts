/**
 * @module Reports rows of the database that are not genuine: all in a count, each row once in the log. Never a user.
 * @see docs/operating.md#edited-databases
 */
import { LRUCache } from 'lru-cache'
import type { ProtectedKind } from '../../engine/ports/record-integrity.ts'

export interface ForgedRecordLog {
  report(kind: ProtectedKind, id: string): void
  counts(): readonly { readonly kind: ProtectedKind; readonly count: number }[]
}

type Logger = { error(context: object, message: string): void }

const MAX_LOGGED_ROWS = 10_000

export function createForgedRecordLog(logger: Logger): ForgedRecordLog {
  const countsByKind = new Map<ProtectedKind, number>()
  const logged = new LRUCache<string, true>({ max: MAX_LOGGED_ROWS })
  return {
    report(kind, id) {
      countsByKind.set(kind, (countsByKind.get(kind) ?? 0) + 1)
      const key = `${kind} ${id}`
      if (logged.has(key)) return
      logged.set(key, true)
      logger.error(
        { kind, id },
        'A row of the database was changed without Assent. It permits nothing. Run assent audit verify, and find out who can write to the database.',
      )
    },
    counts: () => [...countsByKind].map(([kind, count]) => ({ kind, count })),
  }
}
