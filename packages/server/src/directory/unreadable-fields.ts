/**
 * @module Reports the fields of users that cannot be read: all in a count, each field once in the log. Never a value or a user.
 * @see docs/operating.md#metrics
 */
import { EXPECTED_VALUES } from './expected-values.ts'
import type { UnreadableField, UnreadableReason } from './field-reading.ts'

export type UnreadableFieldCount = UnreadableField & { readonly count: number }

export interface UnreadableFieldLog {
  report(fields: readonly UnreadableField[]): void
  counts(): readonly UnreadableFieldCount[]
}

type Logger = { warn(context: object, message: string): void }

export function createUnreadableFieldLog(logger: Logger): UnreadableFieldLog {
  const countsByField = new Map<string, Map<UnreadableReason, number>>()

  function reasonsOf({ field, reason }: UnreadableField): Map<UnreadableReason, number> {
    const known = countsByField.get(field)
    if (known) return known
    const reasons = new Map<UnreadableReason, number>()
    countsByField.set(field, reasons)
    logger.warn(
      { field, reason },
      `A ${field} of the user directory cannot be read and is treated as absent. It must be ${EXPECTED_VALUES[field] ?? 'text'}. The metric assent_directory_unreadable_fields_total counts more of them.`,
    )
    return reasons
  }

  return {
    report(fields) {
      for (const one of fields) {
        const reasons = reasonsOf(one)
        reasons.set(one.reason, (reasons.get(one.reason) ?? 0) + 1)
      }
    },
    counts: () =>
      [...countsByField].flatMap(([field, reasons]) =>
        [...reasons].map(([reason, count]) => ({ field, reason, count })),
      ),
  }
}
