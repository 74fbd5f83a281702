/**
 * @module Rows of emergency actions of operators. All stores use the same columns in the same order.
 */
import type { OperatorAction } from '../engine/ports/operator-actions.ts'
import type { Row } from './row-mapping.ts'

export const OPERATOR_ACTION_COLUMNS =
  'id, action, kind, target, key_version, reason, actor, started_at, ended_at, ended_by'

export function toOperatorAction(row: Row): OperatorAction {
  const [id, action, kind, target, keyVersion, reason, actor, startedAt, endedAt, endedBy] = row
  return {
    ...({ id, action, kind, target, keyVersion, reason, actor, startedAt } as OperatorAction),
    ...(endedAt !== null && { endedAt: endedAt as number }),
    ...(endedBy !== null && { endedBy: endedBy as string }),
  }
}
